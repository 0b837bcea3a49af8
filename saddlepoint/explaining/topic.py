"""A topic: a question, answered by computing it."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from saddlepoint.core.errors import UserError, close
from saddlepoint.core.flags import Argument, arguments
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.registry import Registry, first_line
from saddlepoint.explaining.blocks import Block
from saddlepoint.explaining.text import Text


@dataclass(frozen=True)
class Lesson:
    """How a topic is told this time.

    Attributes:
        quick: in seconds, to see that it runs; pictures are coarser and drawn for light pages only, and sampled
            numbers less exact.
        seed: of everything that is drawn at random.
        progress: is told how far slow work is.
    """

    quick: bool = False
    seed: int = 0
    progress: Progressing = silent

    def pick(self, usual: int, quick: int) -> int:
        """Return how much is computed."""
        return quick if self.quick else usual

    def moments(self, last: int, usual: int, quick: int) -> list[int]:
        """Return steps from 0 to the last, ever further apart: as many as are looked at, or fewer."""
        places = np.linspace(0, 1, self.pick(usual, quick)) ** 2
        return np.unique((last * places).round().astype(int)).tolist()


Telling = Callable[..., Iterator[Block]]


@dataclass(frozen=True)
class Topic:
    """A registered topic.

    Attributes:
        name: what users type.
        title: what it is about.
        order: its place in a course.
        tell: (lesson, its own flags) -> blocks, each computed when it is asked for.
    """

    name: str
    title: Text
    order: int
    tell: Telling

    @property
    def help(self) -> str:
        """The first line of its docstring."""
        return first_line(self.tell)

    @property
    def flags(self) -> dict[str, Argument]:
        """What a reader may choose, by name."""
        return arguments(self.tell)

    def checked(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return ``given`` as the topic takes it.

        Raises:
            UserError: a name that it does not know, or a value that does not fit.
        """
        known = self.flags
        for name in given:
            if name not in known:
                near = close(name, known)
                has = ", ".join(known) or "none"
                raise UserError(
                    f"topic {self.name!r} has no flag {name!r}"
                    + (f"; did you mean {near[0]!r}?" if near else f"; it has: {has}")
                )
        return {name: known[name].check(value) for name, value in given.items()}


topics: Registry[Topic] = Registry("topic", "saddlepoint.explaining.topics")


def topic(name: str, *, title: Text, order: int) -> Callable[[Telling], Telling]:
    """Register a generator function (lesson, flags...) -> blocks as a topic; see :class:`Topic`."""

    def decorate(tell: Telling) -> Telling:
        assert inspect.isgeneratorfunction(tell), f"{name}: a topic yields its blocks one after the other"
        topics.add(name, Topic(name, title, order, tell))
        return tell

    return decorate


def course() -> list[Topic]:
    """Return all topics in the order in which a course would read them."""
    return sorted((one for _, one in topics.items()), key=lambda one: one.order)
