"""Predictability minimisation: codes that do not repeat themselves."""

import math
from collections.abc import Generator

import numpy as np
import torch

from saddlepoint.core.words import brief
from saddlepoint.data import load
from saddlepoint.data.sources.factors import signs
from saddlepoint.explaining.blocks import Block, Heading, Number, Numbers, Prose, Rows
from saddlepoint.explaining.relatives.playing import SIDE, pixels, seeded, trained
from saddlepoint.explaining.relatives.said import Said
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson
from saddlepoint.theory.independence import predictable_share, recovered, total_correlation


def tell(lesson: Lesson) -> Generator[Block, None, Said]:
    """Tell what predictability minimisation does to codes; return what was seen."""
    yield Heading(
        Text(
            "Predictability minimisation: codes that do not repeat themselves",
            "可预测性最小化：不重复自己的编码",
        )
    )
    toy, digits = load("factors"), load("digits")
    examples, labels = toy.splits["test"].take(np.arange(len(toy.splits["test"])))
    assert labels is not None
    known = signs(labels)
    turned = known[:, [2, 0, 3, 1]] * [1, -1, -1, 1]
    tries = lesson.pick(3, 1)
    rows, story = [], {}
    for index in range(tries):
        lesson.progress("finding factors", index, tries)
        with seeded(lesson, "codes", index):
            game, _ = trained(lesson, "predictability", toy, lesson.pick(600, 20))
            with torch.no_grad():
                codes = game.family.encoder(torch.from_numpy(examples)).numpy()
        worst, shared = float(recovered(codes, known).min()), total_correlation(codes)
        rows.append(
            (
                Text(f"start {index + 1}", f"第 {index + 1} 次"),
                Number(f"worst_{index}", Text("worst factor", "最差因子"), worst),
                Number(f"shared_{index}", Text("shared by the units", "单元间共享的信息"), shared),
            )
        )
    held = [digits.splits[part] for part in ("validation", "test")]
    x = torch.from_numpy(np.concatenate([pixels(split) for split in held])).reshape(-1, 1, SIDE, SIDE)
    for done, weight in enumerate((0.0, 0.1)):
        lesson.progress("training codes of digits", done, 2)
        with seeded(lesson, "digits' codes"):
            game, _ = trained(lesson, "predictability", digits, lesson.pick(700, 20), weight=weight, units=12)
            with torch.no_grad():
                codes = game.family.encoder(x)
                lost = (game.family.decoder(codes) - x).square().sum() / (x - x.mean(0)).square().sum()
        story[weight] = lost.item(), predictable_share(codes.numpy()[:, : lesson.pick(12, 2)], lesson.seed)
    yield Prose(
        Text(
            "Four independent signs, mixed into eight numbers: can the code find them again? Up to order and sign, in which "
            "nothing is lost. A start may also end where two units share a factor: this is a game, and games have more than "
            "one place to rest. Below, the worst factor's correlation with its unit, and what the signs of the four "
            "units share, in nats; then codes of digits, beside the same autoencoder without the term.",
            "四个独立的正负号混合成八个数：编码能把它们找回来吗？顺序与符号不计。有时会停在两个单元共享一个因子的地方：这是博弈，"
            "而博弈不止一处可停。下表给出最差因子与其单元的相关系数，以及四个单元的符号所共享的信息（nat）；"
            "然后是手写数字的编码，与没有这一项的同一自编码器对照。",
        )
    )
    yield Numbers(
        [
            Number(
                "turned",
                Text(
                    "the factors themselves, in other order and sign: worst",
                    "换了顺序与符号的因子本身：最差相关",
                ),
                float(recovered(turned, known).min()),
                1.0,
                1e-9,
            ),
            Number(
                "independent",
                Text("what they share, by counts of 2,000", "它们共享的信息，按 2,000 个计数"),
                total_correlation(turned),
                (2**4 - 1 - 4) / (2 * len(turned)),
                5 * math.sqrt(2 * (2**4 - 1 - 4)) / (2 * len(turned)),
            ),
            Number(
                "repeated",
                Text("one factor said four times shares 3·log 2", "同一因子说四遍：共享 3·log 2"),
                total_correlation(known[:, [0, 0, 0, 0]]),
                3 * math.log(2),
                0.01,
            ),
        ]
    )
    yield Rows(("", Text("worst factor", "最差因子"), Text("shared, nats", "共享，nat")), rows)
    yield Rows(
        (
            Text("codes of digits", "手写数字的编码"),
            Text("lost of the pixels' variance", "像素方差的损失"),
            Text("of a unit, the others predict", "其他单元可预测的比例"),
        ),
        [
            (
                f"λ = {weight:g}",
                Number(f"lost_{weight:g}", Text("lost", "损失"), story[weight][0]),
                Number(f"predictable_{weight:g}", Text("predictable", "可预测"), story[weight][1]),
            )
            for weight in story
        ],
    )
    (plain_lost, plain), (lost, shared) = story.values()
    return Said(
        Text("Predictability minimisation is a regulariser.", "可预测性最小化是一种正则化。"),
        shared < plain and lost > plain_lost,
        Text(
            f"added to an autoencoder it takes the predictable share from {brief(plain)} to {brief(shared)}, and what is lost from "
            f"{brief(plain_lost)} to {brief(lost)}",
            f"加到自编码器上，可预测的比例从 {brief(plain)} 到 {brief(shared)}，损失从 {brief(plain_lost)} 到 {brief(lost)}",
        ),
    )
