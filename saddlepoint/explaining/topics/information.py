"""What a sample tells of its code: InfoGAN's bound against the truth, and the GAN as the same bound."""

import math
from collections.abc import Iterator

import numpy as np
import torch
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
    Slider,
    Style,
)
from saddlepoint.explaining.drawing import FRAME, drawn, key
from saddlepoint.explaining.phrases import STEP, at_step
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.theory import divergences, information
from saddlepoint.theory.information import CodeGame, Reading
from saddlepoint.theory.line_game import LineGame, Moment
from saddlepoint.theory.optimal_critic import LOG4

LOG2 = math.log(2)
CODES, ERROR = 10, 0.05  # of the channel: about how well InfoGAN's codes meet MNIST's digits
NOISES = np.geomspace(0.03, 3, 25)


@topic("information", title=Text("What a sample tells of its code", "样本透露了多少编码"), order=7)
def information_topic(lesson: Lesson, *, noise: float = 0.8) -> Iterator[Block]:
    """InfoGAN's bound where the truth is known, and a GAN as the same bound with another sign.

    Args:
        noise: standard deviation of a sample around the place of its code, 0.2 to 3.
    """
    if not 0.2 <= noise <= 3:
        raise UserError(f"--noise takes a number from 0.2 to 3, got {noise:g}")
    yield Prose(
        Text(
            "InfoGAN gives its generator a code c beside the noise, and wants it to be visible in the sample x: x "
            "should tell c. How much it tells is the mutual information, in nats: what is not known of c before, "
            "less what is not known after x was seen.",
            "InfoGAN 在噪声之外再给生成器一个编码 c，并要求它在样本 x 中看得出来：x 应当透露 c。透露了多少就是互信息，"
            "以 nat 计：看到 x 之前对 c 的不确定，减去看到之后的不确定。",
        )
    )
    yield Formula(r"I(c; x) = H(c) - H(c \mid x)", "I(c; x) = H(c) − H(c|x)")
    yield Formula(r"-H(c \mid x) = \mathbb{E} \log P(c \mid x)", "−H(c|x) = E log P(c|x)")
    yield from _bound()
    yield from _learning(lesson, noise)
    yield from _meaning(lesson)
    yield from _continuous(lesson)
    yield from _coin(lesson)


def _bound() -> Iterator[Block]:
    yield Heading(Text("A bound that can be trained", "可以训练的下界"))
    yield Prose(
        Text(
            "The posterior P(c|x) is out of reach: it asks which codes could have made this x. InfoGAN trains a "
            "recogniser Q(c|x) in its place (Chen et al. 2016, equations 4 and 5). What is lost is a divergence, so it "
            "is never negative: L is a lower bound, whatever Q is, and exact where Q is the posterior.",
            "后验 P(c|x) 求不出来：它问的是哪些编码可能生成这个 x。InfoGAN 训练一个识别器 Q(c|x) 来代替（Chen 等人 2016，式 4、5）。"
            "损失的部分是一个散度，因而非负：无论 Q 是什么，L 都是下界；Q 等于后验时取等号。",
        )
    )
    yield Formula(
        r"L = \mathbb{E} \log Q(c \mid x) + H(c) \;\le\; I(c; x)", "L = E log Q(c|x) + H(c) ≤ I(c; x)"
    )
    yield Formula(
        r"I(c; x) - L = \mathbb{E}_x\, \mathrm{KL}(P(\cdot \mid x) \,\|\, Q(\cdot \mid x))",
        "I(c; x) − L = E KL(P(·|x)‖Q(·|x))",
    )
    yield Prose(
        Text(
            f"Take {CODES} codes, and let x be the right one of {CODES} letters, or with probability {ERROR:g} any other. "
            f"A recogniser that always says 1/{CODES} reads nothing; one that is right {1 - ERROR:.0%} of the time, and "
            f"says so, reads all there is. One that claims to be never wrong is not merely useless: its bound is −∞.",
            f"取 {CODES} 个编码，x 是 {CODES} 个字母中正确的那个，或以概率 {ERROR:g} 是其余任一个。总回答 1/{CODES} 的识别器什么也读不出；"
            f"有 {1 - ERROR:.0%} 的把握且如实说出的识别器读出全部；自称从不出错的识别器不只是没用，它的下界是 −∞。",
        )
    )
    joint = information.channel(CODES, ERROR)
    exact = math.log(CODES) + (1 - ERROR) * math.log(1 - ERROR) + ERROR * math.log(ERROR / (CODES - 1))
    posterior = joint.log_softmax(0).T
    bold = information.channel(CODES, ERROR / 10).log_softmax(0).T
    yield Numbers(
        [
            Number(
                "channel",
                Text("I(c; x) = log k − H(e) − e·log(k − 1)", "互信息 I(c; x) = log k − H(e) − e·log(k − 1)"),
                information.mutual_information(joint).item(),
                exact,
                1e-9,
            ),
            Number(
                "read",
                Text("L of the posterior", "后验的 L"),
                information.bound(joint, posterior).item(),
                exact,
                1e-9,
            ),
            Number(
                "unread",
                Text("L of a recogniser that knows nothing", "一无所知的识别器的 L"),
                information.bound(joint, torch.zeros_like(posterior)).item(),
                0.0,
                1e-9,
            ),
            Number(
                "bold",
                Text("L of one that believes in a tenth of the errors", "只相信十分之一错误率的识别器的 L"),
                information.bound(joint, bold).item(),
                exact - information.gap(joint, bold).item(),
                1e-9,
            ),
        ]
    )


