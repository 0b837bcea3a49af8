"""A collapse that takes an hour to see: the digits that an MLP draws, as the claim ``drift-to-one`` stored them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.claims.catalogue.drift_to_one import DIGIT
from saddlepoint.claims.overview import SHIPPED
from saddlepoint.claims.results import read
from saddlepoint.core.words import short_count
from saddlepoint.explaining.blocks import Block, Code, Heading, Picture, Prose, Style
from saddlepoint.explaining.drawing import drawn
from saddlepoint.explaining.text import Text

PLAIN = "plain"  # the arm without a cure


def tell() -> Iterator[Block]:
    """Tell how the digits come and go, where the claim's stored result of the full length is at hand."""
    stored = read(SHIPPED / "drift-to-one.json")
    if stored is None or stored["protocol"] != "full":
        return
    trials = [trial for trial in stored["trials"] if trial["arm"] == PLAIN and "over_time" in trial["figures"]]
    if not trials:
        return
    figures = [trial["figures"] for trial in trials]
    curves = [figure["over_time"] for figure in figures]
    steps, data = curves[0][-1]["step"], figures[0]["ones_in_data"]
    ends = ", ".join(f"{figure['ones']:.2f}" for figure in figures)
    hours = sum(trial["seconds"] for trial in trials) / len(trials) / 3600
    yield Heading(Text("A slow drift, stored", "缓慢的漂移（存档）"))
    yield Prose(
        Text(
            "On pictures it takes longer. The fully connected GAN that most tutorials start with, on MNIST for "
            f"{steps:,} steps, and a judge that names the digit of each sample. Not computed now: the stored result "
            f"of saddle reproduce drift-to-one, {len(trials)} seeds, {hours:.1f} hours each on {stored['machine']}. "
            "At first two or three digits are made, most of them eights. They come and go; later "
            f"it is ones that stay. Their shares of all samples at the end are {ends}, where the data have {data:.2f}.",
            "在图像上就慢得多。大多数教程最先用的全连接 GAN，在 MNIST 上训练 "
            f"{steps:,} 步，由一个分类器认出每个样本是哪个数字。并非此刻计算：这是 saddle reproduce drift-to-one 的存档结果，"
            f"{len(trials)} 个种子，每个 {hours:.1f} 小时（{stored['machine']}）。起初只画得出两三个数字，多半是 8；"
            f"它们来了又去，后来留下的是 1。结尾时 1 占全部样本的 {ends}，数据中只占 {data:.2f}。",
        )
    )
    yield Picture(
        "drift",
        lambda style: _drift(style, curves, data),
        Text(
            "Above, the digits of the samples, mean over seeds: the fuller, the more. Below, the share of ones, a "
            "line for each seed; dashed, that of the data.",
            "上图：样本中各数字的份额，对种子取平均，颜色越浓份额越大。下图：1 的份额，每条线一个种子；虚线为数据中的份额。",
        ),
        Text(
            "Ten strips over the steps of training, that of ones fills as that of eights fades; then "
            "lines that rise from zero above a dashed one.",
            "十条色带沿训练步数展开：8 的一条变淡时，1 的一条变浓；下面几条曲线自零升起，越过虚线。",
        ),
    )
    yield Prose(
        Text(
            "Why ones? Of all digits they are most like one another: the variance of their pixels is half that of "
            "an average digit's (22.5 against 42.1, of pixels from 0 to 1). So a generator that says little with "
            "its noise pays least for it among them. That is a reason which fits, and not one that was tested. A "
            "penalty on the critic's slope, or relativistic losses with penalties, give every digit nearly its share "
            "after a few thousand steps.",
            "为什么是 1？在所有数字里，1 彼此最相像：像素方差只有各数字平均的一半（22.5 对 42.1，像素取 0 到 1）。"
            "因此噪声用得少的生成器，画 1 吃亏最少。这个理由说得通，却没有检验过。"
            "对判别器的斜率加惩罚，或换用带惩罚的相对论损失，几千步之后各个数字就差不多有了自己的份额。",
        )
    )
    yield Code(
        "saddle train mlp_gan --data mnist --epochs 200\n"
        "saddle train mlp_gan --data mnist --objective relativistic --penalty r1 --penalty r2\n"
        "saddle reproduce drift-to-one --full"
    )


def _drift(style: Style, curves: Sequence[Sequence[Mapping[str, Any]]], data: float) -> Image.Image:
    from matplotlib.colors import LinearSegmentedColormap

    steps = [row["step"] for row in curves[0]]
    counts = np.array([[row["counts"] for row in rows] for rows in curves])
    shares = (counts / counts.sum(-1, keepdims=True)).mean(0)
    shades = LinearSegmentedColormap.from_list("samples", [style.theme.paper, style.theme.lines[1]])

    def paint(places):
        strips, ones = places
        strips.pcolormesh([0, *steps], np.arange(shares.shape[1] + 1), shares.T, cmap=shades, vmin=0)
        strips.set_yticks(np.arange(shares.shape[1]) + 0.5, [str(digit) for digit in range(shares.shape[1])])
        strips.set(ylabel=style.say(Text("digit", "数字")))
        strips.grid(False)
        for rows in curves:
            ones.plot(steps, [row["ones"] for row in rows], color=style.theme.lines[1], lw=1.2, alpha=0.6)
        ones.axhline(data, color=style.theme.faint, lw=1.2, ls="--")
        ones.set(xlabel=style.say(Text("step", "步")))
        ones.set(ylabel=style.say(Text(f"share of {DIGIT}", f"{DIGIT} 的份额")))
        ones.set(xlim=(0, steps[-1]), ylim=(0, None))
        ones.xaxis.set_major_formatter(lambda x, _: short_count(x))

    return drawn(style, paint, rows=2, size=(7.2, 4.8), sharex=True)
