"""Penalties on the critic's gradient: what they make of its slope, what they cost, and the form without a gradient."""

from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch import nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.seeds import derive
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
from saddlepoint.explaining.phrases import at_step
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.networks.dcgan import dcgan_critic
from saddlepoint.networks.mlp import mlp_critic
from saddlepoint.objectives import Penalty, penalties
from saddlepoint.theory import penalties as theory

GAP = 1.5  # between data and samples of the linear critic
THETA = 1.0  # between the bells
# With heavier penalties plain steps diverge or leave the picture; with lighter ones they hardly damp the game.
GAMMAS, STEPS = (0.1, 0.5), (0.01, 1.0)
SINE = 2.0, 0.4  # the known critic's ω, and where it is looked at
SIGMAS = (0.05, 0.3, 1.0)
PRECISIONS = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16}
NONE, DIFFERENCES = Text("none", "无惩罚"), Text("differences", "差分")


@topic("penalties", title=Text("What a gradient penalty does", "梯度惩罚做了什么"), order=10)
def penalties_topic(lesson: Lesson, *, gamma: float = 0.3, sigma: float = 0.1) -> Iterator[Block]:
    """What R1, R2 and gradient penalties do to a critic's slope, and what they cost with and without a gradient.

    Args:
        gamma: weight of every penalty, 0.1 to 0.5.
        sigma: step of the differences, 0.01 to 1.
    """
    for name, value, (low, high) in (("gamma", gamma, GAMMAS), ("sigma", sigma, STEPS)):
        if not low <= value <= high:
            raise UserError(f"--{name} takes a number from {low:g} to {high:g}, got {value:g}")
    yield Prose(
        Text(
            "The generator follows the critic's gradient, so the critic's slope is what it is really told. Left to "
            "itself, a critic that can separate data from samples grows as steep as it can. Penalties hold the slope: "
            "R1 at the data, R2 at the samples (Mescheder et al. 2018), the gradient penalty near 1 between them "
            "(Gulrajani et al. 2017).",
            "生成器跟着判别器的梯度走，所以它真正听到的是判别器的斜率。不加约束时，能把数据和样本分开的判别器会越来越陡。"
            "惩罚项用来约束斜率：R1 在数据处，R2 在样本处（Mescheder 等 2018），梯度惩罚则要求两者之间的斜率接近 1（Gulrajani 等 2017）。",
        )
    )
    yield Formula(
        r"R_1 = \frac{\gamma}{2}\, \mathbb{E}_p \|\nabla D\|^2, \qquad R_2 = \frac{\gamma}{2}\, \mathbb{E}_q \|\nabla D\|^2, \qquad "
        r"GP = \gamma\, \mathbb{E}_{\hat{x}} (\|\nabla D\| - 1)^2",
        "R1 = γ/2·E_p |∇D|²,   R2 = γ/2·E_q |∇D|²,   GP = γ·E (|∇D| − 1)²",
    )
    yield from _slopes(lesson, gamma)
    yield from _game(lesson, gamma, sigma)
    yield from _differences(lesson)
    yield from _weights()
    yield from _cost(lesson, sigma)


def _named(*names: str) -> list[Penalty]:
    return [penalties.get(name) for name in names]


