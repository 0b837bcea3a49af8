"""Which readings of a GAN's loss curves are sound: a real run for each, beside a score that is no loss."""

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from scipy import stats

from saddlepoint.core.words import brief
from saddlepoint.data import load
from saddlepoint.data.dataset import Split
from saddlepoint.evaluate.metrics.energy import distance
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
    Rows,
    Slider,
    Style,
)
from saddlepoint.explaining.drawing import FRAME, drawn, key
from saddlepoint.explaining.phrases import STEP, TOO_SHORT, of
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.objectives import objectives
from saddlepoint.theory import loss_bound
from saddlepoint.theory.point_game import RATE, RING, PointGame

POINTS, SCORED, SHOWN = 20_000, 800, 300  # of the data, to score, to draw
STEERS = 0.5  # rank correlation with the distance from which on a loss is said to fall with it
LOG4, LOG2 = math.log(4), math.log(2)
SIDE, ROWS, COLUMNS = 8, 4, 8  # pixels of a digit, and how many are shown
CRITIC, GENERATOR = Text("critic's loss", "判别器损失"), Text("generator's loss", "生成器损失")
MINUS = Text("minus the critic's loss", "判别器损失的相反数")
DISTANCE = Text("energy distance", "能量距离")
PROVED = Text("proved JSD", "所证明的 JSD")


@dataclass(frozen=True)
class Run:
    """One way to train, and what its curves are often taken for.

    Attributes:
        title: what readers call it.
        turns: who moves in a step, in order.
        settings: of the game.
    """

    title: Text
    turns: tuple[str, ...] = ("d", "g")
    settings: dict[str, Any] = field(default_factory=dict)


RUNS = {
    "healthy": Run(Text("It goes well", "一切正常")),
    "falling": Run(Text("The critic does not learn", "判别器学不动"), settings={"rates": (RATE / 1000, RATE)}),
    "strong": Run(Text("The critic overpowers", "判别器过强"), settings={"rates": (RATE, RATE / 100)}),
    "blind": Run(
        Text("A critic that sees means only", "只看得见均值的判别器"),
        settings={"hidden": (), "penalty": ("r1",), "gamma": 1.0, "rates": (10 * RATE, RATE)},
    ),
    "collapsed": Run(Text("Collapse", "模式崩塌"), ("d", *"ggggg")),
    "flat": Run(
        Text("A penalty of weight 30", "惩罚权重 30"), settings={"penalty": ("r1", "r2"), "gamma": 30.0}
    ),
}
WASSERSTEIN = Run(
    Text("Wasserstein", "Wasserstein"),
    (*"ddd", "g"),
    {"objective": "wasserstein", "penalty": ("gradient_penalty",), "gamma": 1.0},
)
ALIKE = ("healthy", "blind", "collapsed")  # whose losses are nearly the same
DRAWN = {
    "digits": Run(Text("one step each", "各走 1 步"), settings={"latent": 16, "rates": (2 * RATE, 2 * RATE)}),
    "digits_collapsed": Run(
        Text("5 generator steps a critic step", "判别器每走 1 步，生成器走 5 步"),
        ("d", *"ggggg"),
        {"latent": 16},
    ),
}


class Moment(NamedTuple):
    """A game at one time, judged on reals that it never saw.

    Attributes:
        step: which.
        critic: its loss.
        generator: its loss.
        distance: energy distance of samples from the data.
        samples: some of them, (n, d).
    """

    step: int
    critic: float
    generator: float
    distance: float
    samples: np.ndarray


