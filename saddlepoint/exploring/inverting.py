"""The latent whose sample is nearest to a picture of one's own, and what the generator cannot make of it."""

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from saddlepoint.core import files
from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.protocol import Batch
from saddlepoint.core.words import brief, size
from saddlepoint.data.files.image import decode
from saddlepoint.data.subset import random_part
from saddlepoint.exploring.output import needs_kind
from saddlepoint.exploring.pictures import pictures
from saddlepoint.plots.neighbours import Block, Strip, neighbours_image
from saddlepoint.plots.png import save_png
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import provenance, writing
from saddlepoint.sampling.latents import bounded, join, movable, moving, take, within
from saddlepoint.sampling.samples import BLOCK, draw_latents, evaluating

if TYPE_CHECKING:
    from PIL import Image

KINDS = ("images",)
STARTS, STEPS = 4, 200
MOST_STARTS, MOST_STEPS = 64, 100_000
MOST_BYTES = 1 << 28  # of a file of latents
SEARCHED = 1024  # latents among which starts are looked for
BESIDE = 16  # training and test images that are inverted too
RATE = 0.05
WHOLE = "latent"  # name of a latent that is one tensor, in a file


class Inversion(NamedTuple):
    """Pictures, and the nearest that a generator comes to them.

    Attributes:
        pictures: uint8 (n, h, w, c).
        samples: uint8 (n, h, w, c) of the latents that were found.
        latents: of n, as :meth:`Model.render` takes them.
        errors: (n,) root of the mean squared difference of the pixels, whose range is 0 to 1.
        training: (k,) the same of training images, inverted alike.
        held_out: (k,) of test images.
    """

    pictures: np.ndarray
    samples: np.ndarray
    latents: Any
    errors: np.ndarray
    training: np.ndarray
    held_out: np.ndarray


def invert(
    run: Model,
    images: np.ndarray,
    *,
    steps: int = STEPS,
    starts: int = STARTS,
    seed: int = 0,
    report: Progressing = silent,
) -> Inversion:
    """Look for the latents whose samples are nearest to images, by gradient from several starts.

    The starts are those of 1,024 latents whose samples are nearest in pixels. From each Adam descends on the
    mean squared difference of the pixels and, where the game has a critic with features, of these, each over
    its variance among samples; latents stay where draws lie, in the box or no longer than the longest. Of
    all starts the one that ends nearest in pixels counts. Training and test images are inverted beside them.

    Args:
        run: of a recipe that makes images from nothing but a latent.
        images: uint8 (n, h, w, c), of the run's size.
        steps: of the descent.
        starts: for each image.
        seed: of the latents, and of the images beside them.
        report: told how it goes.

    Raises:
        UserError: the run makes no images of its own, or there are too few steps or starts.
    """
    needs_kind(run, "invert", KINDS)
    run.needs_samples()
    if run.family.condition == "example":
        raise UserError(f"recipe {run.config['recipe']!r} makes images of other images, not of a latent")
    if not movable(run.latents(1)):
        raise UserError(f"the latents of recipe {run.config['recipe']!r} are bits, which have no gradient")
    for name, value, most in (("steps", steps, MOST_STEPS), ("starts", starts, MOST_STARTS)):
        if not 1 <= value <= most:
            raise UserError(f"--{name} must be from 1 to {most:,}, got {value}")
    data = run.data()
    beside = []
    for split in (data.train, data.splits.get("test", data.train)):
        beside.append(split.take(random_part(len(split), min(BESIDE, len(split)), seed))[0])
    everything = np.concatenate([images, *beside])
    search, blocks = _Search(run, seed), range(0, len(everything), BLOCK)
    latents = None
    for start in blocks:
        block = search.descended(
            everything[start : start + BLOCK], steps, starts, _share(report, start, len(blocks))
        )
        latents = block if latents is None else join(latents, block)
    made = run.render(latents)
    errors = np.sqrt(((everything / 255.0 - made / 255.0) ** 2).reshape(len(everything), -1).mean(axis=1))
    n, k = len(images), len(beside[0])
    return Inversion(images, made[:n], take(latents, slice(n)), errors[:n], errors[n : n + k], errors[n + k :])


