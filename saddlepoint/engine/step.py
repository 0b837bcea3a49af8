"""One step of the game: whose turn it is, gradients for its own parameters, updates."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from saddlepoint.core.errors import TrainingError
from saddlepoint.core.experiment import Experiment
from saddlepoint.core.protocol import Batch, Family, Progress
from saddlepoint.data.batches import Batches, Examples
from saddlepoint.engine import pieces
from saddlepoint.engine.graphs import CudaGraphs, NotCapturable, Replayer
from saddlepoint.engine.optimizers import Descent
from saddlepoint.engine.plan import Plan


class Stepper:
    """Plays steps: pure tensor code that never waits for the device.

    Args:
        experiment: the family and how it is trained; its family is already on the plan's device.
        plan: precision and device, and whether steps are captured and replayed.
        batches: endless real data.
        rng: source of the latents, on the plan's device.

    Attributes:
        plan: as given, until memory is exhausted or a step cannot be captured.
        replanned: why the plan is not the one that was given, or "".
    """

    def __init__(self, experiment: Experiment, plan: Plan, batches: Batches, rng: torch.Generator):
        self.experiment = experiment
        self.family = experiment.family
        self.plan = plan
        self.replanned = ""
        self.batches = batches
        self.rng = rng
        self.replayer = Replayer(CudaGraphs(rng)) if plan.captured else None
        self.descents = {
            player: Descent(experiment.optimizers[player], owned(self.family, player), plan.torch_device)
            for player in self.family.players
        }

    def step(self, progress: Progress) -> dict[str, Tensor]:
        """Play every turn of the step ``progress.step``; return its terms and statistics, detached.

        Terms are called ``player/term``, statistics by their own name; a player that moves several times
        reports its last turn.
        """
        turns = self.family.turns(progress.step)
        for player in set(turns):
            self.descents[player].schedule(progress)
        examples = [self.batches.draw() for _ in range(_draws(self.family, turns))]
        report = self._play(turns, examples) if self.replayer is None else self._replay(turns, examples)
        self.family.after(progress)
        return report

    def _replay(self, turns: tuple[str, ...], examples: list[Examples]) -> dict[str, Tensor]:
        assert self.replayer is not None
        try:
            return self.replayer.play(self._play, turns, examples)
        except NotCapturable as error:
            trouble = str(error)  # the error itself holds what the capture had in memory
        self.replayer = None
        self.plan = replace(self.plan, captured=False)
        self.replanned = f"a step cannot be captured ({trouble}); each operation is launched by itself"
        return self._play(turns, examples)

    def _play(self, turns: tuple[str, ...], examples: list[Examples]) -> dict[str, Tensor]:
        deal = _Deal(self, examples)
        report: dict[str, Tensor] = {}
        waiting = []
        for player in turns:
            gradients = self._gradients(player, deal, report)
            if self.experiment.simultaneous:
                waiting.append((player, gradients))
            else:
                self.descents[player].update(gradients)
                deal.moved(player)
        for player, gradients in waiting:
            self.descents[player].update(gradients)
        return report

    def _gradients(self, player: str, deal: "_Deal", report: dict[str, Tensor]) -> list[Tensor | None]:
        deal.draw(player)
        while True:
            try:
                return self._descend(player, deal, report)
            except (RuntimeError, MemoryError) as error:
                if self._capturing() or not pieces.is_out_of_memory(error):
                    raise
                trouble = str(error)
            deal.forget()
            self._split(trouble)

    def _descend(self, player: str, deal: "_Deal", report: dict[str, Tensor]) -> list[Tensor | None]:
        """Return the gradients of a turn, and put its terms and statistics into ``report``."""
        parameters = list(self.descents[player].parameters.values())
        gradients, said = pieces.Mean(self.plan.pieces), pieces.Mean(self.plan.pieces)
        names: list[str] = []
        for batch, latent, fake in deal.hands(player, self.plan.pieces):
            with self.plan.autocast():
                terms = self.family.terms(player, batch, latent, fake)
            names = [*(f"{player}/{name}" for name in terms.minimise), *terms.watch]
            said.add(tuple(value.detach() for value in (*terms.minimise.values(), *terms.watch.values())))
            loss = torch.stack([value.float() for value in terms.minimise.values()]).sum()
            gradients.add(torch.autograd.grad(loss, parameters, allow_unused=True))
        report.update(
            {name: value for name, value in zip(names, said.values, strict=True) if value is not None}
        )
        return gradients.values

    def _capturing(self) -> bool:
        return self.plan.captured and torch.cuda.is_current_stream_capturing()

    def _split(self, trouble: str) -> None:
        """Split batches into twice as many pieces; raises TrainingError where that is not the same game."""
        batch, count = self.batches.batch, 2 * self.plan.pieces
        why = pieces.obstacle(self.family, batch, count)
        if why is not None:
            raise TrainingError(
                f"memory is exhausted at batch {batch}, and {why}; give a smaller --batch, for example "
                f"{max(1, batch // 2)} ({trouble.splitlines()[0]})"
            )
        self.plan = replace(self.plan, pieces=count)
        self.replanned = f"memory was exhausted; batches go in {count} pieces, with the same gradient"
        if self.plan.device.startswith("cuda"):
            torch.cuda.empty_cache()


class _Deal:
    """What the players of one step are handed: batch, latent, fake.

    A player's first turn shares the batch (and, without ``fresh_latent``, latent and fake) with the others;
    its repeated turns get new ones, but for the batch of players that generate.
    """

    def __init__(self, stepper: Stepper, examples: list[Examples]):
        self.stepper = stepper
        self.family = stepper.family
        self.examples = iter(examples)
        self.seen: set[str] = set()
        self.batch: Batch | None = None
        self.latent: Any = None
        self.fake: Any = None
        self.attached = False

    def draw(self, player: str) -> None:
        """Draw what ``player`` needs and may not share with others."""
        repeated = player in self.seen
        self.seen.add(player)
        if self.batch is None or (repeated and not self.family.generates(player)):
            self.batch = self.stepper.batches.floats(next(self.examples))
        if self.latent is None or repeated or self.stepper.experiment.fresh_latent:
            self.latent = self.family.latent(self.stepper.batches.batch, rng=self.stepper.rng)
            self.fake = None

    def hands(self, player: str, count: int) -> Iterator[tuple[Batch, Any, Any]]:
        """Yield what ``player`` plays with: batch, latent and fake, in ``count`` pieces."""
        assert self.batch is not None
        if count == 1:
            generates = self.family.generates(player)
            if self.fake is None or (generates and not self.attached):
                # Shared fakes keep their graph for the generator's turn.
                self.attached = generates or not self.stepper.experiment.fresh_latent
                self.fake = self._generate(self.batch, self.latent, attached=self.attached)
            yield self._handed(player, self.batch, self.latent, self.fake)
            return
        for batch, latent in pieces.split(self.batch, self.latent, count):
            fake = self._generate(batch, latent, attached=self.family.generates(player))
            yield self._handed(player, batch, latent, fake)

    def forget(self) -> None:
        """Forget the fakes."""
        self.fake, self.attached = None, False

    def _generate(self, batch: Batch, latent: Any, *, attached: bool) -> Any:
        with self.stepper.plan.autocast(), torch.set_grad_enabled(attached):
            return self.family.generate(latent, batch)

    def _handed(self, player: str, batch: Batch, latent: Any, fake: Any) -> tuple[Batch, Any, Any]:
        generates = self.family.generates(player)
        if not generates:
            fake = tree_map(Tensor.detach, fake)
        if player in self.family.second_order:
            batch = batch._replace(real=batch.real.detach().requires_grad_())
            if not generates:
                fake = tree_map(lambda x: x.detach().float().requires_grad_(), fake)
        return batch, latent, fake

    def moved(self, player: str) -> None:
        """Forget the graph of the fakes once the weights that made them have changed."""
        if self.family.generates(player):
            self.attached = False


def _draws(family: Family, turns: tuple[str, ...]) -> int:
    """Return how many batches a step takes: one, and one more for each repeated turn of a critic."""
    repeated = [player for index, player in enumerate(turns) if player in turns[:index]]
    return 1 + sum(not family.generates(player) for player in repeated)


def owned(family: Family, player: str) -> dict[str, nn.Parameter]:
    """Return the parameters that ``player`` owns, by name."""
    return {
        f"{module}.{name}": parameter
        for module in family.players[player]
        for name, parameter in family.get_submodule(module).named_parameters()
        if parameter.requires_grad
    }