def played(
    run: Run, points: np.ndarray, held: np.ndarray, *, seed: int, turns: int, moments: int
) -> list[Moment]:
    """Train for so many turns of either player; return so many moments, the first of them soon after the start."""
    game = PointGame(points, seed=seed, **run.settings)
    total = max(moments, turns // len(run.turns))
    film = []
    for step in np.unique(np.linspace(total / moments, total, moments).round().astype(int)):
        game.play(int(step) - game.steps, run.turns)
        samples = game.samples(len(held))
        film.append(Moment(int(step), *game.losses(held, samples), distance(samples, held), samples))
    return film


@topic("reading-losses", title=Text("What loss curves can tell", "损失曲线能说明什么"), order=9)
def reading_losses_topic(lesson: Lesson) -> Iterator[Block]:
    """What the curves of a GAN's losses can tell and what they cannot, with a real run for each reading."""
    yield Prose(
        Text(
            "A classifier's loss falls as it learns. A GAN's two losses are read against an opponent who learns "
            "as well, so a falling loss may be progress or a weak opponent. If the generator's loss falls while "
            "the critic's stays high, is that a good sign? Here is a run for each reading, beside a score that "
            "is no loss.",
            "分类器的损失下降，就是在学习。GAN 的两个损失却是相对于同样在学习的对手而言的：损失下降可能是进步，"
            "也可能只是对手太弱。若生成器的损失一路下降、判别器的损失居高不下，这是好兆头吗？"
            "下面为每一种读法各做一次真实的训练，旁边放一个不是损失的分数。",
        )
    )
    yield from _equilibrium()
    yield from _proof()
    healthy = yield from _readings(lesson)
    yield from _wasserstein(lesson, healthy)
    yield from _digits(lesson)
    yield from _how_near(lesson)
    yield from _table()


def _equilibrium() -> Iterator[Block]:
    yield Heading(Text("Where a perfect game stands", "完美的博弈停在哪里"))
    yield Prose(
        Text(
            "When samples are distributed as the data, the best critic can only say ½, and every objective has "
            "its own losses there. They are the project's own functions, taken at the score of a critic that "
            "cannot tell. A level of 0.69 is log 2, not a mystery.",
            "样本与数据同分布时，最好的判别器只能答 ½，此时每种目标函数都有自己的损失值。下表把项目自己的损失函数"
            "取在“无法分辨”的得分上。曲线停在 0.69 附近并不神秘：那就是 log 2。",
        )
    )
    yield Formula(
        r"-\log\tfrac12 - \log(1 - \tfrac12) = \log 4, \qquad -\log \tfrac12 = \log 2",
        "−log ½ − log(1 − ½) = log 4,  −log ½ = log 2",
    )
    rows = []
    for name, critic, generator in (
        ("non_saturating", LOG4, LOG2),
        ("minimax", LOG4, -LOG2),
        ("relativistic", LOG2, LOG2),
        ("least_squares", 1 / 4, 1 / 8),
        ("hinge", 2.0, None),
    ):
        rule = objectives.get(name)
        for player, loss, exact in (("critic", rule.critic, critic), ("generator", rule.generator, generator)):
            if exact is None:  # optimal critics differ by a constant, and the generator's loss with them
                continue
            value = _at(loss, rule.level or 0.0)
            zh = "判别器" if player == "critic" else "生成器"
            rows.append(Number(f"{name}_{player}", of(name, player, zh), value, exact, 1e-6))
    yield Numbers(rows)
    yield Prose(
        Text(
            "The converse does not hold. A critic that has learned nothing says ½ of everything too.",
            "反过来并不成立：什么也没学会的判别器，对一切也都答 ½。",
        )
    )


def _at(loss: Any, score: float) -> float:
    import torch

    scores = torch.full((1,), score, dtype=torch.float64)
    return loss(scores, scores).item()


def _proof() -> Iterator[Block]:
    yield Heading(Text("What a loss proves", "损失能证明什么"))
    yield Prose(
        Text(
            "The least loss of any critic is log 4 − 2·JSD (Goodfellow et al. 2014, theorem 1). So whatever critic "
            "you have, its loss bounds the Jensen–Shannon divergence of samples and data from below. A low loss of the critic on "
            "reals that it never saw proves that the samples are wrong. A high loss proves nothing.",
            "任何判别器的损失都不低于 log 4 − 2·JSD（Goodfellow 等 2014，定理 1）。因此不论判别器好坏，"
            "它的损失都给出样本与数据的 Jensen–Shannon 散度的一个下界。在没见过的真样本上，判别器损失低，"
            "就证明样本不对；损失高，则什么也证明不了。",
        )
    )
    yield Formula(
        r"\frac{\log 4 - L_D}{2} \;\le\; \mathrm{JSD}(p \,\|\, q) \;\le\; \log 2",
        "(log 4 − L_D)/2 ≤ JSD(p‖q) ≤ log 2",
    )
    best, blind = loss_bound.bells(1.5, 1.0, 1.0), loss_bound.bells(1.5, 1.0, 0.0)
    yield Numbers(
        [
            Number(
                "proved_by_the_best",
                Text(
                    "two bells 1.5 apart: proved by the best critic", "两个相距 1.5 的高斯：最优判别器所证明的"
                ),
                best.proved,
                best.divergence,
                1e-9,
            ),
            Number(
                "proved_by_the_blind",
                Text("proved by a critic that says ½ of all", "对一切都答 ½ 的判别器所证明的"),
                blind.proved,
                0.0,
                1e-9,
            ),
            Number(
                "blind_critic",
                Text("its loss: log 4", "它的损失：log 4"),
                blind.critic,
                LOG4,
                1e-9,
            ),
            Number(
                "blind_generator",
                Text("the generator's loss under it: log 2", "此时生成器的损失：log 2"),
                blind.generator,
                LOG2,
                1e-9,
            ),
        ]
    )
    yield Knobs(
        "reading_losses",
        [
            Slider("shift", Text("distance of the samples", "样本偏离多远"), 0, 4, 0.1, 1.5),
            Slider("width", Text("width of the samples", "样本的宽度"), 0.3, 2, 0.1, 1),
            Slider("confidence", Text("confidence of the critic", "判别器的自信程度"), 0, 3, 0.05, 1),
        ],
        [
            ("critic", Text("critic's loss (log 4 = 1.386)", "判别器损失（log 4 = 1.386）")),
            ("generator", Text("generator's loss (log 2 = 0.693)", "生成器损失（log 2 = 0.693）")),
            ("proved", Text("JSD that is proved", "所证明的 JSD")),
            ("divergence", Text("true JSD", "真实的 JSD")),
        ],
        Text(
            "Blue: data. Orange: samples. Green: D(x). Find two settings with the same losses and different "
            "samples. The factor multiplies the best logit: 1 proves all there is, 0 is blind, above 1 the critic "
            "is too sure.",
            "蓝：数据；橙：样本；绿：D(x)。试找两组设置，损失相同而样本不同。自信程度是乘在最优 logit 上的因子："
            "取 1 证明得最多，取 0 等于失明，大于 1 则过于自信。",
        ),
        Text(
            "Densities of data and samples, and the critic's probability",
            "数据与样本的密度，以及判别器给出的概率",
        ),
        ratio=0.5,
    )


def _readings(lesson: Lesson) -> Generator[Block, None, list[Moment]]:
    """Tell the six runs; return the healthy one."""
    turns, moments = lesson.pick(1200, 24), lesson.pick(20, 3)
    points, _ = RING.draw(POINTS, (lesson.seed, 0))
    held, other = (RING.draw(SCORED, (lesson.seed, part))[0] for part in (1, 2))
    films: dict[str, list[Moment]] = {}
    for done, (name, run) in enumerate(RUNS.items()):
        lesson.progress("training", done, len(RUNS))
        films[name] = played(run, points, held, seed=lesson.seed, turns=turns, moments=moments)
    floor = distance(held, other)
    yield Heading(Text("Six runs on eight modes", "八个模式上的六次训练"))
    yield Prose(
        Text(
            "All are small GANs on a ring of eight bells with the non-saturating loss. Losses are taken on "
            f"{SCORED} reals that were never trained on. The score is the energy distance (Székely and Rizzo 2013), "
            f"which is 0 for equal distributions alone and needs no network; {SCORED} other reals score {brief(floor)}: the "
            "estimate is unbiased, and so may be below 0.",
            "都是在八个高斯组成的圆环上、用非饱和损失训练的小 GAN。损失取在从未参与训练的 "
            f"{SCORED} 个真样本上。分数是能量距离（Székely 与 Rizzo 2013）：仅当两个分布相等时为 0，也不需要任何网络；"
            f"另外 {SCORED} 个真样本得 {brief(floor)}（无偏估计，可以小于 0）。",
        )
    )
    yield Formula(
        r"\mathcal{E}(X, Y) = 2\,\mathbb{E}\|X - Y\| - \mathbb{E}\|X - {X \prime}\| - \mathbb{E}\|Y - {Y \prime}\|",
        "E(X, Y) = 2·E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖",
    )
    if lesson.quick:
        yield TOO_SHORT
    for name in ("healthy", "falling", "strong"):
        yield from _told(name, films)
    yield Prose(
        Text(
            "Now three games whose losses all but rest at log 4 and log 2, as those of a finished game would.",
            "接下来的三局，损失几乎都停在 log 4 与 log 2 上，仿佛训练已经大功告成。",
        )
    )
    alike = {name: films[name] for name in ALIKE}
    yield Film(
        "alike",
        lambda style, moment: _alike(style, alike, moment),
        [Text(f"moment {moment + 1}", f"时刻 {moment + 1}") for moment in range(min(map(len, alike.values())))],
        Text(
            "Above, samples (orange) over data (blue). Below, the losses so far, with log 4 and log 2 dashed. Whoever "
            "sees only the lower row cannot tell them apart.",
            "上排：样本（橙）与数据（蓝）。下排：到此刻为止的损失，虚线为 log 4 与 log 2。只看下排，分不出这三局。",
        ),
        Text(
            "Three columns. In the first the samples come to lie on the ring, in the second they gather in its middle, "
            "in the third they jump from mode to mode; the losses below are level in all three.",
            "三列。第一列样本逐渐落到圆环上，第二列聚到圆心，第三列在模式之间跳动；下方的损失在三列中都是平的。",
        ),
    )
    for name in ("blind", "collapsed", "flat"):
        yield from _told(name, films)
    yield Prose(
        Text(
            "One reading is not run here: a generator that copies its training data. On few data, long training "
            "makes the critic know them by heart: its loss falls on training reals and rises on held-out ones. "
            "What decides it is memorisation on the score card of saddle evaluate.",
            "还有一种读法这里没有演示：生成器照抄训练数据。数据少而训练久，判别器会把它们背下来：损失在训练集上下降，"
            "在留出集上上升。要断定这一点，看 saddle evaluate 评分卡上的 memorisation 一项。",
        )
    )
    yield from _summary(films)
    return films["healthy"]


READ = {
    "healthy": (
        Text(
            "It goes well. Both losses hardly move, and the samples come much nearer. Nothing in the curves "
            "says so.",
            "一切正常。两个损失几乎不动，样本却已离数据近得多。曲线上看不出这一点。",
        ),
        Text(
            "Losses level near log 4 and log 2, the distance falls.",
            "损失停在 log 4 与 log 2 附近，距离一路下降。",
        ),
    ),
    "falling": (
        Text(
            "The question above. The generator's loss falls towards 0 while the critic's is high and "
            "rises: the critic's rate is a thousand times too small. The generator has beaten a judge who does not "
            "learn, and the samples leave the data. No good sign.",
            "这就是开头的问题。生成器的损失趋向 0，判别器的损失居高不下还在上升：判别器的学习率小了一千倍。"
            "生成器打败的是一个不学习的裁判，样本离数据越来越远。这不是好兆头。",
        ),
        Text(
            "The generator's loss falls, the critic's rises, and so does the distance.",
            "生成器损失下降，判别器损失上升，距离也上升。",
        ),
    ),
    "strong": (
        Text(
            "The critic's loss is near 0 and the generator's high. This does prove something: samples and data are "
            "almost apart. It does not prove that nothing is learned; with the non-saturating loss the samples still "
            "move, slowly.",
            "判别器损失接近 0，生成器损失很高。这倒确实证明了一点：样本与数据几乎完全可分。但它不能证明什么都没学到："
            "用非饱和损失时，样本仍在慢慢移动。",
        ),
        Text(
            "The critic's loss starts near 0, the generator's is high, and the distance falls slowly.",
            "判别器损失起初接近 0，生成器损失很高，距离缓慢下降。",
        ),
    ),
    "blind": (
        Text(
            "A critic without hidden layers sees only where the mean is. As soon as the means agree, the losses are "
            "log 4 and log 2, and training is over, with the samples in the middle of the ring.",
            "没有隐层的判别器只看得见均值。均值一旦相同，损失就是 log 4 与 log 2，训练到此为止，而样本都在圆心。",
        ),
        Text(
            "The losses reach log 4 and log 2, the distance stays high.",
            "损失到达 log 4 与 log 2，距离仍然很大。",
        ),
    ),
    "collapsed": (
        Text(
            "Five generator steps a critic step: all samples run from mode to mode together. The losses stay calm: by "
            "the time the critic rejects a spot, the samples have left it.",
            "判别器每走一步，生成器走五步：全体样本从一个模式奔向另一个。损失却很平静，因为判别器刚学会否定一处，"
            "样本就已离开那里。",
        ),
        Text("The losses are level, the distance is high and restless.", "损失平稳，距离很大且起伏不定。"),
    ),
    "flat": (
        Text(
            "A heavy penalty keeps the critic nearly flat, and so the losses rest at log 4 and log 2 from the first "
            "moment on. Yet the samples come nearer: a slope too small to be seen in the losses is enough to follow.",
            "很重的惩罚把判别器压得几乎是平的，损失从一开始就停在 log 4 与 log 2。样本却在靠近：损失里看不出的"
            "一点坡度，已足以让生成器沿着走。",
        ),
        Text(
            "The losses are level from the start, and the distance falls.",
            "损失从一开始就是平的，距离却在下降。",
        ),
    ),
}


def _told(name: str, films: dict[str, list[Moment]]) -> Iterator[Block]:
    film = films[name]
    prose, alt = idle(film) if name == "falling" and not beaten(film) else READ[name]
    yield Prose(prose)
    yield Picture(name, lambda style: _curves(style, film), RUNS[name].title, alt)


def beaten(film: list[Moment]) -> bool:
    """Return whether the generator's loss fell by half at least, while the critic's rose and samples left the data."""
    first, last = film[0], film[-1]
    fell = last.generator < first.generator / 2
    return fell and last.critic > first.critic and last.distance > first.distance


def idle(film: list[Moment]) -> tuple[Text, Text]:
    """Tell of a critic that does not learn, and a generator that has not beaten it."""
    first, last = film[0], film[-1]
    told = [brief(getattr(one, name)) for name in ("generator", "critic", "distance") for one in (first, last)]
    moved = Text(
        "The generator's loss goes from {} to {}, the critic's from {} to {}, the distance from {} to {}.",
        "生成器损失从 {} 到 {}，判别器损失从 {} 到 {}，距离从 {} 到 {}。",
    )
    moved = Text(*(text.format(*told) for text in moved))
    prose = Text(
        "The question above: the critic's rate is a thousand times too small. With many seeds the generator beats "
        "such a judge: the generator's loss falls towards 0, the critic's rises, and the samples leave the data. "
        f"With this seed it ends otherwise. {moved.en}",
        "这就是开头的问题：判别器的学习率小了一千倍。换许多别的种子，生成器会打败这样的裁判：生成器的损失趋向 0，"
        f"判别器的损失上升，样本离数据越来越远。用这个种子，结局不同。{moved.zh}",
    )
    return prose, moved


def _summary(films: dict[str, list[Moment]]) -> Iterator[Block]:
    yield Prose(
        Text(
            "The end of each run, and what its critic's loss proves of the divergence, which is at most log 2 = 0.693.",
            "每局的终点，以及判别器损失所证明的散度（至多 log 2 = 0.693）。",
        )
    )
    yield Rows(
        (
            Text("run", "训练"),
            CRITIC,
            GENERATOR,
            PROVED,
            DISTANCE,
        ),
        [
            (
                run.title,
                Number(f"{name}_critic", CRITIC, films[name][-1].critic),
                Number(f"{name}_generator", GENERATOR, films[name][-1].generator),
                Number(f"{name}_proved", PROVED, loss_bound.proved(films[name][-1].critic)),
                Number(f"{name}_distance", DISTANCE, films[name][-1].distance),
            )
            for name, run in RUNS.items()
        ],
    )


def _rank(values: list[float], film: list[Moment]) -> float:
    """Return Spearman's correlation of values with a film's distances, over its last three quarters."""
    start = len(film) // 4
    ranks = [stats.rankdata(row[start:]) for row in (values, [moment.distance for moment in film])]
    return float(np.corrcoef(*ranks)[0, 1])


def _curves(style: Style, film: list[Moment]) -> Image.Image:
    """Draw losses, distance and last samples of one run."""

    def paint(places):
        _losses(places[0], style, film)
        key(places[0], style, loc="upper right")
        steps = [moment.step for moment in film]
        places[1].semilogy(steps, [moment.distance for moment in film], color=style.theme.lines[2], lw=1.8)
        places[1].set(title=style.say(DISTANCE), xlabel=style.say(STEP))
        _scatter(places[2], style, film[-1])

    return drawn(style, paint, columns=3, size=(7.2, 2.6))


def _losses(place, style: Style, film: list[Moment]) -> None:
    steps = [moment.step for moment in film]
    for level in (LOG4, LOG2):
        place.axhline(level, color=style.theme.faint, lw=1, ls="--")
    for values, text, colour in (
        ([moment.critic for moment in film], CRITIC, style.theme.lines[0]),
        ([moment.generator for moment in film], GENERATOR, style.theme.lines[1]),
    ):
        place.plot(steps, values, color=colour, lw=1.8, label=style.say(text))
    top = max(2.0, 1.4 * max(max(moment.critic, moment.generator) for moment in film))  # room for the key
    place.set(ylim=(0, top), xlabel=style.say(STEP))


def _scatter(place, style: Style, moment: Moment) -> None:
    reach = 1.6
    data, _ = RING.draw(SHOWN, 0)
    place.plot(*data.T, ".", color=style.theme.lines[0], ms=2, alpha=0.5, mew=0)
    shown = moment.samples[:SHOWN]
    inside = (np.abs(shown) < reach).all(axis=1)
    place.plot(*shown[inside].T, ".", color=style.theme.lines[1], ms=3.5, alpha=0.8, mew=0)
    words = Text("samples", "样本")
    if inside.mean() < 0.995:
        words = Text(f"samples, {1 - inside.mean():.0%} outside", f"样本，{1 - inside.mean():.0%} 在图外")
    place.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=(), yticks=())
    place.set_title(style.say(words))