def _slopes(lesson: Lesson, gamma: float) -> Iterator[Block]:
    yield Heading(Text("The slope that is left", "剩下的斜率"))
    yield Prose(
        Text(
            "Take the Wasserstein loss, which alone has no minimum: D at the samples less D at the data, on average. For a "
            f"linear critic D = ψx, with the data Δ = {GAP:g} right of the samples, the penalised loss is a parabola. R1 makes the slope proportional "
            "to the distance: it falls to 0 when the samples arrive. The gradient penalty keeps it above 1 however "
            "near they are.",
            f"取 Wasserstein 损失，即 D 在样本上的平均值减去在数据上的平均值，它本身没有最小值。对线性判别器 D = ψx，设数据在样本右侧 Δ = {GAP:g} 处，"
            "加上惩罚后损失是一条抛物线。R1 使斜率与距离成正比：样本到达时斜率降为 0。梯度惩罚则无论样本多近都让斜率保持在 1 以上。",
        )
    )
    cases = (
        ("r1", "R1", "Δ/γ", GAP / gamma),
        ("r1 r2", "R1 + R2", "Δ/2γ", GAP / 2 / gamma),
        ("gradient_penalty", "GP", "1 + Δ/2γ", 1 + GAP / 2 / gamma),
    )
    rows = [
        Number(
            "linear_" + names.replace(" ", "_"),
            Text(f"{said}: slope ψ, exact: {formula}", f"{said}：斜率 ψ；精确值为 {formula}"),
            theory.linear_slope(_named(*names.split()), gamma, GAP),
            exact,
            1e-6 * exact,
        )
        for names, said, formula, exact in cases
    ]
    near = theory.linear_slope(_named("gradient_penalty"), gamma, 1e-3)
    rows.append(
        Number(
            "near",
            Text(
                "GP, samples 0.001 away: slope ψ, exact: 1 + 0.001/2γ",
                "GP，样本相距 0.001：斜率 ψ；精确值为 1 + 0.001/2γ",
            ),
            near,
            1 + 0.001 / 2 / gamma,
            1e-6,
        )
    )
    yield Numbers(rows)
    yield Prose(
        Text(
            "A critic that may bend as it likes solves Euler's equation. Where the penalty weighs w, p for R1, q for "
            "R2, p + q for both, its slope is the difference of the distribution functions over γw. So R1 alone "
            "says nothing where there are samples but no data, and there the slope explodes; both together hold it "
            "everywhere. A network of two layers of 32, trained on the whole line, comes to the same loss.",
            "可以任意弯曲的判别器满足欧拉方程：设惩罚的权重为 w（R1 为 p，R2 为 q，两者都用则为 p + q），"
            "则斜率等于两个分布函数之差除以 γw。因此单用 R1，在有样本而没有数据的地方毫无约束，斜率在那里爆炸；"
            "两者并用则处处有界。一个两层、每层 32 个单元的网络在整条直线上训练，得到同样的损失。",
        )
    )
    yield Formula(
        r"{D \prime}(x) = \frac{Q(x) - P(x)}{\gamma\, w(x)}, \qquad \min L = -\frac{1}{2\gamma} \int \frac{(Q - P)^2}{w}\, dx",
        "D′ = (Q − P)/(γ·w),   min L = −1/(2γ)·∫ (Q − P)²/w dx",
    )
    bells = theory.Bells.apart(THETA)
    loss, critic = theory.trained_loss(bells, gamma, seed=lesson.seed, steps=lesson.pick(200, 40))
    least = bells.least(gamma)
    yield Numbers(
        [
            Number(
                "trained_loss",
                Text(
                    "R1 + R2: loss of the network, exact: the least there is",
                    "R1 + R2：网络的损失；精确值为理论最小值",
                ),
                loss,
                least,
                0.01 * abs(least),
            ),
            *(
                Number(
                    f"steepest_{name}",
                    Text(f"{said}: steepest slope from −3 to 4", f"{said}：−3 到 4 之间最陡的斜率"),
                    float(np.abs(slope[(bells.x[1:] > -3) & (bells.x[1:] < 4)]).max()),
                )
                for (name, slope), said in zip(
                    bells.slopes(gamma).items(), ("R1", "R2", "R1 + R2"), strict=True
                )
            ),
        ]
    )
    yield Picture(
        "slopes",
        lambda style: _slope_curves(style, bells, gamma, critic),
        Text(
            "Left: data (blue) and samples (vermilion). Right: the best critics' slopes, and that of the network.",
            "左：数据（蓝）与样本（橙红）。右：各种惩罚下最优判别器的斜率，以及网络的斜率。",
        ),
        Text(
            "Left: two bell curves one apart. Right: a curve that dives where samples are, one that dives where "
            "data are, and a shallow one, on which the dots of the network lie.",
            "左：两条相距 1 的钟形曲线。右：一条在样本一侧急降，一条在数据一侧急降，还有一条平缓的曲线，网络的点就落在它上面。",
        ),
    )
    yield Knobs(
        "penalties",
        [
            Slider("theta", Text("distance of the means", "均值间的距离"), 0.1, 2.5, 0.1, THETA),
            Slider("gamma", Text("weight γ", "权重 γ"), 0.1, 5, 0.1, round(gamma, 1)),
            Slider("sigma", Text("step σ of the differences", "差分步长 σ"), 0.05, 2, 0.05, 0.5),
        ],
        [
            ("exact", Text("γ/2·D′², mean over the data", "γ/2·D′² 在数据上的平均值")),
            ("estimate", Text("the same by differences", "用差分计算的同一量")),
            ("ratio", Text("their ratio", "两者之比")),
        ],
        Text(
            "Above: slopes under R1 (blue), R2 (vermilion) and both (ink). Below: D′² under both, and what differences "
            "make of it (dashes). Which knob changes the ratio, and which does not?",
            "上：R1（蓝）、R2（橙红）及两者并用（墨色）时的斜率。下：两者并用时的 D′²，以及差分得到的值（虚线）。"
            "哪个旋钮会改变两者之比，哪个不会？",
        ),
        Text(
            "Curves of slopes, and of their squares beside what differences measure",
            "斜率曲线，以及斜率平方与差分测得的值",
        ),
        ratio=0.62,
    )


