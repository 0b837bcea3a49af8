"""A generator that makes one thing for all latents: how it comes about, and what brings the rest back."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from saddlepoint.data.mixture import Mixture
from saddlepoint.evaluate.metrics.modes import assign
from saddlepoint.evaluate.statistics import kl_divergence
from saddlepoint.explaining import drift
from saddlepoint.explaining.blocks import (
    Block,
    Code,
    Film,
    Formula,
    Heading,
    Knobs,
    Number,
    Numbers,
    Picture,
    Prose,
    Rows,
    Slider,
    Style,
)
from saddlepoint.explaining.drawing import FRAME, drawn, key
from saddlepoint.explaining.text import Say, Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.theory import coverage, packing
from saddlepoint.theory.point_game import GRID, RATE, RING, PointGame

POINTS, SCORED, SHOWN = 20_000, 2_000, 400  # of the data, to score, to draw
MOST = 4  # packs that are reckoned with
BOTH: dict[str, Any] = {"objective": "relativistic", "penalty": ("r1", "r2"), "gamma": 1.0}
HASTY: dict[str, Any] = {"rates": (RATE, 5 * RATE)}


@dataclass(frozen=True)
class Way:
    """One way to train.

    Attributes:
        title: what readers call it.
        turns: who moves in a step, in order.
        settings: of the game.
    """

    title: Text
    turns: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)


MANY = ("d", *"ggggg")
STALE = {
    "stale": Way(Text("5 generator steps a critic step", "判别器每走 1 步，生成器走 5 步"), MANY),
    "stale_even": Way(Text("critic steps: one each", "增加判别器步数：各走 1 步"), ("d", "g")),
    "stale_pack": Way(Text("packs of 2", "两两打包"), MANY, {"pack": 2}),
    "stale_r1r2": Way(Text("relativistic, R1 + R2", "相对损失加 R1 + R2"), MANY, BOTH),
}
FAST = {
    "fast": Way(Text("generator's rate × 5, one step each", "生成器学习率 ×5，各走 1 步"), ("d", "g"), HASTY),
    "fast_critic": Way(Text("5 critic steps", "判别器走 5 步"), (*"ddddd", "g"), HASTY),
    "fast_pack": Way(Text("packs of 2", "两两打包"), ("d", "g"), HASTY | {"pack": 2}),
    "fast_r1r2": Way(Text("relativistic, R1 + R2", "相对损失加 R1 + R2"), ("d", "g"), HASTY | BOTH),
}
ON_GRID = {"grid": STALE["stale"], "grid_even": STALE["stale_even"], "grid_pack": STALE["stale_pack"]}


class Found(NamedTuple):
    """What samples are worth.

    Attributes:
        modes: modes with a sample within 3σ.
        quality: share of samples within 3σ of a mode.
        divergence: KL divergence of those samples' modes from equal shares, nats; nan without any.
        shares: (k,) of the samples nearest to each mode.
    """

    modes: int
    quality: float
    divergence: float
    shares: np.ndarray


class Mean(NamedTuple):
    """Means over seeds of what is found; ``divergence`` is None where no sample was on a mode."""

    modes: float
    quality: float
    divergence: float | None


class Moment(NamedTuple):
    """A game at one time.

    Attributes:
        turn: turns of either player so far.
        samples: (n, 2).
        found: what they are worth.
        landscape: (side, side) scores of the critic on a grid.
    """

    turn: int
    samples: np.ndarray
    found: Found
    landscape: np.ndarray


def judged(points: np.ndarray, mixture: Mixture) -> Found:
    """Judge (n, 2) samples as PacGAN's protocol does."""
    nearest, square = assign(points.astype(float), mixture)
    count, good = len(mixture.centres), square < coverage.REACH**2
    hits = np.bincount(nearest[good], minlength=count)
    divergence = kl_divergence(hits, np.full(count, 1 / count)) if good.any() else np.nan
    shares = np.bincount(nearest, minlength=count) / len(points)
    return Found(int((hits > 0).sum()), float(good.mean()), divergence, shares)