def _learning(lesson: Lesson, noise: float) -> Iterator[Block]:
    yield Heading(Text("A recogniser learns", "识别器在学习"))
    yield Prose(
        Text(
            f"Now x is a number: code 1 to 4 puts a bell of width {noise:g} at −3, −1, 1 or 3. The posterior is known at "
            f"every x, so the bound can be held against the truth while Q, a network of one hidden layer, learns by "
            f"this project's own term, on its own engine. At first Q alone learns: the bound rises to the truth, which "
            f"stays. Then the generator, here just the four places, joins in on the same term: it moves the places "
            f"apart, the truth itself rises towards log 4 = 1.386, and the bound follows.",
            f"现在 x 是一个数：编码 1 到 4 分别在 −3、−1、1、3 处放一个宽度 {noise:g} 的钟形。每个 x 处的后验都已知，因此在 Q"
            f"（一个隐藏层的网络）用本项目自己的损失项和引擎学习时，可以拿下界与真值对照。起初只有 Q 学习：下界上升到真值，真值不动。"
            f"然后生成器（这里只是四个位置）按同一项加入：它把位置拉开，真值本身升向 log 4 = 1.386，下界随之上升。",
        )
    )
    alone, together = lesson.pick(400, 80), lesson.pick(400, 40)
    game = CodeGame(lesson.seed, noise)
    story = [game.reading()]
    count = lesson.pick(21, 3)
    for steps, turns in ((alone, ("q",)), (together, ("q", "g"))):
        begin = game.steps
        for fraction in np.linspace(0, 1, count)[1:]:
            game.play(begin + round(steps * float(fraction)) - game.steps, turns)
            story.append(game.reading())
            lesson.progress("reading codes", game.steps, alone + together)
    first, middle, last = story[0], story[count - 1], story[-1]
    yield Numbers(
        [
            Number(
                "truth",
                Text("I(c; x), before the generator moves", "生成器移动之前的 I(c; x)"),
                first.information,
            ),
            Number("first_bound", Text("L at first", "最初的 L"), first.bound),
            Number(
                "middle_bound",
                Text(f"L after {alone} steps of Q", f"Q 学习 {alone} 步后的 L"),
                middle.bound,
            ),
            Number(
                "missed",
                Text("I − L then, against E KL(P‖Q)", "此时的 I − L，对照 E KL(P‖Q)"),
                middle.information - middle.bound,
                information.gap(middle.joint, middle.logits).item(),
                1e-9,
            ),
            Number(
                "served",
                Text(f"I(c; x) after {together} steps of both", f"双方再走 {together} 步后的 I(c; x)"),
                last.information,
            ),
            Number("served_bound", Text("L then", "此时的 L"), last.bound),
        ]
    )
    yield Film(
        "reading",
        lambda style, moment: _reading(style, story, moment),
        [at_step(one.step) for one in story],
        Text(
            "Above: the bells of the four codes. Middle: the posterior (dashed) and what Q says (lines). Below: the truth "
            "and the bound.",
            "上：四个编码的钟形。中：后验（虚线）与 Q 的回答（实线）。下：真值与下界。",
        ),
        Text(
            "Four curves of a recogniser bend until they lie on the posterior's; then the bells move apart, and both "
            "information and bound rise to log 4.",
            "识别器的四条曲线逐渐弯到后验曲线上；随后钟形分开，互信息与下界都升到 log 4。",
        ),
        seconds=8.0,
    )
    yield Prose(
        Text(
            "Nothing here says what samples should look like, and nothing holds the places. In InfoGAN the "
            "critic holds them to the data; the generator serves both.",
            "这里没有任何东西规定样本该是什么样子，也没有任何东西约束这些位置。在 InfoGAN 里，判别器把样本约束在数据上，生成器要同时服从两者。",
        )
    )
    yield Knobs(
        "information",
        [
            Slider("noise", Text("noise of x", "x 的噪声"), 0.2, 3, 0.05, noise),
            Slider("believed", Text("noise that Q believes in", "Q 以为的噪声"), 0.2, 3, 0.05, 1.6),
        ],
        [("information", "I(c; x)"), ("bound", "L"), ("gap", "I − L")],
        Text(
            "Q is right where the two sliders agree. Too much doubt costs little; too much confidence costs more than "
            "everything: the bound falls below 0.",
            "两个滑块一致时 Q 是对的。怀疑过头损失不大；自信过头则得不偿失：下界会降到 0 以下。",
        ),
        Text(
            "The posterior of four codes, dashed, and the recogniser's, over x",
            "四个编码的后验（虚线）与识别器的回答，随 x 变化",
        ),
        ratio=0.45,
    )