def _slope_curves(style: Style, bells: theory.Bells, gamma: float, critic: nn.Module) -> Image.Image:
    at = torch.linspace(-3, 4, 36, dtype=torch.float64)[:, None].requires_grad_()
    (network,) = torch.autograd.grad(critic(at).score.sum(), at)
    slopes = bells.slopes(gamma)
    blue, red = style.theme.lines[:2]

    def paint(places):
        where, slope = places
        for share, colour in ((bells.real, blue), (bells.fake, red)):
            where.plot(bells.x, share / bells.step, color=colour)
        for (name, values), colour, said in zip(
            slopes.items(), (blue, red, style.theme.ink), ("R1", "R2", "R1 + R2"), strict=True
        ):
            slope.plot(bells.x[1:], values, color=colour, label=said, lw=1.8 if name == "both" else 1.3)
        slope.plot(
            at.detach()[:, 0],
            network[:, 0],
            ".",
            color=style.theme.lines[2],
            ms=5,
            label=style.say(Text("network", "网络")),
        )
        deep = np.abs(slopes["both"][(bells.x[1:] > -3) & (bells.x[1:] < 4)]).max()
        where.set(xlim=(-3, 4), xlabel="x", title=style.say(Text("densities", "密度")))
        slope.set(xlim=(-3, 4), ylim=(-3.2 * deep, 0.15 * deep), xlabel="x", title="D′")
        key(slope, style, loc="lower left")

    return drawn(style, paint, columns=2, size=(7.4, 3.1))


def _game(lesson: Lesson, gamma: float, sigma: float) -> Iterator[Block]:
    yield Heading(Text("In the game", "在博弈中"))
    r1, r2, gp = _named("r1", "r2", "gradient_penalty")
    chosen: dict[Text | str, list[Penalty]] = {
        NONE: [],
        "R1": [r1],
        "R1 + R2": [r1, r2],
        "GP": [gp],
        DIFFERENCES: [theory.difference(sigma)],
    }
    steps, looks = lesson.pick(400, 40), lesson.pick(25, 3)
    games = {}
    for name, played in chosen.items():
        lesson.progress("playing", len(games), len(chosen))
        games[name] = theory.played([(one, gamma) for one in played], steps, looks, seed=lesson.seed)
    yield Prose(
        Text(
            "Data lie at 0, the generator starts at 2 and can only move and stretch its samples; a critic of two "
            f"layers, plain gradient steps, every penalty with γ = {gamma:g}. Without a penalty the critic is still "
            "steep when the samples arrive, pushes them through, and pulls them back. A slope that is held near 1 does "
            "so for ever. Under R1 and R2 the critic goes flat when there is nothing more to tell, and the game comes "
            f"to rest. Differences with σ = {sigma:g} stand in for R1.",
            f"数据在 0，生成器从 2 出发，只能平移和伸缩样本；判别器有两层，用普通梯度步，各惩罚的权重均为 γ = {gamma:g}。"
            "没有惩罚时，样本到达时判别器仍然很陡，把它们推过头，再拉回来。若把斜率保持在 1 附近，就会一直这样下去。"
            f"用 R1 和 R2 时，再没有什么可区分，判别器就变平，博弈便停下来。差分（σ = {sigma:g}）用来代替 R1。",
        )
    )
    yield Film(
        "game",
        lambda style, look: _critics(style, games, look),
        [at_step(step) for step in next(iter(games.values())).steps],
        Text(
            "The critic (line), data at 0 (blue) and samples (vermilion).",
            "判别器（曲线）、位于 0 的数据（蓝）与样本（橙红）。",
        ),
        Text(
            "Five panels. Samples move along the slope of each critic; under R1 and R2 the curve ends up nearly level "
            "where the data are, under the gradient penalty it stays steep.",
            "五幅图。样本沿各判别器的斜坡移动；用 R1 和 R2 时曲线最后在数据处几乎变平，用梯度惩罚时始终很陡。",
        ),
        seconds=8.0,
    )
    yield Picture(
        "means",
        lambda style: _means(style, games),
        Text("The mean of the samples by step; data lie at 0.", "样本均值随步数的变化；数据在 0。"),
        Text(
            "Without penalty the mean overshoots 0 and swings; under R1, R1 and R2, and differences it comes to rest "
            "at 0; under the gradient penalty it swings from side to side.",
            "无惩罚时均值冲过 0 并摆动；用 R1、R1 + R2 和差分时在 0 处停下；用梯度惩罚时在两侧来回摆动。",
        ),
    )
    yield Numbers(
        [
            Number(
                f"swing_{index}",
                Text(
                    f"{name.en if isinstance(name, Text) else name}: the mean's deviation over the last quarter",
                    f"{name.zh if isinstance(name, Text) else name}：最后四分之一步中均值的标准差",
                ),
                game.swing,
            )
            for index, (name, game) in enumerate(games.items())
        ]
    )


