"""Three ways for a generator to move: what each follows, and how hard it pulls."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from saddlepoint.claims.game import Game
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
from saddlepoint.explaining.phrases import CRITIC_STEPS, OBJECTIVES, at_step, of
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.objectives import objectives
from saddlepoint.theory import updates
from saddlepoint.theory.divergences import kl
from saddlepoint.theory.updates import DIVERGENCES, GRID, RULES

FOLLOWED = {
    "likelihood": "KL(p‖q)",
    "minimax": "2·JSD(p‖q)",
    "non_saturating": "KL(q‖p) − 2·JSD(p‖q)",
    "combined": "KL(q‖p)",
}
SURE = -5.0  # the logit of a critic that is sure of its case
START = (1.5, 0.3)  # centre and log-width from which the rules part


@topic("updates", title=Text("Three ways to move a generator", "移动生成器的三种方式"), order=2)
def updates_topic(lesson: Lesson) -> Iterator[Block]:
    """Minimax, non-saturating, combined: what each follows, and how hard it pulls."""
    yield Prose(
        Text(
            "The critic says of a sample how likely it is real: D = σ(s), with the logit s. The generator wants that "
            "higher, and can ask for it in more than one way. All three ask for the same in the end; they differ in "
            "how hard they pull, and in what they settle for when they cannot have everything.",
            "判别器对一个样本给出它为真的概率 D = σ(s)，s 是 logit。生成器希望它更高，而提出这个要求的方式不止一种。"
            "三种方式最终要的是同一件事，区别在于拉力有多大，以及在不能两全时选择放弃什么。",
        )
    )
    yield Rows(
        (
            Text("rule", "规则"),
            Text("G minimises", "G 最小化"),
            Text("in s", "用 s 表示"),
            Text("slope", "斜率"),
        ),
        [
            (OBJECTIVES["minimax"], "E log(1 − D)", "−log(1 + eˢ)", "−σ(s)"),
            (OBJECTIVES["non_saturating"], "−E log D", "log(1 + e⁻ˢ)", "−(1 − σ(s))"),
            (OBJECTIVES["combined"], "−E log D/(1 − D)", "−s", "−1"),
        ],
    )
    yield from _slopes()
    yield from _early(lesson)
    yield from _followed(lesson)
    yield from _fits(lesson)


def slope(rule: str, logit: float) -> float:
    """Return the slope of a generator's loss at a logit."""
    s = torch.tensor(logit, dtype=torch.float64).requires_grad_()
    return torch.autograd.grad(objectives.get(rule).generator(s, s), s)[0].item()


def _slopes() -> Iterator[Block]:
    yield Heading(Text("How hard each pulls", "各自的拉力"))
    yield Prose(
        Text(
            "Early on samples are bad and the critic is sure: s is far below 0. There the minimax loss is flat. Its "
            "slope is the probability that the critic is wrong, so the worse the samples, the less they learn. "
            "Goodfellow et al. 2014 (section 3) therefore maximise log D instead: its slope goes to 1 where the "
            "other goes to 0. Huszár 2016 adds the two; their slopes always sum to 1.",
            "训练初期样本很差，判别器十分确信：s 远小于 0。此处 minimax 损失是平的，其斜率恰为判别器出错的概率，"
            "于是样本越差学得越少。因此 Goodfellow 等人 2014（第 3 节）改为最大化 log D：一个斜率趋于 0 处，另一个趋于 1。"
            "Huszár 2016 把两者相加，斜率之和恒为 1。",
        )
    )
    sure = 1 / (1 + math.exp(-SURE))
    exact = {"minimax": -sure, "non_saturating": sure - 1, "combined": -1.0}
    yield Numbers(
        [
            Number(
                f"slope_{rule}",
                of(rule, f"slope at s = −{-SURE:g}", f"s = −{-SURE:g} 处的斜率"),
                slope(rule, SURE),
                exact[rule],
                1e-12,
            )
            for rule in RULES
        ]
        + [
            Number(
                "sum",
                Text("minimax + non-saturating − combined, in slope", "minimax + 非饱和 − 组合，斜率"),
                slope("minimax", SURE) + slope("non_saturating", SURE) - slope("combined", SURE),
                0.0,
                1e-12,
            )
        ]
    )
    yield Picture(
        "curves",
        _curves,
        Text(
            "Left the losses, right their slopes. On the left side of each the critic is sure that the sample is "
            "generated: there one curve is flat.",
            "左为损失，右为斜率。每幅图的左侧是判别器确信样本为假的地方：那里有一条曲线是平的。",
        ),
        Text(
            "Three falling curves over the logit, and their slopes: that of minimax goes to 0 on the left, that of "
            "the non-saturating loss to −1, the combined one is −1 everywhere.",
            "三条随 logit 下降的曲线及其斜率：minimax 在左侧趋于 0，非饱和趋于 −1，组合处处为 −1。",
        ),
    )
    yield Knobs(
        "updates",
        [
            Slider("logit", Text("mean logit of samples", "样本的平均 logit"), -8, 8, 0.1, SURE),
            Slider("spread", Text("spread of logits", "logit 的标准差"), 0, 4, 0.1, 1.0),
        ],
        [(rule, OBJECTIVES[rule]) for rule in RULES],
        Text(
            "The numbers are the mean pull on a sample. Let the critic become sure. Then give logits a spread: the few "
            "samples that fool it are the only ones that minimax still hears.",
            "数字是对每个样本的平均拉力。先让判别器变得确信，再加大 logit 的标准差：minimax 只听得见少数骗过判别器的样本。",
        ),
        Text("The three losses and slopes over the logit, left and right", "三种损失及其斜率随 logit 的变化"),
        ratio=0.55,
    )


