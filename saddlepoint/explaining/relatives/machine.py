"""Boltzmann machine: what cannot be summed."""

from collections.abc import Generator

import torch

from saddlepoint.core.words import brief, raised
from saddlepoint.data import load
from saddlepoint.explaining.blocks import Block, Heading, Number, Numbers, Prose
from saddlepoint.explaining.relatives.playing import seeded, trained
from saddlepoint.explaining.relatives.said import Said
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson
from saddlepoint.networks.boltzmann import COUNTABLE, Energy, temperatures


def tell(lesson: Lesson) -> Generator[Block, None, Said]:
    """Tell how a Boltzmann machine is summed, and what annealing makes of it; return what was seen."""
    yield Heading(Text("Boltzmann machine: what cannot be summed", "玻尔兹曼机：求不出的和"))
    digits = load("digits")
    with seeded(lesson, "machine"):
        tiny = Energy(5, 3)
        with torch.no_grad():
            for parameter in tiny.parameters():
                parameter.normal_()
        lesson.progress("training a Boltzmann machine", 0, 1)
        small = trained(lesson, "rbm", digits, lesson.pick(500, 20), hidden=COUNTABLE)[0].family.energy
        counted = small.counted().item()
        annealed, error = small.annealed(temperatures(lesson.pick(4_000, 400)))
    yield Prose(
        Text(
            f"Z sums over all states. A machine of {COUNTABLE} hidden bits has 2{raised(COUNTABLE)} = {2**COUNTABLE:,} of them, and is counted; "
            f"one of 64 has 1.8·10¹⁹. Annealed importance sampling (Salakhutdinov and Murray 2008) estimates log Z; where "
            f"both can be done, they agree.",
            f"Z 是对所有状态求和。{COUNTABLE} 个隐单元有 2{raised(COUNTABLE)} = {2**COUNTABLE:,} 个状态，可以逐一求和；64 个隐单元则有 1.8·10¹⁹ 个。"
            f"退火重要性采样（Salakhutdinov 与 Murray 2008）给出 log Z 的估计；两者都可行时，结果一致。",
        )
    )
    yield Numbers(
        [
            Number(
                "enumerated",
                Text("5 + 3 bits: log Z over the hidden states", "5 + 3 位：对隐状态求和的 log Z"),
                tiny.counted().item(),
                _all_states(tiny),
                1e-9,
            ),
            Number(
                "annealed",
                Text(
                    f"{COUNTABLE} hidden bits, trained on digits: annealed log Z",
                    f"{COUNTABLE} 个隐单元，手写数字上训练：退火 log Z",
                ),
                annealed.item(),
                counted,
                0.3 if lesson.quick else 0.05,
            ),
            Number("annealing_error", Text("its standard error over chains", "各链间的标准误"), error.item()),
        ]
    )
    return Said(
        Text("A Boltzmann machine needs approximation.", "玻尔兹曼机需要近似。"),
        True,
        Text(
            f"2{raised(COUNTABLE)} states were counted, 2⁶⁴ are not; annealing missed {brief(abs(annealed.item() - counted))} nats "
            f"where the sum is known",
            f"2{raised(COUNTABLE)} 个状态可以求和，2⁶⁴ 个不行；在和已知处，退火误差为 {brief(abs(annealed.item() - counted))} nat",
        ),
    )


def _all_states(energy: Energy) -> float:
    """Return log Z over every state of both layers, in float64."""
    w, a, b = (p.detach().double() for p in (energy.weight, energy.visible_bias, energy.hidden_bias))
    v, h = (torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * n) for n in w.shape)
    return (v @ a[:, None] + b @ h.T + v @ w @ h.T).flatten().logsumexp(0).item()