def _critics(style: Style, games: dict[Text | str, theory.Game], look: int) -> Image.Image:
    blue, red = style.theme.lines[:2]
    data = theory.WIDTH * np.linspace(-2, 2, 15)

    def paint(places):
        for place, (name, game) in zip(places, games.items(), strict=True):
            critic = game.critics[look]
            middle, reach = (critic.max() + critic.min()) / 2, max(1.0, 0.6 * np.ptp(critic))
            place.plot(theory.VIEW, critic, color=style.theme.ink, lw=1.4)
            for spots, colour, height in ((data, blue, -0.86), (game.samples[look], red, -0.7)):
                place.plot(
                    spots, np.full(len(spots), middle + height * reach), "|", color=colour, ms=8, mew=0.9
                )
            place.set(xlim=(-2.5, 2.5), ylim=(middle - reach, middle + reach), title=style.say(name))
            place.set_xticks((-2, 0, 2))
            place.locator_params(axis="y", nbins=3)

    return drawn(style, paint, columns=len(games), size=(8.4, 2.2), dpi=FRAME)


def _means(style: Style, games: dict[Text | str, theory.Game]) -> Image.Image:
    def paint(places):
        for place, (name, game) in zip(places, games.items(), strict=True):
            place.plot(game.means, color=style.theme.lines[1], lw=1.3)
            place.set(xlim=(0, game.steps[-1]), ylim=(-2.2, 2.2), title=style.say(name))
            place.set(yticks=(-2, 0, 2), xticks=(0, game.steps[-1]))

    return drawn(style, paint, columns=len(games), size=(8.4, 2.0))


