"""The relatives of the GAN: what each optimises, needs, yields and costs, and what notes say of them, tried."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image

from saddlepoint.claims.catalogue.relatives import sayings
from saddlepoint.claims.overview import SHIPPED
from saddlepoint.claims.protocol import Findings, Missing
from saddlepoint.claims.results import read
from saddlepoint.core.experiment import recipes
from saddlepoint.core.seeds import derive
from saddlepoint.core.words import brief, raised
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.sources.factors import signs
from saddlepoint.evaluate.metrics.energy import distance
from saddlepoint.evaluate.metrics.sharpness import fine_energy
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
from saddlepoint.explaining.drawing import FRAME, drawn, key, tinted
from saddlepoint.explaining.phrases import TOO_SHORT, at_step
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.families.nce import EFFECTIVE
from saddlepoint.networks.boltzmann import COUNTABLE, Energy, temperatures
from saddlepoint.sampling.samples import sample
from saddlepoint.theory import linear_autoencoder, noise_contrastive
from saddlepoint.theory.independence import predictable_share, recovered, total_correlation
from saddlepoint.theory.point_game import RATE, RING, PointGame
from saddlepoint.theory.small_game import SmallGame

POINTS, HELD, SIDE = 20_000, 1_000, 8  # points of the ring, those that nobody trains on, and pixels of a digit
SAMPLES = 1_000  # of digits
REACH, PIXELS = 1.6, 80  # of the plane that is drawn
WIDTHS = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0)  # of noise
GAN, VAE, MACHINE, NCE, PM = "GAN", "VAE", "RBM", "NCE", "PM"
NOISE, DATA = Text("noise of NCE", "NCE 的噪声"), Text("data", "数据")
MARKS = {"seen": Text("seen", "看到"), "not seen": Text("not seen", "没看到")}
UNTESTABLE = Text("not testable here", "此处无法检验")
FIGURES = {  # of the stored claim that are shown, by name
    "frechet": Text("Fréchet", "Fréchet 距离"),
    "sharpness": Text("detail", "细节能量"),
}

ZH = {  # of the claim's sentences
    "A Boltzmann machine needs approximation.": "玻尔兹曼机需要近似。",
    "A VAE has structure but is blurred.": "VAE 有结构但模糊。",
    "Noise-contrastive estimation has a fixed noise.": "噪声对比估计的噪声是固定的。",
    "Predictability minimisation is a regulariser.": "可预测性最小化是一种正则化。",
}


class Said(NamedTuple):
    """A sentence of the notes, tried here.

    Attributes:
        text: the sentence.
        seen: whether it was seen.
        figure: the numbers behind it.
    """

    text: Text
    seen: bool
    figure: Text


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
    said = [(yield from _machine(lesson)), (yield from _bound()), (yield from _noise(lesson))]
    yield from _ring(lesson)
    said += yield from _digits(lesson)
    said.append((yield from _codes(lesson)))
    yield from _sentences(said)
    yield from _stored()


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


def _machine(lesson: Lesson) -> Generator[Block, None, Said]:
    yield Heading(Text("Boltzmann machine: what cannot be summed", "玻尔兹曼机：求不出的和"))
    digits = load("digits")
    with _seeded(lesson, "machine"):
        tiny = Energy(5, 3)
        with torch.no_grad():
            for parameter in tiny.parameters():
                parameter.normal_()
        lesson.progress("training a Boltzmann machine", 0, 1)
        small = _trained(lesson, "rbm", digits, lesson.pick(500, 20), hidden=COUNTABLE)[0].family.energy
        counted = small.counted().item()
        annealed, error = small.annealed(temperatures(lesson.pick(4_000, 400)))
    yield Prose(
        Text(
            f"Z sums over all states. A machine of {COUNTABLE} hidden bits has 2{raised(COUNTABLE)} = {2**COUNTABLE:,} of them, and is counted; "
            f"one of 64 has 1.8·10¹⁹. Annealed importance sampling (Salakhutdinov and Murray 2008) estimates log Z; where "
            f"both can be done, they agree.",
            f"Z 是对所有状态求和。{COUNTABLE} 个隐单元有 2{raised(COUNTABLE)} = {2**COUNTABLE:,} 个状态，可以逐一求和；64 个隐单元则有 1.8·10¹⁹ 个。"
            f"退火重要性采样（Salakhutdinov 与 Murray 2008）给出 log Z 的估计；两者都可行时，结果一致。",
        )
    )
    yield Numbers(
        [
            Number(
                "enumerated",
                Text("5 + 3 bits: log Z over the hidden states", "5 + 3 位：对隐状态求和的 log Z"),
                tiny.counted().item(),
                _all_states(tiny),
                1e-9,
            ),
            Number(
                "annealed",
                Text(
                    f"{COUNTABLE} hidden bits, trained on digits: annealed log Z",
                    f"{COUNTABLE} 个隐单元，手写数字上训练：退火 log Z",
                ),
                annealed.item(),
                counted,
                0.3 if lesson.quick else 0.05,
            ),
            Number("annealing_error", Text("its standard error over chains", "各链间的标准误"), error.item()),
        ]
    )
    return Said(
        Text("A Boltzmann machine needs approximation.", "玻尔兹曼机需要近似。"),
        True,
        Text(
            f"2{raised(COUNTABLE)} states were counted, 2⁶⁴ are not; annealing missed {brief(abs(annealed.item() - counted))} nats "
            f"where the sum is known",
            f"2{raised(COUNTABLE)} 个状态可以求和，2⁶⁴ 个不行；在和已知处，退火误差为 {brief(abs(annealed.item() - counted))} nat",
        ),
    )


def _all_states(energy: Energy) -> float:
    """Return log Z over every state of both layers, in float64."""
    w, a, b = (p.detach().double() for p in (energy.weight, energy.visible_bias, energy.hidden_bias))
    v, h = (torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * n) for n in w.shape)
    return (v @ a[:, None] + b @ h.T + v @ w @ h.T).flatten().logsumexp(0).item()


def _bound() -> Generator[Block, None, Said]:
    yield Heading(Text("VAE: what the bound misses", "VAE：下界漏掉了什么"))
    w, s, ratio = torch.tensor([1.5, -0.5]), 0.7, 2.0
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((256, 2)).astype(np.float32)) * 1.5
    known = linear_autoencoder.log_likelihood(w, s, x)
    tight, loose = (
        (known - linear_autoencoder.bound(linear_autoencoder.posing(w, s, r), x)).mean().item()
        for r in (1.0, ratio)
    )
    yield Prose(
        Text(
            "In a linear normal world the likelihood is known, and so is the posterior. The project's own bound, its "
            "mean over the noise summed exactly, equals log p(x) where the encoder is the posterior, and is less by "
            "KL(q‖p(z|x)) where it is not: an encoder with twice the right variance misses ½(2 − 1 − log 2) = 0.153 nats.",
            "在线性正态的世界里，似然与后验都已知。本项目的下界（对噪声精确求平均）在编码器等于后验时等于 log p(x)，否则小 "
            "KL(q‖p(z|x))：方差为正确值两倍的编码器漏掉 ½(2 − 1 − log 2) = 0.153 nat。",
        )
    )
    yield Numbers(
        [
            Number(
                "tight",
                Text("log p(x) − bound, the encoder is the posterior", "log p(x) − 下界，编码器即后验"),
                tight,
                0.0,
                1e-5,
            ),
            Number(
                "loose",
                Text("the same with twice the variance", "方差取两倍时"),
                loose,
                0.5 * (ratio - 1 - math.log(ratio)),
                1e-5,
            ),
        ]
    )
    return Said(
        Text("A VAE bounds the likelihood from below.", "VAE 给出似然的下界。"),
        loose > tight - 1e-5,
        Text(f"gap {brief(loose)} nats, closed form 0.153", f"差 {brief(loose)} nat，闭式解 0.153"),
    )


def _noise(lesson: Lesson) -> Generator[Block, None, Said]:
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
                Text("noise is the data: limit of T·error² of Λ", "噪声即数据：Λ 的 T·误差² 的极限"),
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
        place.set(xlabel=style.say(Text("width of the noise", "噪声宽度")), ylabel="T·error²")
        place.set_xticks(ticks, map(str, ticks))
        place.set_yticks((1, 3, 10, 30), ("1", "3", "10", "30"))
        place.minorticks_off()
        key(place, style, loc="upper right")

    return drawn(style, paint, size=(7.2, 2.8))


class View(NamedTuple):
    """Games on the ring at one time.

    Attributes:
        step: of every game.
        gan: (n, 2) samples.
        vae: (n, 2) samples.
        density: (80, 80) of NCE, over that of its peak.
    """

    step: int
    gan: np.ndarray
    vae: np.ndarray
    density: np.ndarray


def _ring(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("On the same eight bells", "在同样的八个钟形上"))
    points, _ = RING.draw(POINTS, (lesson.seed, 0))
    held = RING.draw(HELD, (lesson.seed, 1))[0].astype(np.float32)
    data = Dataset(name="ring", source="ring", kind="points", splits={"train": Split(points)}, truth=RING)
    steps, moments = lesson.pick(700, 16), lesson.pick(12, 3)
    with _seeded(lesson, "ring"):
        gan = PointGame(points, seed=lesson.seed)
        vae = _game(lesson, "vae", data, steps, latent=2, hidden=128)
        nce = _game(lesson, "nce", data, steps, hidden=64, octaves=2)
        side = torch.linspace(-REACH, REACH, PIXELS)
        plane = torch.cartesian_prod(side, side).flip(1)
        story = []
        for step in lesson.moments(steps, moments, moments):
            lesson.progress("playing on a ring", step, steps)
            gan.play(step - gan.steps, ("d", "g"))
            for game in (vae, nce):
                game.play(step - game.steps)
            with torch.no_grad():
                density = nce.family.log_density(plane).exp().reshape(PIXELS, PIXELS).numpy()
            made = sample(vae.family, HELD, seed=0).numpy()
            noise = np.random.default_rng(0).standard_normal(made.shape)
            made = made + noise * math.exp(vae.family.spread.log_variance.item() / 2)
            story.append(View(step, gan.samples(HELD), made, density))
        x = torch.from_numpy(held)
        bound = vae.family.density().log(x).mean().item()
        likelihood = nce.family.density().log(x).mean().item()
        area = float(story[-1].density.sum() * (side[1] - side[0]).item() ** 2)
    truth = float(RING.log_density(held).mean())
    yield Prose(
        Text(
            f"{steps} steps each. The GAN and the VAE make points; NCE makes none, but says how dense the plane is, to the "
            f"scale. The two that know a likelihood are held against the truth on {HELD:,} points that nobody trained on.",
            f"各走 {steps} 步。GAN 与 VAE 生成点；NCE 不生成，但能说出平面上各处的密度，连尺度在内。"
            f"知道似然的两位在 {HELD:,} 个没人训练过的点上与真值对照。",
        )
    )
    yield Numbers(
        [
            Number("ring_truth", Text("log p of the truth, nats a point", "真实密度的 log p，每点 nat"), truth),
            Number(
                "ring_nce",
                Text("NCE: log p, normalised by draws of its noise", "NCE：log p，用噪声抽样归一化"),
                likelihood,
            ),
            Number(
                "ring_area",
                Text(
                    "NCE: integral of its density over the picture, by c alone",
                    "NCE：只靠 c 时密度在图中的积分",
                ),
                area,
            ),
            Number("ring_vae", Text("VAE: bound", "VAE：下界"), bound),
            Number(
                "ring_vae_distance",
                Text("VAE: energy distance of samples", "VAE：样本的能量距离"),
                distance(story[-1].vae, held),
            ),
            Number(
                "ring_gan_distance",
                Text("GAN: energy distance of samples", "GAN：样本的能量距离"),
                distance(story[-1].gan, held),
            ),
        ]
    )
    yield Film(
        "ring",
        lambda style, moment: _ring_drawn(style, story[moment], held),
        [at_step(one.step) for one in story],
        Text(
            "Samples (orange) over data (blue), and the density that NCE has learned.",
            "样本（橙）与数据（蓝），以及 NCE 学到的密度。",
        ),
        Text(
            "Three squares: the GAN's points run to the ring, the VAE's spread over and between its bells, and eight bright spots form in NCE's density.",
            "三个方格：GAN 的点跑向圆环；VAE 的点散布在各钟形及其之间；NCE 的密度中出现八个亮点。",
        ),
    )


def _ring_drawn(style: Style, view: View, held: np.ndarray) -> Image.Image:
    def paint(places):
        for place, name, made in zip(places, (GAN, VAE), (view.gan, view.vae), strict=False):
            place.plot(*held[:400].T, ".", color=style.theme.lines[0], ms=3, alpha=0.6, mew=0)
            place.plot(*made[:400].T, ".", color=style.theme.lines[1], ms=3.5, alpha=0.8, mew=0)
            place.set_title(name)
        box = (-REACH, REACH, -REACH, REACH)
        peak = max(view.density.max(), 1e-12)
        places[2].imshow(tinted(style, view.density / peak, style.theme.lines[2]), extent=box, origin="lower")
        places[2].set_title(NCE)
        for place in places:
            place.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xticks=(), yticks=())

    return drawn(style, paint, columns=3, size=(7.2, 2.7), dpi=FRAME)


def _digits(lesson: Lesson) -> Generator[Block, None, list[Said]]:
    yield Heading(Text("On the same digits", "在同样的手写数字上"))
    digits = load("digits")
    train, held = (_pixels(digits.splits[part]) for part in ("train", "test"))
    steps = lesson.pick(1_500, 20)
    with _seeded(lesson, "digits"):
        lesson.progress("training a GAN on digits", 0, 4)
        gan = PointGame(2 * train - 1, seed=lesson.seed, latent=16, rates=(2 * RATE, 2 * RATE))
        gan.play(steps, ("d", "g"))
        lesson.progress("training a VAE on digits", 1, 4)
        vae = _trained(lesson, "vae", digits, steps, latent=10)[0].family
        lesson.progress("training a Boltzmann machine on digits", 2, 4)
        machine = _trained(lesson, "rbm", digits, steps, hidden=64)[0].family
        lesson.progress("telling digits from noise", 3, 4)
        nce, told = _trained(lesson, "nce", digits, lesson.pick(150, 5))
        ratio = nce.family.ratio
        with torch.no_grad():
            noise = nce.family.noise(torch.randn(1 << 14, 1, SIDE, SIDE))
            effective = float(1 / ratio(noise).double().softmax(0).square().sum())
            bits = torch.from_numpy(held).reshape(-1, 1, SIDE, SIDE)
            bound = vae.density().log(bits).mean().item()
            log_z, error = machine.energy.annealed(temperatures(lesson.pick(2_000, 100)))
            likely = (-machine.energy(torch.bernoulli(bits.flatten(1))).double() - log_z).mean().item()
        count = SAMPLES
        made = {
            GAN: (gan.samples(count) + 1) / 2,
            VAE: sample(vae, count, seed=0).flatten(1).numpy(),
            MACHINE: sample(machine, count, seed=0).flatten(1).numpy(),
            NCE: noise[:count].flatten(1).numpy(),
        }
    made = {name: np.clip(images, 0, 1) for name, images in made.items()}
    fine = {name: _fine(images) / _fine(train) for name, images in made.items()}
    missed = {name: _missed(images, train) for name, images in made.items()}
    names = {GAN: GAN, VAE: VAE, MACHINE: MACHINE, NCE: NOISE}
    yield Prose(
        Text(
            f"8 × 8 digits, {steps:,} steps each. Fine detail is energy above half the highest frequency, over that of real "
            f"digits. Structure is how pixels go together: what samples miss of the covariances of different pixels "
            f"is 0 for the data's own and 1 for none. The last row is the noise of NCE, with the mean and the spread of "
            f"every pixel and nothing else.",
            f"8 × 8 手写数字，各走 {steps:,} 步。细节能量：高于最高频率一半的能量，与真实数字之比。结构是像素之间如何相关："
            f"不同像素间的协方差，样本漏掉的部分为 0 表示与数据相同，为 1 表示全无。末行是 NCE 的噪声：只有每个像素的均值与方差，别无其他。",
        )
    )
    if lesson.quick:
        yield TOO_SHORT
    yield Rows(
        (
            "",
            Text("fine detail", "细节能量"),
            Text("structure missed", "漏掉的结构"),
            Text("nats a digit", "每个数字 nat"),
        ),
        [
            (
                names[name],
                Number(f"{name}_fine", Text("fine detail", "细节能量"), fine[name]),
                Number(f"{name}_missed", Text("structure missed", "漏掉的结构"), missed[name]),
                {
                    VAE: Number("vae_bound", "ELBO", bound),
                    MACHINE: Number("rbm_likelihood", "log p", likely),
                }.get(name, "–"),
            )
            for name in made
        ],
    )
    yield Picture(
        "digits",
        lambda style: _digits_drawn(
            style, {DATA: held, **{names[name]: images for name, images in made.items()}}
        ),
        Text(
            "Data, and samples of each. Those of the VAE and the RBM are means and chances of pixels.",
            "数据与各自的样本。VAE 与 RBM 给出的是像素的均值与概率。",
        ),
        Text(
            "Rows of small digits: the GAN's have edges, the VAE's are soft, the machine's too, noise shows no digit.",
            "几行小数字：GAN 的有棱角，VAE 的柔和，玻尔兹曼机的也是；噪声看不出数字。",
        ),
    )
    blurred, structured = fine[VAE] < min(fine[GAN], 1), missed[VAE] < missed[NCE] / 2
    separated = told["told apart"].item()
    yield Numbers(
        [
            Number(
                "log_z_error",
                Text("RBM: standard error of the annealed log Z", "RBM：退火 log Z 的标准误"),
                error.item(),
            ),
            Number(
                "told_apart", Text("NCE: digits and noise told apart", "NCE：数字与噪声的正确区分率"), separated
            ),
            Number(
                "effective",
                Text(f"NCE: {len(noise):,} draws of noise are worth", f"NCE：{len(noise):,} 个噪声样本相当于"),
                effective,
            ),
        ]
    )
    return [
        Said(
            Text("A VAE has structure but is blurred.", "VAE 有结构但模糊。"),
            blurred and structured,
            Text(
                f"fine detail {brief(fine[VAE])}, GAN {brief(fine[GAN])}; structure missed {brief(missed[VAE])}, noise {brief(missed[NCE])}",
                f"细节能量 {brief(fine[VAE])}，GAN {brief(fine[GAN])}；漏掉的结构 {brief(missed[VAE])}，噪声 {brief(missed[NCE])}",
            ),
        ),
        Said(
            Text("NCE has a fixed noise.", "NCE 的噪声是固定的。"),
            effective < EFFECTIVE,
            Text(
                f"{separated:.1%} of digits and noise are told apart; {len(noise):,} draws are worth {brief(effective)}, too "
                f"few for the normaliser",
                f"数字与噪声有 {separated:.1%} 区分正确；{len(noise):,} 个噪声样本只相当于 {brief(effective)} 个，不足以求归一化常数",
            ),
        ),
    ]


def _codes(lesson: Lesson) -> Generator[Block, None, Said]:
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
        with _seeded(lesson, "codes", index):
            game, _ = _trained(lesson, "predictability", toy, lesson.pick(800, 20))
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
    x = torch.from_numpy(np.concatenate([_pixels(split) for split in held])).reshape(-1, 1, SIDE, SIDE)
    for done, weight in enumerate((0.0, 0.1)):
        lesson.progress("training codes of digits", done, 2)
        with _seeded(lesson, "digits' codes"):
            game, _ = _trained(
                lesson, "predictability", digits, lesson.pick(1_000, 20), weight=weight, units=12
            )
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


def _sentences(said: list[Said]) -> Iterator[Block]:
    yield Heading(Text("What notes say, and what was seen", "笔记怎么说，这里看到了什么"))
    yield Rows(
        (Text("sentence", "句子"), "", Text("figures of this page", "本页的数字")),
        [(one.text, MARKS["seen" if one.seen else "not seen"], one.figure) for one in said],
    )


def _stored() -> Iterator[Block]:
    """Tell what the claim's longer runs gave, where its stored result is at hand."""
    stored = read(SHIPPED / "relatives.json")
    if stored is None:
        return
    found = Findings(stored["protocol"], stored["settings"], stored["trials"])
    seeds = len({trial["seed"] for trial in stored["trials"]})
    minutes = stored["settings"]["minutes"]
    yield Heading(Text("Longer runs, stored", "存档的更长训练"))
    yield Prose(
        Text(
            f"Not computed now: the stored result of saddle reproduce relatives, {seeds} seeds, {minutes:g} minutes of training "
            f"for each, on {stored['machine']}, mean and standard deviation. Minutes are those of the clock on a shared "
            f"machine, so that “examples” says how much each has seen. Nats are log p of a test example, of a VAE its "
            f"bound; images are taken for chances of bits.",
            f"并非此刻计算：saddle reproduce relatives 的存档结果，{seeds} 个种子，每局训练 {minutes:g} 分钟（{stored['machine']}），"
            f"均值与标准差。分钟按共享机器的钟表计，因此“样本数”说明各自见过多少。nats 为测试样本的 log p，VAE 则为其下界；图像的像素视为二值位的概率。",
        )
    )
    yield Rows(
        (Text("relative and data", "方法与数据"), Text("examples", "样本数"), *FIGURES.values(), "nats"),
        [
            (
                arm,
                f"{found.mean(arm, 'training_images'):,.0f}",
                *(_found(found, arm, name) for name in FIGURES),
                _found(found, arm, "elbo", "log_likelihood"),
            )
            for arm in found.arms
        ],
    )
    try:
        marks = sayings(found)
    except Missing:
        return
    zh = {"seen": MARKS["seen"], "not seen": MARKS["not seen"], "not testable here": UNTESTABLE}
    yield Rows(
        (Text("sentence", "句子"), Text("in those runs", "在那些训练中")),
        [(Text(one.text, ZH[one.text]), zh[one.mark]) for one in marks],
    )