def _alike(style: Style, films: dict[str, list[Moment]], moment: int) -> Image.Image:
    def paint(places):
        count = len(films)
        for column, (name, film) in enumerate(films.items()):
            _scatter(places[column], style, film[moment])
            places[column].set_title(style.say(RUNS[name].title), fontsize=8.5)
            below = places[count + column]
            _losses(below, style, film[: moment + 1])
            below.set(xlim=(0, film[-1].step), ylim=(0, 2.5))

    return drawn(style, paint, rows=2, columns=len(films), size=(7.2, 4.6), dpi=FRAME)


def _wasserstein(lesson: Lesson, healthy: list[Moment]) -> Iterator[Block]:
    yield Heading(Text("A loss that can be read", "一种可以读的损失"))
    points, _ = RING.draw(POINTS, (lesson.seed, 0))
    held, _ = RING.draw(SCORED, (lesson.seed, 1))
    lesson.progress("training WGAN-GP", 0, 1)
    turns, moments = lesson.pick(1600, 32), lesson.pick(20, 3)
    film = played(WASSERSTEIN, points, held, seed=lesson.seed, turns=turns, moments=moments)
    rank = _rank([-moment.critic for moment in film], film)
    caption, alt = together(rank)
    yield Prose(
        Text(
            "With a Wasserstein critic under a gradient penalty (Gulrajani et al. 2017), minus the critic's loss is an "
            "estimate of a distance between samples and data, up to a factor. Where the critic keeps up, it falls "
            "as samples come nearer (Arjovsky et al. 2017, figure 3). It is still an estimate by a network in training: "
            "compare one run with itself, not two runs with different critics. Rank correlations with the energy "
            "distance, over the last three quarters of each run; 1 would be a loss to steer by.",
            "在梯度惩罚下的 Wasserstein 判别器（Gulrajani 等 2017），其损失的相反数是样本与数据之间某个距离的估计（差一个因子）。"
            "判别器跟得上时，样本靠近，它就下降（Arjovsky 等 2017，图 3）。但它终究是一个训练中的网络给出的估计："
            "可以拿一局的前后作比较，不要拿判别器不同的两局相比。下表是各局后四分之三中与能量距离的秩相关；"
            "等于 1 的损失才可以拿来指路。",
        )
    )
    yield Numbers(
        [
            Number(
                "rank_generator",
                Text("it goes well: generator's loss", "一切正常：生成器损失"),
                _rank([moment.generator for moment in healthy], healthy),
            ),
            Number(
                "rank_critic",
                Text("it goes well: critic's loss", "一切正常：判别器损失"),
                _rank([moment.critic for moment in healthy], healthy),
            ),
            Number(
                "rank_wasserstein",
                Text("Wasserstein: minus the critic's loss", "Wasserstein：判别器损失的相反数"),
                rank,
            ),
        ]
    )
    yield Picture(
        "wasserstein",
        lambda style: _estimates(style, film),
        caption,
        alt,
    )