def _differences(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("Without a gradient", "不求梯度"))
    yield Prose(
        Text(
            "A penalty on a gradient must itself be differentiated: a derivative of second order, which graphs, "
            "kernels and compilers like little. Differences need none: move each example by σe, e normal, and compare "
            "scores. As σ falls, the mean becomes |∇D|². A quadratic D with Hessian H has |∇D|² + σ²/4·(2 tr H² + "
            f"(tr H)²), too much; D = sin ωx has a closed form that is too little. Measured at x = {SINE[1]:g}, ω = {SINE[0]:g}.",
            "对梯度施加惩罚，意味着还要再对它求导：二阶导数是计算图、算子和编译器都不喜欢的东西。差分不需要它：把每个样本移动 σe"
            f"（e 为标准正态），比较两次得分。σ 趋于 0 时其平均值趋于 |∇D|²。二次函数 D（海森矩阵为 H）得到 |∇D|² + σ²/4·(2 tr H² + (tr H)²)，偏大；"
            f"D = sin ωx 也有闭式解，偏小。这里取 x = {SINE[1]:g}、ω = {SINE[0]:g} 测量。",
        )
    )
    yield Formula(
        r"R_\sigma = \frac{\gamma}{2}\, \mathbb{E}_{p,e}\, \frac{(D(x + \sigma e) - D(x))^2}{\sigma^2}",
        "R_σ = γ/2·E (D(x + σe) − D(x))²/σ²",
    )
    omega, x = SINE
    count = lesson.pick(400_000, 40_000)
    rows = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(lesson.seed, "differences"))
        at = torch.full((count, 1), x, dtype=torch.float64)
        for sigma in SIGMAS:
            critique = theory.passed(lambda t: (omega * t).sin().flatten(), at, at[:1])
            draws = 2 * theory.difference(sigma).value(critique, 1.0).detach()
            rows.append(
                Number(
                    f"mean_{sigma:g}",
                    Text(
                        f"D = sin 2x, σ = {sigma:g}: mean of differences",
                        f"D = sin 2x，σ = {sigma:g}：差分的平均值",
                    ),
                    draws.mean().item(),
                    theory.expected_difference(omega, x, sigma),
                    5 * draws.std().item() / count**0.5,
                )
            )
        critique = theory.passed(lambda t: (t * t / 2 + t).flatten(), torch.ones_like(at), at[:1])
        draws = 2 * theory.difference(0.5).value(critique, 1.0).detach()
        line = theory.passed(lambda t: 3 * t.flatten(), at, at[:1])
        spread = 2 * theory.difference(0.5).value(line, 1.0).detach()
    rows += [
        Number(
            "gradient",
            Text("D = sin 2x: D′², what they should be", "D = sin 2x：D′²，即应有的值"),
            theory.expected_difference(omega, x, 1e-4),
            float((omega * np.cos(omega * x)) ** 2),
            1e-5,
        ),
        Number(
            "quadratic",
            Text(
                "D = x²/2 + x at 1, σ = ½: mean, exact: D′² + ¾σ²",
                "D = x²/2 + x 在 1 处，σ = ½：平均值；精确值为 D′² + ¾σ²",
            ),
            draws.mean().item(),
            4 + 0.75 * 0.25,
            5 * draws.std().item() / count**0.5,
        ),
        Number(
            "spread",
            Text("D = 3x: variance over squared mean, exact: 2", "D = 3x：方差与均值平方之比；精确值为 2"),
            (spread.var() / spread.mean() ** 2).item(),
            2.0,
            60 / count**0.5,
        ),
    ]
    yield Numbers(rows)
    yield Prose(
        Text(
            "Two prices. One draw is noisy: even for a straight line its variance is twice the squared mean, in any "
            "number of dimensions; batches average it. And scores are rounded: their difference is divided by σ, so "
            "the error grows again when σ falls. What is usual in single precision, σ = 0.01, is too small for "
            "bfloat16.",
            "代价有二。一是噪声：即使对直线，单次抽取的方差也是均值平方的两倍，与维数无关；要靠一批样本来平均。"
            "二是舍入：得分之差要除以 σ，σ 变小时误差又会增大。单精度下常用的 σ = 0.01，对 bfloat16 来说太小了。",
        )
    )
    sigmas = np.geomspace(1e-4, 1, 41)
    errors = {name: theory.rounding(sigmas, dtype) for name, dtype in PRECISIONS.items()}
    yield Numbers(
        [
            Number(
                f"rounded_{name}",
                Text(f"{name}: relative error at σ = 0.01", f"{name}：σ = 0.01 时的相对误差"),
                float(theory.rounding(np.array([0.01]), dtype)[0]),
            )
            for name, dtype in PRECISIONS.items()
        ]
    )
    yield Picture(
        "sigma",
        lambda style: _errors(style, sigmas, errors),
        Text(
            "Relative error of the squared slope of sin 2x by σ. To the right the bias, to the left rounding.",
            "sin 2x 斜率平方的相对误差随 σ 的变化。右侧是偏差，左侧是舍入误差。",
        ),
        Text(
            "Three curves on logarithmic axes fall together from the right as σ² and part on the left: bfloat16 turns "
            "up first, float32 later, float64 last.",
            "双对数坐标上的三条曲线：右侧一起按 σ² 下降，左侧分开，bfloat16 最先回升，float32 其次，float64 最后。",
        ),
    )


def _errors(style: Style, sigmas: np.ndarray, errors: dict[str, np.ndarray]) -> Image.Image:
    def paint(places):
        (place,) = places
        for (name, error), colour in zip(errors.items(), (2, 0, 1), strict=True):
            place.loglog(sigmas, error, color=style.theme.lines[colour], label=name)
        place.set(xlabel="σ", xlim=(1e-4, 1), ylim=(1e-8, 2))
        key(place, style, loc="lower right")

    return drawn(style, paint)


