"""Which figures of a run share a panel, and in which colour."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from saddlepoint.plots.canvas import CRITIC, GENERATOR, OTHERS
from saddlepoint.plots.curves.series import Series

TALL, LOW = 2.2, 1.2  # inches
MANY = 8  # values of a curve from which on its panel has its full height
COLOURS = {
    **{"d": CRITIC, "D(x)": CRITIC, "data": CRITIC},
    **{"g": GENERATOR, "D(G(z))": GENERATOR, "samples": GENERATOR},
}


class Panel(NamedTuple):
    """Figures that share a vertical axis.

    Attributes:
        name: what the axis measures.
        series: by their names in the metrics.
        height: inches.
    """

    name: str
    series: dict[str, Series]
    height: float


def panels(series: Mapping[str, Series]) -> tuple[list[Panel], dict[str, Series]]:
    """Sort figures by what they measure: main losses, D(x) and D(G(z)), then each other one by itself.

    The main loss is the players' term ``adversarial``, or else the first that there is.

    Returns:
        The panels, lower where their curves have few values, and the figures that were measured only once.
    """
    once = {name: one for name, one in series.items() if len(one.x) == 1}
    terms: dict[str, dict[str, Series]] = {}
    verdicts: dict[str, Series] = {}
    others: dict[str, dict[str, Series]] = {}
    for name, one in series.items():
        if name in once:
            continue
        if name.startswith("D("):
            verdicts[name] = one
        elif "/" in name:
            terms.setdefault(name.partition("/")[2], {})[name] = one
        else:
            others[name] = {name: one}
    main = "adversarial" if "adversarial" in terms else next(iter(terms), None)
    loss = [_panel(f"{main} loss", terms.pop(main), TALL)] if main is not None else []
    verdict = [_panel("critic's verdict", verdicts, TALL)] if verdicts else []
    rest = [_panel(name, group, LOW) for name, group in (terms | others).items()]
    return loss + verdict + rest, once


def _panel(name: str, series: dict[str, Series], height: float) -> Panel:
    values = max(len(one.x) for one in series.values())
    return Panel(name, series, height * (0.5 + 0.5 * min(1.0, values / MANY)))


def colours(names: Sequence[str]) -> dict[str, str]:
    """Return a colour of its own for every name, as long as there are six at most."""
    chosen, others = {}, 0
    for name in names:
        known = COLOURS.get(name) or COLOURS.get(name.partition("/")[0] if "/" in name else "")
        if known is None or known in chosen.values():
            known, others = OTHERS[others % len(OTHERS)], others + 1
        chosen[name] = known
    return chosen
