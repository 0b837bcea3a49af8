"""Energies, their margin, and codes that repel each other: the energy-based GAN."""

from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import recipes
from saddlepoint.core.seeds import generator
from saddlepoint.data import load
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
from saddlepoint.explaining.drawing import FRAME, drawn, key, mark, tinted
from saddlepoint.explaining.phrases import STEP, at_step
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.objectives.energy import margin_loss, pulling_away
from saddlepoint.theory import energy

DISTANCES = (0.0, 1.0, 2.0)  # between the means of two bells
MARGINS = 0.5, 1.0  # with which the game's valley closes around the data, and its loss comes near the margin
LONG = 100.0  # time for which one energy is raised
BETAS = (1.0, 4.0, 16.0)
CODES, DIMENSIONS = 8, 2
NEAR = 0.25  # of a mode


@topic("energy", title=Text("Energies with a margin", "带间隔的能量"), order=6)
def energy_topic(lesson: Lesson, *, margin: float = 1.0, repel: float = 0.1) -> Iterator[Block]:
    """What the margin of an energy-based GAN does, and what its repelling term does to codes.

    Args:
        margin: of the game that is played, 0.5 to 1.
        repel: weight of the repelling term in the second game.
    """
    low, high = MARGINS
    if not low <= margin <= high:
        raise UserError(f"--margin takes a number from {low:g} to {high:g}, got {margin:g}")
    yield Prose(
        Text(
            "A critic need not speak of probabilities. In the energy-based GAN (Zhao et al. 2016) it is an "
            "autoencoder: its energy D(x) is how badly it rebuilds x. It lowers the energy of data and raises that "
            "of samples, but only up to a margin m. The generator seeks low energy (equations 1 and 2).",
            "判别器不必谈概率。在基于能量的 GAN（Zhao 等 2016）里，它是一个自编码器：能量 D(x) 就是重建 x 的误差。"
            "它压低数据的能量，抬高样本的能量，但最多抬到间隔 m。生成器则去找能量低的地方（式 1、2）。",
        )
    )
    yield Formula(
        r"L_D = D(x) + [m - D(G(z))]_+ , \qquad L_G = D(G(z))",
        "L_D = D(x) + max(0, m − D(G(z))),   L_G = D(G(z))",
    )
    yield from _margin(margin)
    plain, pushed = _games(lesson, margin, repel)
    yield from _landscape(lesson, margin, plain)
    yield from _pictures()
    yield from _probabilities(plain[-1])
    yield from _without_end(lesson)
    yield from _codes(lesson, repel, plain[-1], pushed[-1])