def _reading(style: Style, story: list[Reading], moment: int) -> Image.Image:
    now = story[moment]
    x = information.X.numpy()
    cell = (information.X[1] - information.X[0]).item()
    posterior = now.joint.log_softmax(0).exp().numpy()
    said = now.logits.softmax(1).T.numpy()
    steps = [one.step for one in story]

    def paint(places):
        bells, answers, bounds = places
        for code, colour in enumerate(style.theme.lines[: len(said)]):
            bells.fill_between(x, now.joint[code].exp().numpy() / cell, color=colour, alpha=0.5, lw=0)
            answers.plot(x, posterior[code], "--", color=style.theme.faint, lw=1.4)
            answers.plot(x, said[code], color=colour, lw=2)
        for place, name in ((bells, "p(c, x)"), (answers, "P, Q")):
            place.set(xlim=(-8, 8), ylabel=name)
        bells.set(ylim=(0, 0.15), xticklabels=())
        answers.set(ylim=(0, 1.05), yticks=(0, 0.5, 1))
        bounds.plot(
            steps, [one.information for one in story], color=style.theme.lines[0], lw=2, label="I(c; x)"
        )
        bounds.plot(steps, [one.bound for one in story], color=style.theme.lines[1], lw=2, label="L")
        bounds.plot(now.step, now.bound, "o", color=style.theme.lines[1], ms=6)
        bounds.axhline(LOG4, color=style.theme.faint, lw=1, ls=":")
        bounds.set(xlim=(0, steps[-1]), ylim=(min(-0.1, story[0].bound - 0.1), 1.5))
        key(bounds, style, loc="lower right", ncols=2)

    return drawn(style, paint, rows=3, size=(7.2, 5.4), dpi=FRAME, heights=(1, 1.4, 1.4))


def _meaning(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("Why should a code mean anything?", "编码为什么会有含义？"))
    yield Prose(
        Text(
            f"The bound does not ask for it. Let there be {CODES} kinds of {CODES} pictures each. A code that names the "
            f"kind and one that names one of {CODES} lots drawn at random tell equally much. What favours kinds is the "
            "networks: a small step in z or c changes a picture a little, so near pictures share a code, and groups "
            "that a smooth recogniser can part are cheapest. Nothing more: which meaning comes out, and whether one "
            "does, differs from seed to seed. Look at it (saddle sample --traverse), and at code_error where there are "
            "labels.",
            f"下界并不要求有含义。设有 {CODES} 类图像，每类 {CODES} 张。编码若说出类别，与编码若说出随机分成的一组，透露的信息一样多。"
            "偏向类别的是网络：z 或 c 变一点，图像也只变一点，于是相近的图像共用一个编码，光滑的识别器容易分开的组最省力。仅此而已："
            "得到哪种含义、是否得到，各个种子都不同。请亲眼看看（saddle sample --traverse），有标签时再看 code_error。",
        )
    )
    kinds = torch.arange(CODES**2) // CODES
    lots = kinds[torch.randperm(len(kinds), generator=torch.Generator().manual_seed(lesson.seed))]
    yield Numbers(
        [
            Number(
                f"{name}_told",
                text,
                information.mutual_information(information.labelled(groups)).item(),
                math.log(CODES),
                1e-9,
            )
            for name, text, groups in (
                ("kind", Text("I(c; x), the code names the kind", "I(c; x)，编码说出类别"), kinds),
                ("lot", Text("I(c; x), the code names a random lot", "I(c; x)，编码说出随机的一组"), lots),
            )
        ]
    )


