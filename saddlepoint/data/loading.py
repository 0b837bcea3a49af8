"""From what the user typed to a data set."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from saddlepoint.core.aliases import suggested
from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint
from saddlepoint.core.kinds import kinds
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.words import shortened
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Background, Crop, Request, Size, Tokens, sources
from saddlepoint.data.splits import first_balanced, hold_out


def load(
    source: str | os.PathLike[str],
    *,
    size: Size = None,
    crop: Crop = "center",
    background: Background = "white",
    labels: str | None = None,
    rate: int | None = None,
    length: int | None = None,
    tokens: Tokens = "character",
    hold_out: bool = False,
    report: Progressing | None = None,
) -> Dataset:
    """Read a data set.

    Where the source has no official validation split, ``validation`` is a part of an official ``train`` (the
    last 10,000 of MNIST, the last 5,000 of CIFAR-10, a tenth by content of anything else) and overlaps with
    it unless ``hold_out`` is set. Where it has no official splits at all they are 80/10/10 by content and
    never overlap, except in sets of fewer than ten different images.

    Args:
        source: a registered name (``mnist``), a name with something after a colon (``mnist:FOLDER``), or a
            path to a folder or zip of images, to IDX files, to a NumPy file, to sounds or text, a file or a
            folder of them; ``@K`` at the end keeps the first K training examples, balanced between the classes.
        size: side of the images in pixels, 1 to 1024, or a function from the native side to it, or None to
            keep the native side. The native side of files is the median of their shorter sides.
        crop: ``"center"`` cuts a centred square, ``"stretch"`` squeezes the whole image into one.
        background: what transparent parts of image files are flattened on.
        labels: ``FILE`` or ``FILE:COLUMN`` that gives classes to a folder or zip of images, in place of what
            its folders say: CSV, or JSON like ``{"file": label}``; looked for in the data first.
        rate: samples a second of sounds; see :func:`saddlepoint.data.files.sound_folder.read_sounds`.
        length: samples of a sound, or tokens of a sequence; see there, and ``data.files.text.read_text``.
        tokens: what a token of a text is: a "character" or a "word".
        hold_out: remove the validation split from train.
        report: called as (what, done, total) while downloading or decoding takes time.

    Returns:
        uint8 (n, size, size, c) images with c = 1 where all are grey, else 3; float32 (n, d) points; int16
        (n, c, t) sounds; or int32 (n, t) tokens.

    Raises:
        UserError: if there is no such source, or it cannot be read.
    """
    name, count = _split_count(os.fspath(source))
    read, request = _resolve(
        name,
        Request(
            name,
            None,
            size,
            crop,
            report or silent,
            background=background,
            rate=rate,
            length=length,
            tokens=tokens,
        ),
    )
    if labels is not None:
        request = replace(request, labels=_located(labels, request))
    dataset = read(request)
    if dataset.labels != request.labels:
        raise UserError(
            f"--labels gives classes to a folder or zip of images, and {name!r} is none; leave it out"
        )
    _check_asked(dataset, request)
    if kinds.get(dataset.kind).sized:
        from saddlepoint.data.resize import fit

        dataset = fit(dataset, request)
    elif isinstance(size, int):
        raise UserError(
            f"{name} holds {kinds.get(dataset.kind).many}, where images of {size}×{size} pixels are asked for"
        )
    if hold_out:
        dataset = _held_out(dataset)
    return _told_unseen(_first(dataset, count) if count is not None else dataset)


def check_source(source: str) -> None:
    """Raise UserError where a source, as for :func:`load`, is neither a name nor a path; nothing is read."""
    name, _ = _split_count(source)
    _resolve(name, Request(name))


def _check_asked(dataset: Dataset, request: Request) -> None:
    """Raise UserError where something was asked of the reading that says nothing to these data."""
    name, kind = request.source, kinds.get(dataset.kind)
    what, timed = kind.many, kind.timed
    if request.rate is not None and request.rate != dataset.rate:
        at = f" at {dataset.rate:,} Hz" if dataset.rate else ""
        raise UserError(f"--rate is for sound files, and {name!r} holds {what}{at}; leave it out")
    if request.length is not None and not (timed and request.length == dataset.shape[-1]):
        of = f" of {dataset.shape[-1]:,}" if timed else ""
        raise UserError(f"--length is for files of sounds or text, and {name!r} holds {what}{of}; leave it out")
    if request.tokens != "character" and dataset.vocabulary is None:
        raise UserError(f"--tokens is for text, and {name!r} holds {what}; leave it out")


def _told_unseen(dataset: Dataset) -> Dataset:
    """Add a note on classes without a training example, such as a folder whose one image validates."""
    unseen = [dataset.classes[label] for label in dataset.unseen]
    if not unseen:
        return dataset
    what = kinds.get(dataset.kind).one
    count, many = len(unseen), f"{len(dataset.classes):,} classes"
    verb = "has" if count == 1 else "have"
    note = f"{count:,} of {many} {verb} no training {what} and will not be drawn: {shortened(unseen)}"
    return replace(dataset, notes=(*dataset.notes, note))


def _split_count(source: str) -> tuple[str, int | None]:
    """Split ``NAME@K`` into its parts; a path that ends so and exists is a path."""
    match = re.fullmatch(r"(.+)@(\d+)", source, re.S)
    if not match or os.path.exists(os.path.expanduser(source)):
        return source, None
    return match[1], int(match[2])


def _resolve(source: str, request: Request) -> tuple[Callable[[Request], Dataset], Request]:
    if source in sources:
        return sources.get(source), request
    name, colon, argument = source.partition(":")
    if source and os.path.exists(os.path.expanduser(source)):
        from saddlepoint.data.files.paths import read_path

        path = _absolute(source)
        return read_path, replace(request, source=path, argument=path)
    if colon and name in sources:
        if os.path.exists(os.path.expanduser(argument)):
            argument = _absolute(argument)
        return sources.get(name), replace(request, source=f"{name}:{argument}", argument=argument)
    if not colon and re.search(r"[/\\~.]", source):
        raise UserError(f"there is no file or folder {source!r}; check the path")
    hint = suggested(name if colon else source, sources.names())
    raise UserError(f"there is no data set {source!r}, nor a folder or file of that name{hint}")


def _located(labels: str, request: Request) -> str:
    """Return FILE[:COLUMN] with its path absolute, or as it is in the data, which may be moved."""
    root = request.argument or ""
    for file, rest in ((labels, ""), (labels.rpartition(":")[0], f":{labels.rpartition(':')[2]}")):
        inside = Path(root, file)
        path = inside if file and inside.is_file() else Path(_absolute(file))
        if file and path.is_file():
            return f"{path.relative_to(root) if path.is_relative_to(root) else path}{rest}"
    return labels


def _absolute(path: str) -> str:
    """Return a path from the root, without ``..`` unless that leads through a link to another folder."""
    whole = Path(os.path.expanduser(path)).absolute()  # a path may begin with "~" and be no home
    plain = os.path.normpath(whole)
    return plain if os.path.exists(plain) and os.path.samefile(plain, whole) else str(whole)


def _held_out(dataset: Dataset) -> Dataset:
    splits = hold_out(dataset.splits)
    if splits["train"] is dataset.train or len(splits["train"]) == len(dataset.train):
        return dataset
    return replace(dataset, splits=splits, fingerprint=fingerprint(dataset.fingerprint, "held out"))


def _first(dataset: Dataset, count: int) -> Dataset:
    if not 1 <= count <= len(dataset.train):
        raise UserError(
            f"{dataset.name}@{count} asks for {count:,} of {len(dataset.train):,} training examples; "
            f"ask for 1 to {len(dataset.train)}"
        )
    return replace(
        dataset,
        name=f"{dataset.name}@{count}",
        source=f"{dataset.source}@{count}",
        splits={**dataset.splits, "train": first_balanced(dataset.train, count)},
        fingerprint=fingerprint(dataset.fingerprint, f"first {count}"),
    )
