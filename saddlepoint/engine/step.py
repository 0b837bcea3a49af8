"""One step of the game: whose turn it is, gradients for its own parameters, updates."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from saddlepoint.compute.graphs import CudaGraphs, NotCapturable, Replayer
from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import TrainingError
from saddlepoint.core.experiment import Experiment
from saddlepoint.core.protocol import Batch, Progress, given
from saddlepoint.core.seeds import generator
from saddlepoint.data.batches import Batches, Examples
from saddlepoint.data.dataset import Split
from saddlepoint.engine import microbatches
from saddlepoint.engine.optimizers import PlayerOptimizer
from saddlepoint.engine.turns import Turn, batches_drawn, schedule


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
        self.optimizers = {
            player: PlayerOptimizer(spec, self.family.parameters_of(player), plan.torch_device)
            for player, spec in experiment.optimizers.items()
        }

    @classmethod
    def of(cls, experiment: Experiment, split: Split, plan: Plan, seed: int) -> "Stepper":
        """Return what plays ``experiment`` on ``split`` by ``plan``, with the order and latents of ``seed``."""
        device = plan.torch_device
        experiment.family.to(device).train()
        batches = Batches(split, experiment.batch, seed=seed, device=device, range=experiment.range)
        return cls(experiment, plan, batches, generator(device, seed, "latent"))

    def step(self, progress: Progress) -> dict[str, Tensor]:
        """Play every turn of the step ``progress.step``; return its terms and statistics, detached.

        Terms are called ``player/term``, statistics by their own name; a player that moves several times
        reports its last turn.
        """
        players = self.family.turns(progress)
        for player in set(players):
            self.optimizers[player].schedule(progress)
        examples = [self.batches.draw() for _ in range(batches_drawn(self.family, players))]
        if self.replayer is None:
            report = self._play(players, examples)
        else:
            report = self._replay(self.replayer, players, examples)
        self.family.after(progress)
        return report

    def _replay(
        self, replayer: Replayer, players: tuple[str, ...], examples: list[Examples]
    ) -> dict[str, Tensor]:
        try:
            return replayer.play(self._play, players, examples)
        except NotCapturable as error:
            trouble = str(error)  # the error itself holds what the capture had in memory
        self.replayer = None
        self.plan = replace(self.plan, captured=False)
        self.replanned = f"a step cannot be captured ({trouble}); each operation is launched by itself"
        return self._play(players, examples)

    def _play(self, players: tuple[str, ...], examples: list[Examples]) -> dict[str, Tensor]:
        reals = iter(examples)
        batch: Any = None
        latent: Any = None
        fakes: list[Any] = []  # the last ones, where they can be forgotten for want of memory
        report: dict[str, Tensor] = {}
        updates: list[tuple[str, list[Tensor | None]]] = []
        for turn in self._turns(players):
            if turn.new_batch:
                batch = self.batches.floats(next(reals))
            if turn.new_latent:
                latent = self.family.latent(self.batches.batch, rng=self.rng)
            if turn.new_fakes:
                fakes.clear()
            updates.append((turn.player, self._differentiate(turn, batch, latent, fakes, report)))
            if not self.experiment.simultaneous:
                self._update(updates)
        self._update(updates)
        return report

    def _turns(self, players: tuple[str, ...]) -> Iterator[Turn]:
        """Yield the turns of a step, by the plan as it stands when each begins."""
        experiment = self.experiment
        for index in range(len(players)):
            yield schedule(
                self.family,
                players,
                fresh_latent=experiment.fresh_latent,
                simultaneous=experiment.simultaneous,
                pieces=self.plan.pieces,
            )[index]

    def _update(self, updates: list[tuple[str, list[Tensor | None]]]) -> None:
        for player, gradients in updates:
            self.optimizers[player].update(gradients)
        updates.clear()

    def _differentiate(
        self, turn: Turn, batch: Batch, latent: Any, fakes: list[Any], report: dict[str, Tensor]
    ) -> list[Tensor | None]:
        """Return the gradients of a turn, in smaller pieces where memory is exhausted."""
        while True:
            try:
                return self._gradients(turn, batch, latent, fakes, report)
            except (RuntimeError, MemoryError) as error:
                if self._capturing() or not microbatches.is_out_of_memory(error):
                    raise
                trouble = str(error)
            fakes.clear()
            self._split(trouble)
            turn = turn._replace(new_fakes=True, attached=self.family.generates(turn.player))

    def _gradients(
        self, turn: Turn, batch: Batch, latent: Any, fakes: list[Any], report: dict[str, Tensor]
    ) -> list[Tensor | None]:
        """Return the gradients of a turn; leave its fakes in ``fakes``, terms and statistics in ``report``."""
        player = turn.player
        parameters = list(self.optimizers[player].parameters.values())
        gradients, said = microbatches.Mean(self.plan.pieces), microbatches.Mean(self.plan.pieces)
        names: list[str] = []
        for part, drawn in microbatches.split(batch, latent, self.plan.pieces):
            if turn.new_fakes:
                with self.plan.autocast(), torch.set_grad_enabled(turn.attached):
                    fakes[:] = [self.family.fakes(player, drawn, part)]
            part, fake = given(self.family, player, part, fakes[0])
            with self.plan.autocast():
                terms = self.family.terms(player, part, drawn, fake)
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
        why = microbatches.obstacle(self.family, batch, count)
        if why is not None:
            raise TrainingError(
                f"memory is exhausted at batch {batch}, and {why}; give a smaller --batch, for example "
                f"{max(1, batch // 2)} ({trouble.splitlines()[0]})"
            )
        self.plan = replace(self.plan, pieces=count)
        self.replanned = f"memory was exhausted; batches go in {count} pieces, with the same gradient"
        if self.plan.device.startswith("cuda"):
            torch.cuda.empty_cache()
