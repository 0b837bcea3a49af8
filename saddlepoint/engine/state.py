"""Everything that decides how a run goes on, as named tensors and JSON, and back again."""

from typing import Any

import torch
from torch import Tensor

from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.errors import UserError
from saddlepoint.core.protocol import Family
from saddlepoint.engine.step import Stepper
from saddlepoint.sampling.average import Average


def capture(stepper: Stepper, average: Average | None) -> dict[str, dict[str, Tensor]]:
    """Return the run's tensors: weights and buffers, their average, optimizer moments and random states."""
    state = {
        f"{player}/{name}": tensor
        for player, descent in stepper.optimizers.items()
        for name, tensor in descent.state().items()
    }
    state["random/latent"] = stepper.rng.get_state()
    state["random/cpu"] = torch.get_rng_state()
    if stepper.rng.device.type == "cuda":
        state["random/cuda"] = torch.cuda.get_rng_state(stepper.rng.device)
    if stepper.rng.device.type == "mps":
        state["random/mps"] = torch.mps.get_rng_state()
    parts = {"weights": dict(stepper.family.state_dict()), "state": state}
    if average is not None:
        parts["ema"] = average.tensors
    return {
        part: {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}
        for part, tensors in parts.items()
    }


def restore(checkpoint: Checkpoint, stepper: Stepper, average: Average | None) -> dict[str, Any]:
    """Load what :func:`capture` returned; return the checkpoint's JSON values.

    Raises:
        UserError: the checkpoint is damaged, or belongs to another recipe.
    """
    load_weights(stepper.family, checkpoint)
    state = checkpoint.tensors("state")
    for player, descent in stepper.optimizers.items():
        prefix = f"{player}/"
        descent.load({n.removeprefix(prefix): t for n, t in state.items() if n.startswith(prefix)})
    stepper.rng.set_state(state["random/latent"])
    torch.set_rng_state(state["random/cpu"])
    if "random/cuda" in state and stepper.rng.device.type == "cuda":
        torch.cuda.set_rng_state(state["random/cuda"], stepper.rng.device)
    if "random/mps" in state and stepper.rng.device.type == "mps":
        torch.mps.set_rng_state(state["random/mps"])
    if average is not None:
        average.load(checkpoint.tensors("ema"))
    return checkpoint.values()


def begin_with(family: Family, checkpoint: Checkpoint) -> None:
    """Let ``family`` begin with another run's weights, maybe on other data; raises as :func:`load_weights`.

    What modules know of their data stays as it is: the buffers that they name as ``of_data``.
    """
    own = [getattr(module, name) for module in family.modules() for name in getattr(module, "of_data", ())]
    kept = [buffer.clone() for buffer in own]
    load_weights(family, checkpoint)
    for buffer, value in zip(own, kept, strict=True):
        buffer.copy_(value)


def load_weights(family: Family, checkpoint: Checkpoint, part: str = "weights") -> None:
    """Copy a checkpoint's weights and buffers into ``family``; ``part`` may be "ema" for the average.

    Raises:
        UserError: names or shapes differ, as those of another recipe do.
    """
    tensors = checkpoint.tensors(part)
    live = family.state_dict()
    for name in live if part == "weights" else tensors:
        if name not in tensors or name not in live or tensors[name].shape != live[name].shape:
            found = list(tensors[name].shape) if name in tensors else "nothing"
            raise UserError(
                f"the checkpoint {checkpoint.path} is of another recipe, data shape or flags: it holds {found} "
                f"where {name} needs {list(live[name].shape) if name in live else 'nothing'}"
            )
    with torch.no_grad():
        for name, tensor in tensors.items():
            if name in live:
                live[name].copy_(tensor)