def _weights() -> Iterator[Block]:
    yield Heading(Text("Which γ for data of your own", "自己的数据该取多大的 γ"))
    gamma, wide = 0.3, 10.0
    yield Prose(
        Text(
            "A slope is scores per unit of x, so γ is in units of x squared. Make the data ten times as wide, and γ must "
            "be a hundred times as large for the same scores. Under R1 the linear critic's scores of data and samples "
            "are Δ²/γ apart: a few units are enough, since a sigmoid is flat beyond, and much less is lost in noise. In "
            "pictures the squares of all pixels add up, so γ grows with their number; StyleGAN2-ADA starts from "
            "0.0002 · pixels / batch. Start there, try a quarter and four times as much, and let the score decide.",
            "斜率是每单位 x 的得分，所以 γ 的单位是 x 的平方。数据宽十倍，要得到同样的得分，γ 就要大一百倍。"
            "在 R1 下，线性判别器对数据与样本的得分相差 Δ²/γ：几个单位就够了，再大 sigmoid 就变平，太小则淹没在噪声里。"
            "图像中所有像素的平方相加，γ 随像素数增长；StyleGAN2-ADA 从 0.0002 · 像素数 / 批量大小 起步。"
            "不妨从那里开始，再试四分之一与四倍，由分数决定。",
        )
    )
    yield Numbers(
        [
            Number(
                f"apart_{times:g}",
                Text(
                    f"R1, Δ = {GAP * times:g}, γ = {gamma * times**2:g}: scores apart",
                    f"R1，Δ = {GAP * times:g}，γ = {gamma * times**2:g}：得分之差",
                ),
                theory.linear_slope(_named("r1"), gamma * times**2, GAP * times) * GAP * times,
                GAP**2 / gamma,
                1e-6,
            )
            for times in (1.0, wide)
        ]
    )


def _cost(lesson: Lesson, sigma: float) -> Iterator[Block]:
    yield Heading(Text("What they cost", "代价"))
    r1, r2, gp = _named("r1", "r2", "gradient_penalty")
    games = {"none": [], "R1": [r1], "R1 + R2": [r1, r2], "GP": [gp], "differences": [theory.difference(sigma)]}
    rounds = lesson.pick(15, 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(lesson.seed)
        dense = mlp_critic((784,), (256, 256, 256), activation=lambda: nn.LeakyReLU(0.2))
        maps = dcgan_critic(16, 1, width=32)
        real, fake = torch.randn(2, 64, 784)
        of_dense = theory.costs(dense, real, fake, games, rounds)
        lesson.progress("timing", 1, 2)
        real, fake = torch.randn(2, 16, 1, 16, 16)
        of_maps = theory.costs(maps, real, fake, games, rounds)
    said = {"none": NONE, "differences": DIFFERENCES}
    yield Prose(
        Text(
            "The critic's turn, loss and gradient, against the same turn without a penalty: multiplications as "
            f"counted, and seconds, the median of {rounds} turns on this machine. A dense critic of three layers of 256 "
            "for 28×28 pixels, and DCGAN's for 16×16. Differences save little arithmetic; they save the second "
            "derivative, and so leave the step to fast kernels, half precision and compilers.",
            f"判别器一个回合（损失与梯度）与无惩罚时之比：乘法次数为实际计数，时间为本机 {rounds} 次的中位数。"
            "一个是 28×28 像素的三层全连接判别器（每层 256），一个是 16×16 的 DCGAN 判别器。差分省下的算术不多，"
            "省下的是二阶导数，因而可以使用快速算子、半精度和编译器。",
        )
    )
    yield Rows(
        (
            "",
            Text("dense: work", "全连接：计算量"),
            Text("seconds", "时间"),
            Text("DCGAN: work", "DCGAN：计算量"),
            Text("seconds", "时间"),
        ),
        [
            (
                said.get(name, name),
                Number(f"work_dense_{index}", name, of_dense[name].work),
                f"× {of_dense[name].time:.1f}",
                Number(f"work_maps_{index}", name, of_maps[name].work),
                f"× {of_maps[name].time:.1f}",
            )
            for index, name in enumerate(games)
        ],
    )
    yield Numbers(
        [
            Number(
                "work_differences",
                Text(
                    "differences: work, exact: three passes of the critic for two",
                    "差分：计算量；精确值：判别器的遍数由两遍变为三遍",
                ),
                of_maps["differences"].work,
                1.5,
                0.01,
            )
        ]
    )