def _curves(style: Style) -> Image.Image:
    s = torch.linspace(-8, 8, 161, dtype=torch.float64)

    def paint(places):
        losses, slopes = places
        for rule, colour in zip(RULES, style.theme.lines[1:4], strict=True):
            at = s.clone().requires_grad_()
            loss = objectives.get(rule).generator(at, at)
            (gradient,) = torch.autograd.grad(loss.sum(), at)
            losses.plot(s.numpy(), loss.detach().numpy(), color=colour, lw=2, label=style.say(OBJECTIVES[rule]))
            slopes.plot(s.numpy(), gradient.numpy(), color=colour, lw=2)
        losses.set(xlabel="s", title=style.say(Text("loss", "损失")))
        slopes.set(xlabel="s", title=style.say(Text("slope", "斜率")), ylim=(-1.1, 0.1))
        key(losses, style, loc="lower left")

    return drawn(style, paint, columns=2, size=(7.4, 3.0))


def _early(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("An early run", "训练之初"))
    steps = lesson.pick(250, 20)
    yield Prose(
        Text(
            f"Generator and critic of a dense GAN on scikit-learn's digits, as they are before training. The generator "
            f"waits while the critic takes {steps} steps; on the way, the gradient of all the generator's weights is "
            f"measured under each rule, on the same noise.",
            f"scikit-learn 手写数字上的全连接 GAN，生成器与判别器都未训练。生成器不动，判别器走 {steps} 步；途中在同样的噪声上，"
            f"测量每种规则下生成器全部权重的梯度。",
        )
    )
    looks = np.unique(np.linspace(0, steps, lesson.pick(26, 3)).round().astype(int)).tolist()
    game = Game("mlp_gan", "digits", seed=lesson.seed)
    pulls: list[dict[str, float]] = []
    for step in looks:
        game.play(step - game.steps, ("d",))
        measured = {rule: game.pull(rule) for rule in RULES}
        pulls.append({rule: norm for rule, (norm, _) in measured.items()} | {"logit": measured["combined"][1]})
        lesson.progress("the critic learns", step, steps)
    last = pulls[-1]
    of_logits = {rule: game.slope(rule) for rule in RULES}
    yield Numbers(
        [
            Number("logit", Text("mean logit of samples at the end", "最后样本的平均 logit"), last["logit"]),
            *(
                Number(
                    f"share_{rule}",
                    of(
                        rule,
                        "gradient, as a part of the combined rule's",
                        "梯度，以组合规则的梯度为 1",
                    ),
                    last[rule] / last["combined"],
                )
                for rule in ("minimax", "non_saturating")
            ),
            Number(
                "mean_slopes",
                Text("mean slopes of minimax and non-saturating, summed", "minimax 与非饱和的平均斜率之和"),
                of_logits["minimax"] + of_logits["non_saturating"],
                1.0,
                1e-5,
            ),
        ]
    )
    fate = Text(
        "That of minimax fades as the critic learns, the other two grow.",
        "minimax 的随判别器的学习而消失，另外两种则增大。",
    )
    if last["minimax"] >= max(pull["minimax"] for pull in pulls):
        fate = Text(
            f"After {steps} steps the critic is not sure yet, and that of minimax still grows with the others.",
            f"{steps} 步之后判别器尚未确信，minimax 的仍与其他两种一同增大。",
        )
    yield Picture(
        "early",
        lambda style: _measured(style, looks, pulls),
        Text(
            f"Left: the critic becomes sure. Right: the gradient that the generator would get. {fate.en}",
            f"左：判别器越来越确信。右：生成器会得到的梯度。{fate.zh}",
        ),
        Text(
            f"Against the critic's steps, the mean logit of samples and the three gradients. {fate.en}",
            f"横轴为判别器的步数：样本的平均 logit，以及三种梯度。{fate.zh}",
        ),
    )
    yield Prose(
        Text(
            "And with Adam? It divides by the size of recent gradients: what only makes all of them small, it undoes. "
            "Noise it cannot undo. Where a gradient is r standard deviations on average, Adam's mean step is "
            "r/√(1 + r²) of its rate. Under minimax the direction is left to the few samples that still fool the "
            "critic, and so r falls.",
            "换成 Adam 呢？它除以近期梯度的大小：若只是所有梯度一同变小，它能抵消；噪声却抵消不了。"
            "若梯度的均值是标准差的 r 倍，Adam 的平均步长就是学习率的 r/√(1 + r²)。"
            "在 minimax 下，方向只由少数仍能骗过判别器的样本决定，所以 r 会下降。",
        )
    )
    clearness = 0.1
    yield Numbers(
        [
            Number(
                f"adam_{name}",
                Text(
                    f"Adam's mean step over its rate, r = {clearness:g}, gradients × {scale:g}",
                    f"Adam 的平均步长与学习率之比，r = {clearness:g}，梯度 × {scale:g}",
                ),
                updates.adam_pace(clearness, lesson.seed, scale=scale),
                clearness / math.sqrt(1 + clearness**2),
                0.011,
            )
            for name, scale in (("usual", 1.0), ("small", 1e-3))
        ]
    )