def _share(report: Progressing, start: int, blocks: int) -> Progressing:
    """Return what tells the progress of a block as that of all of them."""

    def told(what: str, done: int, of: int) -> None:
        report(what, start // BLOCK * of + done, blocks * of)

    return told


class _Search:
    """The descent, for a block of images at once; samples to start from are kept as bytes."""

    def __init__(self, run: Model, seed: int):
        self.run = run
        self.family = run.family
        self.draws = draw_latents(self.family, SEARCHED, seed=seed)
        self.boxes = bounded(self.family)
        self.made = run.render(self.draws)
        first = take(self.draws, slice(BLOCK))
        samples = torch.cat(list(run.blocks(self.made[:BLOCK])))
        self.pixels = samples.var(0).mean().clamp(min=1e-8)
        with torch.no_grad(), evaluating(self.family, None):
            features = self._features(samples, first)
        self.spread = None if features is None else features.var(0).mean().clamp(min=1e-8)

    def descended(self, images: np.ndarray, steps: int, starts: int, report: Progressing) -> Any:
        """Return the best latent for each of at most a block of images."""
        (wanted,) = self.run.blocks(images)
        apart = torch.cat([torch.cdist(wanted.flatten(1), x.flatten(1)) for x in self.run.blocks(self.made)], 1)
        rows = apart.topk(starts, largest=False).indices.flatten()
        latents = tree_map(lambda x: x.clone() if isinstance(x, Tensor) else x, take(self.draws, rows))
        targets = wanted.repeat_interleave(starts, 0)
        parts = moving(latents)
        for part in parts:
            part.requires_grad_()
        optimizer = torch.optim.Adam(parts, lr=RATE)
        with evaluating(self.family, None):
            with torch.no_grad():
                features = self._features(targets, latents)
            for step in range(steps):
                report("looking for the latents", step, steps)
                made = self.family.sample(latents)
                loss = self._distance(made, targets)
                if features is not None and self.spread is not None:
                    found = self._features(made, latents)
                    assert found is not None
                    loss = loss + (found - features).square().mean(1) / self.spread
                optimizer.zero_grad()
                loss.sum().backward(inputs=parts)
                optimizer.step()
                with torch.no_grad():
                    near = within(latents, self.draws, self.boxes)
                    for part, brought in zip(parts, moving(near), strict=True):
                        part.copy_(brought)
            with torch.no_grad():
                end = self._distance(self.family.sample(latents), targets).view(-1, starts)
        best = torch.arange(len(end)) * starts + end.argmin(1)
        return tree_map(lambda x: x.detach()[best] if isinstance(x, Tensor) else x, latents)

    def _distance(self, made: Tensor, targets: Tensor) -> Tensor:
        return (made - targets).square().flatten(1).mean(1) / self.pixels

    def _features(self, x: Tensor, latents: Any) -> Tensor | None:
        """Return the critic's features of images, or None where there is none."""
        critique = getattr(self.family, "critique", None)
        if critique is None or self.family.coupled > 1:  # of packs
            return None
        return critique(x, Batch(x, self.family.labels(latents))).feature.flatten(1)


def save_inversion(
    run: Model,
    source: Path,
    out: Path | None = None,
    *,
    steps: int = STEPS,
    starts: int = STARTS,
    seed: int = 0,
    report: Progressing = silent,
) -> list[Path]:
    """Invert a picture, or all of a folder; write what was found, and return the files.

    ``inverted.png`` shows each picture over the nearest sample and their difference, with its error beside
    those of training and test images; ``latents.npz`` holds the latents, for :func:`begun_with`.

    Args:
        run: as for :func:`invert`.
        source: a picture of any size, or a folder of some.
        out: folder of the files; by default ``inverted`` in the run's.
        steps: of the descent.
        starts: for each picture.
        seed: of the latents.
        report: told how it goes.

    Raises:
        UserError: as :func:`invert`, a picture cannot be read, or the files cannot be written.
    """
    needs_kind(run, "invert", KINDS)
    named = pictures(source)
    folder = run.path / "inverted" if out is None else out
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; --out names the folder of the results")
    images = np.stack([_read(run, file) for file in named])
    found = invert(run, images, steps=steps, starts=starts, seed=seed, report=report)
    paths = [folder / "latents.npz", folder / "inverted.png"]
    text = provenance(run, seed=seed) | {"pictures": ", ".join(file.name for file in named)}
    with writing(paths[0]):
        files.write_bytes(paths[0], packed(found.latents))
        save_png(paths[1], inversion_image(run, found), text=text)
    return paths


def inversion_image(run: Model, found: Inversion) -> "Image.Image":
    """Draw pictures over what the generator makes of them and their difference, with the errors."""
    gap = np.abs(found.pictures.astype(int) - found.samples.astype(int)).astype(np.uint8)
    strips = [
        Strip("picture", found.pictures),
        Strip("nearest", found.samples, [brief(error) for error in found.errors]),
        Strip("missed", gap),
    ]
    told = [
        f"{name} {brief(float(np.median(errors)))} ({brief(errors.min())} to {brief(errors.max())})"
        for name, errors in (("training images", found.training), ("test images", found.held_out))
    ]
    note = f"errors inverted alike, median and range: {'; '.join(told)}"
    return neighbours_image([Block(f"{run.title}: the nearest samples to pictures", strips)], note=note)


def packed(latents: Any) -> bytes:
    """Return latents, a tensor or a dictionary of tensors, as the bytes of an ``.npz``."""
    named = latents if isinstance(latents, dict) else {WHOLE: latents}
    buffer = io.BytesIO()
    np.savez(buffer, **{name: part.numpy() for name, part in named.items()})
    return buffer.getvalue()


def begun_with(run: Model, path: Path) -> Model:
    """Return the run with the latents of a file as its first samples: they walk, add up and have neighbours.

    Raises:
        UserError: the file cannot be read, or does not hold latents of this recipe.
    """
    like = run.latents(1)
    named = like if isinstance(like, dict) else {WHOLE: like}
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise ValueError(f"it says that it holds more than {size(MOST_BYTES)}")
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            found = {name: torch.from_numpy(stored[name]) for name in stored.files}
    except Exception as error:  # zipfile and NumPy raise nearly everything on other files
        raise UserError(f"{path} cannot be read as latents: {reason(error)}") from error
    counts = {len(part) if part.dim() else 0 for part in found.values()}
    if found.keys() != named.keys() or len(counts) != 1 or not all(counts) or not _possible(run, found, named):
        recipe = run.config["recipe"]
        raise UserError(f"{path} does not hold latents of recipe {recipe!r}; saddle invert makes some")
    model = Model(run.folder)
    model.given = found if isinstance(like, dict) else found[WHOLE]
    return model


def _possible(run: Model, found: dict[str, Tensor], named: dict[str, Tensor]) -> bool:
    """Say whether parts have the recipe's shapes and types, finite numbers, and labels that are drawn."""
    draws = run.latents(SEARCHED)
    drawn = draws if isinstance(draws, dict) else {WHOLE: draws}
    return all(
        part.dtype == named[name].dtype
        and part.shape[1:] == named[name].shape[1:]
        and bool(part.isfinite().all())
        and (part.is_floating_point() or bool(torch.isin(part, drawn[name]).all()))
        for name, part in found.items()
    )


def _read(run: Model, file: Path) -> np.ndarray:
    """Return a picture as uint8 (h, w, c) of the run's size and channels."""
    stored = run.config["data"]
    side, _, channels = stored["shape"]
    try:
        content = file.read_bytes()
        found = decode(content, file.name, side, stored["crop"], background=stored.get("background", "white"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read as a picture: {reason(error)}") from error
    pixels = found.pixels
    if channels == 1 and pixels.shape[-1] == 3:
        luma = pixels @ np.array([0.299, 0.587, 0.114])
        return luma.round().astype(np.uint8)[..., None]
    return pixels.repeat(channels // pixels.shape[-1], axis=-1)