def _margin(margin: float) -> Iterator[Block]:
    yield Heading(Text("What the margin buys", "间隔的作用"))
    yield Prose(
        Text(
            "At a point where data have density p and samples q, the critic pays p·D + q·[m − D]₊. That falls and "
            "rises in straight lines, so the cheapest energy is m where p < q and 0 elsewhere (lemma 1). What it "
            "still pays is m times the area under both densities: V = m·(1 − TV), with TV the total variation "
            "between them. The best generator makes that as large as it can be, m, and then q = p (theorem 1). At "
            "that point every constant energy from 0 to m costs the same (theorem 2): the critic knows nothing "
            "any more.",
            "在数据密度为 p、样本密度为 q 的点上，判别器的代价是 p·D + q·[m − D]₊。它由两段直线组成，所以 p < q 处最省的能量是 m，"
            "其余处是 0（引理 1）。剩下的代价是 m 乘以两条密度曲线公共部分的面积：V = m·(1 − TV)，TV 是两者的全变差距离。"
            "最好的生成器把它推到最大值 m，此时 q = p（定理 1）；这时从 0 到 m 的任何常数能量代价都一样（定理 2）："
            "判别器再也分不出什么。",
        )
    )
    yield Formula(
        r"\min_D V = m \int \min(p, q)\, dx = m\,(1 - \mathrm{TV}(p, q))",
        "min over D of V = m·∫ min(p, q) dx = m·(1 − TV(p, q))",
    )
    tried = energy.cheapest(np.array([1.0, 2.0]), np.array([2.0, 1.0]), margin)
    rows = [
        Number(
            "lemma_margin",
            Text("p = 1, q = 2: cheapest energy, exact: m", "p = 1，q = 2：最省的能量；精确值为 m"),
            tried[0],
            margin,
            1e-9,
        ),
        Number(
            "lemma_nought",
            Text("p = 2, q = 1: cheapest energy", "p = 2，q = 1：最省的能量"),
            tried[1],
            0.0,
            1e-9,
        ),
    ]
    for distance in DISTANCES:
        _, real, fake = energy.bells(distance)
        least = energy.value(real, fake, energy.cheapest(real, fake, margin), margin)
        rows.append(
            Number(
                f"value_{distance:g}",
                Text(
                    f"two bells {distance:g} apart: least V, exact: m·erfc({distance:g}/√8)",
                    f"两个相距 {distance:g} 的钟形：最小的 V；精确值为 m·erfc({distance:g}/√8)",
                ),
                least,
                margin * float(torch.special.erfc(torch.tensor(distance / 8**0.5, dtype=torch.float64))),
                1e-5 * margin,
            )
        )
    _, real, fake = energy.bells(0.0)
    flat = [energy.value(real, fake, np.full_like(real, level), margin) for level in (0.0, margin / 3, margin)]
    rows.append(
        Number(
            "flat",
            Text(
                "q = p: largest |V − m| of constant energies 0, m/3 and m",
                "q = p：常数能量 0、m/3、m 下 |V − m| 的最大值",
            ),
            max(abs(one - margin) for one in flat),
            0.0,
            1e-9 * margin,
        )
    )
    fakes = torch.tensor([0.0, 2 * margin], dtype=torch.float64)
    nothing = torch.zeros(2, dtype=torch.float64)
    rows += [
        Number(
            "each",
            Text(
                "fakes of energy 0 and 2m: the loss, sample by sample; exact: m/2",
                "能量为 0 和 2m 的两个样本：逐个计算的损失；精确值为 m/2",
            ),
            margin_loss(nothing, fakes, margin).mean().item(),
            margin / 2,
            1e-12,
        ),
        Number(
            "of_mean",
            Text(
                "the same with the margin on their mean, as some code has it",
                "把间隔用在均值上（有些代码如此）的结果",
            ),
            margin_loss(nothing[:1], fakes.mean()[None], margin).item(),
            0.0,
            1e-12,
        ),
    ]
    yield Numbers(rows)
    yield Prose(
        Text(
            "The last two rows are a slip that is often copied. The margin belongs to each sample: on the mean of a "
            "batch, one fake of high energy hides another of none, and the critic has nothing to learn.",
            "最后两行是一个常被照抄的错误。间隔应作用于每个样本：若作用于一批的均值，一个高能量的样本就会掩盖另一个零能量的样本，"
            "判别器便什么也学不到。",
        )
    )
    yield Knobs(
        "energy",
        [
            Slider("distance", Text("distance of the means", "均值间的距离"), 0, 4, 0.1, 1.5),
            Slider("margin", Text("margin m", "间隔 m"), 0.1, 4, 0.1, round(margin, 1)),
        ],
        [
            ("value", "V"),
            ("variation", "TV"),
            ("of_real", Text("energy of data, mean", "数据的平均能量")),
            ("of_fake", Text("energy of samples, mean", "样本的平均能量")),
        ],
        Text(
            "Data (blue) and samples (vermilion), and below the cheapest energies. How large may V become, and does "
            "a larger margin change where the cliff stands?",
            "数据（蓝）与样本（橙红），下方是最省的能量。V 最大能到多少？加大间隔会移动悬崖的位置吗？",
        ),
        Text(
            "Two bell curves, and below a step from 0 to the margin where the second exceeds the first",
            "两条钟形曲线；下方的台阶在第二条超过第一条处从 0 升到 m",
        ),
    )


def _games(lesson: Lesson, margin: float, repel: float) -> tuple[list[energy.Moment], list[energy.Moment]]:
    """Return the game without and with the repelling term."""
    steps, moments = lesson.pick(600, 30), lesson.pick(25, 3)
    games = {
        weight: energy.played(
            steps, moments, margin=margin, repel=weight, seed=lesson.seed, progress=lesson.progress
        )
        for weight in dict.fromkeys((0.0, repel))
    }
    return games[0.0], games[repel]


