"""Checkpoints: named tensors and JSON, written whole and checked when read; nothing in them is executed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saddlepoint.core import files
from saddlepoint.core.errors import DamagedError, UserError

if TYPE_CHECKING:  # looking at files does not need the libraries that training needs
    from torch import Tensor

VERSION = 1
_STATE = "state.json"
_SUMS = "SHA256SUMS"  # as sha256sum -c reads it


class Checkpoint:
    """One saved state of a run: named tensors in safetensors files, everything else in JSON."""

    def __init__(self, path: Path):
        self.path = path

    @property
    def step(self) -> int:
        """Steps done when it was saved."""
        return int(self.path.name.rpartition("-")[2])

    def values(self) -> dict[str, Any]:
        """Return the JSON part; raises DamagedError where it is missing or changed."""
        values = read_json(self.path / _STATE)
        hashes = values["hashes"]
        if not (isinstance(hashes, dict) and all(isinstance(digest, str) for digest in hashes.values())):
            raise DamagedError(f"{self.path / _STATE} is damaged: its hashes are none")
        self._check(values)
        if values.get("version") != VERSION:
            raise UserError(f"{self.path} has format version {values.get('version')}, not {VERSION}")
        return values

    def tensors(self, part: str) -> dict[str, "Tensor"]:
        """Return the tensors of ``part`` ("weights", "ema" or "state"), checked against their hash.

        Raises DamagedError where the file is missing, cut or changed. Nothing in it is executed.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        content = self._content(part)
        try:
            return {} if content is None else load(content)
        except SafetensorError as error:
            raise UserError(f"{self._file(part)} holds no tensors: {error}") from error

    def size(self, part: str) -> int:
        """Return the bytes that ``part`` takes on disk."""
        return self._file(part).stat().st_size

    @classmethod
    def write(
        cls, path: Path, parts: Mapping[str, Mapping[str, "Tensor"]], values: Mapping[str, Any]
    ) -> "Checkpoint":
        """Write a checkpoint whole or not at all: parts of tensors, "weights" among them, and JSON values."""
        from safetensors.torch import save

        from saddlepoint.core.hashing import tensors_hash

        path.parent.mkdir(exist_ok=True)
        with files.atomic_path(path) as temporary:
            temporary.mkdir()
            hashes = {}
            for part, tensors in parts.items():
                content = save({name: tensor.contiguous() for name, tensor in tensors.items()})
                hashes[part] = hashlib.sha256(content).hexdigest()
                (temporary / f"{part}.safetensors").write_bytes(content)
            sampled = tensors_hash({**parts["weights"], **parts.get("ema", {})})
            values = {"version": VERSION, "hashes": hashes, "weights_hash": sampled, **values}
            state = json.dumps(values, indent=1).encode()
            (temporary / _STATE).write_bytes(state)
            (temporary / _SUMS).write_bytes(_sums(values, state))
        return cls(path)

    @property
    def exists(self) -> bool:
        """Whether a checkpoint is here."""
        return (self.path / _STATE).exists()

    def check(self) -> None:
        """Raise DamagedError where a byte of it is missing or changed."""
        for part in self.values()["hashes"]:
            self._content(part)

    @property
    def weights_hash(self) -> str:
        """Hash of the weights that sampling uses, as pictures drawn from them carry it; see ``tensors_hash``.

        A checkpoint without it, as they were at first, answers with that of the file that holds most of them.
        """
        values = self.values()
        hashes = values["hashes"]
        return values.get("weights_hash") or hashes.get("ema", hashes["weights"])[:16]

    def _file(self, part: str) -> Path:
        return self.path / f"{part}.safetensors"

    def _content(self, part: str) -> bytes | None:
        """Return the file of ``part``, checked against its hash; None where there is none."""
        expected = self.values()["hashes"].get(part)
        if expected is None:
            return None
        try:
            content = self._file(part).read_bytes()
        except OSError as error:
            raise DamagedError(f"cannot read {self._file(part)}: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != expected:
            raise DamagedError(f"{self._file(part)} is damaged: its hash differs from the one saved")
        return content

    def _check(self, values: dict[str, Any]) -> None:
        """Raise DamagedError where the JSON part is not the one that was saved; the first ones had no sums."""
        sums = self.path / _SUMS
        if sums.exists() and sums.read_bytes() != _sums(values, (self.path / _STATE).read_bytes()):
            raise DamagedError(f"{self.path / _STATE} or {_SUMS} beside it is damaged: they differ")


def _sums(values: dict[str, Any], state: bytes) -> bytes:
    """Return the hashes of a checkpoint's files, a line each, for its JSON part as values and as bytes."""
    parts = {f"{part}.safetensors": digest for part, digest in values["hashes"].items()}
    digests = parts | {_STATE: hashlib.sha256(state).hexdigest()}
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()


class _Stored(dict[str, Any]):
    """A JSON object that was read from ``path``, and says so where a key is missing."""

    path: Path

    def __missing__(self, key: str) -> Any:
        raise DamagedError(f"{self.path} is damaged: it lacks {key!r}")


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object at ``path``; raises DamagedError for none, and for a key that it lacks."""

    def stored(pairs: dict[str, Any]) -> _Stored:
        found = _Stored(pairs)
        found.path = path
        return found

    try:
        value = json.loads(path.read_bytes(), object_hook=stored)
    except OSError as error:
        raise DamagedError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise DamagedError(f"{path} is damaged: {error}") from error
    if not isinstance(value, dict):
        raise DamagedError(f"{path} is damaged: it holds no JSON object")
    return value
