"""The relatives of the GAN: what each optimises, needs, yields and costs, and what notes say of them, tried."""

from collections.abc import Iterator

from saddlepoint.explaining.blocks import Block, Formula, Heading, Prose, Rows
from saddlepoint.explaining.relatives import bound, codes, digits, machine, noise, ring, stored
from saddlepoint.explaining.relatives.said import Said
from saddlepoint.explaining.relatives.stored import MARKS
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic


@topic("relatives", title=Text("The relatives of the GAN", "GAN 的亲戚们"), order=8)
def relatives_topic(lesson: Lesson) -> Iterator[Block]:
    """GAN, VAE, Boltzmann machine, noise-contrastive estimation and predictability minimisation, side by side."""
    yield Prose(
        Text(
            "A GAN never says how likely anything is: it makes samples, and a critic is all the teacher it has. Its "
            "relatives made other bargains. Each is told below by what it minimises, held against a closed form, and "
            "trained for a few seconds on the same points and digits, on the engine that trains every GAN here.",
            "GAN 从不说任何东西有多可能：它只生成样本，唯一的老师是判别器。它的亲戚们各做了别的取舍。下面逐一说明它们各自最小化什么，"
            "用闭式解核对，再在同样的点与手写数字上、用训练本项目所有 GAN 的同一引擎各训练几秒。",
        )
    )
    yield from _bargains()
    said = [(yield from machine.tell(lesson)), (yield from bound.tell()), (yield from noise.tell(lesson))]
    yield from ring.tell(lesson)
    said += yield from digits.tell(lesson)
    said.append((yield from codes.tell(lesson)))
    yield from _sentences(said)
    yield from stored.tell()


def _bargains() -> Iterator[Block]:
    yield Heading(Text("Five bargains", "五种取舍"))
    yield Rows(
        ("", Text("needs", "需要"), Text("yields", "得到"), Text("costs", "代价")),
        [
            (
                Text("GAN: a game", "GAN：博弈"),
                Text("a critic that learns beside it", "一个同步学习的判别器"),
                Text("sharp samples in one pass", "一次前向即得清晰样本"),
                Text(
                    "no likelihood; no loss to steer by; modes may be lost",
                    "没有似然；没有可指路的损失；可能丢模式",
                ),
            ),
            (
                Text("VAE: a bound", "VAE：下界"),
                Text("an encoder, and a density around each output", "编码器，以及输出周围的密度"),
                Text("codes, samples, a bound on log p", "编码、样本、log p 的下界"),
                Text("blur where that density is too simple", "密度过于简单时样本模糊"),
            ),
            (
                Text("RBM: an energy", "RBM：能量"),
                Text("bits, and chains that mix", "二值单元与混合得好的链"),
                Text("log p up to log Z; samples by long chains", "差一个 log Z 的 log p；长链采样"),
                Text("log Z and its gradient are approximated", "log Z 及其梯度只能近似"),
            ),
            (
                Text("NCE: a classifier", "NCE：分类器"),
                Text("noise whose density is known", "密度已知的噪声"),
                Text("log p with its normaliser", "带归一化常数的 log p"),
                Text(
                    "nothing is learned where noise never falls; no samples", "噪声到不了的地方学不到；没有样本"
                ),
            ),
            (
                Text("PM: a game on codes", "PM：编码上的博弈"),
                Text("another loss, and a predictor a unit", "另一个损失，每单元一个预测器"),
                Text("units that do not repeat each other", "互不重复的单元"),
                Text("some of the other loss; no samples, no likelihood", "另一损失略差；没有样本和似然"),
            ),
        ],
    )
    for tex, plain in (
        (
            r"\text{GAN: } \min_G \max_D V \qquad V = \mathbb{E} \log D(x) + \mathbb{E} \log (1 - D(G(z)))",
            "GAN: min over G, max over D of V = E log D(x) + E log(1 − D(G(z)))",
        ),
        (
            r"\text{VAE: } \min\; -\mathbb{E}_q \log p(x \mid z) + \mathrm{KL}(q(z \mid x) \,\|\, p(z))",
            "VAE: min of −E_q log p(x|z) + KL(q(z|x)‖p(z))",
        ),
        (
            r"\text{RBM: } \min\; \mathbb{E} F(v) + \log \sum_v e^{-F(v)}",
            "RBM: min of E F(v) + log Σ_v exp(−F(v))",
        ),
        (
            r"\text{NCE: } \min\; -\mathbb{E}_p \log h - \mathbb{E}_n \log (1 - h) \qquad h = p_m / (p_m + p_n)",
            "NCE: min of −E_p log h − E_n log(1 − h), h = p_m/(p_m + p_n)",
        ),
        (
            r"\text{PM: } \min_{E, D} \max_P\; \mathbb{E} |x - D(y)|^2 - \lambda e \qquad "
            r"e = \sum_i \mathbb{E} (P_i(y_{-i}) - y_i)^2",
            "PM: min over E and D, max over P of E|x − D(y)|² − λ·e, e = Σ_i E(P_i(y_−i) − y_i)², y = E(x)",
        ),
    ):
        yield Formula(tex, plain)
    yield Prose(
        Text(
            "NCE is what a GAN's critic does whose generator stands still; predictability minimisation (1992) is a game "
            "of minimum and maximum as a GAN is, but its judge sees codes, not samples.",
            "NCE 就是生成器不动时 GAN 判别器所做的事；可预测性最小化（1992）与 GAN 同为极小极大博弈，只是它的裁判看的是编码而不是样本。",
        )
    )


def _sentences(said: list[Said]) -> Iterator[Block]:
    yield Heading(Text("What notes say, and what was seen", "笔记怎么说，这里看到了什么"))
    yield Rows(
        (Text("sentence", "句子"), "", Text("figures of this page", "本页的数字")),
        [(one.text, MARKS["seen" if one.seen else "not seen"], one.figure) for one in said],
    )