def together(rank: float) -> tuple[Text, Text]:
    """Return caption and alternative text of an estimate that has this rank correlation with the distance."""
    curves = Text(
        "Two curves over steps: minus the critic's loss, and the distance.",
        "随步数变化的两条曲线：判别器损失的相反数，以及能量距离。",
    )
    fate = Text(
        "At first the critic has to catch up; from then on both fall together.",
        "起初判别器还在追赶；此后两条曲线一同下降。",
    )
    if not rank >= STEERS:
        fate = Text(
            f"This time the critic has not kept up: the two do not fall together, their rank correlation is {brief(rank)}.",
            f"这一次判别器没有跟上：两条曲线并未一同下降，秩相关为 {brief(rank)}。",
        )
    return fate, Text(f"{curves.en} {fate.en}", curves.zh + fate.zh)


def _estimates(style: Style, film: list[Moment]) -> Image.Image:
    def paint(places):
        steps = [moment.step for moment in film]
        for place, values, text, colour in (
            (places[0], [-moment.critic for moment in film], MINUS, style.theme.lines[0]),
            (places[1], [moment.distance for moment in film], DISTANCE, style.theme.lines[2]),
        ):
            place.plot(steps, values, color=colour, lw=1.8)
            place.axhline(0, color=style.theme.faint, lw=1)
            place.set(title=style.say(text), xlabel=style.say(STEP))

    return drawn(style, paint, columns=2, size=(7.2, 2.6))


