"""One torch optimizer a player, its rate in a tensor, its schedules applied once a step."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from saddlepoint.core.experiment import Optimizer
from saddlepoint.core.protocol import Progress


class _Eager:
    """A rule of torch without the hooks of its compiler, whose loading takes as long as torch's own."""

    add_param_group = inspect.unwrap(torch.optim.Optimizer.add_param_group)


class _Adam(_Eager, torch.optim.Adam):
    step = torch.no_grad()(inspect.unwrap(torch.optim.Adam.step))


class _SGD(_Eager, torch.optim.SGD):
    step = torch.no_grad()(inspect.unwrap(torch.optim.SGD.step))


class _RMSprop(_Eager, torch.optim.RMSprop):
    step = torch.no_grad()(inspect.unwrap(torch.optim.RMSprop.step))


class PlayerOptimizer:
    """How one player's parameters are updated.

    Args:
        spec: the rule and its rates.
        parameters: the player's parameters by name.
        device: where they live.
    """

    def __init__(self, spec: Optimizer, parameters: dict[str, nn.Parameter], device: torch.device):
        self.spec = spec
        self.parameters = parameters
        self.rule = _build(spec, list(parameters.values()), device)

    def schedule(self, progress: Progress) -> None:
        """Set what is scheduled for the coming step."""
        for group in self.rule.param_groups:
            for name, schedule in self.spec.schedules.items():
                value = schedule(progress)
                if isinstance(group[name], Tensor):
                    group[name].fill_(value)
                else:
                    group[name] = value

    def update(self, gradients: Sequence[Tensor | None]) -> None:
        """Apply one update: tensor code that never waits for the device, and can be captured."""
        for parameter, gradient in zip(self.parameters.values(), gradients, strict=True):
            parameter.grad = None if gradient is None else _laid_out(gradient, parameter)
        self.rule.step()
        if self.spec.clip is not None:
            with torch.no_grad():
                for parameter in self.parameters.values():
                    parameter.clamp_(-self.spec.clip, self.spec.clip)

    def state(self) -> dict[str, Tensor]:
        """Return all moments and counters as ``parameter/entry`` tensors."""
        found = {}
        for name, parameter in self.parameters.items():
            for entry, value in self.rule.state.get(parameter, {}).items():
                if value is not None:
                    found[f"{name}/{entry}"] = value
        return found

    def load(self, state: dict[str, Tensor]) -> None:
        """Take over what :meth:`state` returned."""
        for key, value in state.items():
            name, _, entry = key.rpartition("/")
            parameter = self.parameters[name]
            counted_there = self.rule.defaults.get("fused") or self.rule.defaults.get("capturable")
            device = parameter.device if entry != "step" or counted_there else "cpu"
            value = value.to(device, copy=True)
            if value.dim():  # moments lie in memory as their parameter does
                value = torch.empty_like(parameter, dtype=value.dtype).copy_(value)
            self.rule.state[parameter][entry] = value


def _laid_out(gradient: Tensor, parameter: Tensor) -> Tensor:
    """Return ``gradient`` in the memory layout of ``parameter``.

    Convolutions of channels-last images return channels-last gradients, and torch's fused rules for the CPU
    read both memories in one order: they would move each weight by another weight's gradient.
    """
    return gradient if gradient.stride() == parameter.stride() else torch.empty_like(parameter).copy_(gradient)


def scheduled_numbers(spec: Optimizer) -> list[str]:
    """Return what is scheduled as a number of the program, which a captured update would not see change."""
    in_tensors = {"lr"} if spec.kind in ("adam", "sgd") else set()
    return sorted(set(spec.schedules) - in_tensors)


def _build(spec: Optimizer, parameters: list[nn.Parameter], device: torch.device) -> torch.optim.Optimizer:
    capturable = device.type == "cuda"  # counters on the device
    lr, decay = torch.tensor(spec.lr, device=device), spec.weight_decay
    if spec.kind == "adam":
        settings: dict[str, Any] = {"betas": spec.betas, "eps": spec.eps, "fused": True}
        return _Adam(parameters, lr=lr, weight_decay=decay, capturable=capturable, **settings)
    if spec.kind == "sgd":
        return _SGD(parameters, lr=lr, momentum=spec.momentum, weight_decay=decay, fused=True)
    # torch's RMSprop would read a rate in a tensor back from the device at every update.
    return _RMSprop(parameters, lr=spec.lr, eps=spec.eps, weight_decay=decay, capturable=capturable)
