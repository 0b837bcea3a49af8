"""The judge of sequences: its filters, and the highway behind them."""

from typing import Any

import torch

from saddlepoint.networks.text import TextCritic


def critic_of(length) -> Any:
    torch.manual_seed(0)
    return TextCritic(7, length, embedding=3, share=0.02).eval()


def test_filters_wider_than_a_sequence_are_left_out_and_none_has_no_channel():
    def counts(length):
        return {one.kernel_size[0]: one.out_channels for one in critic_of(length).filters}

    assert counts(5) == {1: 2, 2: 4, 3: 4, 4: 4, 5: 4}
    assert counts(20) == counts(5) | {6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 15: 3, 20: 3}
    least: Any = TextCritic(7, 5, embedding=3, share=1e-6)
    assert {one.out_channels for one in least.filters} == {1}


def test_a_highway_carries_some_of_each_filters_largest_answer_and_passes_the_rest():
    """g · max(0, Wx + b) + (1 − g) · x with g = σ(Vx + c), the highway of SeqGAN's critic."""
    critic = critic_of(5)
    tokens = torch.randint(0, 7, (6, 5))
    embedded = critic.embedding(tokens)
    answers = []
    for one in critic.filters:
        (width,) = one.kernel_size
        windows = torch.stack([embedded[:, at : at + width] for at in range(5 - width + 1)], 1)
        answer = torch.einsum("nawe,cew->nac", windows, one.weight) + one.bias
        answers.append(answer.clamp(min=0).amax(1))
    x = torch.cat(answers, 1)
    gate = (x @ critic.gate.weight.T + critic.gate.bias).sigmoid()
    carried = x @ critic.carried.weight.T + critic.carried.bias
    assert (carried < 0).any()
    said = critic(tokens)
    torch.testing.assert_close(said.feature, gate * carried.clamp(min=0) + (1 - gate) * x)
    torch.testing.assert_close(said.score, said.feature @ critic.score.weight[0] + critic.score.bias)


def test_at_first_most_of_a_feature_passes_as_it_is():
    assert (critic_of(5).gate.bias == -2).all()
