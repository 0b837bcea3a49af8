"""One step of the game: whose turn it is, gradients for its own parameters, updates."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from saddlepoint.core.experiment import Experiment
from saddlepoint.core.protocol import Batch, Family, Progress
from saddlepoint.data.batches import Batches
from saddlepoint.engine.optimizers import Descent
from saddlepoint.engine.plan import Plan


class Stepper:
    """Plays steps: pure tensor code that never waits for the device.

    Args:
        experiment: the family and how it is trained; its family is already on the plan's device.
        plan: precision and device.
        batches: endless real data.
        rng: source of the latents, on the plan's device.
    """

    def __init__(self, experiment: Experiment, plan: Plan, batches: Batches, rng: torch.Generator):
        self.experiment = experiment
        self.family = experiment.family
        self.plan = plan
        self.batches = batches
        self.rng = rng
        self.descents = {
            player: Descent(experiment.optimizers[player], owned(self.family, player), plan.torch_device)
            for player in self.family.players
        }

    def step(self, progress: Progress) -> dict[str, Tensor]:
        """Play every turn of the step ``progress.step``; return its terms and statistics, detached.

        Terms are called ``player/term``, statistics by their own name; a player that moves several times
        reports its last turn.
        """
        deal = _Deal(self)
        report: dict[str, Tensor] = {}
        waiting = []
        for player in self.family.turns(progress.step):
            gradients = self._gradients(player, deal, report)
            if self.experiment.simultaneous:
                waiting.append((player, gradients))
            else:
                self.descents[player].update(gradients, progress)
                deal.moved(player)
        for player, gradients in waiting:
            self.descents[player].update(gradients, progress)
        self.family.after(progress)
        return report

    def _gradients(self, player: str, deal: "_Deal", report: dict[str, Tensor]) -> tuple[Tensor | None, ...]:
        batch, latent, fake = deal.to(player)
        with self.plan.autocast():
            terms = self.family.terms(player, batch, latent, fake)
        for name, value in terms.minimise.items():
            report[f"{player}/{name}"] = value.detach()
        for name, value in terms.watch.items():
            report[name] = value.detach()
        loss = torch.stack([value.float() for value in terms.minimise.values()]).sum()
        parameters = list(self.descents[player].parameters.values())
        return torch.autograd.grad(loss, parameters, allow_unused=True)


class _Deal:
    """What the players of one step are handed: batch, latent, fake.

    A player's first turn shares the batch (and, without ``fresh_latent``, latent and fake) with the others;
    its repeated turns get new ones, but for the batch of players that generate.
    """

    def __init__(self, stepper: Stepper):
        self.stepper = stepper
        self.family = stepper.family
        self.seen: set[str] = set()
        self.batch: Batch | None = None
        self.latent: Any = None
        self.fake: Any = None
        self.attached = False

    def to(self, player: str) -> tuple[Batch, Any, Any]:
        repeated = player in self.seen
        self.seen.add(player)
        generates = self.family.generates(player)
        if self.batch is None or (repeated and not generates):  # only what a critic sees is drawn
            self.batch = self.stepper.batches.next()
        if self.latent is None or repeated or self.stepper.experiment.fresh_latent:
            self.latent = self.family.latent(self.stepper.batches.batch, rng=self.stepper.rng)
            self.fake = None
        if self.fake is None or (generates and not self.attached):
            # Shared fakes keep their graph for the generator's turn.
            self.attached = generates or not self.stepper.experiment.fresh_latent
            with self.stepper.plan.autocast(), torch.set_grad_enabled(self.attached):
                self.fake = self.family.generate(self.latent, self.batch)
        batch, fake = self.batch, self.fake
        if not generates:
            fake = tree_map(Tensor.detach, fake)
        if player in self.family.second_order:
            batch = batch._replace(real=batch.real.detach().requires_grad_())
            if not generates:
                fake = tree_map(lambda x: x.detach().float().requires_grad_(), fake)
        return batch, self.latent, fake

    def moved(self, player: str) -> None:
        """Forget the graph of the fakes once the weights that made them have changed."""
        if self.family.generates(player):
            self.attached = False


def owned(family: Family, player: str) -> dict[str, nn.Parameter]:
    """Return the parameters that ``player`` owns, by name."""
    return {
        f"{module}.{name}": parameter
        for module in family.players[player]
        for name, parameter in family.get_submodule(module).named_parameters()
        if parameter.requires_grad
    }
