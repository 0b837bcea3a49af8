"""What damaged and malicious files do: ``python -m benchmarks.hostile [--inputs 10000] [--json FILE]``.

Real files of every kind that is read (images, archives, arrays, IDX, sounds, text, label files, the files of a
run) are changed at random and read again, by processes that are watched. A reading may succeed or end with a
sentence (``UserError``); anything else is trouble: another exception, more than ten seconds of processor time,
no end within a minute, more than 1 GB of memory beyond what the process had, a file written beside what was
read, or a pickle that was executed.
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import pickle
import random
import shutil
import sys
import tarfile
import tempfile
import time
import traceback
import wave
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from scipy.io import savemat

import saddlepoint as sp
from saddlepoint.core import files
from saddlepoint.core.errors import UserError
from saddlepoint.core.machine import describe_machine
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.data import load
from saddlepoint.data.files.midi import midi_bytes
from saddlepoint.data.notes import Note
from saddlepoint.data.request import Request
from saddlepoint.data.sources import cifar10, stl10
from saddlepoint.runs.prepare import Prepared, prepare
from saddlepoint.training.guard import Guard

SLOW, MEMORY = 10.0, 1 << 30  # seconds of processor time, and bytes
HANG = 60.0  # seconds by the clock, which on a busy machine say little
PIXELS = ("png", "jpg", "gif", "webp", "bmp", "tiff", "ppm", "tga", "ico", "jp2")
PLANTED = "executed"
DATABASE = Path(__file__).parents[1] / "tests" / "data" / "files" / "lmdb"
NUMBERS = (b"\xff" * 4, b"\x7f" + b"\xff" * 3, b"\x00" * 4, b"\x80" + b"\x00" * 3)
HEADS = (b"", b"\x00", b"{", b"[]", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\xff\xff\xffWAVE", b"MThd")


class Kind(NamedTuple):
    """A kind of file: what is changed, and how it is read.

    Attributes:
        make: fills a folder and returns the file to change.
        read: reads what is in the folder.
    """

    make: Callable[[Path], Path]
    read: Callable[[Path], object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read changed files of all kinds; return 1 where there was trouble."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="one kind")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    report: dict[str, Any] = {"version": 1, "seed": asked.seed, "kinds": {}}
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["SADDLE_CACHE"] = str(Path(scratch) / "cache")
        kinds = all_kinds(Path(scratch))
        names = [asked.only] if asked.only else list(kinds)
        each = -(-asked.inputs // len(names))
        for name in names:
            report["kinds"][name] = found = attack(name, kinds[name], each, asked.seed, Path(scratch))
            print(f"{name}: {json.dumps(found)}", flush=True)
    report["inputs"] = sum(found["inputs"] for found in report["kinds"].values())
    report |= describe_machine()
    if asked.json:
        files.write_json(asked.json, report)
    return int(any(found["trouble"] for found in report["kinds"].values()))


def attack(name: str, kind: Kind, count: int, seed: int, scratch: Path) -> dict[str, Any]:
    """Read ``count`` changed files of a kind; return counts and what went wrong."""
    counts: Counter[str] = Counter()
    trouble: list[str] = []
    slowest, most, done = 0.0, 0, 0
    context = multiprocessing.get_context("fork")
    while done < count:
        mine, its = context.Pipe()
        process = context.Process(target=_reader, args=(name, kind, done, count, seed, scratch, its))
        process.start()
        its.close()
        while done < count:
            try:
                if not mine.poll(HANG):
                    raise TimeoutError
                how, seconds, memory = mine.recv()
            except (EOFError, TimeoutError) as error:
                what = "hang" if isinstance(error, TimeoutError) else "the process died"
                counts[what] += 1
                trouble.append(f"input {done}: {what}")
                done += 1
                break  # another process goes on behind it
            done += 1
            slowest, most = max(slowest, seconds), max(most, memory)
            counts[how if how in ("read", "refused") else "trouble"] += 1
            if how not in ("read", "refused"):
                trouble.append(f"input {done - 1}: {how}")
            if seconds > SLOW:
                trouble.append(f"input {done - 1}: {seconds:.1f} s")
            if memory > MEMORY:
                trouble.append(f"input {done - 1}: {memory >> 20} MB")
        process.kill()
        process.join()
        mine.close()
    return {
        "inputs": count,
        **counts,
        "slowest_seconds": round(slowest, 2),
        "most_memory_mb": most >> 20,
        "trouble": trouble[:20],
    }


def _reader(name: str, kind: Kind, first: int, count: int, seed: int, scratch: Path, pipe: Connection) -> None:
    """Read the inputs from ``first`` on, and say of each how it went, and what time and memory it took."""
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - lives until the process ends
    planted = scratch / PLANTED
    for index in range(first, count):
        rng = random.Random(f"{seed}/{name}/{index}")
        folder = scratch / "input"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        path = kind.make(folder)
        path.write_bytes(changed(path.read_bytes(), rng, planted))
        before = _listing(folder)
        base, began = _memory(reset=True), time.process_time()
        try:
            kind.read(folder)
            how = "read"
        except UserError as error:
            how = "refused" if str(error).count("\n") == 0 else f"more than a line: {error}"
        except BaseException as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            how = f"{type(error).__name__}: {error} at {Path(where.filename).name}:{where.lineno}"
        seconds = time.process_time() - began
        if planted.exists():
            planted.unlink()
            how = "a pickle was executed"
        if _listing(folder) != before:
            how = f"files were written: {sorted(_listing(folder) - before)}"
        pipe.send((how, seconds, max(0, _memory() - base)))


def _listing(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def _memory(reset: bool = False) -> int:
    """Return the bytes that were resident at most since the last reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


