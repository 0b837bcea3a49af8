"""Why x·y circles for ever, and what brings two players to rest."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

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
    Rows,
    Slider,
    Style,
)
from saddlepoint.explaining.drawing import FRAME, drawn, key
from saddlepoint.explaining.phrases import STEP, at_step
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.theory import games

NAMES = {
    "simultaneous": Text("simultaneous", "同时更新"),
    "alternating": Text("alternating", "交替更新"),
    "extragradient": Text("extragradient", "外梯度"),
    "optimistic": Text("optimistic", "乐观梯度"),
    "consensus": Text("consensus", "共识优化"),
    "lookahead": Text("look-ahead", "前瞻"),
}
RULE_FORMULAS = {
    "simultaneous": "√(1 + h²)",
    "alternating": "1",
    "extragradient": "√(1 − h² + h⁴)",
    "optimistic": "√((1 + √(1 − 4h²)) / 2)",
    "consensus": "√((1 − h)² + h²)",
    "lookahead": "|1 + (1 + ih)⁵| / 2",
}
GAMMAS = (0.0, 0.3, 1.0, 2.0)
SHOWN = 0.3  # step size of pictures
SMALLEST, LARGEST = 0.05, 0.56  # steps for which all that pictures say is seen; optimism ends at 1/√3 = 0.577


@topic("games", title=Text("A saddle that nobody reaches", "谁也到不了的鞍点"), order=3)
def games_topic(lesson: Lesson, *, h: float = SHOWN) -> Iterator[Block]:
    """Why x·y circles for ever, and which rules bring two players to rest.

    Args:
        h: step size of the pictures, 0.05 to 0.56.
    """
    if not SMALLEST <= h <= LARGEST:
        raise UserError(f"--h takes a number from {SMALLEST:g} to {LARGEST:g}, got {h:g}")
    yield Prose(
        Text(
            "Training a GAN looks for a saddle point: one player lowers the payoff, the other raises it. The "
            "smallest such game has two numbers. x wants xy small, y wants it large. The only point where "
            "neither can gain is (0, 0). Do they get there?",
            "训练 GAN 就是寻找鞍点：一方要降低收益，另一方要提高它。最小的这类博弈只有两个数：x 想让 xy 变小，"
            "y 想让它变大。双方都无利可图的点只有 (0, 0)。他们能走到那里吗？",
        )
    )
    yield Formula(r"\min_x \max_y\; f(x, y) = x\,y", "min over x, max over y:  f(x, y) = xy")
    yield from _six_steps()
    yield from _rules(lesson, h)
    yield from _bent()
    yield from _dirac(lesson)
    yield from _time_scales(lesson)


def _six_steps() -> Iterator[Block]:
    yield Heading(Text("Six steps by hand", "手算六步"))
    yield Prose(
        Text(
            "Start at (1, 1) with steps of size 1; y moves first, and x answers the new y. The table was played "
            "on the engine that trains every network of this project. After six steps they are where they "
            "began. They never will be nearer: x² + xy + y² keeps its value.",
            "从 (1, 1) 出发，步长为 1；y 先走，x 再回应新的 y。下表由本项目训练所有网络的同一引擎算出。"
            "六步之后他们回到起点，而且永远不会更近：x² + xy + y² 始终不变。",
        )
    )
    paths = {
        at_once: games.played(games.TwoNumbers(lambda x, y: x * y), 6, h=1.0, simultaneous=at_once)
        for at_once in (False, True)
    }
    together, turns = paths[True], paths[False]
    yield Rows(
        (STEP, *map(str, range(7))),
        [
            (Text("y, alternating", "y（交替）"), *_whole(turns[:, 1])),
            (Text("x, alternating", "x（交替）"), *_whole(turns[:, 0])),
            ("f = xy", *_whole(turns[:, 0] * turns[:, 1])),
            (Text("y, simultaneous", "y（同时）"), *_whole(together[:, 1])),
            (Text("x, simultaneous", "x（同时）"), *_whole(together[:, 0])),
        ],
    )
    kept = (turns**2).sum(1) + turns.prod(1)
    growth = np.linalg.norm(together, axis=1)
    eigenvalues = np.linalg.eigvals(np.array([[0.0, -1.0], [1.0, 1.0]]))  # (x, y) -> (−y, x + y)
    yield Numbers(
        [
            Number(
                "distance_after_six",
                Text("alternating: distance from the start after six steps", "交替：六步后与起点的距离"),
                float(np.linalg.norm(turns[6] - turns[0])),
                0.0,
                1e-6,
            ),
            Number(
                "invariant",
                Text("alternating: x² + xy + y², furthest from its start", "交替：x² + xy + y² 的最大偏离值"),
                float(kept[np.abs(kept - kept[0]).argmax()]),
                3.0,
                1e-6,
            ),
            Number(
                "angle",
                Text(
                    "alternating: angle of the map's eigenvalues, degrees", "交替：迭代矩阵特征值的辐角（度）"
                ),
                float(np.degrees(np.abs(np.angle(eigenvalues)).max())),
                60.0,
                1e-9,
            ),
            Number(
                "average",
                Text(
                    "alternating: distance of six iterates' mean from (0, 0)",
                    "交替：六次迭代的平均值与 (0, 0) 的距离",
                ),
                float(np.linalg.norm(turns[:6].mean(0))),
                0.0,
                1e-6,
            ),
            Number(
                "growth",
                Text("simultaneous: growth of the distance a step", "同时：距离每步的增长倍数"),
                float((growth[6] / growth[0]) ** (1 / 6)),
                2**0.5,
                1e-6,
            ),
        ]
    )
    yield Prose(
        Text(
            "Moving at the same time is worse: the distance grows by √2 a step. The mean of the alternating "
            "path, though, is the saddle exactly. That is one reason why averaged weights make better samples.",
            "双方同时走更糟：距离每步乘以 √2。不过交替路径的平均值恰好就是鞍点——这正是对权重取平均能改善样本的一个原因。",
        )
    )


def _whole(values: np.ndarray) -> list[str]:
    return [f"{value:.0f}".replace("-", "−") for value in values]


def _rules(lesson: Lesson, h: float) -> Iterator[Block]:
    yield Heading(Text("Rules that come to rest", "能停下来的规则"))
    yield Prose(
        Text(
            "The arrows are v = (−∂f/∂x, ∂f/∂y), what each player would do by itself. On xy they only turn. A "
            "rule comes to rest where one step shrinks the distance, that is, where the largest eigenvalue of "
            "its map has a modulus below 1. Small steps do not help: simultaneous steps leave at any size.",
            "箭头是 v = (−∂f/∂x, ∂f/∂y)，即每一方各自想走的方向。在 xy 上它们只会旋转。若一步能缩短距离，"
            "也就是迭代矩阵最大特征值的模小于 1，规则就会停下来。减小步长并无帮助：同时更新无论步长多小都会远离。",
        )
    )
    yield Formula(
        r"z_{t+1} = z_t + h\,v(z_t), \qquad v(x, y) = \begin{pmatrix} 0 & -1 \\ 1 & 0 \end{pmatrix} "
        r"\begin{pmatrix} x \\ y \end{pmatrix}, \qquad |\lambda| = \sqrt{1 + h^2}",
        "z ← z + h·v(z),  v(x, y) = (−y, x),  |λ| = √(1 + h²)",
    )
    steps = lesson.pick(600, 200)
    yield Numbers(
        [
            Number(
                f"factor_{rule}",
                Text(
                    f"{NAMES[rule].en}, h = {SHOWN}: {RULE_FORMULAS[rule]}",
                    f"{NAMES[rule].zh}，h = {SHOWN}：{RULE_FORMULAS[rule]}",
                ),
                games.measured_modulus(rule, SHOWN, steps),
                games.modulus(rule, SHOWN),
                1e-3,
            )
            for rule in games.RULES
        ]
    )
    yield Prose(
        Text(
            "Each factor was measured along a path and stands beside its closed form. Extragradient looks one "
            "step ahead, optimism guesses that step from the last one (for half the work, and only for "
            "h < 1/√3), consensus walks down the length of v, look-ahead tries five steps and goes half of "
            "the way.",
            "每个倍数都沿路径量得，旁边是它的闭式解。外梯度先试探一步；乐观梯度用上一步猜测下一步（只需一半计算，"
            "但仅当 h < 1/√3 时有效）；共识优化沿 v 的长度下降；前瞻试走五步，然后只走一半。",
        )
    )
    length = path_length(h)
    moments = np.unique(np.linspace(0, length, lesson.pick(41, 3)).round().astype(int))
    paths = {rule: games.path(rule, games.bilinear, (1.0, 1.0), h, length) for rule in games.RULES}
    trio = ("simultaneous", "alternating", "extragradient")
    yield Film(
        "paths",
        lambda style, moment: _field(style, {rule: paths[rule] for rule in trio}, moments[moment]),
        [at_step(moment) for moment in moments],
        Text(
            f"Three rules from (1, 1) with h = {h:g}: out of the picture, round in circles, home.",
            f"三种规则从 (1, 1) 出发，h = {h:g}：一个跑出画面，一个绕圈，一个归于鞍点。",
        ),
        Text(
            "Three panels of turning arrows. The path of simultaneous steps spirals outwards, that of "
            "alternating steps closes to an ellipse, that of extragradient spirals into the middle.",
            "三幅旋转箭头图。同时更新的路径向外盘旋，交替更新的路径闭合成椭圆，外梯度的路径盘旋进入中心。",
        ),
    )
    yield Picture(
        "distance",
        lambda style: _distances(style, paths),
        Text(
            "Distance from the saddle by step. A straight line on this scale is a constant factor.",
            "各步与鞍点的距离。在此坐标下直线即为恒定倍数。",
        ),
        Text(
            "Curves of distance against steps on a logarithmic scale: simultaneous rises, alternating stays "
            "level, the other four fall.",
            "距离随步数变化的对数曲线：同时更新上升，交替更新持平，其余四条下降。",
        ),
    )
    yield Knobs(
        "games",
        [
            Slider("h", Text("step size h", "步长 h"), 0.02, 1.2, 0.02, SHOWN),
            Slider("steps", Text("steps", "步数"), 1, 120, 1, 40),
        ],
        [(rule, NAMES[rule]) for rule in games.RULES],
        Text(
            "Turn the step size: the numbers are each rule's factor a step; below 1 it comes to rest. When do "
            "optimistic steps stop to help?",
            "调节步长：数字是每种规则每步的倍数，小于 1 就会停下来。乐观梯度何时不再有效？",
        ),
        Text("Paths of the six rules on xy from (1, 1)", "六种规则在 xy 上从 (1, 1) 出发的路径"),
        ratio=0.62,
        narrow=1.45,
    )


def path_length(h: float) -> int:
    """Return after how many steps it is seen where each rule leads: one changes the distance by about h²/2."""
    return max(60, round(60 * (SHOWN / h) ** 2))


def _field(style: Style, paths: dict[str, np.ndarray], now: int) -> Image.Image:
    grid = np.linspace(-2, 2, 9)
    x, y = np.meshgrid(grid, grid)
    colours = style.theme.lines

    def paint(places):
        for place, (rule, path), colour in zip(
            places, paths.items(), (colours[1], colours[3], colours[2]), strict=True
        ):
            place.quiver(x, y, -y, x, color=style.theme.faint, alpha=0.45, scale=26, width=0.008)
            done = path[: now + 1]
            place.plot(done[:, 0], done[:, 1], color=colour, lw=1.6)
            place.plot(*done[-1], "o", color=colour, ms=6)
            place.plot(0, 0, "+", color=style.theme.ink, ms=9, mew=1.6)
            place.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal", title=style.say(NAMES[rule]))
            place.set(xticks=(-2, 0, 2), yticks=(-2, 0, 2))

    return drawn(style, paint, columns=3, size=(7.2, 2.8), dpi=FRAME)


def _distances(style: Style, paths: dict[str, np.ndarray]) -> Image.Image:
    def paint(places):
        (place,) = places
        for (rule, path), colour in zip(paths.items(), style.theme.lines, strict=True):
            distance = np.linalg.norm(path, axis=1)
            place.semilogy(distance, color=colour, label=style.say(NAMES[rule]), lw=1.8)
            place.set(xlim=(0, len(path) - 1))
        place.set(xlabel="t", ylabel="‖z‖", ylim=(1e-4, 1e2))
        key(place, style, loc="lower left", ncols=2)

    return drawn(style, paint)


def _bent() -> Iterator[Block]:
    a, steps = 0.5, 100
    edge = 2 * a / (1 + a * a)
    yield Heading(Text("Games that bend", "会弯曲的博弈"))
    yield Prose(
        Text(
            "xy is the hardest case: it does not bend. Give each player a payoff that bends a little by itself. Then "
            "simultaneous steps come to rest as well, if they are smaller than 2a/(1 + a²). Near its saddle every "
            "smooth game is told by the eigenvalues of its Jacobian, here −a ± i: the real part pulls home, the "
            "imaginary part turns. Penalties such as R1, below, bend the critic's side. Where a is below 0 there is no "
            "saddle to come to.",
            "xy 是最难的情形：它不弯曲。让双方各自的收益稍微弯一点，同时更新也会停下来，只要步长小于 2a/(1 + a²)。"
            "在鞍点附近，任何光滑的博弈都由其雅可比矩阵的特征值说明，这里是 −a ± i：实部往回拉，虚部使它旋转。"
            "下文的 R1 一类惩罚，就是让判别器一方弯曲。若 a 小于 0，那里根本没有鞍点可去。",
        )
    )
    yield Formula(
        r"f(x, y) = \frac{a}{2} x^2 + x y - \frac{a}{2} y^2, \qquad |\lambda| = \sqrt{(1 - a h)^2 + h^2}",
        "f = a/2·x² + xy − a/2·y²,  |λ| = √((1 − ah)² + h²)",
    )
    yield Numbers(
        [
            Number(
                "bent",
                Text(f"simultaneous, a = {a:g}, h = {SHOWN}", f"同时更新，a = {a:g}，h = {SHOWN}"),
                games.measured_modulus("simultaneous", SHOWN, steps, games.bent(a)),
                float(np.hypot(1 - a * SHOWN, SHOWN)),
                1e-3,
            ),
            Number(
                "bent_edge",
                Text(f"the same at h = 2a/(1 + a²) = {edge:g}", f"步长 h = 2a/(1 + a²) = {edge:g} 时"),
                games.measured_modulus("simultaneous", edge, steps, games.bent(a)),
                1.0,
                1e-3,
            ),
        ]
    )


def _dirac(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("The smallest GAN", "最小的 GAN"))
    yield Prose(
        Text(
            "The Dirac-GAN has all data at 0, one sample at θ and a critic D(x) = ψx. Its players' losses are "
            "this project's own. Without a penalty, it circles like xy. R1 adds γ/2·|∇D|² = γ/2·ψ² to the "
            "critic's loss and damps the game; at γ = 1 it is damped critically: as fast as it can without "
            "swinging.",
            "狄拉克 GAN 的全部数据在 0，一个样本在 θ，判别器为 D(x) = ψx，双方的损失就是本项目自己的损失函数。"
            "没有惩罚时，它像 xy 一样绕圈。R1 给判别器的损失加上 γ/2·|∇D|² = γ/2·ψ²，使博弈受到阻尼；"
            "γ = 1 时为临界阻尼：不摆动而又最快地停下。",
        )
    )
    yield Formula(
        r"\lambda_{1,2} = -\frac{\gamma}{2} \pm \sqrt{\frac{\gamma^2}{4} - \frac{1}{4}}",
        "λ = −γ/2 ± √(γ²/4 − 1/4)",
    )
    rows, apart = [], 0.0
    for gamma in GAMMAS:
        measured, other = (
            np.linalg.eigvals(games.jacobian(games.dirac(gamma, objective=objective), np.zeros(2)))
            for objective in ("minimax", "non_saturating")
        )
        apart = max(apart, float(np.abs(np.sort_complex(measured) - np.sort_complex(other)).max()))
        exact = -gamma / 2 + np.emath.sqrt(gamma**2 / 4 - 0.25)
        rows += [
            Number(
                f"dirac_decay_{gamma:g}",
                Text(f"γ = {gamma:g}: slowest decay, Re λ", f"γ = {gamma:g}：最慢的衰减率 Re λ"),
                float(np.real(measured).max()),
                float(np.real(exact)),
                2e-4,
            ),
            Number(
                f"dirac_swing_{gamma:g}",
                Text(f"γ = {gamma:g}: swing, Im λ", f"γ = {gamma:g}：摆动频率 Im λ"),
                float(np.imag(measured).max()),
                float(np.imag(exact)),
                2e-4,
            ),
        ]
    rows.append(
        Number(
            "dirac_rules_apart",
            Text(
                "non-saturating instead of minimax: eigenvalues differ by",
                "以非饱和损失代替 minimax：特征值之差",
            ),
            apart,
            0.0,
            2e-4,
        )
    )
    yield Numbers(rows)
    ends = {
        gamma: games.path("simultaneous", games.dirac(gamma), (1.0, 1.0), 0.2, lesson.pick(500, 150))
        for gamma in GAMMAS
    }
    yield Numbers(
        [
            Number(
                f"dirac_distance_{gamma:g}",
                Text(
                    f"γ = {gamma:g}: distance after {len(path) - 1} simultaneous steps of 0.2",
                    f"γ = {gamma:g}：步长 0.2 同时更新 {len(path) - 1} 步后的距离",
                ),
                float(np.linalg.norm(path[-1])),
            )
            for gamma, path in ends.items()
        ]
    )
    yield Picture(
        "dirac",
        lambda style: _dirac_paths(style, ends),
        Text(
            "The generator's place θ and the critic's slope ψ, from (1, 1). γ = 0 leaves, the others arrive.",
            "生成器的位置 θ 与判别器的斜率 ψ，从 (1, 1) 出发。γ = 0 越走越远，其余都能到达。",
        ),
        Text(
            "Four panels, one for each weight of the penalty: an outward spiral, an inward spiral, and two "
            "paths that bend once into the origin.",
            "四幅图，每个惩罚权重一幅：一条外旋线，一条内旋线，两条只弯一次便进入原点的路径。",
        ),
    )


def _dirac_paths(style: Style, paths: dict[float, np.ndarray]) -> Image.Image:
    def paint(places):
        for place, (gamma, path), colour in zip(places, paths.items(), style.theme.lines[1:5], strict=True):
            grid = np.linspace(-2.5, 2.5, 9)
            x, y = np.meshgrid(grid, grid)
            field = games.dirac(gamma)
            v = np.array([field(np.array(z)) for z in zip(x.ravel(), y.ravel(), strict=True)])
            place.quiver(
                x.ravel(),
                y.ravel(),
                v[:, 0],
                v[:, 1],
                color=style.theme.faint,
                alpha=0.45,
                scale=22,
                width=0.009,
            )
            place.plot(path[:, 0], path[:, 1], color=colour, lw=1.4)
            place.plot(*path[0], "o", color=colour, ms=5)
            place.set(xlim=(-2.7, 2.7), ylim=(-2.7, 2.7), aspect="equal", title=f"γ = {gamma:g}", xlabel="θ")
            place.set(xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        places[0].set_ylabel("ψ")

    return drawn(style, paint, columns=4, size=(7.6, 2.5))


def _time_scales(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("Two time scales", "两种时间尺度"))
    yield Prose(
        Text(
            "With noisy gradients a game needs one player that is fast enough to be near its best answer. On "
            "(1 + x²)(100 − y²), both rates at 0.01 rattle far from the saddle; a hundred times slower x "
            "lands near it. Two-time-scale updates give GANs' critics the faster rate for this reason. Means "
            "of three seeds, distance over the last fifth of 5,000 steps.",
            "梯度有噪声时，博弈需要有一方足够快，始终接近自己的最佳应对。在 (1 + x²)(100 − y²) 上，两个学习率都取 0.01 "
            "会在远离鞍点处抖动；把 x 放慢一百倍就能落到鞍点附近。双时间尺度更新正因此给 GAN 的判别器更快的学习率。"
            "三个种子的平均，取 5,000 步最后五分之一的距离。",
        )
    )
    yield Formula(r"f(x, y) = (1 + x^2)(100 - y^2)", "f(x, y) = (1 + x²)(100 − y²)")
    seeds = range(lesson.seed, lesson.seed + 3)
    rates = {"equal": (0.01, 0.01), "slow_x": (1e-4, 0.01)}
    mean = {
        name: float(np.mean([games.two_time_scales(pair, seed=seed) for seed in seeds]))
        for name, pair in rates.items()
    }
    yield Numbers(
        [
            Number("ttur_equal", Text("x and y at 0.01", "x 与 y 均为 0.01"), mean["equal"]),
            Number("ttur_slow_x", Text("x at 0.0001, y at 0.01", "x 为 0.0001，y 为 0.01"), mean["slow_x"]),
            Number("ttur_ratio", Text("times nearer", "近了多少倍"), mean["equal"] / mean["slow_x"]),
        ]
    )
