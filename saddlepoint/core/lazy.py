"""Names that a package hands out without importing their modules before they are asked for."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def handing_out(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a package's ``__getattr__``.

    Args:
        package: its dotted name.
        homes: the module of each name that it hands out.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    return get