def _digits(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("The same on digits", "在手写数字上"))
    data = load("digits")
    train, held = (_flat(data.splits[part]) for part in ("train", "test"))
    films = {}
    for done, (name, run) in enumerate(DRAWN.items()):
        lesson.progress("training digits", done, len(DRAWN))
        films[name] = played(
            run, train, held, seed=lesson.seed, turns=lesson.pick(2400, 24), moments=lesson.pick(20, 3)
        )
    last = {name: film[-1] for name, film in films.items()}
    yield Prose(
        Text(
            "Two games on 8 × 8 digits. Which losses are nearer to log 4 and log 2?",
            "在 8 × 8 数字上的两局。哪一局的损失离 log 4 与 log 2 更近？",
        )
    )
    yield Rows(
        (
            Text("game", "训练"),
            CRITIC,
            GENERATOR,
            Text("from log 4, log 2", "与 log 4、log 2 的距离"),
            DISTANCE,
        ),
        [
            (
                run.title,
                Number(f"{name}_critic", CRITIC, last[name].critic),
                Number(f"{name}_generator", GENERATOR, last[name].generator),
                Number(
                    f"{name}_away",
                    DISTANCE,
                    math.hypot(last[name].critic - LOG4, last[name].generator - LOG2),
                ),
                Number(f"{name}_distance", DISTANCE, last[name].distance),
            )
            for name, run in DRAWN.items()
        ],
    )
    yield Picture(
        "digits",
        lambda style: _digits_drawn(style, films),
        Text("Losses of each game and samples of its end.", "每局的损失与结束时的样本。"),
        Text(
            "Two rows: level losses beside digits of several kinds, and level losses beside one blurred shape, repeated.",
            "两行：平稳的损失旁是多种数字；平稳的损失旁是同一个模糊形状的重复。",
        ),
    )


