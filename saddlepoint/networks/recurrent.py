"""Recurrent networks over sequences of tokens."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SORTED = 256  # words whose order is that of their probability


class LanguageModel(nn.Module):
    """An LSTM that says how likely each token is after those before it.

    Args:
        size: words in the vocabulary, k.
        embedding: dimension of a token's embedding.
        hidden: units of the LSTM.
    """

    def __init__(self, size: int, *, embedding: int, hidden: int):
        super().__init__()
        self.start = size  # the embedding of what comes before the first token
        self.embedding = nn.Embedding(size + 1, embedding)
        self.cell = nn.LSTMCell(embedding, hidden)
        self.output = nn.Linear(hidden, size)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits (n, t, k) of each token of sequences (n, t), given those before it."""
        before = torch.cat([torch.full_like(tokens[:, :1], self.start), tokens[:, :-1]], 1)
        state, hidden = None, []
        for place in self.embedding(before).unbind(1):
            state = self.cell(place, state)
            hidden.append(state[0])
        return self.output(torch.stack(hidden, 1))

    def surprise(self, tokens: Tensor) -> Tensor:
        """Return (n, t) −log p of each token of int64 sequences (n, t), given those before it, in nats."""
        logits = self(tokens).float()
        return F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none").view_as(tokens)

    def draw(self, chance: Tensor, start: Tensor | None = None, *, ranked: bool = True) -> Tensor:
        """Return int64 (n, t) sequences, token by token.

        With the words in the order of their probability, the most likely one first, a token is the word that
        its chance falls on: chances below p draw from the fewest words whose probabilities sum up to p: that is
        nucleus sampling (Holtzman et al. 2020, section 3.1), and chances of 0 the most likely word each time.
        Beyond the first few hundred words the order is that of the vocabulary.

        Args:
            chance: (n, t) numbers from U(0, 1).
            start: (n, s) tokens that come before and are no part of what is returned.
            ranked: whether words are in that order, or else in that of the vocabulary, which takes a third
                of the time where there are 5,000 words.
        """
        fallen_on = _by_rank if ranked else _by_word
        before = torch.full((len(chance), 1), self.start, device=chance.device)
        state, drawn = None, []
        for known in () if start is None else start.split(1, 1):
            state = self.cell(self.embedding(before[:, 0]), state)
            before = known
        for place in chance.unbind(1):
            state = self.cell(self.embedding(before[:, 0]), state)
            before = fallen_on(self.output(state[0]).float().softmax(1), place[:, None])
            drawn.append(before)
        return torch.cat(drawn, 1)


def _by_rank(probability: Tensor, chance: Tensor) -> Tensor:
    """Return the (n, 1) words that chances (n, 1) fall on. Sorting all of (n, k) would take longest."""
    first, word = probability.topk(min(SORTED, probability.shape[1]), dim=1)
    rank = _by_word(torch.cat([first, probability.scatter(1, word, 0.0)], 1), chance)
    ahead = first.shape[1]
    return torch.where(rank < ahead, word.gather(1, rank.clamp(max=ahead - 1)), rank - ahead)


def _by_word(probability: Tensor, chance: Tensor) -> Tensor:
    """Return the (n, 1) places of (n, k) shares that chances (n, 1) fall on."""
    mass = probability.cumsum(1)
    return torch.searchsorted(mass, chance * mass[:, -1:])
