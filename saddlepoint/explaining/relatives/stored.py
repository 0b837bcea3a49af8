"""Longer runs of the relatives, as the claim of that name stored them."""

from collections.abc import Iterator

from saddlepoint.claims.catalogue.relatives import sayings
from saddlepoint.claims.overview import SHIPPED
from saddlepoint.claims.protocol import Findings, Missing
from saddlepoint.claims.results import read
from saddlepoint.explaining.blocks import Block, Heading, Prose, Rows
from saddlepoint.explaining.text import Text

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
MARKS = {
    "seen": Text("seen", "看到"),
    "not seen": Text("not seen", "没看到"),
    "not testable here": Text("not testable here", "此处无法检验"),
}


def tell() -> Iterator[Block]:
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
    yield Rows(
        (Text("sentence", "句子"), Text("in those runs", "在那些训练中")),
        [(Text(one.text, ZH[one.text]), MARKS[one.mark]) for one in marks],
    )


def _found(found: Findings, arm: str, *names: str) -> str:
    """Return the first of these figures that an arm has, a dash where it has none."""
    return next((found.show(arm, name).replace("-", "−") for name in names if found.has(arm, name)), "–")