def _measured(style: Style, looks: list[int], pulls: list[dict[str, float]]) -> Image.Image:
    def paint(places):
        logits, gradients = places
        logits.plot(looks, [pull["logit"] for pull in pulls], color=style.theme.lines[0], lw=2)
        logits.set(title=style.say(Text("mean logit of samples", "样本的平均 logit")))
        for rule, colour in zip(RULES, style.theme.lines[1:4], strict=True):
            gradients.semilogy(
                looks, [pull[rule] for pull in pulls], color=colour, lw=2, label=style.say(OBJECTIVES[rule])
            )
        largest = max(pull["combined"] for pull in pulls)
        gradients.set(
            title=style.say(Text("gradient on G", "G 上的梯度")), ylim=(None, 20 * largest)
        )  # room for the key
        for place in places:
            place.set(xlabel=style.say(CRITIC_STEPS), xlim=(0, looks[-1]))
        key(gradients, style, loc="upper left")

    return drawn(style, paint, columns=2, size=(7.4, 3.0))


def _followed(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("Which divergence each follows", "各自沿着哪种散度"))
    yield Prose(
        Text(
            "Put the best critic in, s = log p − log q, hold it fixed, and take the gradient with respect to the "
            "parameters of q. It is that of a divergence, but of another one for each rule (Goodfellow et al. 2014, "
            "equation 6; Arjovsky and Bottou 2017, theorem 2.5; Huszár 2016). For the combined rule this is seen at "
            "once:",
            "代入最优判别器 s = log p − log q 并保持固定，再对 q 的参数求梯度：得到的是某个散度的梯度，但每种规则各不相同"
            "（Goodfellow 等人 2014，式 6；Arjovsky 与 Bottou 2017，定理 2.5；Huszár 2016）。组合规则一眼可见：",
        )
    )
    yield Formula(
        r"\nabla_\theta\, \mathbb{E}_{x \sim q_\theta}[-s(x)] = \nabla_\theta \int q_\theta \log\frac{q}{p} "
        r"= \nabla_\theta\, \mathrm{KL}(q_\theta \,\|\, p)",
        "∇ E_q[−s(x)] = ∇ ∫ q log(q/p) = ∇ KL(q‖p)",
    )
    yield Prose(
        Text(
            "The last step holds although q inside the logarithm was held fixed, because ∫ q ∇log q is ∇ ∫ q, and so 0. Below, "
            "between random masses on ten atoms, each rule's gradient by automatic differentiation stands against the "
            "divergence's by finite differences.",
            "对数里的 q 虽被固定，最后一步仍然成立，因为 ∫ q ∇log q 就是 ∇ ∫ q，等于 0。下面在十个原子的随机质量之间，"
            "把每种规则的自动微分梯度与散度的有限差分梯度相比较。",
        )
    )
    yield Numbers(
        [
            Number(
                f"error_{rule}",
                of(
                    rule,
                    f"largest relative error against ∇[{FOLLOWED[rule]}]",
                    f"与 ∇[{FOLLOWED[rule]}] 的最大相对误差",
                ),
                error,
                0.0,
                1e-5,
            )
            for rule, error in updates.gradient_errors(lesson.seed).items()
        ]
    )