def _landscape(lesson: Lesson, margin: float, plain: list[energy.Moment]) -> Iterator[Block]:
    yield Heading(Text("A landscape at work", "变化中的能量地形"))
    steps = plain[-1].step
    end = slice(-max(1, len(plain) // 3), None)
    yield Prose(
        Text(
            f"Eight heaps on a circle, a generator, and an autoencoder of three layers, trained for {steps} steps by "
            "this project's engine. The valley is where the autoencoder rebuilds. Samples roll into it, the critic "
            "raises the ground under them, and the valley closes around the data. Theorem 1 says "
            "where the critic's loss should come to rest: at m. A loss that stays high is good news here.",
            f"圆上的八堆点、一个生成器和一个三层自编码器，由本项目的引擎训练 {steps} 步。能被自编码器重建的地方成为山谷。"
            "样本滚进谷里，判别器抬高它们脚下的地面，山谷便向数据收拢。定理 1 说判别器的损失应停在 m："
            "损失居高不下，在这里反而是好消息。",
        )
    )
    yield Film(
        "landscape",
        lambda style, moment: _valley(style, lesson.seed, plain, moment, margin),
        [at_step(one.step) for one in plain],
        Text(
            "Left: energy, from 0 (blue) to m (paper); data are dots, samples vermilion. Right: the critic's loss and "
            "the mean energies of both.",
            "左：能量从 0（蓝）到 m（纸色）；小点是数据，橙红是样本。右：判别器的损失，以及两者的平均能量。",
        ),
        Text(
            "A blue valley that is a spot at first opens into a ring around eight heaps of dots; samples spread "
            "along it. Curves: the loss comes near the margin, the energies of data and samples draw near.",
            "蓝色山谷起初是一个斑点，随后张开成环，围住八堆点，样本沿环散开。曲线：损失停在间隔附近，数据与样本的能量相互靠近。",
        ),
    )
    yield Numbers(
        [
            Number(
                "loss",
                Text(
                    "critic's loss over m, last third of the moments",
                    "判别器损失与 m 之比（最后三分之一时刻的平均）",
                ),
                float(np.mean([one.terms["d/adversarial"] for one in plain[end]])) / margin,
            ),
            Number(
                "gap",
                Text("energy of samples less that of data, over m", "样本能量减数据能量，除以 m"),
                float(
                    np.mean([one.terms["energy of fake"] - one.terms["energy of real"] for one in plain[end]])
                )
                / margin,
            ),
        ]
    )


def _pictures() -> Iterator[Block]:
    digits = load("digits").splits["train"]
    small = digits.array[digits.all_rows].astype(np.float64) / 127.5 - 1  # (n, 8, 8, 1), −1 to 1
    large = small.repeat(2, axis=1).repeat(2, axis=2)
    pixels = small[0].size
    yield Prose(
        Text(
            "Which m for pictures? The energy is the length of what is lost, so it grows with the square root of the "
            "number of pixels, and m with it. The paper's grid found m = 10 for 28 × 28 pixels; the recipe ebgan takes "
            "10·√(pixels/784) where no --margin is given. For scale stands below what a critic pays on data that has learned "
            "the mean picture and nothing else: m should lie below it, and well above what data cost a critic that has "
            "learned them.",
            "图像该取多大的 m？能量是损失部分的长度，随像素数的平方根增长，m 也应如此。论文的网格搜索对 28 × 28 像素找到 m = 10；"
            "不给 --margin 时，配方 ebgan 取 10·√(像素数/784)。作为尺度，下面给出只学会平均图像的判别器在数据上付出的能量："
            "m 应低于它，并明显高于判别器学会之后数据的能量。",
        )
    )
    yield Numbers(
        [
            Number(
                "margin_of_digits",
                Text(f"m of the recipe for {pixels} pixels", f"{pixels} 个像素时配方的 m"),
                recipes.get("ebgan").build(load("digits").spec).family.references["d/adversarial"],
                10 * (pixels / 784) ** 0.5,
                1e-9,
            ),
            Number(
                "blind",
                Text("energy of digits for the mean picture", "平均图像对手写数字的能量"),
                energy.blind(small),
            ),
            Number(
                "blind_larger",
                Text("at twice the side, exact: twice as much", "边长加倍时；精确值为两倍"),
                energy.blind(large),
                2 * energy.blind(small),
                1e-6,
            ),
        ]
    )


def _valley(style: Style, seed: int, game: list[energy.Moment], moment: int, margin: float) -> Image.Image:
    now = game[moment]
    blue, red = style.theme.lines[:2]

    def paint(places):
        land, curves = places
        reach = energy.REACH
        land.imshow(
            tinted(style, 1 - now.energy / margin, blue),
            extent=(-reach, reach, -reach, reach),
            origin="lower",
            interpolation="bilinear",
        )
        land.plot(*energy.ring(seed, 160).T, ".", color=style.theme.ink, ms=2.5)
        land.plot(*now.samples.T, ".", color=red, ms=4)
        land.grid(False)
        land.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        steps = [one.step for one in game[: moment + 1]]
        for name, colour, said in (
            ("d/adversarial", style.theme.ink, style.say(Text("critic's loss", "判别器损失"))),
            ("energy of real", blue, "D(x)"),
            ("energy of fake", red, "D(G(z))"),
        ):
            curves.plot(
                steps, [one.terms[name] for one in game[: moment + 1]], color=colour, lw=1.6, label=said
            )
        curves.axhline(margin, color=style.theme.faint, lw=1, ls="--")
        mark(
            curves,
            style,
            game[-1].step,
            margin,
            "m",
            ha="right",
            va="bottom",
            xytext=(0, 2),
            textcoords="offset points",
        )
        curves.set(xlim=(0, game[-1].step), ylim=(0, 1.8 * margin), xlabel=style.say(STEP))
        key(curves, style, loc="upper right", ncols=3)

    return drawn(style, paint, columns=2, size=(7.4, 3.5), dpi=FRAME)


def _probabilities(last: energy.Moment) -> Iterator[Block]:
    yield Heading(Text("Energies as probabilities", "把能量读成概率"))
    yield Prose(
        Text(
            "An energy becomes a probability by Gibbs's formula, with an inverse temperature β that somebody must "
            "choose. For D = ½|x|² it is the normal distribution of variance 1/β. The landscape at the last step, "
            "read that way, puts its mass on the valley, and the colder the more. It is no density of the data, "
            "though: at the Nash point the energy is constant, and so would this be. The game leaves a sampler, not "
            "a density.",
            "用吉布斯公式可以把能量变成概率，其中的逆温度 β 要由人来定。当 D = ½|x|² 时，它就是方差为 1/β 的正态分布。"
            "把最后一步的地形这样读出来，质量落在山谷里，温度越低越集中。但它不是数据的密度：到了纳什均衡，能量处处相同，"
            "这个分布也会是平的。博弈留下的是采样器，而不是密度。",
        )
    )
    yield Formula(
        r"p_\beta(x) = \frac{e^{-\beta D(x)}}{Z}, \qquad Z = \int e^{-\beta D(x)}\,dx",
        "p(x) = exp(−β·D(x))/Z,   Z = ∫ exp(−β·D(x)) dx",
    )
    axis = np.linspace(-6, 6, 241)
    x, y = np.meshgrid(axis, axis)
    area = (axis[1] - axis[0]) ** 2
    normal = energy.gibbs((x**2 + y**2) / 2, 2.0, area)
    rows = [
        Number(
            "gibbs_variance",
            Text("D = ½|x|², β = 2: variance along x", "D = ½|x|²，β = 2：沿 x 的方差"),
            float((normal * x**2).sum() * area),
            0.5,
            1e-6,
        ),
        Number(
            "gibbs_peak",
            Text("its highest density, exact: β/2π", "最大密度；精确值为 β/2π"),
            float(normal.max()),
            1 / np.pi,
            1e-6,
        ),
    ]
    cell = (2 * energy.REACH / (energy.PIXELS - 1)) ** 2
    densities = {beta: energy.gibbs(last.energy, beta, cell) for beta in BETAS}
    near = energy.near_a_mode(NEAR)
    rows += [
        Number(
            f"near_{beta:g}",
            Text(
                f"β = {beta:g}: share within {NEAR:g} of a mode",
                f"β = {beta:g}：离某个峰不超过 {NEAR:g} 的份额",
            ),
            float(density[near].sum() * cell),
        )
        for beta, density in densities.items()
    ]
    rows.append(
        Number(
            "near_area", Text("the same of the square's area", "同一区域占正方形面积的份额"), float(near.mean())
        )
    )
    yield Numbers(rows)
    yield Picture(
        "gibbs",
        lambda style: _gibbs(style, densities),
        Text(
            "The last landscape as a probability, at three temperatures; each is scaled to its own peak.",
            "把最后的地形读成概率，三种温度；各图按自身峰值着色。",
        ),
        Text(
            "Three squares: a broad ring, a narrower one, and at the lowest temperature a few spots on it.",
            "三个方形：较宽的环、较窄的环，以及温度最低时环上的几个斑点。",
        ),
    )


def _gibbs(style: Style, densities: dict[float, np.ndarray]) -> Image.Image:
    def paint(places):
        reach = energy.REACH
        for place, (beta, density) in zip(places, densities.items(), strict=True):
            place.imshow(
                tinted(style, density / density.max(), style.theme.lines[0]),
                extent=(-reach, reach, -reach, reach),
                origin="lower",
                interpolation="bilinear",
            )
            place.grid(False)
            place.set(title=f"β = {beta:g}", xticks=(-1, 0, 1), yticks=(-1, 0, 1))

    return drawn(style, paint, columns=len(densities), size=(7.4, 2.8))


def _without_end(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("A margin without end", "没有尽头的间隔"))
    yield Prose(
        Text(
            "Write the vanilla critic's logit as an energy, s = −D. It pays log(1 + exp(−D)) for a fake: a margin "
            "loss with a soft corner that never ends, since its slope −σ(−D) is never 0. One fake that nothing "
            "holds back shows it. Under a margin its energy climbs at full speed to m and stops; under the vanilla "
            "loss it climbs for ever, ever more slowly, along E + exp(E) = 1 + t, about log t. A critic that can "
            "tell all samples apart never rests. This is where a margin, or a penalty, comes in.",
            "把普通判别器的 logit 写成能量：s = −D。它为一个样本付出 log(1 + exp(−D))：这是一个转角圆滑、没有尽头的间隔损失，"
            "因为斜率 −σ(−D) 永不为 0。看一个不受牵制的样本：有间隔时，它的能量全速升到 m 便停下；在普通损失下，"
            "它沿 E + exp(E) = 1 + t 一直上升，越来越慢，大致如 log t。能把样本全部分清的判别器永远不会停，这正是需要间隔或惩罚的地方。",
        )
    )
    rate = lesson.pick(2, 10) / 100
    paths = {m: energy.raised(m, LONG, rate) for m in (1.0, 2.0, 4.0)} | {None: energy.raised(None, LONG, rate)}
    soft = torch.tensor([1.0, 5.0, 10.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(energy.cross_entropy(torch.zeros(3), -soft).sum(), soft)
    yield Numbers(
        [
            Number(
                "endless",
                Text(f"vanilla: energy at t = {LONG:g}", f"普通损失：t = {LONG:g} 时的能量"),
                float(paths[None][-1]),
                energy.endless(LONG),
                rate,
            ),
            *(
                Number(
                    f"stopped_{m:g}",
                    Text(f"m = {m:g}: energy at t = {LONG:g}", f"m = {m:g}：t = {LONG:g} 时的能量"),
                    float(paths[m][-1]),
                    m,
                    rate,
                )
                for m in (1.0, 2.0, 4.0)
            ),
            *(
                Number(
                    f"slope_{level:g}",
                    Text(
                        f"vanilla: slope at energy {level:g}, exact: −σ(−{level:g})",
                        f"普通损失：能量为 {level:g} 处的斜率；精确值为 −σ(−{level:g})",
                    ),
                    float(slope[index]),
                    -1 / (1 + float(np.exp(level))),
                    1e-9,
                )
                for index, level in enumerate((1.0, 5.0, 10.0))
            ),
        ]
    )
    yield Picture(
        "without-end",
        lambda style: _climbs(style, paths, rate),
        Text(
            "Left: what a fake costs the critic, by its energy. Right: how the energy of one fake climbs.",
            "左：样本的能量与判别器为它付出的代价。右：一个样本的能量怎样上升。",
        ),
        Text(
            "Left: three lines that fall to 0 at their margins, and a curve that never reaches 0. Right: three "
            "lines that stop at their margins, and a curve that goes on rising slowly.",
            "左：三条在各自间隔处降到 0 的折线，和一条永远到不了 0 的曲线。右：三条停在间隔处的线，和一条一直缓慢上升的曲线。",
        ),
    )


def _climbs(style: Style, paths: dict[float | None, np.ndarray], rate: float) -> Image.Image:
    levels = torch.linspace(0, 6, 301, dtype=torch.float64)
    nothing = torch.zeros_like(levels)
    colours = dict(zip(paths, (*style.theme.lines[2:5], style.theme.lines[0]), strict=True))

    def paint(places):
        cost, climb = places
        for m, path in paths.items():
            said = style.say(Text("vanilla", "普通损失")) if m is None else f"m = {m:g}"
            paid = energy.cross_entropy(nothing + 50, -levels) if m is None else margin_loss(nothing, levels, m)
            cost.plot(levels, paid, color=colours[m], label=said)
            climb.plot(np.arange(len(path)) * rate, path, color=colours[m], label=said)
        cost.set(xlabel="D(G(z))", xlim=(0, 6), ylim=(0, 4.2), title=style.say(Text("loss", "损失")))
        climb.set(xlabel="t", xlim=(0, LONG), ylim=(0, 5), title="D(G(z))")
        key(cost, style, loc="upper right")

    return drawn(style, paint, columns=2, size=(7.4, 3.1))


def _codes(lesson: Lesson, repel: float, plain: energy.Moment, pushed: energy.Moment) -> Iterator[Block]:
    yield Heading(Text("Codes that repel", "相互排斥的编码"))
    yield Prose(
        Text(
            "Nothing so far stops the generator from making one sample again and again. The pulling-away term adds "
            "to its loss the mean squared cosine between the codes of different samples of a batch (section 2.4): 1 "
            "where all lie on one line, 0 where they are at right angles. The square matters: without it, codes on "
            "both sides of one line would look repelled.",
            "到目前为止，没有什么能阻止生成器一再生成同一个样本。排斥项（pulling-away term）把一批样本两两编码间夹角余弦的平方取平均，"
            "加到生成器的损失里（第 2.4 节）：全在一条直线上时为 1，互相垂直时为 0。平方不可少：没有它，"
            "分居一条直线两侧的编码看上去就像已经散开了。",
        )
    )
    yield Formula(
        r"f_{PT}(S) = \frac{1}{N(N-1)} \sum_i \sum_{j \neq i} \left( \frac{S_i^{\top} S_j}{\|S_i\|\,\|S_j\|} \right)^2 "
        r"\;\geq\; \frac{N - f}{f\,(N - 1)}",
        "f_PT = mean over i ≠ j of cos²(S_i, S_j)  ≥  (N − f)/(f·(N − 1))",
    )
    rng = generator(torch.device("cpu"), lesson.seed, "codes")
    line = torch.randn(1, 5, generator=rng, dtype=torch.float64)
    sides = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(4)[:, None] * line
    unit = sides / sides.norm(dim=1, keepdim=True)
    right = torch.linalg.qr(torch.randn(5, 5, generator=rng, dtype=torch.float64)).Q
    start = torch.randn(CODES, DIMENSIONS, generator=rng, dtype=torch.float64) * 0.3 + torch.tensor([1.0, 0.6])
    path = energy.repelled(start, lesson.pick(400, 150), 0.2)
    bundles = torch.eye(2, dtype=torch.float64).repeat(CODES // 2, 1)
    least = energy.least_repulsion(CODES, DIMENSIONS)
    yield Numbers(
        [
            Number(
                "same",
                Text("eight codes that are the same", "八个相同的编码"),
                pulling_away(line.expand(8, 5)).item(),
                1.0,
                1e-12,
            ),
            Number(
                "right_angles",
                Text("five codes at right angles", "五个互相垂直的编码"),
                pulling_away(right).item(),
                0.0,
                1e-12,
            ),
            Number(
                "both_sides",
                Text("eight codes on both sides of one line", "分居一条直线两侧的八个编码"),
                pulling_away(sides).item(),
                1.0,
                1e-12,
            ),
            Number(
                "without_square",
                Text("the same without the square, exact: −1/(N − 1)", "同上但不取平方；精确值为 −1/(N − 1)"),
                ((unit @ unit.T).sum().item() - 8) / 56,
                -1 / 7,
                1e-12,
            ),
            Number(
                "descended",
                Text(
                    f"{CODES} codes in the plane after descent, exact: the bound",
                    f"平面上 {CODES} 个编码下降之后；精确值为下界",
                ),
                pulling_away(path[-1]).item(),
                least,
                1e-6,
            ),
            Number(
                "bundles",
                Text(
                    f"{CODES} codes in two bundles at right angles, exact: the bound",
                    f"{CODES} 个编码成两束互相垂直；精确值为下界",
                ),
                pulling_away(bundles).item(),
                least,
                1e-12,
            ),
        ]
    )
    yield Picture(
        "repelled",
        lambda style: _circles(style, [path[0], path[-1], bundles]),
        Text(
            "Eight codes of length 1: at the start, after descending on the term, and in two bundles. The term cannot "
            "tell the last two apart: with more codes than dimensions it asks for balance, not for distance.",
            "八个长度为 1 的编码：开始时、沿排斥项下降之后、以及分成两束。后两种在它看来没有区别：编码多于维数时，"
            "它要的是平衡，而不是距离。",
        ),
        Text(
            "Three circles with arrows from the middle: a narrow fan, arrows in many directions, and two bundles at "
            "right angles.",
            "三个圆，箭头从圆心出发：一个窄扇形；指向许多方向的箭头；两束互相垂直的箭头。",
        ),
    )

    yield Prose(
        Text(
            "And in the game on the ring? The term can only help where samples are more alike than data. Their codes "
            "at the last step say how much there was to gain.",
            "在圆环上的博弈里又如何？只有当样本彼此比数据更相像时，排斥项才帮得上忙。最后一步的编码说明了还有多少余地。",
        )
    )
    yield Numbers(
        [
            Number(
                "repulsion_data",
                Text("repelling term of the data's codes", "数据编码的排斥项"),
                plain.repulsion[0],
            ),
            Number(
                "repulsion_plain",
                Text("of the samples' codes, trained without it", "样本编码的排斥项（训练时不加）"),
                plain.repulsion[1],
            ),
            Number(
                "repulsion_pushed",
                Text(
                    f"of the samples' codes, trained with {repel:g} of it",
                    f"样本编码的排斥项（训练时权重 {repel:g}）",
                ),
                pushed.repulsion[1],
            ),
        ]
    )


def _circles(style: Style, states: list[torch.Tensor]) -> Image.Image:
    titles = (
        Text("at the start", "开始"),
        Text("after descent", "下降之后"),
        Text("two bundles", "两束"),
    )

    def paint(places):
        angle = np.linspace(0, 2 * np.pi, 200)
        for place, codes, title in zip(places, states, titles, strict=True):
            place.plot(np.cos(angle), np.sin(angle), color=style.theme.rule, lw=1)
            for x, y in codes.tolist():
                place.annotate(
                    "",
                    (x, y),
                    (0, 0),
                    arrowprops={"arrowstyle": "->", "color": style.theme.lines[1], "lw": 1.6},
                )
            place.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal", xticks=(), yticks=())
            place.set_title(f"{style.say(title)}: {pulling_away(codes).item():.3f}")

    return drawn(style, paint, columns=3, size=(7.4, 2.9))