def _found(found: Findings, arm: str, *names: str) -> str:
    """Return the first of these figures that an arm has, a dash where it has none."""
    return next((found.show(arm, name).replace("-", "−") for name in names if found.has(arm, name)), "–")


@contextmanager
def _seeded(lesson: Lesson, *path: object) -> Iterator[None]:
    """Let torch draw from a stream of its own."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(lesson.seed, *path))
        yield


def _game(lesson: Lesson, recipe: str, data: Dataset, steps: int, **flags: Any) -> SmallGame:
    return SmallGame(recipes.get(recipe).build(data.spec, **flags), data.train, lesson.seed, last=steps)


def _trained(lesson: Lesson, recipe: str, data: Dataset, steps: int, **flags: Any) -> tuple[SmallGame, dict]:
    """Train a recipe of this project for so many steps; return the game and the last step's report."""
    game = _game(lesson, recipe, data, steps, **flags)
    return game, game.play(steps)


def _pixels(split: Split) -> np.ndarray:
    """Return uint8 (n, 8, 8, 1) digits as float32 (n, 64) in [0, 1]."""
    return split.array[split.all_rows].reshape(len(split), -1).astype(np.float32) / 255


def _missed(images: np.ndarray, real: np.ndarray) -> float:
    """Return what images (n, d) miss of the covariances of different pixels, as a share of their size."""
    apart = ~np.eye(real.shape[1], dtype=bool)
    of_images, of_real = (np.cov(one.T)[apart] for one in (images, real))
    return float(np.linalg.norm(of_images - of_real) / np.linalg.norm(of_real))


def _fine(images: np.ndarray) -> float:
    return float(fine_energy(images.reshape(-1, SIDE, SIDE, 1)).mean())


def _digits_drawn(style: Style, rows: dict[Any, np.ndarray]) -> Image.Image:
    def paint(places):
        for place, (name, images) in zip(places, rows.items(), strict=True):
            tiles = np.pad(images[:32].reshape(2, 16, SIDE, SIDE), ((0, 0), (0, 0), (1, 1), (1, 1)))
            place.imshow(tiles.transpose(0, 2, 1, 3).reshape(2 * (SIDE + 2), -1), cmap="gray", vmin=0, vmax=1)
            place.set(xticks=(), yticks=())
            place.grid(False)
            place.set_ylabel(style.say(name), rotation=0, ha="right", va="center")

    return drawn(style, paint, rows=len(rows), size=(7.2, 5.2))
