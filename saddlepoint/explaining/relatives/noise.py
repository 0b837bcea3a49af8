"""Noise-contrastive estimation: noise that does not learn."""

import math
from collections.abc import Generator

import numpy as np
from PIL import Image

from saddlepoint.core.words import brief
from saddlepoint.explaining.blocks import Block, Heading, Knobs, Number, Numbers, Picture, Prose, Slider, Style
from saddlepoint.explaining.drawing import drawn, key
from saddlepoint.explaining.relatives.playing import SIDE
from saddlepoint.explaining.relatives.said import Said
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson
from saddlepoint.theory import noise_contrastive

WIDTHS = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0)  # of noise


def tell(lesson: Lesson) -> Generator[Block, None, Said]:
    """Tell how the error of noise-contrastive estimation depends on its noise; return what was seen."""
    yield Heading(Text("NCE: noise that does not learn", "NCE：不学习的噪声"))
    draws, count = lesson.pick(200, 40), 1_000
    reach = 5 * math.sqrt(2 / draws)  # five standard errors of a mean of squared normal errors
    measured = []
    for done, width in enumerate(WIDTHS):
        lesson.progress("estimating normal densities", done, len(WIDTHS))
        measured.append(_errors(width, count, draws, lesson.seed))
    exact = [noise_contrastive.limits(width) for width in WIDTHS]
    rng = np.random.default_rng((lesson.seed, 1))
    covariance = np.array([[1.0, 0.5], [0.5, 2.0]])
    data = rng.multivariate_normal([0, 0], covariance, 20_000)
    deviation = np.sqrt(np.diag(covariance))
    found = noise_contrastive.estimate(data, deviation * rng.standard_normal(data.shape), deviation)
    known = noise_contrastive.truth(covariance)
    yield Prose(
        Text(
            "The normaliser is a parameter like any other (Gutmann and Hyvärinen 2010), and its error falls as 1/T. How "
            "fast depends on the noise alone. For N(0, 1) told from N(0, s²), T times the squared error of precision and "
            "of c has a known limit. Noise that is the data costs twice the error of maximum likelihood in the precision, "
            "4 for 2; narrow noise leaves the tails unseen, and the error explodes. A GAN's generator is noise that "
            "comes after the data.",
            "归一化常数与其他参数一样可学（Gutmann 与 Hyvärinen 2010），误差按 1/T 下降。快慢只取决于噪声。区分 N(0, 1) 与 N(0, s²) 时，"
            "精度与 c 的平方误差乘 T 有已知的极限。噪声等于数据时，精度误差是最大似然的两倍（4 对 2）；噪声过窄则看不到尾部，误差爆炸。"
            "GAN 的生成器就是会追着数据跑的噪声。",
        )
    )
    yield Numbers(
        [
            Number(
                "normaliser",
                Text("c of a normal density in the plane, 20,000 points", "平面正态密度的 c，20,000 个点"),
                found.log_normaliser,
                known.log_normaliser,
                0.1,
            ),
            Number(
                "precision",
                Text(
                    "noise is the data: limit of T·error² of the precision", "噪声即数据：精度的 T·误差² 的极限"
                ),
                exact[2][0],
                4.0,
                1e-6,
            ),
            Number("c", Text("of c", "c 的极限"), exact[2][1], 1.0, 1e-6),
            *(
                Number(
                    f"c_{width:g}",
                    Text(
                        f"noise {width:g} wide: measured for c, T = {count:,}",
                        f"噪声宽 {width:g}：c 的实测值，T = {count:,}",
                    ),
                    measured[i][1],
                    exact[i][1],
                    reach * exact[i][1],
                )
                for i, width in enumerate(WIDTHS)
                if width in (1.0, 2.0, 4.0)
            ),
        ]
    )
    yield Picture(
        "noise",
        lambda style: _noise_drawn(style, measured),
        Text(
            "T times the squared error: in the limit (lines), and measured (dots).",
            "平方误差乘 T：极限（线）与实测（点）。",
        ),
        Text(
            "Two curves over the width of the noise: that of the precision falls steeply up to the width of the data "
            "and is flat beyond; that of c is least at it.",
            "随噪声宽度变化的两条曲线：精度的曲线在数据宽度以内陡降，其后平坦；c 的曲线在数据宽度处最低。",
        ),
    )
    yield Knobs(
        "relatives",
        [Slider("deviation", Text("width of the noise", "噪声宽度"), 0.4, 5, 0.1, 2)],
        [
            ("precision", Text("T·error² of the precision", "精度的 T·误差²")),
            ("normaliser", Text("T·error² of c", "c 的 T·误差²")),
        ],
        Text(
            "Blue: data. Orange: noise. Green: how surely a point is taken for data. Where does each error become least?",
            "蓝：数据；橙：噪声；绿：一个点被认作数据的把握。两种误差各在哪里最小？",
        ),
        Text(
            "Densities of data and noise, and the probability that a point is data",
            "数据与噪声的密度，以及一点属于数据的概率",
        ),
        ratio=0.45,
    )
    many, few = SIDE**2, 4
    yield Prose(
        Text(
            "And large pictures? Every dimension takes its toll. Where noise is twice as wide as the data, each leaves "
            f"0.66 of the draws useful, so {few} leave 0.19, and the {many} pixels of a digit almost none. Annealing "
            "and NCE are for few dimensions, or for what networks have made few; a GAN or a VAE pays for pixels in work, "
            "not in draws.",
            "那么大图像呢？每个维度都要收费。若噪声宽度是数据的两倍，每一维只留下 0.66 的样本有用，"
            f"{few} 维留下 0.19，手写数字的 {many} 个像素则几乎一个不剩。退火与 NCE 适用于维数少的数据，或已被网络压到低维的表示；"
            "GAN 与 VAE 为像素付出的是计算量，而不是样本。",
        )
    )
    yield Numbers(
        [
            Number(
                "useful_few",
                Text(f"useful share of the noise, {few} dimensions", f"噪声中有用的比例，{few} 维"),
                noise_contrastive.measured_share(2.0, few, 200_000, lesson.seed),
                noise_contrastive.useful_share(2.0, few),
                0.01,
            ),
            Number(
                "useful_many",
                Text(f"in {many} dimensions, by its formula", f"{many} 维，按公式"),
                noise_contrastive.useful_share(2.0, many),
            ),
        ]
    )
    return Said(
        Text("NCE's error falls as 1/T.", "NCE 的误差按 1/T 下降。"),
        abs(measured[2][1] - exact[2][1]) <= reach * exact[2][1],
        Text(
            f"T·error² of c {brief(measured[2][1])}, limit {brief(exact[2][1])}",
            f"c 的 T·误差² 为 {brief(measured[2][1])}，极限 {brief(exact[2][1])}",
        ),
    )


