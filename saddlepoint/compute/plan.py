"""How this machine computes: device, precision, threads, kernels. Chosen once, stored in the run, replayed."""

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import torch

from saddlepoint.compute.patch_convolution import Product
from saddlepoint.core.devices import kind_of_device
from saddlepoint.core.errors import UserError
from saddlepoint.core.machine import multiplies_bf16

Precision = Literal["fp32", "tf32", "bf16"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "tf32", "bf16")


@dataclass(frozen=True)
class Plan:
    """An acceleration plan.

    Attributes:
        device: torch device string.
        precision: of the networks' arithmetic; weights, updates and losses are always fp32. With tf32 the
            factors of fp32 products lose 13 bits, on GPUs that multiply so.
        threads: CPU threads.
        threads_given: whether the user chose them.
        kernels: convolutions that train by patches instead of the library's way, and which of their products.
        pieces: parts into which each batch is split, one after the other, for want of memory.
        step_seconds: of a step, measured when threads and kernels were; None where nothing was measured.
        memory: resident memory in bytes of the process after that step.
        captured: whether steps are captured as CUDA graphs and replayed.
        others: cores that other programs took while threads were chosen; None where nobody knows.
        reason: why so many threads, for people; "" where nothing was chosen.
    """

    device: str
    precision: Precision
    threads: int
    threads_given: bool = False
    kernels: Mapping[str, tuple[Product, ...]] = field(default_factory=dict)
    pieces: int = 1
    step_seconds: float | None = None
    memory: int | None = None
    captured: bool = False
    others: float | None = None
    reason: str = ""

    @classmethod
    def choose(
        cls, device: str = "auto", precision: str = "auto", *, threads: int | None = None, exact: bool = False
    ) -> "Plan":
        """Choose what the machine does best, or what is asked for.

        Args:
            device: "auto", "cpu", "cuda" or "mps".
            precision: "auto", "fp32", "tf32" or "bf16".
            threads: CPU threads; None for as many as torch takes, or for what is measured to be faster.
            exact: the data need more than bf16's three digits, as points of narrow modes do.

        Raises:
            UserError: the device or the precision is not to be had on this machine.
        """
        device = _device(device)
        chosen: Precision = "bf16" if multiplies_bf16(device) and not exact else "fp32"
        if precision != "auto":
            if precision not in PRECISIONS:
                raise UserError(f"--precision must be auto, fp32, tf32 or bf16, got {precision!r}")
            chosen = precision
        if chosen == "tf32" and not (device.startswith("cuda") and multiplies_bf16(device)):
            raise UserError(f"--precision tf32 needs an NVIDIA GPU of 2020 or later; this run is on {device}")
        if threads is not None and threads < 1:
            raise UserError(f"--threads must be at least 1, got {threads}")
        count = threads or torch.get_num_threads()
        return cls(device, chosen, count, threads is not None)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Plan":
        """Return the plan that a run stored; raises UserError where its device is not here."""
        kernels = {name: tuple(products) for name, products in value.get("kernels", {}).items()}
        device, precision, threads = _device(value["device"]), value["precision"], value["threads"]
        given, pieces = value.get("threads_given", False), value.get("pieces", 1)
        cost = value.get("step_seconds"), value.get("memory")  # as the line before, added since run format 1
        captured = value.get("captured", False)  # likewise
        why = value.get("others"), value.get("reason", "")  # likewise
        return cls(device, precision, threads, given, kernels, pieces, *cost, captured, *why)

    def tuned(self, facts: Mapping[str, Any]) -> "Plan":
        """Return the plan with the ``threads`` and ``kernels`` that were measured to be fastest."""
        kernels = {name: tuple(products) for name, products in facts["kernels"].items()}
        rest = {name: facts[name] for name in ("threads", "step_seconds", "memory", "others")}
        return replace(self, kernels=kernels, reason=self.reason or facts["reason"], **rest)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return asdict(self)

    @property
    def torch_device(self) -> torch.device:
        """The device as torch names it."""
        return torch.device(self.device)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Compute to this plan inside the block, and with as many threads as before after it."""
        before = torch.get_num_threads()
        self.apply()
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def apply(self) -> None:
        """Set what is global in torch to this plan."""
        torch.set_num_threads(self.threads)
        if self.device.startswith("cuda"):
            rounded = self.precision != "fp32"  # what bf16 leaves in fp32 may be rounded to tf32
            torch.backends.cuda.matmul.allow_tf32 = rounded
            torch.backends.cudnn.allow_tf32 = rounded
            torch.backends.cudnn.deterministic = True  # a resumed run is to have the same bits

    def autocast(self) -> AbstractContextManager:
        """Return a fresh autocast region.

        Enter one for each turn: its cache of converted weights must not outlive their update.
        """
        if self.precision != "bf16":
            return contextlib.nullcontext()
        return torch.autocast(self.torch_device.type, torch.bfloat16)

    def __str__(self) -> str:
        parts = [self.device]
        if self.device == "cpu":
            parts.append(f"{self.threads} thread{'s' if self.threads > 1 else ''}")
        parts.append(self.precision)
        if self.kernels:
            count = len(self.kernels)
            parts.append(f"{count} convolution{'s' if count > 1 else ''} by patches")
        if self.captured:
            parts.append("steps captured")
        if self.pieces > 1:
            parts.append(f"batches in {self.pieces} pieces")
        return ", ".join(parts)


def _device(name: str) -> str:
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return next(device for device, here in available.items() if here)
    kind = kind_of_device(name)
    if not available[kind]:
        raise UserError(f"this machine has no {kind} device; leave --device out, or use --device cpu")
    return name