def _continuous(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("A bound that stays below", "追不上的下界"))
    yield Prose(
        Text(
            "InfoGAN's other codes are numbers, uniform in (−1, 1), and Q is a normal distribution. Let x = c + noise. "
            "For a normal code the truth is ½·log(1 + 1/σ²), which the sums below meet. For a uniform one no normal Q is "
            "the posterior, which is cut off at ±1: even the best one misses something. In much noise x tells nothing, "
            "and the best that Q can say is a normal distribution of variance 1/3 for what is uniform: the bound ends "
            "below 0, at log 2 − ½·log(2πe/3).",
            "InfoGAN 的另一类编码是 (−1, 1) 上均匀的数，Q 是正态分布。设 x = c + 噪声。若编码是正态的，真值为 ½·log(1 + 1/σ²)，"
            "与下面的求和一致。若是均匀的，后验在 ±1 处被截断，没有哪个正态 Q 等于它：最好的也总要漏掉一些。噪声很大时 x 什么也不透露，"
            "而 Q 至多用方差 1/3 的正态分布去描述均匀分布：下界停在 0 以下，即 log 2 − ½·log(2πe/3)。",
        )
    )
    yield Formula(
        r"\max_Q L = \log 2 - \tfrac{1}{2}\,\mathbb{E}_x \log(2 \pi e\, \mathrm{Var}(c \mid x))",
        "max over Q of L = log 2 − ½·E log(2πe·Var(c|x))",
    )
    small, large = information.uniform_code(0.1), information.uniform_code(50.0)
    yield Numbers(
        [
            Number(
                "normal",
                Text("normal code, σ = 1: I(c; x)", "正态编码，σ = 1：I(c; x)"),
                information.mutual_information(information.normal_code(1.0)).item(),
                0.5 * LOG2,
                1e-6,
            ),
            Number("uniform", Text("uniform code, σ = 0.1: I(c; x)", "均匀编码，σ = 0.1：I(c; x)"), small[0]),
            Number("uniform_bound", Text("the best normal Q", "最好的正态 Q"), small[1]),
            Number(
                "lost",
                Text("uniform code, σ = 50: the best normal Q", "均匀编码，σ = 50：最好的正态 Q"),
                large[1],
                LOG2 - 0.5 * math.log(2 * math.pi * math.e / 3),
                1e-3,
            ),
        ]
    )
    noises = NOISES[:: lesson.pick(1, 4)]
    pairs = [information.uniform_code(float(one)) for one in noises]
    yield Picture(
        "continuous",
        lambda style: _bounds(style, noises, pairs),
        Text(
            "A uniform code in noise: the truth, and the best that a normal recogniser can reach.",
            "噪声中的均匀编码：真值，以及正态识别器所能达到的最大值。",
        ),
        Text(
            "Two falling curves over the noise: the information ends at 0, the bound at about −0.18.",
            "随噪声下降的两条曲线：互信息趋于 0，下界趋于约 −0.18。",
        ),
    )


def _bounds(style: Style, noises: np.ndarray, pairs: list[tuple[float, float]]) -> Image.Image:
    def paint(places):
        (place,) = places
        truth, reached = zip(*pairs, strict=True)
        place.semilogx(noises, truth, color=style.theme.lines[0], lw=2, label="I(c; x)")
        place.semilogx(noises, reached, color=style.theme.lines[1], lw=2, label="max L")
        place.axhline(0, color=style.theme.faint, lw=1, ls=":")
        place.set(xlabel="σ")
        key(place, style, loc="upper right")

    return drawn(style, paint, size=(7.2, 2.8))


