"""Where −log 4 comes from: the best critic, and what it makes of the generator's game."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from saddlepoint.core.errors import UserError
from saddlepoint.explaining.blocks import (
    Block,
    Film,
    Formula,
    Heading,
    Knobs,
    Number,
    Numbers,
    Picture,
    Prose,
    Slider,
    Style,
)
from saddlepoint.explaining.drawing import FRAME, drawn, key
from saddlepoint.explaining.phrases import CRITIC_STEPS, OBJECTIVES, STEP, at_step, of
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.theory import divergences, line_game, optimal_critic
from saddlepoint.theory.line_game import LineGame, Moment
from saddlepoint.theory.optimal_critic import LOG4

ATOMS = 8
CLIMB = 800  # steps of a critic on atoms
LINE = torch.linspace(-24, 24, 481, dtype=torch.float64)
FAR = 6.0  # where samples start that the critic tells from data with ease


@topic("optimal-critic", title=Text("The best critic", "最优判别器"), order=1)
def optimal_critic_topic(lesson: Lesson, *, mu: float = 2.0) -> Iterator[Block]:
    """Where −log 4 comes from, and why the critic must not be trained to its end first.

    Args:
        mu: distance of the generator's bell from the data's, 0 to 5.
    """
    if not 0 <= mu <= 5:
        raise UserError(f"--mu takes a distance from 0 to 5, got {mu:g}")
    yield Prose(
        Text(
            "A generator turns noise z into samples x; their density is q. The data have density p. A critic "
            "sees one x and says how likely it is that x is real: D(x), between 0 and 1. The two play against "
            "each other. What is the critic's best answer, and what does the generator then minimise?",
            "生成器把噪声 z 变成样本 x，样本的密度记为 q；数据的密度记为 p。判别器看到一个 x，给出它是真实数据的概率 "
            "D(x)，介于 0 与 1 之间。两者相互对抗。判别器的最优应答是什么？此时生成器又在最小化什么？",
        )
    )
    yield from _cross_entropy()
    yield from _atoms(lesson)
    yield from _bells(lesson, mu)
    yield from _likelihood(lesson, mu)
    yield from _finite(lesson)
    yield from _in_training(lesson)
    yield from _two_steps(lesson)


def _cross_entropy() -> Iterator[Block]:
    yield Heading(Text("From cross entropy to V", "从交叉熵到 V"))
    yield Prose(
        Text(
            "The critic solves a problem with two classes. An example has the label y = 1 if it is real and "
            "y = 0 if it was generated. The cross entropy between the label and the answer D(x) is",
            "判别器解的是一个二分类问题：真实样本的标签为 y = 1，生成样本的标签为 y = 0。标签与回答 D(x) 之间的交叉熵为",
        )
    )
    yield Formula(
        r"H = -y \log D(x) - (1 - y) \log(1 - D(x))",
        "H = −y·log D(x) − (1 − y)·log(1 − D(x))",
    )
    yield Prose(
        Text(
            "Half of the examples are real, half are generated. In the mean over all of them, the first term is "
            "left for real ones and the second for generated ones:",
            "样本一半真实、一半生成。对全部样本取平均，真实样本只剩第一项，生成样本只剩第二项。去掉负号与 ½，就是 V：",
        )
    )
    yield Formula(
        r"V(D, G) = \mathbb{E}_{x \sim p} \log D(x) + \mathbb{E}_{z} \log(1 - D(G(z)))",
        "V(D, G) = E_p log D(x) + E_z log(1 − D(G(z)))",
    )
    yield Formula(r"\mathbb{E}\,H = -\tfrac{1}{2}\, V(D, G)", "E H = −½·V(D, G)")
    yield Prose(
        Text(
            "To minimise the cross entropy is to maximise V, and the generator wants the opposite: "
            "min over G, max over D of V(D, G), equation 1 of Goodfellow et al. 2014. A critic that knows nothing "
            "says ½ everywhere. It pays log 2 an example; programs that add the two halves instead of averaging "
            "them show log 4 = 1.386.",
            "最小化交叉熵就是最大化 V，而生成器想要的正好相反：对 G 取最小、对 D 取最大，即 Goodfellow 等人 2014 年论文的"
            "式 (1)。一无所知的判别器处处回答 ½，每个样本付出 log 2；若程序把两半相加而不取平均，显示的就是 log 4 = 1.386。",
        )
    )
    p, q = _random_atoms(0)
    yield Numbers(
        [
            Number(
                "ignorant",
                Text("V of a critic that says ½ everywhere", "处处回答 ½ 的判别器的 V"),
                optimal_critic.value(torch.zeros_like(p), p, q).item(),
                -LOG4,
                1e-12,
            )
        ]
    )


def _random_atoms(seed: int) -> list[Tensor]:
    """Return log-masses of data and samples on a few atoms."""
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(ATOMS, generator=rng, dtype=torch.float64).log_softmax(0) for _ in range(2)]


def _atoms(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("The best answer", "最优应答"))
    yield Prose(
        Text(
            "At one point x the critic chooses one number y = D(x), and gains p·log y + q·log(1 − y). The slope "
            "p/y − q/(1 − y) is 0 at one place only (equation 2):",
            "在一点 x 上，判别器只选一个数 y = D(x)，收益为 p·log y + q·log(1 − y)。其导数 p/y − q/(1 − y) 只在一处为 0（式 2）：",
        )
    )
    yield Formula(
        r"D^*(x) = \frac{p(x)}{p(x) + q(x)}",
        "D*(x) = p(x)/(p(x) + q(x))",
    )
    yield Formula(
        r"\log\frac{D^*(x)}{1 - D^*(x)} = \log p(x) - \log q(x)",
        "its logit = log p(x) − log q(x)",
    )
    yield Prose(
        Text(
            "Put into V, this gives what the generator really minimises (equations 4 to 6). With m = (p + q)/2, "
            "each logarithm is that of p/2m or q/2m; the two halves leave −log 4, the rest is the "
            "Jensen–Shannon divergence:",
            "代入 V，就得到生成器真正在最小化的量（式 4 至 6）。记 m = (p + q)/2，两个对数分别是 log(p/2m) 与 log(q/2m)；"
            "两个 ½ 合成 −log 4，剩下的是 Jensen–Shannon 散度：",
        )
    )
    yield Formula(
        r"C(G) = \max_D V(D, G) = -\log 4 + 2\,\mathrm{JSD}(p \,\|\, q)",
        "C(G) = max over D of V = −log 4 + 2·JSD(p‖q)",
    )
    yield Formula(
        r"2\,\mathrm{JSD}(p \,\|\, q) = \mathrm{KL}(p \,\|\, m) + \mathrm{KL}(q \,\|\, m)",
        "2·JSD(p‖q) = KL(p‖m) + KL(q‖m)",
    )
    yield Prose(
        Text(
            f"JSD is 0 where q = p and never above log 2, so C(G) lies between −log 4 and 0. Below, p and q are "
            f"random masses on {ATOMS} atoms. The critic is a table of {ATOMS} logits; it starts at ½ and climbs V "
            f"by plain gradient steps, with this project's own loss.",
            f"JSD 在 q = p 时为 0，且不超过 log 2，所以 C(G) 介于 −log 4 与 0 之间。下面 p、q 是 {ATOMS} 个原子上的随机质量，"
            f"判别器是一张有 {ATOMS} 个 logit 的表，从 ½ 出发，用本项目自己的损失沿梯度上升 V。",
        )
    )
    p, q = _random_atoms(lesson.seed)
    logits = list(optimal_critic.ascended(p, q, CLIMB))
    best = (p - q).sigmoid()
    learned = logits[-1].sigmoid()
    worst = (learned - best).abs().argmax()
    yield Numbers(
        [
            Number(
                "table_critic",
                Text(
                    f"learned D after {CLIMB} steps, where it is furthest from p/(p + q)",
                    f"{CLIMB} 步后学到的 D，取与 p/(p + q) 相差最大处",
                ),
                learned[worst].item(),
                best[worst].item(),
                1e-6,
            ),
            Number(
                "table_value",
                Text(
                    "V of the learned critic, against −log 4 + 2·JSD", "学到的判别器的 V，对照 −log 4 + 2·JSD"
                ),
                optimal_critic.value(logits[-1], p, q).item(),
                optimal_critic.cost(p, q).item(),
                1e-8,
            ),
            Number(
                "same",
                Text("C(G) where q = p", "q = p 时的 C(G)"),
                optimal_critic.value(p - p, p, p).item(),
                -LOG4,
                1e-12,
            ),
            Number(
                "apart",
                Text(
                    "C(G) of bells that are 30 widths apart: JSD = log 2",
                    "相距 30 个标准差的两个钟形的 C(G)：JSD = log 2",
                ),
                optimal_critic.cost(divergences.bells(LINE, -15.0), divergences.bells(LINE, 15.0)).item(),
                0.0,
                1e-12,
            ),
        ]
    )
    moments = lesson.moments(60, 31, 3)
    yield Film(
        "atoms",
        lambda style, moment: _table(style, p, q, logits[moments[moment]]),
        [at_step(moment) for moment in moments],
        Text(
            "Above: the masses of data (blue) and samples (vermilion). Below: D climbs to its best answer, the "
            "rings. Atoms that are rare in both take longest.",
            "上图：数据（蓝）与样本（朱红）的质量。下图：D 上升到最优应答（圆圈）。两者都稀少的原子最慢。",
        ),
        Text(
            "Bars of two distributions on eight atoms, and under each atom a dot that moves from one half to "
            "p/(p + q).",
            "八个原子上两个分布的柱形图，每个原子下方有一个点从二分之一移动到 p/(p + q)。",
        ),
    )


def _table(style: Style, p: Tensor, q: Tensor, logit: Tensor) -> Image.Image:
    blue, red = style.theme.lines[:2]
    at, best, answer = np.arange(ATOMS), (p - q).sigmoid().numpy(), logit.sigmoid().numpy()
    real, made = p.exp().numpy(), q.exp().numpy()

    def paint(places):
        masses, answers = places
        masses.bar(at - 0.18, real, 0.34, color=blue, label="p")
        masses.bar(at + 0.18, made, 0.34, color=red, label="q")
        masses.set(ylim=(0, 1.35 * max(real.max(), made.max())))
        key(masses, style, loc="upper center", ncols=2)
        answers.vlines(at, 0.5, answer, color=blue, lw=2)
        answers.plot(at, answer, "o", color=blue, ms=7, label="D")
        answers.plot(at, best, "o", ms=11, mfc="none", mec=style.theme.ink, mew=1.2, label="p/(p + q)")
        answers.axhline(0.5, color=style.theme.faint, lw=1, ls=":")
        answers.set(ylim=(0, 1.35), yticks=(0, 0.5, 1), xticks=at)
        key(answers, style, loc="upper center", ncols=2)

    return drawn(style, paint, rows=2, size=(7.2, 3.8), dpi=FRAME, sharex=True)


def _bells(lesson: Lesson, mu: float) -> Iterator[Block]:
    yield Heading(Text("Two bells", "两个钟形"))
    yield Prose(
        Text(
            "Let the data be N(0, 1) and the samples N(μ, 1). The squares cancel, and the best critic's logit is a "
            "straight line: logistic regression is all that it takes. Its slope is −μ, learned here from samples, to within five standard errors.",
            "设数据为 N(0, 1)，样本为 N(μ, 1)。平方项相消，最优判别器的 logit 是一条直线：逻辑回归就够了。斜率为 −μ，下面由样本学得，允许五个标准误差。",
        )
    )
    yield Formula(
        r"\log p(x) - \log q(x) = \tfrac{1}{2}(x - \mu)^2 - \tfrac{1}{2}x^2 = \tfrac{1}{2}\mu^2 - \mu x",
        "log p(x) − log q(x) = ½(x − μ)² − ½x² = ½μ² − μx",
    )
    count = lesson.pick(1_000_000, 50_000)
    slope, offset = optimal_critic.learned_line(mu, count, lesson.seed)
    of_slope, of_offset = optimal_critic.line_errors(mu, count)
    p, q = (divergences.bells(LINE, centre) for centre in (0.0, mu))
    yield Numbers(
        [
            Number(
                "slope",
                Text(f"slope, from {count:,} samples of each", f"斜率，各用 {count:,} 个样本"),
                slope,
                0 - mu,
                5 * of_slope,
            ),
            Number("offset", Text("offset", "截距"), offset, mu**2 / 2, 5 * of_offset),
            Number(
                "bells_value",
                Text(
                    "V of that line, against C(G) = −log 4 + 2·JSD", "这条直线的 V，对照 C(G) = −log 4 + 2·JSD"
                ),
                optimal_critic.value(slope * LINE + offset, p, q).item(),
                optimal_critic.cost(p, q).item(),
                1e-3,
            ),
        ]
    )
    yield Knobs(
        "optimal_critic",
        [
            Slider("mean", Text("mean of samples μ", "样本的均值 μ"), 0, 6, 0.1, mu),
            Slider("data", Text("width of the data", "数据的宽度"), 0.3, 3, 0.1, 1.0),
            Slider("samples", Text("width of the samples", "样本的宽度"), 0.3, 3, 0.1, 1.0),
        ],
        [("jsd", "JSD(p‖q)"), ("cost", "C(G)"), ("forward", "KL(p‖q)"), ("reverse", "KL(q‖p)")],
        Text(
            "Move the samples onto the data: D* becomes ½ everywhere and C(G) −1.386. Make them narrow: D* dips "
            "where they are, and is sure of data beside them. Move them away: JSD stops at 0.693.",
            "把样本移到数据上：D* 处处为 ½，C(G) 为 −1.386。让样本变窄：D* 在样本处凹下，在两旁确信是数据。把样本移远：JSD 停在 0.693。",
        ),
        Text(
            "Densities of data and samples, and the best critic between 0 and 1",
            "数据与样本的密度，以及介于 0 与 1 之间的最优判别器",
        ),
    )


def _likelihood(lesson: Lesson, mu: float) -> Iterator[Block]:
    yield Heading(Text("And maximum likelihood?", "那么最大似然呢？"))
    yield Prose(
        Text(
            "A model with a density could be fitted without a critic: raise the mean of log q over the data. That is "
            "to lower KL(p‖q), since that mean is −H(p) − KL(p‖q) and H(p) does not depend on the model. A GAN's "
            "generator has no density to ask for; the critic stands in, and the price is another divergence.",
            "有密度的模型不需要判别器：提高 log q 在数据上的平均值即可。这等于降低 KL(p‖q)，因为这个平均值就是 −H(p) − KL(p‖q)，"
            "而 H(p) 与模型无关。GAN 的生成器没有可求的密度，由判别器代替，代价是换成另一种散度。",
        )
    )
    count = lesson.pick(1_000_000, 50_000)
    data = np.random.default_rng(lesson.seed).standard_normal(count)
    unlikely = float(np.mean(0.5 * (data - mu) ** 2) + 0.5 * math.log(2 * math.pi))
    p, q = (divergences.bells(LINE, centre) for centre in (0.0, mu))
    yield Numbers(
        [
            Number(
                "likelihood",
                Text(
                    "mean of −log q over samples of the data, less H(p): KL(p‖q) = μ²/2",
                    "−log q 在数据样本上的平均值减去 H(p)：KL(p‖q) = μ²/2",
                ),
                unlikely - 0.5 * math.log(2 * math.pi * math.e),
                mu**2 / 2,
                5 * math.sqrt((0.5 + mu**2) / count),
            ),
            Number(
                "forward",
                Text("KL(p‖q) by sums on a grid", "KL(p‖q)，网格求和"),
                divergences.kl(p, q).item(),
                mu**2 / 2,
                1e-9,
            ),
            Number(
                "near",
                Text("JSD at μ = 0.1, against μ²/8", "μ = 0.1 时的 JSD，对照 μ²/8"),
                divergences.jensen_shannon(p, divergences.bells(LINE, 0.1)).item(),
                0.1**2 / 8,
                5e-6,
            ),
        ]
    )
    yield Picture(
        "divergences",
        _divergences,
        Text(
            "KL pulls harder the further away samples are. JSD levels off at log 2: far away it has no slope, and "
            "a generator that follows it has no direction.",
            "样本越远，KL 拉得越紧。JSD 在 log 2 处变平：远处没有斜率，沿它走的生成器没有方向。",
        ),
        Text(
            "Curves over the distance μ of two bells: KL is a parabola, 2 JSD rises and levels off at log 4.",
            "两个钟形的距离 μ 的函数曲线：KL 是抛物线，2·JSD 上升后在 log 4 处变平。",
        ),
    )


def _divergences(style: Style) -> Image.Image:
    red, green = style.theme.lines[1:3]
    distance = np.linspace(0, 6, 121)
    p = divergences.bells(LINE, 0.0)
    jsd = [2 * divergences.jensen_shannon(p, divergences.bells(LINE, mu)).item() for mu in distance]

    def paint(places):
        (place,) = places
        place.plot(distance, distance**2 / 2, color=green, lw=2, label="KL(p‖q) = μ²/2")
        place.plot(distance, jsd, color=red, lw=2, label="2·JSD(p‖q)")
        place.axhline(LOG4, color=style.theme.faint, lw=1, ls=":", label="log 4")
        place.set(xlabel="μ", ylim=(0, 4), xlim=(0, 6))
        key(place, style, loc="upper right")

    return drawn(style, paint, size=(7.2, 3.0))


def _finite(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("When there are only examples", "只有有限样本时"))
    yield Prose(
        Text(
            "So far p and q were known. A run has n examples of each, and what is best depends on what the critic can "
            "tell apart. Let q = p. A critic of K cells of equal mass finds a divergence of about (K − 1)/4n that is "
            "nothing but chance. One that tells all examples apart knows them by heart: its V is 0, whatever q is. "
            "Equation 2 does not say what a critic makes of points between examples; its network, its penalties and "
            "the step at which it stops do.",
            "到此为止 p 与 q 都是已知的。实际训练时双方各只有 n 个样本，什么是最优取决于判别器能分辨什么。设 q = p。"
            "能分辨 K 个等质量格子的判别器会找到约 (K − 1)/4n 的散度，那纯属偶然。能分辨每一个样本的判别器则把它们全部背下："
            "无论 q 如何，V 都是 0。至于样本之间的点该如何回答，式 2 并没有说；决定它的是网络、惩罚与何时停止训练。",
        )
    )
    cells, count, draws = 8, 1_000, lesson.pick(1_000, 100)
    yield Numbers(
        [
            Number(
                "by_chance",
                Text(
                    f"JSD where q = p, {cells} cells, {count:,} examples: mean of {draws:,} draws",
                    f"q = p 时的 JSD，{cells} 个格子，{count:,} 个样本：{draws:,} 次抽样的平均",
                ),
                optimal_critic.by_chance(cells, count, draws, lesson.seed),
                (cells - 1) / (4 * count),
                5 * math.sqrt(2 * (cells - 1) / draws) / (4 * count) + 1e-5,
            ),
            Number(
                "by_heart",
                Text("V of a critic that knows all by heart", "把样本全部背下的判别器的 V"),
                optimal_critic.by_heart(200),
                0.0,
                1e-9,
            ),
        ]
    )


def _in_training(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("A GAN in training", "训练中的 GAN"))
    yield Prose(
        Text(
            "Now both learn. Generator and critic are networks with two hidden layers, z is uniform in (−1, 1), the "
            "data are N(0, 1), and the generator follows the non-saturating loss after every second step of the critic. The film is Figure 1 of the "
            "paper, from a real run: the line below is z, the arrows are x = G(z). Samples go where D rises; D "
            "answers; in the end it cannot tell, and says ½ where there is anything to see.",
            "现在双方都学习。生成器与判别器都是两个隐藏层的网络，z 在 (−1, 1) 上均匀分布，数据为 N(0, 1)，判别器每走两步，生成器按非饱和损失走一步。"
            "影片就是论文的图 1，但来自一次真实的训练：下方的直线是 z，箭头是 x = G(z)。样本走向 D 升高之处，D 随之应答；"
            "最后它无法分辨，在有样本或数据的地方都回答 ½。",
        )
    )
    steps = lesson.pick(1500, 60)
    game = LineGame(lesson.seed, steps)
    moments = lesson.moments(steps, 41, 3)
    story = [game.moment()]
    for step in moments[1:]:
        game.play(step - game.steps)
        story.append(game.moment())
        lesson.progress("training", game.steps, steps)
    p, last = line_game.DATA, story[-1]
    weight = (p.exp() + last.q.exp()) / 2
    undecided = (weight * (last.logit.sigmoid() - 0.5).abs()).sum().item()
    yield Numbers(
        [
            Number("first_jsd", Text("JSD at first", "最初的 JSD"), story[0].divergence),
            Number("last_jsd", Text(f"JSD after {steps} steps", f"{steps} 步后的 JSD"), last.divergence),
            Number("last_value", Text("V of the critic then", "此时判别器的 V"), last.value),
            Number(
                "last_cost",
                Text("the most that any critic could have: C(G)", "任何判别器的上限：C(G)"),
                2 * last.divergence - LOG4,
            ),
            Number(
                "undecided",
                Text("mean of |D − ½| over data and samples", "|D − ½| 在数据与样本上的平均值"),
                undecided,
            ),
        ]
    )
    yield Film(
        "figure-1",
        lambda style, moment: _figure_one(style, story[moment]),
        [at_step(moment.step) for moment in story],
        Text(
            "Data p (blue), samples q (vermilion), the critic D (dashed), and the best critic p/(p + q) for these "
            "samples (dotted). Below: from z to x.",
            "数据 p（蓝）、样本 q（朱红）、判别器 D（虚线），以及针对当前样本的最优判别器 p/(p + q)（点线）。下方：从 z 到 x。",
        ),
        Text(
            "The density of samples starts as a block to the right of the data's bell, moves onto it and spreads "
            "until it covers it; the critic's curve flattens to one half.",
            "样本的密度起初是数据钟形右边的一块，随后移到钟形上并展开直到覆盖它；判别器曲线变平到二分之一。",
        ),
        seconds=8.0,
    )
    yield Picture(
        "values",
        lambda style: _values(style, story),
        Text(
            "The critic's V stays under C(G), the best that it could have. Both end near −log 4. V alone does not "
            "tell how good samples are: it hangs near −log 4 from the moment when the critic is overtaken.",
            "判别器的 V 始终低于它可能达到的最大值 C(G)，两者最后都接近 −log 4。单看 V 看不出样本的好坏："
            "从判别器被赶上的那一刻起，它就一直停在 −log 4 附近。",
        ),
        Text(
            "Two curves against steps: C(G) falls from 0 to about −log 4, V lies below it.",
            "随步数变化的两条曲线：C(G) 从 0 降到约 −log 4，V 在其下方。",
        ),
    )


def _figure_one(style: Style, moment: Moment) -> Image.Image:
    blue, red = style.theme.lines[:2]
    x, cell = line_game.X.numpy(), line_game.CELL
    p, q = (log.exp().numpy() / cell for log in (line_game.DATA, moment.q))
    best = (line_game.DATA - moment.q).sigmoid().numpy()

    def paint(places):
        above, below = places
        above.fill_between(x, p, color=blue, alpha=0.25, lw=0)
        above.plot(x, p, color=blue, lw=1.4, label="p")
        above.fill_between(x, q, color=red, alpha=0.3, lw=0)
        above.plot(x, q, color=red, lw=1.4, label="q")
        above.plot(x, best, ":", color=style.theme.ink, lw=1.3, label="p/(p + q)")
        above.plot(x, moment.logit.sigmoid().numpy(), "--", color=blue, lw=2, label="D")
        above.set(xlim=(-4.2, 5.4), ylim=(0, 1.3), yticks=(0, 0.5, 1))
        key(above, style, loc="upper left", ncols=4)
        noise = np.linspace(0, len(line_game.Z) - 1, 41).round().astype(int)
        for z, made in zip(4 * line_game.Z.numpy()[noise], moment.made[noise], strict=True):
            below.annotate(
                "", (made, 1), (z, 0), arrowprops={"arrowstyle": "->", "color": red, "lw": 0.7, "alpha": 0.8}
            )
        below.set(ylim=(-0.06, 1.06), yticks=(0, 1), yticklabels=("z", "x"))
        below.tick_params(axis="y", labelsize=11)

    return drawn(style, paint, rows=2, size=(7.2, 4.4), dpi=FRAME, sharex=True, heights=(3, 1.3))


def _values(style: Style, story: list[Moment]) -> Image.Image:
    blue, red = style.theme.lines[:2]
    steps = [moment.step for moment in story]

    def paint(places):
        (place,) = places
        place.plot(steps, [2 * moment.divergence - LOG4 for moment in story], color=red, lw=2, label="C(G)")
        place.plot(steps, [moment.value for moment in story], color=blue, lw=2, label="V(D, G)")
        place.axhline(-LOG4, color=style.theme.faint, lw=1, ls=":", label="−log 4")
        place.set(xlabel=style.say(STEP), ylim=(-1.9, 0.1), xlim=(0, steps[-1]))
        key(place, style, loc="upper right")

    return drawn(style, paint, size=(7.2, 2.8))


def _two_steps(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("Why not train D to the end first?", "为什么不先把 D 训练到底？"))
    yield Prose(
        Text(
            "The theory asks for the best critic. So why not find it first, and then train the generator? There are "
            "two reasons. First, against a fixed critic the generator's aim is the mean of log(1 − D(x)) over q, which is "
            "linear in q: its best answer is all mass at the one point where D is largest. Nothing in it says "
            "“like the data”. With two bells, the best critic's line falls for ever, and the generator runs through "
            "the data and on. With the critic renewed at every step, it stops at 0.",
            "理论要求最优的判别器，那为什么不先求出它，再训练生成器？有两个原因。第一，面对固定的判别器，生成器的目标 "
            "log(1 − D(x)) 在 q 下的平均值，关于 q 是线性的：最优解是把全部质量放在 D 最大的那一点，其中没有任何东西要求“像数据”。"
            "对两个钟形，最优判别器的直线无止境地下降，生成器穿过数据继续跑下去；若每步都更新判别器，它就停在 0。",
        )
    )
    steps = 150
    paths = {
        renewed: optimal_critic.generator_path("minimax", 2.0, steps, rate=0.2, renewed=renewed)
        for renewed in (False, True)
    }
    game = LineGame(lesson.seed)
    critic_steps, generator_steps = lesson.pick(1000, 50), lesson.pick(400, 40)
    game.play(critic_steps, ("d",))
    before = game.moment()
    game.play(generator_steps, ("g",))
    after = game.moment()
    yield Numbers(
        [
            Number(
                "renewed",
                Text(
                    f"bells, critic renewed: mean after {steps} steps",
                    f"两个钟形，判别器每步更新：{steps} 步后的均值",
                ),
                float(paths[True][-1]),
                0.0,
                1e-3,
            ),
            Number(
                "fixed",
                Text("bells, critic fixed: mean after as many", "两个钟形，判别器固定：同样步数后的均值"),
                float(paths[False][-1]),
            ),
            Number(
                "collapsed_mean",
                Text(
                    f"networks, {critic_steps} steps of D, then {generator_steps} of G: mean (data: 0)",
                    f"网络，先 {critic_steps} 步 D，再 {generator_steps} 步 G：均值（数据为 0）",
                ),
                float(after.made.mean()),
            ),
            Number(
                "collapsed_spread",
                Text(
                    "networks: standard deviation of samples then (data: 1)",
                    "网络：此时样本的标准差（数据为 1）",
                ),
                after.spread,
            ),
            Number(
                "fooled", Text("networks: V of the fixed critic then", "网络：此时固定判别器的 V"), after.value
            ),
        ]
    )
    yield Picture(
        "two-steps",
        lambda style: _passed(style, paths, before, after),
        Text(
            "Left: a bell's mean against steps. Right: the networks. Samples that followed a fixed critic "
            "stop where D is flat, huddled together: the paper's Helvetica scenario.",
            "左：钟形的均值随步数的变化。右：网络。跟随固定判别器的样本停在 D 变平之处，挤成一团：这就是论文所说的“Helvetica 情形”。",
        ),
        Text(
            "Left, one curve ends at 0 and one falls without end. Right, a narrow peak of samples where the critic says 1.",
            "左图一条曲线停在 0，另一条一直下降。右图样本在判别器回答 1 之处成为一个窄峰。",
        ),
    )
    yield Prose(
        Text(
            f"Second, a critic that is sure gives no direction. Here samples start at {FAR:g}, the generator waits, and "
            "only the critic learns. The better it becomes, the smaller the gradient that reaches the generator "
            "under the minimax loss (Arjovsky and Bottou 2017, theorem 2.4). The non-saturating loss keeps a "
            "gradient, which is why it is used; the topic “updates” looks at it closely.",
            f"第二，十分确信的判别器不给方向。这里样本从 {FAR:g} 出发，生成器不动，只让判别器学习。它越好，"
            "在 minimax 损失下传到生成器的梯度就越小（Arjovsky 与 Bottou 2017，定理 2.4）。非饱和损失仍有梯度，"
            "这正是人们使用它的原因；主题 updates 会仔细考察它。",
        )
    )
    game = LineGame(lesson.seed, start=FAR)
    looks = lesson.moments(lesson.pick(600, 50), 25, 4)
    pulls: list[dict[str, float]] = []
    for step in looks:
        game.play(step - game.steps, ("d",))
        pulls.append({rule: game.pull(rule) for rule in ("minimax", "non_saturating")})
        lesson.progress("the critic alone", step, looks[-1])
    peak = max(pull["minimax"] for pull in pulls)
    yield Numbers(
        [
            Number(
                f"pull_{rule}",
                of(
                    rule,
                    f"gradient on the generator after {looks[-1]} critic steps",
                    f"判别器 {looks[-1]} 步后生成器上的梯度",
                ),
                pulls[-1][rule],
            )
            for rule in ("minimax", "non_saturating")
        ]
        + [Number("pull_peak", Text("minimax at its largest", "minimax 的最大值"), peak)]
    )
    yield Picture(
        "vanishing",
        lambda style: _vanishing(style, looks, pulls),
        Text(
            "The norm of the generator's gradient while the critic alone learns. It should play along, not ahead.",
            "只有判别器学习时，生成器梯度的范数。判别器应当与生成器同行，而不是远远走在前面。",
        ),
        Text(
            "On a logarithmic scale the minimax gradient rises briefly and then falls by orders of magnitude; the "
            "non-saturating one stays large.",
            "对数坐标下，minimax 的梯度短暂上升后下降若干个数量级；非饱和的梯度一直很大。",
        ),
    )


def _passed(style: Style, paths: dict[bool, np.ndarray], before: Moment, after: Moment) -> Image.Image:
    blue, red, green = style.theme.lines[:3]
    x, cell = line_game.X.numpy(), line_game.CELL

    def paint(places):
        bell, line = places
        bell.plot(paths[False], color=red, lw=2, label=style.say(Text("D fixed", "D 固定")))
        bell.plot(paths[True], color=green, lw=2, label=style.say(Text("D renewed", "D 更新")))
        bell.axhline(0, color=style.theme.faint, lw=1, ls=":")
        bell.set(xlim=(0, 80), ylim=(-6, 2.4), xlabel=style.say(STEP), ylabel="θ")
        key(bell, style, loc="lower right")
        line.fill_between(x, line_game.DATA.exp().numpy() / cell, color=blue, alpha=0.3, lw=0, label="p")
        line.fill_between(
            x,
            before.q.exp().numpy() / cell,
            color=red,
            alpha=0.3,
            lw=0,
            label=style.say(Text("q before", "之前的 q")),
        )
        line.fill_between(
            x, after.q.exp().numpy() / cell, color=red, lw=0, label=style.say(Text("q after", "之后的 q"))
        )
        line.plot(x, before.logit.sigmoid().numpy(), "--", color=blue, lw=1.6, label="D")
        line.set(xlim=(-6, 5), ylim=(0, 2.2), xlabel="x")
        key(line, style, loc="upper left")

    return drawn(style, paint, columns=2, size=(7.4, 3.0))


def _vanishing(style: Style, looks: list[int], pulls: list[dict[str, float]]) -> Image.Image:
    def paint(places):
        (place,) = places
        for rule, colour in zip(("minimax", "non_saturating"), style.theme.lines[1:3], strict=True):
            name = style.say(OBJECTIVES[rule])
            place.semilogy(looks, [pull[rule] for pull in pulls], color=colour, lw=2, label=name)
        place.set(xlabel=style.say(CRITIC_STEPS), xlim=(0, looks[-1]))
        key(place, style, loc="center right")

    return drawn(style, paint, size=(7.2, 2.8))