def played(way: Way, mixture: Mixture, *, seed: int, turns: int, moments: int, side: int) -> list[Moment]:
    """Train one way for so many turns; return so many moments, the start among them."""
    points, _ = mixture.draw(POINTS, (seed, 0))
    game = PointGame(points, seed=seed, **way.settings)
    steps = np.unique(np.linspace(0, turns // len(way.turns), moments).round().astype(int))
    square = places(mixture, side)
    pack = game.family.pack
    beside = np.tile(points[: pack - 1], (len(square), 1, 1)) if pack > 1 else np.empty((len(square), 0, 2))
    packs = np.concatenate([square[:, None], beside], axis=1).reshape(-1, 2)
    seen = []
    for step in steps:
        game.play(int(step) - game.steps, way.turns)
        samples = game.samples(SCORED)
        landscape = game.scores(packs).reshape(side, side)
        seen.append(Moment(int(step) * len(way.turns), samples[:SHOWN], judged(samples, mixture), landscape))
    return seen


def half_width(mixture: Mixture) -> float:
    """Return how far pictures reach on each side of the middle."""
    return 1.5 * float(np.abs(mixture.centres).max())


def places(mixture: Mixture, side: int) -> np.ndarray:
    """Return (side², 2) points of a square grid over a picture, row by row from below."""
    axis = np.linspace(-1, 1, side) * half_width(mixture)
    x, y = np.meshgrid(axis, axis)
    return np.stack([x.ravel(), y.ravel()], axis=1)


@topic(
    "collapse",
    title=Text("One sample for every latent: collapse and its cures", "千篇一律：模式崩塌与解法"),
    order=4,
)
def collapse_topic(lesson: Lesson) -> Iterator[Block]:
    """How a generator comes to make one thing only, and which cures bring the rest back."""
    yield Prose(
        Text(
            "A generator collapses when it makes a few things well and leaves out the rest. Pictures hide it; "
            "points do not. Here the data are eight bells on a ring and 25 on a grid, a whole GAN trains in "
            "seconds, and every mode can be counted.",
            "生成器只会做少数几样东西、其余一概不做，就叫模式崩塌。图像上不易看出，平面上的点却一目了然。"
            "这里的数据是圆环上的八个高斯和网格上的二十五个高斯，几秒钟就能训练完一个 GAN，每个模式都数得清。",
        )
    )
    yield from _rules(lesson)
    yield from _helvetica(lesson)
    yield from _packs()
    yield from _grid(lesson)
    yield from drift.tell()
    yield from _what_to_do(lesson)


def _rules(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("What is counted", "数什么"))
    n = lesson.pick(100_000, 20_000)
    truth = judged(RING.draw(n, (lesson.seed, 1))[0], RING)
    perfect = coverage.quality(1.0)
    floor = 7 / (2 * n * perfect)
    even = np.full(25, perfect / 25)
    yield Prose(
        Text(
            "The rule is that of PacGAN (Lin et al. 2018, section 4.1): a sample within 3σ of a centre is of "
            "high quality, and a mode is found if one such sample is on it. Perfect samples score 98.89 %, "
            "not 100 %: the radius of a Gaussian in the plane squared is exponential. The divergence from "
            "equal shares is not 0 either, since shares of n samples are never quite equal.",
            "规则取自 PacGAN（Lin 等 2018，4.1 节）：与某个中心相距不超过 3σ 的样本算高质量，有一个这样的样本落在"
            "某模式上，该模式就算找到。完美的样本得分是 98.89 %，不是 100 %：平面高斯半径的平方服从指数分布。"
            "与均匀份额的 KL 散度也不为 0，因为 n 个样本的份额不会恰好相等。",
        )
    )
    yield Formula(
        r"P(\|x - c\| < 3\sigma) = 1 - e^{-9/2}, \qquad \mathbb{E}\,\mathrm{KL} \approx \frac{K - 1}{2n}, \qquad "
        r"\mathbb{E}\,\text{modes} = \sum_k \left( 1 - (1 - p_k)^n \right)",
        "P(‖x − c‖ < 3σ) = 1 − e^(−9/2),  E KL ≈ (K − 1)/2n,  E modes = Σ 1 − (1 − p_k)^n",
    )
    yield Numbers(
        [
            Number(
                "true_quality",
                Text(f"{n:,} true samples: share within 3σ", f"{n:,} 个真样本：3σ 以内的比例"),
                truth.quality,
                perfect,
                4 * (perfect * (1 - perfect) / n) ** 0.5,
            ),
            Number(
                "true_divergence",
                Text("their KL divergence from equal shares, nats", "它们与均匀份额的 KL 散度（奈特）"),
                truth.divergence,
                floor,
                4 * 14**0.5 / (2 * n * perfect),
            ),
            Number(
                "one_mode",
                Text("the same for one mode of eight: log 8", "八个模式只剩一个时的 KL：log 8"),
                kl_divergence(np.eye(8)[0], np.full(8, 1 / 8)),
                float(np.log(8)),
                1e-12,
            ),
            Number(
                "true_modes",
                Text("modes of 25 that 2,500 true samples find", "2500 个真样本在 25 个模式中找到的个数"),
                coverage.found(even, 2500),
                25.0,
                1e-9,
            ),
        ]
    )
    yield Prose(
        Text(
            "PacGAN's modes have σ = 0.01 on the ring and 0.05 on the grid; the games below have 0.05 and 0.2, so "
            "that seconds are enough. Their networks are two hidden layers of 64. They find modes early and "
            "become sharp late, so shares of high quality stay far below 98.89 % here.",
            "PacGAN 的模式宽度在圆环上是 σ = 0.01，在网格上是 0.05；下面的博弈改为 0.05 和 0.2，这样几秒钟就够。"
            "网络只有两个 64 单元的隐层。它们很快找到模式，很久才变得锐利，所以这里的高质量比例远低于 98.89 %。",
        )
    )
    yield Knobs(
        "collapse",
        [
            Slider("kept", Text("modes that it makes", "实际生成的模式数"), 1, 25, 1, 5),
            Slider("width", Text("their width over the true one", "宽度是真实值的几倍"), 0.2, 2, 0.1, 1),
            Slider(
                "blur", Text("share of samples from one wide blob", "来自一大团模糊的样本比例"), 0, 1, 0.05, 0.1
            ),
            Slider("n", Text("samples counted", "计数的样本数"), 100, 10000, 100, 2500),
        ],
        [
            ("modes", Text("modes found, of 25", "找到的模式（共 25）")),
            ("quality", Text("share of high quality", "高质量比例")),
            ("divergence", Text("KL from equal shares", "与均匀份额的 KL")),
        ],
        Text(
            "Can the count be fooled? Let it make one mode, then add a blob and count more samples: the modes "
            "found rise, the divergence stays. Narrow modes score above 98.89 %.",
            "这个计数会受骗吗？让它只做一个模式，再加一点模糊并增加样本数：找到的模式变多，散度却不变。"
            "模式太窄时，得分反而超过 98.89 %。",
        ),
        Text("Samples of a generator on the grid of 25 modes", "生成器在 25 个模式的网格上的样本"),
        ratio=0.62,
    )


def _helvetica(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("The Helvetica scenario", "“Helvetica”情形"))
    yield Prose(
        Text(
            "Hold the critic still and let the generator run. Nothing in its loss asks for variety: every z may "
            "go to the one point that the critic likes best. Goodfellow et al. (2014, section 6) warn of this: G "
            "must not be trained too much without updating D, or it maps too many z to the same x.",
            "让判别器停住，只训练生成器。它的损失里没有任何一项要求多样：所有的 z 都可以走到判别器最喜欢的那一点。"
            "Goodfellow 等（2014，第 6 节）早有提醒：若不更新 D 而过多地训练 G，它会把太多的 z 映到同一个 x。",
        )
    )
    yield Formula(
        r"\min_G \mathbb{E}_z \log(1 - D(G(z))) = \min_x \log(1 - D(x)), \qquad "
        r"\min_G \max_D V \;\ge\; \max_D \min_G V",
        "min over G of E log(1 − D(G(z))) = min over x of log(1 − D(x)),  min_G max_D V ≥ max_D min_G V",
    )
    turns, seeds = lesson.pick(1000, 60), range(lesson.seed, lesson.seed + lesson.pick(2, 1))
    side = lesson.pick(61, 21)
    games: dict[str, list[list[Moment]]] = {}
    ways = STALE | FAST
    for done, (name, way) in enumerate(ways.items()):
        games[name] = []
        for at, seed in enumerate(seeds):
            lesson.progress("training rings", done * len(seeds) + at, len(ways) * len(seeds))
            moments = lesson.pick(20, 4) if at == 0 and name in STALE else 2
            games[name].append(played(way, RING, seed=seed, turns=turns, moments=moments, side=side))
    yield Prose(
        Text(
            f"Four games from the same start, {turns:,} turns each. In the first the generator moves five times "
            "between two looks of the critic. Its samples gather on one spot, the critic learns to reject that "
            "spot, and all of them run to the next. It goes round for ever.",
            f"四局从同一起点出发，各走 {turns:,} 步。第一局里判别器每看一眼，生成器走五步：样本挤到一处，"
            "判别器学会否定那里，于是全体又奔向下一处，如此循环不止。",
        )
    )
    films = {name: games[name][0] for name in STALE}
    count = min(map(len, films.values()))
    yield Film(
        "ring",
        lambda style, moment: _panels(style, STALE, films, moment, RING),
        [Text(f"turn {one.turn}", f"第 {one.turn} 步") for one in films["stale"][:count]],
        Text(
            "Orange: samples. Rings: the true modes. Blue: where the critic believes most, each picture on its own "
            "scale. Top left, all samples hunt one spot after the other.",
            "橙色：样本；圆圈：真实的模式；蓝色：判别器最相信之处（各图自有尺度）。左上：全部样本一处接一处地追逐。",
        ),
        Text(
            "Four panels of samples over a shaded critic. With five generator steps a critic step the samples are "
            "one dot that jumps; with one step each and with packs of two they spread over the ring; with R1 and "
            "R2 alone they stay together.",
            "四幅图，样本叠在判别器的明暗之上。判别器每步对生成器五步时，样本聚成一点并不断跳动；各走一步或两两打包时"
            "铺满整个圆环；只加 R1 与 R2 时仍挤在一起。",
        ),
        seconds=8,
    )
    yield Picture(
        "hopping",
        lambda style: _hopping(style, films),
        Text(
            "Which mode is nearest to how many samples, over time. One full cell a column is collapse; full cells "
            "that change rows are the hunt.",
            "各时刻每个模式附近有多少样本。每列只有一个颜色浓的格就是崩塌；浓格换行，就是追逐。",
        ),
        Text(
            "Four strips with a row for each mode and time to the right: few dark cells in the first and the last, "
            "an even shade in the other two.",
            "四条色带，每行一个模式，横轴为时间：第一条和最后一条只有零星深格，另两条颜色均匀。",
        ),
    )
    yield from _cures(lesson, games, seeds, turns)


def _cures(
    lesson: Lesson, games: dict[str, list[list[Moment]]], seeds: Sequence[int], turns: int
) -> Iterator[Block]:
    said_seeds = ", ".join(map(str, seeds))
    yield Prose(
        Text(
            "A generator can also run ahead by its rate. In the lower half of the table both players move once, "
            "but the generator's rate is five times the critic's. Means "
            f"over seeds {said_seeds}: {turns:,} turns and {SCORED:,} samples each.",
            "生成器也可能因学习率而跑在前面。表的下半部分双方各走一步，但生成器的学习率是判别器的五倍。"
            f"下表是种子 {said_seeds} 的平均，各走 {turns:,} 步，各取 {SCORED:,} 个样本。",
        )
    )
    means = {name: _mean([game[-1].found for game in all_seeds]) for name, all_seeds in games.items()}
    yield Rows(
        (
            Text("ring of eight", "八模式圆环"),
            Text("modes", "模式数"),
            Text("within 3σ", "3σ 以内"),
            Text("KL, nats", "KL（奈特）"),
            Text("verdict", "结论"),
        ),
        [_row(name, way, means[name], 8) for name, way in (STALE | FAST).items()],
    )
    if lesson.quick:
        yield Prose(
            Text("So few turns settle nothing; leave out --quick.", "步数太少，说明不了什么；请去掉 --quick。")
        )
        return
    stale, fast = (means[name].modes >= 6 for name in ("stale_r1r2", "fast_r1r2"))
    yield Prose(
        Text(
            "The cures are not the same cure. More critic steps take away the cause, at the price of their time. "
            "Packs let the critic see that samples are alike. R1 and R2 keep the critic from becoming a cliff that "
            f"throws all samples one way: here they {_helped(fast)[0]} against a rate that is too high, and "
            f"{_helped(stale)[0]} against a critic that looks too rarely.",
            "几种解法并不是一回事。增加判别器步数去掉了病因，代价是时间；打包让判别器看出样本彼此雷同；"
            "R1 与 R2 使判别器不至于变成把所有样本推向同一边的悬崖：在这里，"
            f"对付过高的学习率，它们{_helped(fast)[1]}；对付看得太少的判别器，它们{_helped(stale)[1]}。",
        )
    )


def _mean(found: Sequence[Found]) -> Mean:
    """Return means over seeds."""
    known = [one.divergence for one in found if not np.isnan(one.divergence)]
    modes, quality = (float(np.mean([getattr(one, what) for one in found])) for what in ("modes", "quality"))
    return Mean(modes, quality, float(np.mean(known)) if known else None)


def _row(name: str, way: Way, mean: Mean, of: int) -> tuple[Say | Number, ...]:
    """Return a row of a table of ways."""
    values = mean._asdict().items()
    numbers = ["–" if value is None else Number(f"{name}_{what}", way.title, value) for what, value in values]
    return way.title, *numbers, _verdict(mean.modes, of)


def _helped(worked: bool) -> tuple[str, str]:
    return ("helped", "有效") if worked else ("did not help", "无效")


def _verdict(modes: float, of: int) -> Text:
    if modes >= 0.75 * of:
        return Text("spread", "铺开")
    return Text("collapsed", "崩塌") if modes <= of / 3 else Text("in part", "部分丢失")


def _panels(
    style: Style, ways: dict[str, Way], films: dict[str, list[Moment]], moment: int, mixture: Mixture
) -> Image.Image:
    columns = 2 if len(ways) == 4 else len(ways)
    rows = len(ways) // columns

    def paint(places):
        for place, (name, way) in zip(places, ways.items(), strict=True):
            _game(place, style, films[name][moment], mixture, way.title)

    return drawn(style, paint, rows=rows, columns=columns, size=(7.2, rows * (7.2 / columns + 0.45)), dpi=FRAME)


def _game(place, style: Style, seen: Moment, mixture: Mixture, title: Say) -> None:
    """Draw the critic as shades, modes as circles and samples as dots."""
    reach, side = half_width(mixture), len(seen.landscape)
    axis = np.linspace(-reach, reach, side)
    low, high = seen.landscape.min(), seen.landscape.max()
    height = (seen.landscape - low) / max(high - low, 1e-9)
    levels = np.linspace(0, 1, 8)
    colours = [(*_rgb(style.theme.lines[0]), 0.5 * level) for level in levels[:-1]]
    place.contourf(axis, axis, height, levels=levels, colors=colours, antialiased=False)
    angle = np.linspace(0, 2 * np.pi, 40)
    for x, y in mixture.centres:
        radius = coverage.REACH * mixture.sigma
        place.plot(x + radius * np.cos(angle), y + radius * np.sin(angle), color=style.theme.faint, lw=0.8)
    place.plot(*seen.samples.T, ".", color=style.theme.lines[1], ms=3, alpha=0.7, mew=0)
    found = f"{seen.found.modes}/{len(mixture.centres)}"
    place.set_title(f"{style.say(title)}\n{found}", fontsize=8.5)
    place.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=(), yticks=())


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def _hopping(style: Style, films: dict[str, list[Moment]]) -> Image.Image:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("samples", [style.theme.paper, style.theme.lines[1]])

    def paint(places):
        for place, (name, film) in zip(places, films.items(), strict=True):
            shares = np.stack([moment.found.shares for moment in film], axis=1)
            ends = [*(moment.turn for moment in film), 2 * film[-1].turn - film[-2].turn]
            place.pcolormesh(ends, np.arange(len(shares) + 1), np.sqrt(shares), cmap=shades, vmin=0, vmax=1)
            place.set_title(style.say(STALE[name].title), fontsize=8.5)
            place.set(yticks=(), ylabel=style.say(Text("mode", "模式")))
            place.grid(False)
        places[2].set_xlabel(style.say(Text("turn", "步")))
        places[3].set_xlabel(style.say(Text("turn", "步")))

    return drawn(style, paint, rows=2, columns=2, size=(7.2, 3.8))


def _packs() -> Iterator[Block]:
    yield Heading(Text("Why packs see it", "打包为何看得见"))
    yield Prose(
        Text(
            "Take two faulty generators of the ring: one lacks a mode of eight, the other makes one half of "
            "the modes too often, 5/32 against 3/32. To a critic that sees one sample they are equally far from the data: "
            "a total variation distance of 1/8 both. Judge samples in packs, and the lost mode stands out "
            "faster (Lin et al. 2018, section 3). So the generator is pushed hardest where modes are missing.",
            "设想圆环上两个有缺陷的生成器：一个缺了八个模式之一，另一个只是偏心，一半模式各占 5/32，另一半各占 3/32。"
            "对每次只看一个样本的判别器，二者与数据一样远：总变差距离都是 1/8。成包地看，缺失的模式便更快地暴露出来"
            "（Lin 等 2018，第 3 节）。于是生成器在缺模式之处受到最大的推力。",
        )
    )
    yield Formula(
        r"\mathrm{TV}_{\text{lost}}(m) = 1 - (1 - \varepsilon)^m, \qquad \mathrm{TV}_{\text{uneven}}(m) = \frac12 "
        r"\sum_{j=0}^{m} \binom{m}{j} \left| 2^{-m} - (\tfrac12 + \varepsilon)^j (\tfrac12 - \varepsilon)^{m-j} \right|",
        "TV lost = 1 − (1 − ε)^m,  TV uneven = ½ Σ C(m, j)·|2^−m − (½ + ε)^j·(½ − ε)^(m−j)|",
    )
    data, lost, uneven = _shares()
    yield Numbers(
        [
            Number(
                f"{name}_{pack}",
                Text(f"packs of {pack}: {words[0]}", f"每包 {pack} 个：{words[1]}"),
                packing.apart(data, shares, pack),
                exact(1 / 8, pack),
                1e-12,
            )
            for pack in range(1, MOST + 1)
            for name, words, shares, exact in (
                ("lost", ("a mode lost", "缺一个模式"), lost, packing.lost),
                ("uneven", ("uneven", "不均匀"), uneven, packing.uneven),
            )
        ]
    )
    yield Prose(
        Text(
            "Computed by going through all packs of modes, 4,096 of them for m = 4, beside the closed forms. The "
            "price: a pack of m takes m times the data, and a critic with m times the inputs.",
            "计算值是逐一枚举所有的模式包得到的（m = 4 时共 4096 种），旁边是闭式解。代价是：每包 m 个就要 m 倍的数据，"
            "判别器的输入也是 m 倍。",
        )
    )
    yield Picture(
        "packs",
        _packs_drawn,
        Text(
            "Distance from the data by size of the pack: equal at one, then further and further apart.",
            "与数据的距离随包的大小变化：一个时相等，此后越分越开。",
        ),
        Text(
            "Two rising curves from the same point, that of the lost mode above that of the uneven shares.",
            "两条曲线自同一点上升，缺失模式的在上，份额不均的在下。",
        ),
    )


def _shares() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ring's shares of the data, without a mode, and uneven ones as far away."""
    return np.full(8, 1 / 8), np.append(np.full(7, 1 / 7), 0), np.repeat([5 / 32, 3 / 32], 4)


def _packs_drawn(style: Style) -> Image.Image:
    sizes = range(1, 13)

    def paint(places):
        (place,) = places
        for rule, text, colour in (
            (packing.lost, Text("one mode of eight lost", "八缺一"), style.theme.lines[1]),
            (packing.uneven, Text("uneven shares", "份额不均"), style.theme.lines[0]),
        ):
            values = [rule(1 / 8, size) for size in sizes]
            place.plot(sizes, values, "o-", color=colour, label=style.say(text), lw=1.8, ms=4)
        place.set(xlabel="m", ylabel="TV", xlim=(0.5, 12.5), ylim=(0, 1))
        key(place, style, loc="upper left")

    return drawn(style, paint)


def _grid(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("Twenty-five modes", "二十五个模式"))
    turns, side = lesson.pick(1500, 60), lesson.pick(61, 21)
    games = {}
    for done, (name, way) in enumerate(ON_GRID.items()):
        lesson.progress("training grids", done, len(ON_GRID))
        games[name] = played(way, GRID, seed=lesson.seed, turns=turns, moments=2, side=side)
    yield Prose(
        Text(
            f"The same on the grid, {turns:,} turns, one seed. One mode alone would be log 25 = 3.22 nats from "
            "equal shares.",
            f"网格上的同样三局，各走 {turns:,} 步，一个种子。若只剩一个模式，与均匀份额的 KL 就是 log 25 = 3.22 奈特。",
        )
    )
    yield Rows(
        (
            Text("grid of 25", "25 模式网格"),
            Text("modes", "模式数"),
            Text("within 3σ", "3σ 以内"),
            Text("KL, nats", "KL（奈特）"),
            Text("verdict", "结论"),
        ),
        [_row(name, way, _mean([games[name][-1].found]), 25) for name, way in ON_GRID.items()],
    )
    yield Picture(
        "grid",
        lambda style: _panels(style, ON_GRID, games, -1, GRID),
        Text("The end of each game.", "每局的结尾。"),
        Text(
            "Three panels of a grid of 25 circles: samples on few circles, then on most of them, then on many.",
            "三幅 25 个圆圈的网格图：样本先是只在少数圆圈上，然后遍布大多数，最后落在许多圆圈上。",
        ),
    )


def _what_to_do(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("On data of your own", "用在自己的数据上"))
    yield Prose(
        Text(
            "There nobody knows the modes, and there may be no labels. Count twins instead. Among n samples of a "
            "generator that makes N different ones, n(n − 1)/2N pairs are equal on average (Arora and Zhang 2017): "
            "from the twins among a few thousand samples follows N, the support on the score card. It needs no "
            "labels, and sees a collapse onto few pictures; a lost mode it does not see.",
            "在自己的数据上，没人知道有哪些模式，也可能没有标签。那就数“双胞胎”。若生成器只做得出 N 种样本，"
            "n 个样本里平均有 n(n − 1)/2N 对相同（Arora 与 Zhang 2017）：由几千个样本中的双胞胎就能推出 N，"
            "即评分卡上的支撑集大小（support）。它不需要标签，能看出崩塌到少数几张图；丢了一个模式却看不出来。",
        )
    )
    kinds, n, draws = 1_000, 100, lesson.pick(2_000, 200)
    pairs = coverage.twins(kinds, n)
    yield Numbers(
        [
            Number(
                "twins",
                Text(
                    f"pairs of twins among {n} samples of {kinds:,} kinds, mean of {draws:,} draws",
                    f"{kinds:,} 种中抽 {n} 个样本，双胞胎的对数：{draws:,} 次抽样的平均",
                ),
                coverage.drawn_twins(kinds, n, draws, lesson.seed),
                pairs,
                5 * math.sqrt(pairs / draws),
            )
        ]
    )
    yield Prose(
        Text(
            "Look at the shares of classes and at the support on the score card, not at the losses: a collapsed "
            "game can sit at its equilibrium values, as the topic on reading losses shows. Then give the critic "
            "more steps, or a higher rate, or packs, or take the losses and penalties of R3GAN. The last two "
            "commands give PacGAN's ring to both.",
            "看评分卡上的类别份额与支撑集大小，不要看损失：崩塌的博弈可以恰好停在均衡值上，“损失曲线能说明什么”一课有例为证。"
            "然后给判别器更多步数或更高的学习率，或者打包，或者换用 R3GAN 的损失与惩罚。最后两条命令在 PacGAN 的圆环上试验它们。",
        )
    )
    yield Code(
        "saddle train pacgan --data ring8 --pack 1 --generator-steps 5\n"
        "saddle train pacgan --data ring8 --pack 2\n"
        "saddle train r3gan --data ring8"
    )