class _Planted:
    """A pickle that makes a file where it is executed."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.path),)


def changed(content: bytes, rng: random.Random, planted: Path) -> bytes:
    """Return content with one to three changes of random kinds."""
    for _ in range(rng.randint(1, 3)):
        content = rng.choice(CHANGES)(content, rng)
    if rng.random() < 0.03:
        content = _pickled(content, rng, planted)
    return content


def _flip(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 4, 30)) if data else 0):
        data[_place(data, rng)] ^= 1 << rng.randrange(8)
    return bytes(data)


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _huge(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    place = _place(data, rng) if data else 0
    data[place : place + 4] = rng.choice(NUMBERS)
    return bytes(data)


def _insert(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.randbytes(rng.choice((1, 7, 300))) + content[place:]


def _repeat(content: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[start:end] + content[end:]


def _drop(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.choice((1, 2, 50)) :]


def _number(content: bytes, rng: random.Random) -> bytes:
    """Put another number in the place of one that is written in digits."""
    digits = [i for i, byte in enumerate(content[:100_000]) if chr(byte).isdigit()]
    if not digits:
        return _flip(content, rng)
    place = rng.choice(digits)
    other = rng.choice((b"-1", b"0", b"1e999", b"NaN", b"99999999999", b'"x"', b"null", b"[]", b"{}"))
    return content[:place] + other + content[place + 1 :]


def _nonsense(content: bytes, rng: random.Random) -> bytes:
    return rng.choice(HEADS)


def _pickled(content: bytes, rng: random.Random, planted: Path) -> bytes:
    """Return a pickle, bare or as an array of objects, that would make the file ``planted``."""
    harmful = _Planted(planted)
    if rng.random() < 0.5:
        return pickle.dumps(harmful)
    array = np.empty(1, object)
    array[0] = harmful
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


def _place(data: bytearray, rng: random.Random) -> int:
    """Return a place, as often in the first 200 bytes, where headers are, as in all the rest."""
    return rng.randrange(min(len(data), 200)) if rng.random() < 0.5 else rng.randrange(len(data))


CHANGES = (_flip, _flip, _flip, _cut, _huge, _huge, _insert, _repeat, _drop, _number, _nonsense)


def all_kinds(scratch: Path) -> dict[str, Kind]:
    """Return every kind of file that is read, by name."""
    with contextlib.redirect_stdout(io.StringIO()):
        run = sp.train("mlp_gan", "ring8", steps=40, batch=8, out=scratch / "run", threads=1, guard=3)
    pictures = {suffix: _encoded(suffix) for suffix in PIXELS}
    kinds = {suffix: Kind(_pictures(content, suffix), _load) for suffix, content in pictures.items() if content}
    kinds |= {
        "zip": Kind(_zip, lambda folder: load(str(folder / "x.zip"))),
        "labels.csv": Kind(_labels("csv"), lambda folder: load(str(folder / "data"), labels=_label(folder))),
        "labels.json": Kind(_labels("json"), lambda folder: load(str(folder / "data"), labels=_label(folder))),
        "npy": Kind(_npy, lambda folder: load(str(folder / "x.npy"))),
        "idx": Kind(_idx, lambda folder: load(str(folder))),
        "wav": Kind(_wav, _load),
        "mid": Kind(_mid, _load),
        "mat": Kind(_mat, lambda folder: load(f"svhn:{folder}")),
        "mdb": Kind(_mdb, lambda folder: load(f"lsun:{folder}")),
        "cifar10.tar.gz": Kind(
            _given(_cifar10(), "x.tar.gz"), lambda folder: load(f"cifar10:{folder}/x.tar.gz")
        ),
        "stl10.tar.gz": Kind(_given(_stl10(), "x.tar.gz"), lambda folder: _unpacked(folder, scratch / "stl10")),
        "txt": Kind(_txt, lambda folder: load(str(folder / "x.txt"))),
    }
    for name in ("config.json", "metrics.jsonl", "card.json"):
        kinds[name] = Kind(_run(run.path, name), _open_run)
    for name in ("state.json", "weights.safetensors", "state.safetensors", "SHA256SUMS"):
        kinds[name] = Kind(_run(run.path, name), _open_run)
    prepared = prepare("mlp_gan", "ring8", batch=8)
    kinds["guard.json"] = Kind(_guarded(run.path), lambda folder: _guard(prepared, folder))
    return kinds


def _load(folder: Path) -> object:
    return load(str(folder))


def _open_run(folder: Path) -> object:
    run = sp.load(folder / "run")
    run.folder.read_card()
    return run.curves(), run.sample(1)


def _guard(prepared: Prepared, folder: Path) -> object:
    """Take up a guarded run, on a copy: checkpoints of a way that was given up are removed."""
    with tempfile.TemporaryDirectory() as scratch:
        copied = RunFolder(shutil.copytree(folder / "run", Path(scratch) / "run"))
        return Guard(prepared, copied, most=3).experiment()


def _encoded(suffix: str) -> bytes:
    """Return a small picture in a format, b"" where Pillow cannot write it here."""
    pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    out = io.BytesIO()
    names = {"jpg": "JPEG", "jp2": "JPEG2000", "tiff": "TIFF"}
    try:
        Image.fromarray(pixels).save(out, names.get(suffix, suffix.upper()))
    except (KeyError, OSError):
        return b""
    return out.getvalue()


def _pictures(content: bytes, suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        for index in range(12):
            (folder / f"{index}.{suffix}").write_bytes(content)
        return folder / f"0.{suffix}"

    return make


def _zip(folder: Path) -> Path:
    path = folder / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(12):
            archive.writestr(f"{index % 2}/{index}.png", _encoded("png"))
        archive.writestr("dataset.json", json.dumps({"labels": [["0/0.png", 0], ["1/1.png", 1]]}))
    return path


def _labels(suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "data").mkdir()
        names = [f"{index}.png" for index in range(12)]
        for name in names:
            (folder / "data" / name).write_bytes(_encoded("png"))
        path = folder / f"labels.{suffix}"
        rows = {name: index % 3 for index, name in enumerate(names)}
        lines = ["file,label", *(f"{name},{label}" for name, label in rows.items())]
        path.write_text(json.dumps(rows) if suffix == "json" else "\n".join(lines))
        return path

    return make


def _label(folder: Path) -> str:
    return str(next(folder.glob("labels.*")))


def _npy(folder: Path) -> Path:
    np.save(folder / "x.npy", np.random.default_rng(0).integers(0, 256, (30, 8, 8, 1), np.uint8))
    return folder / "x.npy"


def _idx(folder: Path) -> Path:
    for part, count in (("train", 40), ("t10k", 20)):
        images = np.random.default_rng(0).integers(0, 256, (count, 28, 28), np.uint8)
        head = b"".join(n.to_bytes(4, "big") for n in (2051, count, 28, 28))
        (folder / f"{part}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        head = b"".join(n.to_bytes(4, "big") for n in (2049, count))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(head + bytes(i % 10 for i in range(count)))
    return folder / random.choice(["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])


def _wav(folder: Path) -> Path:
    for index in range(3):
        with wave.open(str(folder / f"{index}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(np.random.default_rng(index).integers(-999, 999, 6000, np.int16).tobytes())
    return folder / "0.wav"


def _mid(folder: Path) -> Path:
    for index in range(3):
        notes = [Note(60 + (index + step) % 12, 2) for step in range(40)]
        (folder / f"{index}.mid").write_bytes(midi_bytes(notes))
    return folder / "0.mid"


def _mat(folder: Path) -> Path:
    for part, count in (("train", 40), ("test", 20)):
        images = np.random.default_rng(0).integers(0, 256, (32, 32, 3, count), np.uint8)
        label = (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]
        content = {"X": images, "y": label}
        savemat(folder / f"{part}_32x32.mat", content, do_compression=part == "train")
    return folder / random.choice(["train_32x32.mat", "test_32x32.mat"])


def _mdb(folder: Path) -> Path:
    shutil.copytree(DATABASE, folder / "bedroom_train_lmdb")
    return folder / "bedroom_train_lmdb" / "data.mdb"


def _cifar10() -> bytes:
    """Return the archive of CIFAR-10 with black images, so that it is small."""
    batch = bytes(10_000 * (1 + 3 * 32 * 32))
    return _archive({f"cifar-10-batches-bin/{name}": batch for name in cifar10.BATCHES}, 1)


def _stl10() -> bytes:
    """Return STL-10's archive with few images, not compressed, so that changes reach what gzip wraps."""
    contents = {"unlabeled_X.bin": bytes(3 * 3 * 96 * 96)}
    for part, count in (("train", 20), ("test", 12)):
        contents |= {f"{part}_X.bin": bytes(count * 3 * 96 * 96), f"{part}_y.bin": bytes([1, 2] * (count // 2))}
    return _archive({f"stl10_binary/{name}": content for name, content in contents.items()}, 0)


def _archive(contents: dict[str, bytes], level: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=level) as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _unpacked(folder: Path, out: Path) -> object:
    """Unpack STL-10's archive into an empty folder, and read it."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    stl10.unpack(folder / "x.tar.gz", out, Request("stl10"))
    return load(f"stl10:{out}")


def _given(content: bytes, name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def _txt(folder: Path) -> Path:
    (folder / "x.txt").write_text("".join(f"line {index} of a poem\n" for index in range(60)))
    return folder / "x.txt"


def _run(whole: Path, name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        shutil.copytree(whole, folder / "run")
        newest = RunFolder(folder / "run").checkpoints()[-1].path
        top = folder / "run" / name
        return top if top.exists() else newest / name

    return make


def _guarded(whole: Path) -> Callable[[Path], Path]:
    """Return what copies a run, and notes acts of a guard in it."""
    change = {"lr_g": [2e-4, 1e-4], "lr_d": [2e-4, 1e-4]}
    what = {"condition": "diverged", "told": "diverged at step 30: back to step 0", "change": change}

    def make(folder: Path) -> Path:
        run = RunFolder(shutil.copytree(whole, folder / "run"))
        run.write_guard([{**what, "step": step, "back": 0, "seconds": 1.5} for step in (20, 30)])
        return folder / "run" / "guard.json"

    return make


if __name__ == "__main__":
    sys.exit(main())