def _errors(width: float, count: int, draws: int, seed: int) -> tuple[float, float]:
    """Return ``count`` times the mean squared errors of Λ and c over draws, with noise of this width."""
    rng = np.random.default_rng((seed, round(100 * width)))
    one = np.array([width])
    found = [
        noise_contrastive.estimate(
            rng.standard_normal((count, 1)), width * rng.standard_normal((count, 1)), one
        )
        for _ in range(draws)
    ]
    c = noise_contrastive.truth(np.eye(1)).log_normaliser
    squares = [((each.precision[0, 0] - 1) ** 2, (each.log_normaliser - c) ** 2) for each in found]
    of_precision, of_c = count * np.mean(squares, axis=0)
    return float(of_precision), float(of_c)


def _noise_drawn(style: Style, measured: list[tuple[float, float]]) -> Image.Image:
    widths = np.geomspace(WIDTHS[0], WIDTHS[-1], 60)
    limits = [noise_contrastive.limits(float(width)) for width in widths]

    def paint(places):
        (place,) = places
        for row, (name, colour) in enumerate(
            zip((Text("precision", "精度"), "c"), style.theme.lines, strict=False)
        ):
            place.loglog(widths, [one[row] for one in limits], color=colour, lw=2, label=style.say(name))
            place.loglog(WIDTHS, [one[row] for one in measured], "o", color=colour, ms=5)
        ticks = (0.5, 1, 2, 4)
        place.set(
            xlabel=style.say(Text("width of the noise", "噪声宽度")),
            ylabel=style.say(Text("T·error²", "T·误差²")),
        )
        place.set_xticks(ticks, map(str, ticks))
        place.set_yticks((1, 3, 10, 30), ("1", "3", "10", "30"))
        place.minorticks_off()
        key(place, style, loc="upper right")

    return drawn(style, paint, size=(7.2, 2.8))
