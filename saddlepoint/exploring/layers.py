"""What the layers of a run's networks have learned, as one picture (Radford et al. 2016, Figure 5)."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.core.kinds import Range, to_floats, to_uint8
from saddlepoint.core.protocol import Batch, Family
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.subset import random_part
from saddlepoint.exploring.output import needs_kind
from saddlepoint.inspection.batchnorm import calibrated
from saddlepoint.inspection.guided import guided
from saddlepoint.inspection.recorder import Seen, watch
from saddlepoint.plots.png import save_png
from saddlepoint.plots.tiles import COLUMNS, Row, Section, bright, layers_picture, signed
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import provenance, writing
from saddlepoint.sampling.latents import take
from saddlepoint.sampling.samples import draw_latents

if TYPE_CHECKING:
    from PIL import Image

KINDS = ("images",)  # that have layers to draw
IMAGES = 256  # real images among which those that excite a feature most are looked for
FEATURES = 6


class Group(NamedTuple):
    """A layer with weights and those after it up to the next one with weights.

    Attributes:
        name: names of its layers.
        layer: the one with weights.
        maps: (n, c, h, w) last output that is made of maps, or None.
        codes: (n, f) last output that is not, or None.
    """

    name: str
    layer: nn.Module
    maps: Tensor | None
    codes: Tensor | None


def draw_layers(run: Model, *, seed: int = 0) -> "Image.Image":
    """Draw every layer of a run's networks beside the same networks before training, into the run's folder.

    First the critic's last convolution (or, without any, its last hidden dense layer): the six features whose
    strongest response stands out most from their usual one, the real images that excite them, and guided
    backpropagation of the response to the pixels, both cut to the pixels that it reaches. Then each layer with
    weights, and the normalisation, activation and pooling that follow it: its filters, and its maps of one real
    image (in the critic) or one latent (in the generator). Of a filter over many channels the strongest one is
    drawn. Dense layers show their weights where they touch pixels, and nothing else.

    Both networks are in evaluation mode. Their batch normalisation has the statistics of one batch of real
    images and of what each generator makes of the same latents.

    Args:
        run: a run on images; its data are read.
        seed: seed of the choice of images and of the latents.

    Returns:
        The picture, which is also written as ``layers.png``.

    Raises:
        UserError: the run is not one of images, its data cannot be read, or the folder cannot be written.
    """
    needs_kind(run, "layers", KINDS)
    untrained = run.untrained().experiment
    batch = _batch(run.data(), seed, untrained.range)
    latent = draw_latents(run.family, len(batch.real), seed=seed)
    families = [calibrated(family, batch, latent) for family in (run.family, untrained.family)]
    shape = tuple(batch.real.shape[1:])
    pairs = [_groups(watch(family, _rows(batch, [0, 1]), take(latent, [0, 1]))) for family in families]
    example = to_uint8(batch.real[:1], untrained.range)
    sections = _selective(families, batch, latent, untrained.range)
    for network in reversed(pairs[0]):
        makes = network in run.family.generators  # one player may move an encoder too
        rows = [] if makes else [Row("input: a real image", (None, example, None, example))]
        rows += [_row(*both, shape) for both in zip(pairs[0][network], pairs[1][network], strict=True)]
        subject = "one latent" if makes else "this image"
        sections.append(Section(f"{network}, layer by layer", ("weights", f"maps of {subject}"), rows))
    names = (f"step {run.step:,}", "untrained")
    picture = layers_picture(f"{run.path.name}: layers", names, sections, shape[-1])
    with writing(run.folder.layers):
        save_png(run.folder.layers, picture, text=provenance(run, seed=seed))
    return picture


def _batch(data: Dataset, seed: int, span: Range) -> Batch:
    split = data.splits.get("validation", data.train)
    most = max(32, IMAGES * 64**2 // max(64, data.shape[0]) ** 2)  # what fits into memory
    order = random_part(len(split), most, seed)
    examples, labels = split.take(order)
    label = None if labels is None else torch.from_numpy(labels)
    return Batch(to_floats(torch.from_numpy(examples), span).requires_grad_(), label)


def _rows(batch: Batch, index: list[int]) -> Batch:
    label = None if batch.label is None else batch.label[index]
    return Batch(batch.real.detach()[index].requires_grad_(), label)


def _groups(networks: dict[str, list[Seen]]) -> dict[str, list[Group]]:
    return {name: [_group(part) for part in _split(layers)] for name, layers in networks.items()}


def _split(layers: list[Seen]) -> list[list[Seen]]:
    """Cut a network before every layer with weights but the first."""
    parts: list[list[Seen]] = [[]]
    for seen in layers:
        if _weight(seen.layer) is not None and any(_weight(other.layer) is not None for other in parts[-1]):
            parts.append([])
        parts[-1].append(seen)
    return [part for part in parts if any(_weight(seen.layer) is not None for seen in part)]


def _group(part: list[Seen]) -> Group:
    layer = next(seen.layer for seen in part if _weight(seen.layer) is not None)
    outputs = {dims: [seen.output for seen in part if seen.output.dim() == dims] for dims in (2, 4)}
    name = " · ".join(seen.name.removeprefix("body.") for seen in part)
    return Group(name, layer, *(outputs[dims][-1] if outputs[dims] else None for dims in (4, 2)))


def _weight(layer: nn.Module) -> Tensor | None:
    """Return the matrix or the kernels of a layer, or None."""
    if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        return layer.weight.detach()
    return None


def _row(trained: Group, untrained: Group, shape: tuple[int, ...]) -> Row:
    blocks = [
        tiles
        for group in (trained, untrained)
        for tiles in (_filters(group.layer, shape), _maps(group.maps, shape))
    ]
    if trained.maps is not None:
        _, c, h, w = trained.maps.shape
        what = f"{_count(c, 'map')} of {h} by {w}"
    else:
        what = "dense" if trained.codes is None else f"dense, {_count(trained.codes.shape[1], 'number')}"
    return Row(f"{trained.name}: {what}", tuple(blocks))  # pyright: ignore[reportArgumentType]


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("s" if n != 1 else "")


def _maps(maps: Tensor | None, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the first example's maps as tiles, those of an image's shape (c, h, w) as one in colour."""
    if maps is None:
        return None
    first = maps.detach()[:1] if tuple(maps.shape[1:]) == shape else maps.detach()[0].unsqueeze(1)
    return bright(first.permute(0, 2, 3, 1).numpy())