def _fits(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("To seek one mode or to cover all", "守住一个峰，还是覆盖全部"))
    yield Prose(
        Text(
            "Divergences differ where the model cannot be right. Let the data have two bumps, ½N(−3, 1) + ½N(3, 1), and "
            "the model be one Gaussian. KL(p‖q) punishes q for being small where data are, so it covers both bumps and "
            "the gap; its best fit has the data's mean and variance, 0 and 1 + 3² = 10. KL(q‖p) punishes q for being "
            "where data are not, so it takes one bump and loses half of the data, for log 2. Each rule starts from the "
            "same place, with its best critic at every step.",
            "当模型不可能完全正确时，散度之间的差别就显现出来。设数据有两个峰 ½N(−3, 1) + ½N(3, 1)，模型是一个高斯。"
            "KL(p‖q) 惩罚 q 在有数据处太小，于是它覆盖两峰连同中间的空隙；最优拟合的均值与方差就是数据的 0 与 1 + 3² = 10。"
            "KL(q‖p) 惩罚 q 出现在没有数据处，于是它只取一个峰，以 log 2 的代价丢掉一半数据。各规则从同一处出发，每步都用最优判别器。",
        )
    )
    steps = lesson.pick(500, 400)
    paths = updates.fitted(tuple(FOLLOWED), START, steps)
    ends = {rule: (path[-1, 0].item(), path[-1, 1].exp().item()) for rule, path in paths.items()}
    p = updates.two_modes()
    yield Numbers(
        [
            Number("likelihood_centre", of("likelihood", "centre", "中心"), ends["likelihood"][0], 0.0, 0.02),
            Number(
                "likelihood_variance",
                of("likelihood", "variance", "方差"),
                ends["likelihood"][1] ** 2,
                10.0,
                0.05,
            ),
            *(
                Number(
                    f"{rule}_{what}",
                    of(rule, *words),
                    value,
                )
                for rule in RULES
                for what, words, value in (
                    ("centre", ("centre", "中心"), ends[rule][0]),
                    ("width", ("width", "宽度"), ends[rule][1]),
                )
            ),
            Number(
                "one_mode",
                Text(
                    "KL(q‖p) of the combined rule's fit: log 2, less what the bumps overlap",
                    "组合规则拟合的 KL(q‖p)：log 2 减去两峰重叠的部分",
                ),
                kl(updates.gaussian(paths["combined"][-1]), p).item(),
                math.log(2),
                0.01,
            ),
        ]
    )
    moments = lesson.moments(steps, 41, 3)
    yield Film(
        "fits",
        lambda style, moment: _fit(style, {rule: path[moments[moment]] for rule, path in paths.items()}),
        [at_step(moment) for moment in moments],
        Text(
            "From one start, four ends: maximum likelihood and minimax cover both bumps, non-saturating and combined "
            "take one.",
            "同一起点，四个终点：最大似然与 minimax 覆盖两峰，非饱和与组合只取一峰。",
        ),
        Text(
            "Four panels, each with two bumps of data and one Gaussian that moves: in two it widens over both bumps, "
            "in two it narrows onto the right one.",
            "四幅图，每幅有数据的两个峰和一个移动的高斯：两幅中它变宽盖住两峰，另两幅中它收窄到右峰。",
        ),
    )
    centres, widths, heights = heights_of_fits(lesson.pick(49, 21))
    yield Picture(
        "landscapes",
        lambda style: _landscapes(style, paths, centres, widths, heights),
        Text(
            "Each divergence over the Gaussian's centre and width: the bluer, the smaller. The line is the path. Where a "
            "rule ends depends on its start too: KL(q‖p) has a valley in the middle that holds a wide start.",
            "每种散度随高斯的中心与宽度的变化，越蓝越小；线为路径。终点也取决于起点：KL(q‖p) 在中间还有一个谷，"
            "较宽的起点会停在那里。",
        ),
        Text(
            "Four contour maps: KL(p‖q) and JSD have their lowest point in the middle at a width of about three, the "
            "other two at centres of plus and minus three and width one.",
            "四幅等高线图：KL(p‖q) 与 JSD 的最低点在中间、宽度约为 3；另两个的最低点在中心 ±3、宽度 1 处。",
        ),
    )
    yield Knobs(
        "updates_fit",
        [
            Slider("centre", Text("centre", "中心"), -5, 5, 0.1, 0.0),
            Slider("width", Text("width", "宽度"), 0.3, 4, 0.1, 2.0),
        ],
        [(rule, FOLLOWED[rule]) for rule in FOLLOWED],
        Text(
            "Find the least of each number by hand. Which of them can be lowered by leaving one bump alone?",
            "亲手为每个数字找到最小值。其中哪些可以通过放弃一个峰来降低？",
        ),
        Text("Two bumps of data and one Gaussian", "数据的两个峰与一个高斯"),
        ratio=0.45,
    )
    yield Prose(
        Text(
            "So the combined rule pulls as hard at the start as at the end, and follows a proper divergence all the way: "
            "the non-saturating one does not, since KL(q‖p) − 2·JSD rewards being far from p in JSD. But KL(q‖p) forgives "
            "missing modes; a strong pull is no promise of coverage. And with networks the critic is never the best one, "
            "so all of this holds near enough to matter, not exactly.",
            "可见组合规则自始至终拉力相同，并一直沿着一个真正的散度；非饱和规则则不然，因为 KL(q‖p) − 2·JSD 会奖励在 JSD 意义下"
            "远离 p。但 KL(q‖p) 容忍丢失峰：拉力强并不保证覆盖。而且对网络来说判别器从来不是最优的，以上结论只是近似成立，但已足够重要。",
        )
    )


