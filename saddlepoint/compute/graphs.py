"""Steps captured once and replayed: on a GPU one launch in place of thousands.

What is captured must be tensor code alone: it is read once, and a replay runs the same operations on the same
memory. So what changes from step to step is copied into fixed memory before, and all that lasts (weights,
moments, buffers) is changed in place.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.torch_version import TorchVersion

from saddlepoint.data.batches import Examples

Turns = tuple[str, ...]
Play = Callable[[Turns, list[Examples]], dict[str, Tensor]]

WARM = 3  # steps of a tuple of turns before it is captured: libraries and optimizers allocate in their first

OLDEST = TorchVersion("2.11")  # on which a run was seen to go on, with equal draws, after a capture had failed


class NotCapturable(Exception):  # noqa: N818 - training goes on
    """A step does something that cannot be captured."""


class Graphs(Protocol):
    """A way of capturing."""

    def warm(self, function: Callable[[], Any]) -> Any:
        """Run ``function`` as it must run before it is captured; return what it returns."""
        ...

    def capture(self, function: Callable[[], Tensor]) -> tuple[Callable[[], None], Tensor]:
        """Capture ``function`` without running it; return what replays it, and where its result appears."""
        ...


class Replayer:
    """Plays steps, each tuple of turns from a graph of its own as soon as there is one.

    Args:
        graphs: how to capture.
    """

    def __init__(self, graphs: Graphs):
        self._graphs = graphs
        self._played: Counter[Turns] = Counter()
        self._captured: dict[Turns, _Captured] = {}

    def play(self, play: Play, turns: Turns, examples: list[Examples]) -> dict[str, Tensor]:
        """Play a step; return its terms and statistics.

        Args:
            play: (turns, examples) -> terms and statistics; changes weights and moments in place. The same at
                every call; not kept, so that the graphs' memory is free as soon as a run has ended.
            turns: the players in the order in which they move.
            examples: the batches that they are handed.

        Raises:
            NotCapturable: the step was to be captured and cannot be; it was not played.
        """
        if self._played[turns] < WARM:
            report = self._graphs.warm(lambda: play(turns, examples))
            self._played[turns] += 1
            return report
        if turns not in self._captured:
            self._captured[turns] = self._capture(play, turns, examples)
        return self._captured[turns].play(examples)

    def _capture(self, play: Play, turns: Turns, examples: list[Examples]) -> "_Captured":
        inputs = [Examples(array.clone(), _cloned(label)) for array, label in examples]
        names: list[str] = []

        def step() -> Tensor:
            report = play(turns, inputs)
            names.extend(report)
            return torch.stack([value.float() for value in report.values()])

        try:
            replay, values = self._graphs.capture(step)
        except RuntimeError as error:
            raise NotCapturable(_reason(error)) from error
        return _Captured(inputs, replay, names, values)


class _Captured(NamedTuple):
    """A captured step, and the memory that it reads and writes."""

    inputs: list[Examples]
    replay: Callable[[], None]
    names: list[str]
    values: Tensor

    def play(self, examples: list[Examples]) -> dict[str, Tensor]:
        for mine, given in zip(self.inputs, examples, strict=True):
            mine.array.copy_(given.array)
            if mine.label is not None and given.label is not None:
                mine.label.copy_(given.label)
        self.replay()
        return dict(zip(self.names, self.values.clone(), strict=True))  # the next step overwrites the values


class CudaGraphs:
    """CUDA graphs that share one pool of memory.

    Args:
        rng: the generator on the device that steps draw from, beside torch's own.
    """

    def __init__(self, rng: torch.Generator):
        self._rng = rng
        self._pool = torch.cuda.graph_pool_handle()
        self._stream = torch.cuda.Stream(rng.device)

    def warm(self, function: Callable[[], Any]) -> Any:
        """Run ``function`` on the stream that will capture it."""
        here = torch.cuda.current_stream(self._rng.device)
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            result = function()
        here.wait_stream(self._stream)
        return result

    def capture(self, function: Callable[[], Tensor]) -> tuple[Callable[[], None], Tensor]:
        """Capture ``function``; return the launch of its graph, and its result's memory."""
        here = torch.cuda.current_stream(self._rng.device)
        generators = self._rng, torch.cuda.default_generators[here.device_index]
        states = [generator.clone_state() for generator in generators]
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._rng)
        try:
            with _uncollected(), torch.cuda.graph(graph, pool=self._pool, stream=self._stream):
                values = function()
        except RuntimeError:  # torch stays on its stream then, and its generators in the capture
            torch.cuda.set_stream(here)
            for generator, state in zip(generators, states, strict=True):
                generator.graphsafe_set_state(state)
            raise
        return graph.replay, values


@contextmanager
def _uncollected() -> Iterator[None]:
    """Collect garbage before the block and not inside, where freeing an old graph would spoil a capture."""
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _reason(error: BaseException) -> str:
    """Return the first line of what went wrong first; torch ends a spoilt capture with an error of its own."""
    while error.__context__ is not None:
        error = error.__context__
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _cloned(label: Tensor | None) -> Tensor | None:
    return None if label is None else label.clone()
