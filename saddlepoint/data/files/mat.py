"""MATLAB's files of format 5 (``save -v7`` and older), of which plain arrays of numbers are read."""

import math
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.io import loadmat, whosmat

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.words import listed

_NUMBERS = (
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "single",
    "double",
    "logical",
)
_DEFLATE = 1032  # times as large at most as what it was packed to


def read_mat(path: Path, names: Sequence[str]) -> list[np.ndarray]:
    """Return the arrays called ``names`` of a MATLAB file, with the axes that they have there.

    Objects and functions in the file are not looked at, and nothing in it is executed.

    Raises:
        UserError: it cannot be opened, is no such file, is damaged, or lacks one of the arrays.
    """
    try:
        with path.open("rb") as file:
            head = file.read(128)
    except OSError as error:
        raise UserError(f"cannot read {path} ({reason(error)})") from error
    if head.startswith(b"\x89HDF") or head[124:126] in (b"\x00\x02", b"\x02\x00"):
        raise UserError(f"{path} is a MATLAB file of version 7.3; save it in MATLAB with '-v7'")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = {name: (shape, kind) for name, shape, kind in whosmat(path, appendmat=False)}
            _check(path, found, names)
            arrays = loadmat(path, variable_names=list(names), appendmat=False)
        return [np.asarray(arrays[name]) for name in names]
    except UserError:
        raise
    except Exception as error:  # scipy raises nearly everything on damaged files
        raise UserError(f"cannot read {path} as a MATLAB file ({reason(error)}); fetch it again") from error


def _check(path: Path, found: dict[str, tuple[tuple[int, ...], str]], names: Sequence[str]) -> None:
    """Raise UserError where a file lacks an array, or where one is said to be larger than it can be."""
    for name in names:
        if name not in found:
            has = f"it has {listed(found)}" if found else "it has none"
            raise UserError(f"{path} has no array {name!r}; {has}")
        shape, kind = found[name]
        if kind not in _NUMBERS:
            raise UserError(f"{name!r} of {path} holds {kind}, not numbers")
        if min(shape, default=0) < 0 or math.prod(shape) > _DEFLATE * path.stat().st_size:
            raise UserError(
                f"{path} is damaged: {name!r} cannot have {'×'.join(map(str, shape))} numbers; fetch it again"
            )
