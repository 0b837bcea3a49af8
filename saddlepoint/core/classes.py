"""A class that is asked for, by name or by number."""

import difflib
import re
from collections.abc import Collection, Sequence

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import printable, shortened


def find_class(asked: int | str, classes: Sequence[str], unseen: Collection[int] = ()) -> int:
    """Return the label of a class.

    Text is a name first, in its own or in another case, and a label only where no class has that name: with the
    classes 1, 2 and 3, ``"1"`` is the first of them, and so is ``"0"``. A whole number is always a label.

    Args:
        asked: name or label.
        classes: names in label order.
        unseen: labels of the classes that no training example has.

    Raises:
        UserError: there is no such class, or nothing was learned of it.
    """
    asked = printable(asked) if isinstance(asked, str) else int(asked)
    label = _named(asked, classes) if isinstance(asked, str) else asked
    if label is None or not 0 <= label < len(classes):
        hint = ""
        if isinstance(asked, str) and not re.fullmatch(r"-?[0-9]+", asked):
            close = difflib.get_close_matches(asked, classes, n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UserError(f"there is no class {asked!r} among {_all(classes)}{hint}")
    if label in unseen:
        seen = [name for index, name in enumerate(classes) if index not in unseen]
        raise UserError(
            f"class {classes[label]!r} has no training image, so nothing is learned of it; "
            f"ask for one of {_all(seen)}"
        )
    return label


def _named(asked: str, classes: Sequence[str]) -> int | None:
    if asked in classes:
        return classes.index(asked)
    folded = [name.casefold() for name in classes]
    if folded.count(asked.casefold()) == 1:
        return folded.index(asked.casefold())
    return int(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else None


def _all(classes: Sequence[str]) -> str:
    return (
        f"the {len(classes):,} classes {shortened(classes)}" if len(classes) != 1 else f"{classes[0]!r} alone"
    )