def _fit(style: Style, thetas: dict[str, Tensor]) -> Image.Image:
    blue, red = style.theme.lines[:2]
    cell = (GRID[1] - GRID[0]).item()
    p = updates.two_modes().exp().numpy() / cell

    def paint(places):
        for place, (rule, theta) in zip(places, thetas.items(), strict=True):
            q = updates.gaussian(theta).exp().numpy() / cell
            place.fill_between(GRID.numpy(), p, color=blue, alpha=0.3, lw=0)
            place.plot(GRID.numpy(), q, color=red, lw=2)
            place.set(xlim=(-9, 9), ylim=(0, 0.45), title=f"{style.say(OBJECTIVES[rule])}: {FOLLOWED[rule]}")
            place.set(yticks=(0, 0.2, 0.4))

    return drawn(style, paint, rows=2, columns=2, size=(7.2, 4.2), dpi=FRAME, sharex=True, sharey=True)


def heights_of_fits(points: int) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Return centres (n,), widths (n,), and what each rule descends on over widths and centres (n, n)."""
    centres, widths = (torch.linspace(low, 5, points, dtype=torch.float64) for low in (-5, 0.5))
    thetas = torch.cartesian_prod(widths.log(), centres).flip(1)
    p, bells = updates.two_modes(), torch.vmap(updates.gaussian)(thetas)
    divergences = {"likelihood": kl, **DIVERGENCES}
    heights = {
        rule: torch.vmap(divergence, in_dims=(None, 0))(p, bells).view(points, points)
        for rule, divergence in divergences.items()
    }
    return centres, widths, heights


def _landscapes(
    style: Style, paths: dict[str, Tensor], centres: Tensor, widths: Tensor, heights: dict[str, Tensor]
) -> Image.Image:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("depth", [style.theme.lines[0], style.theme.paper])

    def paint(places):
        for place, (rule, path) in zip(places, paths.items(), strict=True):
            levels = heights[rule].min().item() + np.array([0, 0.02, 0.06, 0.12, 0.2, 0.35, 0.6, 1.0])
            place.contourf(centres, widths, heights[rule], levels=levels, cmap=shades, extend="max")
            place.plot(path[:, 0].numpy(), path[:, 1].exp().numpy(), color=style.theme.lines[1], lw=1.6)
            place.plot(path[-1, 0].item(), path[-1, 1].exp().item(), "o", color=style.theme.lines[1], ms=6)
            place.set(title=FOLLOWED[rule], ylim=(0.5, 5))
        for place in places[2:]:
            place.set_xlabel(style.say(Text("centre", "中心")))
        for place in places[::2]:
            place.set_ylabel(style.say(Text("width", "宽度")))

    return drawn(style, paint, rows=2, columns=2, size=(7.2, 5.2), sharex=True, sharey=True)