def _coin(lesson: Lesson) -> Iterator[Block]:
    yield Heading(Text("A GAN hides a coin", "GAN 在藏一枚硬币"))
    yield Prose(
        Text(
            "The same picture holds the GAN itself. Toss a coin t; on heads x is real, on tails it is generated. How "
            "much does x tell of the coin? Exactly the Jensen–Shannon divergence of the two. The critic is the "
            "recogniser of this code, D = Q(t = real|x), and its V is the bound:",
            "同一幅图景也包含 GAN 本身。抛一枚硬币 t：正面时 x 取真实样本，反面时取生成样本。x 透露了多少关于硬币的信息？"
            "正好是两者的 Jensen–Shannon 散度。判别器就是这个编码的识别器，D = Q(t = 真|x)，它的 V 就是下界：",
        )
    )
    yield Formula(
        r"\tfrac{1}{2} V(D, G) + \log 2 = \mathbb{E} \log Q(t \mid x) + H(t)",
        "½·V(D, G) + log 2 = E log Q(t|x) + H(t)",
    )
    yield Formula(r"\ldots \;\le\; I(t; x) = \mathrm{JSD}(p \,\|\, q)", "… ≤ I(t; x) = JSD(p‖q)")
    yield Prose(
        Text(
            "So the critic raises a bound on I(t; x) and the generator lowers it: samples should not tell where they come "
            "from. InfoGAN adds a second code with the opposite sign: they should tell c. Its whole game "
            "(equation 6) is min over G and Q, max over D of V(D, G) − λ·L. Below, the GAN on a line of the topic "
            "“optimal-critic”, read in this way.",
            "于是判别器抬高 I(t; x) 的下界，生成器压低它：样本不应透露自己的来源。InfoGAN 再加一个符号相反的编码：样本应当透露 c。"
            "整个博弈（式 6）是对 G、Q 取最小，对 D 取最大：V(D, G) − λ·L。下面用这种读法看主题 optimal-critic 里那个直线上的 GAN。",
        )
    )
    p, q = (divergences.bells(information.X, centre) for centre in (0.0, 2.0))
    coin = torch.stack([p, q]) - LOG2
    steps = lesson.pick(300, 40)
    game = LineGame(lesson.seed, 5 * steps)
    story = [game.moment()]
    for step in lesson.moments(steps, 31, 3)[1:]:
        game.play(step - game.steps)
        story.append(game.moment())
        lesson.progress("hiding the coin", game.steps, steps)
    yield Numbers(
        [
            Number(
                "coin",
                Text("bells 2 apart: I(t; x), against JSD", "相距 2 的两个钟形：I(t; x)，对照 JSD"),
                information.mutual_information(coin).item(),
                divergences.jensen_shannon(p, q).item(),
                1e-9,
            ),
            Number(
                "told",
                Text("GAN on a line, at first: I(t; x)", "直线上的 GAN，最初：I(t; x)"),
                story[0].divergence,
            ),
            Number("told_last", Text(f"after {steps} steps", f"{steps} 步之后"), story[-1].divergence),
            Number(
                "told_bound",
                Text("the critic's bound then, ½·V + log 2", "此时判别器的下界 ½·V + log 2"),
                story[-1].value / 2 + LOG2,
            ),
        ]
    )
    yield Picture(
        "coin",
        lambda style: _told(style, story),
        Text(
            "What samples tell of the coin, and what the critic reads of it. A critic that has been overtaken reads "
            "nothing, though there is something to read: a loss at its equilibrium is no proof of good samples.",
            "样本透露了多少关于硬币的信息，以及判别器读出了多少。被赶上的判别器什么也读不出，尽管还有可读的：损失处于平衡值并不证明样本好。",
        ),
        Text(
            "Two curves against steps: the information falls from log 2, the critic's bound rises to it at first, "
            "then falls to about 0.",
            "随步数变化的两条曲线：互信息从 log 2 下降；判别器的下界先升向它，再降到约 0。",
        ),
    )


def _told(style: Style, story: list[Moment]) -> Image.Image:
    blue, red = style.theme.lines[:2]
    steps = [moment.step for moment in story]

    def paint(places):
        (place,) = places
        place.plot(steps, [moment.divergence for moment in story], color=red, lw=2, label="I(t; x) = JSD")
        place.plot(steps, [moment.value / 2 + LOG2 for moment in story], color=blue, lw=2, label="½·V + log 2")
        place.axhline(LOG2, color=style.theme.faint, lw=1, ls=":", label="log 2")
        place.set(xlabel=style.say(STEP), xlim=(0, steps[-1]), ylim=(-0.15, 0.75))
        key(place, style, loc="center right")

    return drawn(style, paint, size=(7.2, 2.8))
