"""What networks are made of: for every layer its output shape, parameters and FLOPs."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from saddlepoint.core.experiment import DataSpec
from saddlepoint.core.protocol import Batch, Family, take_turns


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
    """Run one example through every network of ``family`` and return what was seen, by network name."""
    networks = {
        name: module for name, module in family.named_children() if any(True for _ in module.parameters())
    }
    found: dict[str, dict[str, Layer]] = {name: {} for name in networks}
    counter = FlopCounterMode(display=False)
    handles = []
    for network, module in networks.items():
        for name, layer in module.named_modules():
            if not any(True for _ in layer.children()):
                handles += _watch(layer, name, found[network], counter)
    training = family.training
    family.eval()
    try:
        with counter:
            _run_everything(family, data)
    finally:
        family.train(training)
        for handle in handles:
            handle.remove()
    return {
        name: Network(
            list(layers.values()),
            sum(p.numel() for p in family.get_submodule(name).parameters()),
            sum(layer.flops for layer in layers.values()),
        )
        for name, layers in found.items()
    }


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


def _watch(layer: nn.Module, name: str, found: dict[str, Layer], counter: FlopCounterMode) -> list[Any]:
    """Record the layer's first call."""
    before = [0]

    def enter(module: nn.Module, inputs: Any) -> None:
        before[0] = counter.get_total_flops()

    def leave(module: nn.Module, inputs: Any, output: Any) -> None:
        if name not in found and isinstance(output, Tensor):
            parameters = sum(p.numel() for p in module.parameters())
            flops = counter.get_total_flops() - before[0]
            found[name] = Layer(name, type(module).__name__, tuple(output.shape[1:]), parameters, flops)

    return [layer.register_forward_pre_hook(enter), layer.register_forward_hook(leave)]


def _run_everything(family: Family, data: DataSpec) -> None:
    """Let every player take its turn on one example, so that every network is called."""
    rng = torch.Generator().manual_seed(0)
    label = torch.zeros(1, dtype=torch.int64) if data.classes else None
    batch = Batch(torch.zeros(1, *data.tensor_shape).requires_grad_(), label)
    latent = family.latent(1, rng=rng)
    take_turns(family, batch, latent)
