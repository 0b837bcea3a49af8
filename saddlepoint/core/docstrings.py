"""What a docstring says of an argument."""

import inspect
from collections.abc import Callable
from typing import Any


def said_of(function: Callable[..., Any], argument: str) -> str:
    """Return what the ``Args`` section of a function's docstring says of ``argument``; "" where nothing."""
    doc, lines = inspect.getdoc(function) or "", []
    for line in doc.partition("Args:")[2].split("\n"):
        head, _, tail = line.strip().partition(":")
        if head == argument and not lines:
            lines.append(tail.strip())
        elif lines and line.startswith("        "):
            lines.append(line.strip())
        elif lines:
            break
    return " ".join(lines)