def _flat(split: Split) -> np.ndarray:
    """Return uint8 (n, 8, 8, 1) digits as float32 (n, 64) points in [−1, 1]."""
    return split.array[split.all_rows].reshape(len(split), -1).astype(np.float32) / 127.5 - 1


def _digits_drawn(style: Style, films: dict[str, list[Moment]]) -> Image.Image:
    def paint(places):
        for row, (name, film) in enumerate(films.items()):
            losses, pictures = places[2 * row : 2 * row + 2]
            _losses(losses, style, film)
            losses.set_ylim(0, 2.5)
            losses.set_title(style.say(DRAWN[name].title), fontsize=8.5)
            tiles = film[-1].samples[: ROWS * COLUMNS].reshape(ROWS, COLUMNS, SIDE, SIDE)
            framed = np.pad(tiles, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-1)
            sheet = framed.transpose(0, 2, 1, 3).reshape(ROWS * (SIDE + 2), -1)
            pictures.imshow(sheet, cmap="gray", vmin=-1, vmax=1)
            pictures.set(xticks=(), yticks=())
            pictures.grid(False)
        key(places[0], style, loc="upper right")

    return drawn(style, paint, rows=2, columns=2, size=(7.2, 4.4))


def _how_near(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("How near is near?", "多近才算近？"))
    shift, count, draws = 1.5, 800, lesson.pick(1_000, 200)
    exact = loss_bound.spread(shift) / math.sqrt(count)
    yield Prose(
        Text(
            f"A loss is a mean over examples, and moves by chance. For two bells {shift:g} apart the best critic's loss on a "
            f"pair has a standard deviation of {loss_bound.spread(shift):.2f}; over {count} pairs that leaves {exact:.3f}, "
            f"and {loss_bound.spread(shift) / 8:.2f} over a batch of 64. What is proved of the divergence is uncertain by half as "
            "much. A change of less than twice that says nothing, a larger one says that something changed, and no "
            "number of its own says that samples are good: where the losses are not near their equilibrium values by "
            "this measure, the game is not over; where they are, the score decides.",
            f"损失是样本上的平均值，会随机波动。对相距 {shift:g} 的两个高斯，最优判别器在一对样本上的损失标准差为 "
            f"{loss_bound.spread(shift):.2f}；取 {count} 对平均后剩 {exact:.3f}，取 64 个的一批则是 {loss_bound.spread(shift) / 8:.2f}。"
            "所证明的散度，其不确定性是它的一半。小于其两倍的变化什么也说明不了，更大的变化说明确实有变，但没有哪个数值本身能说明样本好："
            "按此尺度损失还没到平衡值附近，博弈就没有结束；到了，就由分数来定。",
        )
    )
    yield Numbers(
        [
            Number(
                "loss_spread",
                Text(
                    f"standard deviation of the critic's loss over {count} pairs, from {draws:,} draws",
                    f"{count} 对样本上判别器损失的标准差，{draws:,} 次抽样",
                ),
                loss_bound.drawn_spread(shift, count, draws, lesson.seed),
                exact,
                5 * exact / math.sqrt(2 * draws),
            )
        ]
    )


