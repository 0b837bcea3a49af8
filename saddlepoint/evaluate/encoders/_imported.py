"""The user's own encoder, by import path."""

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.compute.threads import pick_device, private_rng
from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import digest
from saddlepoint.evaluate.encoder import Encoder, Encoding


def imported_encoder(path: str) -> Encoder:
    """Return the encoder at ``package.module:callable``.

    The callable takes float32 (n, c, h, w) pixels in [0, 1] (or points (n, d)) and returns features (n, f),
    or a pair of features and class logits (n, k). A class is first called without arguments; a
    ``torch.nn.Module`` is put into evaluation mode on the fastest device.

    Raises:
        UserError: nothing can be imported there, or it does not return (n, f) features.
    """
    function = _find(path)
    device = pick_device()
    if isinstance(function, nn.Module):
        function = function.to(device).eval()

    def apply(images: np.ndarray) -> Encoding:
        x = torch.from_numpy(np.ascontiguousarray(images)).to(device)
        if x.ndim == 4:
            x = x.permute(0, 3, 1, 2).float() / 255
        with torch.inference_mode():
            found = function(x)
        features, logits = found if isinstance(found, tuple) else (found, None)
        if not isinstance(features, Tensor) or features.ndim != 2 or len(features) != len(x):
            shape = tuple(getattr(features, "shape", ())) or type(features).__name__
            raise UserError(f"encoder {path!r} must return features of shape ({len(x)}, f), not {shape}")
        return Encoding(_array(features), None if logits is None else _array(logits))

    return Encoder(path, _hash(path, function), apply, note="imported")


def _find(path: str) -> Callable:
    module_name, _, attribute = path.partition(":")
    inserted = os.getcwd()
    sys.path.insert(0, inserted)  # a command's own folder is searched, as with python -m
    try:
        thing = importlib.import_module(module_name)
        for name in attribute.split("."):
            thing = getattr(thing, name)
        if inspect.isclass(thing):
            with private_rng(0):
                thing = thing()
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise UserError(f"cannot import encoder {path!r}: {error}") from error
    finally:
        sys.path.remove(inserted)
    if not callable(thing):
        raise UserError(f"encoder {path!r} is a {type(thing).__name__}, which cannot be called")
    return thing


def _hash(path: str, function: Callable) -> str:
    """Hash what an encoder's features hang on: the source of its module, and the weights that it can reach."""
    parts = [path.encode()]
    given = function
    while isinstance(function, partial):
        function = function.func
    home = inspect.getmodule(function if inspect.isroutine(function) else type(function))
    with suppress(OSError, TypeError):
        parts.append(inspect.getsource(home or type(function)).encode())
    parts += _numbers(given, home)
    return digest(parts, 12)


def _numbers(function: Callable, home: ModuleType | None) -> Iterator[bytes]:
    """Yield weights and arrays of a callable: its own, its module's, and those of objects of this module's."""
    waiting = [function, *(vars(home).values() if home else ())]
    seen: dict[int, Any] = {}  # the things themselves, too, as a number may be given again to what comes after
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if isinstance(thing, Tensor):
            with suppress(RuntimeError, NotImplementedError):  # without memory of its own, such as a sparse one
                whole = thing.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
                yield f"{thing.dtype}{tuple(thing.shape)}".encode() + whole.numpy().tobytes()
        elif isinstance(thing, np.ndarray) and not thing.dtype.hasobject:
            yield f"{thing.dtype}{thing.shape}".encode() + thing.tobytes()
        elif isinstance(thing, partial):
            waiting += [thing.func, *thing.args, *thing.keywords.values()]
        elif isinstance(thing, nn.Module):
            waiting += [value for _, value in sorted(thing.state_dict().items(), reverse=True)]
        elif isinstance(thing, list | tuple):
            waiting += reversed(thing)
        elif isinstance(thing, dict):
            waiting += thing.values()
        else:
            for cell in getattr(thing, "__closure__", None) or ():
                with suppress(ValueError):  # it is empty yet
                    waiting.append(cell.cell_contents)
            waiting += [owner] if (owner := getattr(thing, "__self__", None)) is not None else []
            if home is not None and type(thing).__module__ == home.__name__:
                waiting += vars(thing).values() if hasattr(thing, "__dict__") else ()


def _array(x: Tensor) -> np.ndarray:
    return x.float().cpu().numpy()
