"""What more than one topic says."""

from saddlepoint.explaining.blocks import Prose
from saddlepoint.explaining.text import Say, Text, said

STEP, CRITIC_STEPS = Text("step", "步"), Text("steps of the critic", "判别器的步数")
OBJECTIVES: dict[str, Say] = {
    "minimax": "minimax",
    "non_saturating": Text("non-saturating", "非饱和"),
    "combined": Text("combined", "组合"),
    "relativistic": Text("relativistic", "相对"),
    "least_squares": Text("least squares", "最小二乘"),
    "hinge": Text("hinge", "铰链（hinge）"),
    "likelihood": Text("maximum likelihood", "最大似然"),
}
TOO_SHORT = Prose(
    Text(
        "These runs are too short to show what is told of them; leave out --quick.",
        "这几局太短，显不出所说的现象；请去掉 --quick。",
    )
)


def at_step(step: int) -> Text:
    """Return what a moment of a film is called."""
    return Text(f"step {step}", f"第 {step} 步")


def of(objective: str, en: str, zh: str) -> Text:
    """Return what a number is of an objective."""
    name = OBJECTIVES[objective]
    return Text(f"{said(name, 'en')}: {en}", f"{said(name, 'zh')}：{zh}")