def _filters(layer: nn.Module, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return a layer's weights as tiles (m, h, w, c), or None where they are no pictures.

    Args:
        layer: the layer.
        shape: (c, h, w) of the images.
    """
    weight = _weight(layer)
    assert weight is not None
    channels, pixels = shape[0], int(np.prod(shape))
    if isinstance(layer, nn.Linear):
        if layer.in_features != pixels and layer.out_features != pixels:
            return None
        images = weight if layer.in_features == pixels else weight.T
        return signed(images.unflatten(1, shape).permute(0, 2, 3, 1).numpy())
    if isinstance(layer, nn.Conv2d) and layer.in_channels == channels:
        return signed(weight.permute(0, 2, 3, 1).numpy())
    if isinstance(layer, nn.ConvTranspose2d):
        if layer.out_channels == channels:  # what each map paints
            return signed(weight.permute(0, 2, 3, 1).numpy())
        weight = weight.transpose(0, 1)
    strongest = weight.flatten(2).norm(dim=2).argmax(1)
    return signed(weight[torch.arange(len(weight)), strongest].unsqueeze(-1).numpy())


def _selective(families: list[Family], batch: Batch, latent: Any, span: Range) -> list[Section]:
    """Return the section on the critic's features, none where the family has no critic."""
    if not families[0].critics:
        return []
    network = families[0].critics[-1]
    groups = _groups(watch(families[0], _rows(batch, [0, 1]), take(latent, [0, 1])))[network]
    convolutions = [place for place, group in enumerate(groups) if isinstance(group.layer, nn.Conv2d)]
    place = convolutions[-1] if convolutions else max(0, len(groups) - 2)  # the last layer gives the score
    found = [_excited(family, network, place, batch, latent, span) for family in families]
    rows = []
    for one, other in zip(*found, strict=True):
        title = f"feature {one[0]} at the left, {other[0]} at the right"
        rows.append(Row(title, (*one[1:], *other[1:])))
    kind = "last convolution" if convolutions else "last dense layer, as it has no convolutions"
    heading = f"{network}: the {len(rows)} most selective features of its {kind} ({groups[place].name})"
    return [Section(heading, ("what excites it most", "guided backpropagation"), rows)]


def _excited(
    family: Family, network: str, place: int, batch: Batch, latent: Any, span: Range
) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """Return (feature, the images that excite it, the gradients of its response), most selective first."""
    responses = _responses(family, network, place, batch, latent).detach()
    # How far the strongest response stands out from the usual one.
    selectivity = (responses.amax(0) - responses.mean(0)) / (responses.std(0) + 1e-12)
    backwards = guided(family)
    found = []
    for feature in selectivity.argsort(descending=True)[:FEATURES].tolist():
        excited = max(1, int((responses[:, feature] > 0).sum()))
        best = responses[:, feature].argsort(descending=True)[: min(COLUMNS, excited)].tolist()
        few = _rows(batch, best)
        response = _responses(backwards, network, place, few, take(latent, best))[:, feature]
        (gradient,) = torch.autograd.grad(response.sum(), few.real)
        where = _where(gradient)
        images = _crops(to_uint8(few.real.detach(), span), where)
        found.append((feature, images, signed(_crops(gradient.permute(0, 2, 3, 1).numpy(), where))))
    return found


def _where(gradient: Tensor) -> list[tuple[slice, slice]]:
    """Return windows of one size, each about the pixels of an image (n, c, h, w) whose gradient is not 0."""
    reached = gradient.abs().sum(1) > 0
    spans = [[_span(mask.any(axis)) for axis in (1, 0)] for mask in reached]
    side = max(stop - start for pair in spans for start, stop in pair)

    def window(span: tuple[int, int], most: int) -> slice:
        start = min(max(0, (span[0] + span[1] - side) // 2), most - side)
        return slice(start, start + side)

    return [(window(rows, gradient.shape[2]), window(columns, gradient.shape[3])) for rows, columns in spans]


def _span(mask: Tensor) -> tuple[int, int]:
    """Return the first and one past the last true place; of none, the first place alone."""
    places = mask.nonzero()
    return (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 1)


def _crops(images: np.ndarray, where: list[tuple[slice, slice]]) -> np.ndarray:
    return np.stack([image[window] for image, window in zip(images, where, strict=True)])


def _responses(family: Family, network: str, place: int, batch: Batch, latent: Any) -> Tensor:
    """Return (n, f): for each image a feature's strongest response anywhere."""
    group = _groups(watch(family, batch, latent))[network][place]
    if group.maps is not None:
        return group.maps.amax((2, 3))
    assert group.codes is not None
    return group.codes
