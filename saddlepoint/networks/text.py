"""A convolutional judge of sequences of tokens (Kim 2014; Zhang and LeCun 2015; SeqGAN, Yu et al. 2017)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.protocol import Critique

# Widths of SeqGAN's filters over 20 tokens, and how many there are of each.
FILTERS = dict(
    zip(
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20),
        (100, 200, 200, 200, 200, 100, 100, 100, 100, 100, 160, 160),
        strict=True,
    )
)


class TextCritic(nn.Module):
    """Filters of several widths over embedded tokens, the largest answer of each, a highway, a score.

    Args:
        size: words in the vocabulary.
        length: tokens of a sequence; wider filters are left out.
        embedding: dimension of a token's embedding.
        share: of SeqGAN's number of filters of each width, one at least.
        dropout: share of features that are dropped before the score.
    """

    def __init__(self, size: int, length: int, *, embedding: int, share: float = 1.0, dropout: float = 0.25):
        super().__init__()
        self.embedding = nn.Embedding(size, embedding)
        counts = {width: max(1, round(share * count)) for width, count in FILTERS.items() if width <= length}
        self.filters = nn.ModuleList(nn.Conv1d(embedding, count, width) for width, count in counts.items())
        features = sum(counts.values())
        self.gate = nn.Linear(features, features)
        self.carried = nn.Linear(features, features)
        nn.init.constant_(self.gate.bias, -2.0)  # at first most of a feature passes as it is
        self.dropout = nn.Dropout(dropout)
        self.score = nn.Linear(features, 1)

    def forward(self, tokens: Tensor) -> Critique:
        """Return the critique of int64 (n, t) sequences."""
        embedded = self.embedding(tokens).transpose(1, 2)
        found = torch.cat([F.relu(one(embedded)).amax(2) for one in self.filters], 1)
        gate = torch.sigmoid(self.gate(found))
        feature = gate * F.relu(self.carried(found)) + (1 - gate) * found
        return Critique(self.score(self.dropout(feature)).squeeze(1), feature)
