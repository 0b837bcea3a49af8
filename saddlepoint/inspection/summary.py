"""What networks are made of: for every layer its output shape, parameters and FLOPs."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from saddlepoint.core.experiment import DataSpec
from saddlepoint.core.protocol import Batch, Family, take_turns
from saddlepoint.inspection.recorder import hooked, is_leaf, leaves


class Layer(NamedTuple):
    """One layer on its way from input to output.

    Attributes:
        name: path within its network.
        type: class of the layer.
        output: shape for one example, without the batch axis.
        parameters: how many numbers it learns.
        flops: floating-point operations of its matrix products and convolutions for one example forward,
            a multiplication and an addition counted as two.
    """

    name: str
    type: str
    output: tuple[int, ...]
    parameters: int
    flops: int


class Network(NamedTuple):
    """A network's layers in the order in which they run, and their sums."""

    layers: list[Layer]
    parameters: int
    flops: int


def summarise(family: Family, data: DataSpec) -> dict[str, Network]:
    """Run one example, or one pack, through every network of ``family``; return what was seen, by name.

    A module that has parts, and parameters beside theirs, has a row for these, without FLOPs.
    """
    networks = [name for name, module in family.named_children() if any(True for _ in module.parameters())]
    rows: dict[str, dict[str, Layer]] = {name: {} for name in networks}
    counter = FlopCounterMode(display=False)
    before: dict[tuple[str, str], int] = {}
    count = max(1, family.coupled)

    def enter(key: tuple[str, str]) -> None:
        before[key] = counter.get_total_flops()

    def leave(key: tuple[str, str], layer: nn.Module, output: Any) -> None:
        network, name = key
        if network in rows and name not in rows[network] and isinstance(output, Tensor):
            parameters = sum(p.numel() for p in layer.parameters(recurse=False))
            flops = (counter.get_total_flops() - before[key]) // count if is_leaf(layer) else 0
            kind, shape = type(layer).__name__, tuple(output.shape[1:])
            rows[network][name] = Layer(name, kind, shape, parameters, flops)

    training = family.training
    family.eval()
    try:
        with counter, hooked(_owners(family), leave, enter):
            _run_everything(family, data, count)
    finally:
        family.train(training)
    return {
        name: Network(
            list(layers.values()),
            sum(p.numel() for p in family.get_submodule(name).parameters()),
            sum(layer.flops for layer in layers.values()),
        )
        for name, layers in rows.items()
    }


def _owners(family: Family) -> Iterator[tuple[tuple[str, str], nn.Module]]:
    """Yield ((network, path within it), layer) of all leaves, and of modules with parameters of their own."""
    yield from leaves(family)
    for network, module in family.named_children():
        for name, layer in module.named_modules():
            if not is_leaf(layer) and any(True for _ in layer.parameters(recurse=False)):
                yield (network, name), layer


def to_json(networks: dict[str, Network]) -> dict[str, Any]:
    """Return the networks as JSON values."""
    return {
        name: {
            "parameters": network.parameters,
            "flops": network.flops,
            "layers": [layer._asdict() | {"output": list(layer.output)} for layer in network.layers],
        }
        for name, network in networks.items()
    }


def _run_everything(family: Family, data: DataSpec, count: int) -> None:
    """Let every player take its turn on ``count`` examples, so that every network is called."""
    rng = torch.Generator().manual_seed(0)
    label = torch.zeros(count, dtype=torch.int64) if data.classes else None
    batch = Batch(torch.zeros(count, *data.tensor_shape).requires_grad_().clone(), label)
    latent = family.latent(count, rng=rng)
    take_turns(family, batch, latent)