def _table() -> Iterator[Block]:
    yield Heading(Text("What you see, what it may mean, what decides", "看到什么，可能意味着什么，靠什么断定"))
    yield Rows(
        (
            Text("what you see", "看到什么"),
            Text("what it may mean", "可能意味着什么"),
            Text("what decides", "靠什么断定"),
        ),
        [
            (
                Text("both level near log 4, log 2", "都停在 log 4、log 2 附近"),
                Text("done, blind critic, or collapse", "已完成、判别器失明，或崩塌"),
                Text("score over time; samples", "分数随时间的变化；样本"),
            ),
            (
                Text("generator falls, critic high", "生成器下降，判别器居高"),
                Text("the critic does not learn", "判别器学不动"),
                Text("critic's rate, its gradient", "判别器的学习率与梯度"),
            ),
            (
                Text("critic near 0, generator high", "判别器近 0，生成器很高"),
                Text("samples are still far off", "样本还差得远"),
                Text("held-out reals; score over time", "留出的真样本；分数随时间的变化"),
            ),
            (
                Text("both swing", "两者来回摆动"),
                Text("the players circle", "双方在绕圈"),
                Text("averaged weights; R1", "权重平均；R1"),
            ),
            (
                Text("critic low on training reals only", "判别器只在训练集上损失低"),
                Text("it knows them by heart", "它把训练集背下来了"),
                Text("memorisation on the score card", "评分卡上的 memorisation"),
            ),
            (
                Text("loss changes at a restart", "重启后损失突变"),
                Text("another objective or weight", "目标函数或权重变了"),
                Text("the equilibrium values above", "上面的均衡值"),
            ),
        ],
    )
    yield Prose(
        Text(
            "So look at losses for accidents, and at scores for progress. saddle train scores a run at its end and, "
            "where it is long enough or --evaluate-every is given, on the way; it draws scores below the losses. saddle "
            "doctor reads both.",
            "所以：看损失是为了发现事故，看分数才知道进展。saddle train 在训练结束时打分；训练够长或给出 --evaluate-every 时，"
            "途中也打分，并把分数画在损失下方。saddle doctor 则两者都读。",
        )
    )
