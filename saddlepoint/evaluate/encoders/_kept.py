"""Networks that encoders train once, kept in the cache."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor

from saddlepoint.core.files import atomic_path, remove, write_json
from saddlepoint.core.hashing import digest
from saddlepoint.core.locks import locked
from saddlepoint.core.progress import Progressing
from saddlepoint.data import cache

Kept = tuple[dict[str, Tensor], dict[str, Any]]  # weights, and facts about them


def kept(stem: Path, train: Callable[[], Kept], what: str, report: Progressing) -> Kept:
    """Return weights and facts of a network: those in the cache, or trained and stored there.

    One process trains; others that want the same wait for it.

    Args:
        stem: path of the entry without its suffixes.
        train: makes the weights, and facts as JSON.
        what: what people call the network.
        report: told of waiting.
    """
    found = _load(stem)
    if found is not None:
        return found
    with ExitStack() as held:
        with cache.writing():
            waiting = partial(report, f"another process trains {what}", 0, 0)
            waited = held.enter_context(locked(stem.with_suffix(".lock"), waiting))
        found = _load(stem) if waited else None
        if found is None:
            found = train()
            _save(stem, *found)
    return found


def hash_of(name: str, weights: dict[str, Tensor]) -> str:
    """Return 12 hexadecimal digits that change with a name and with any of the weights."""
    return digest([name.encode(), *(weights[key].numpy().tobytes() for key in sorted(weights))], 12)


def _load(stem: Path) -> Kept | None:
    """Return what is cached, None where nothing is or it is damaged."""
    try:
        facts = json.loads(stem.with_suffix(".json").read_text())
        return load_file(stem.with_suffix(".safetensors")), facts
    except FileNotFoundError:
        return None
    except Exception:  # a damaged cache is made again
        remove(stem.with_suffix(".json"))
        return None


def _save(stem: Path, weights: dict[str, Tensor], facts: dict[str, Any]) -> None:
    with cache.writing():
        with atomic_path(stem.with_suffix(".safetensors")) as path:
            save_file(weights, path)
        write_json(stem.with_suffix(".json"), facts)
