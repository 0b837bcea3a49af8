"""The game itself: one turn at a time without a run, and what a finished run's networks say."""

import dataclasses

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Experiment
from saddlepoint.core.kinds import Range, to_floats
from saddlepoint.core.protocol import Progress
from saddlepoint.core.seeds import generator
from saddlepoint.engine.state import load_weights
from saddlepoint.engine.step import Stepper
from saddlepoint.objectives import objectives
from saddlepoint.runs.prepare import prepare, rebuild
from saddlepoint.sampling.samples import sample
from saddlepoint.training.run import Run

CHUNK = 500  # images that a critic judges at once


class Game:
    """Generator against critic, where the caller says who moves.

    Args:
        recipe: name of a recipe whose family is the vanilla game.
        source: data to play on.
        seed: seed of weights, order and latents.
        fresh_latent: whether the generator's turn draws new noise; None leaves it to the recipe.
        **flags: the recipe's flags.

    Attributes:
        family: the networks.
        batches: the real data, and how many were drawn.
    """

    def __init__(
        self,
        recipe: str,
        source: str,
        *,
        seed: int,
        fresh_latent: bool | None = None,
        **flags: object,
    ):
        prepared = prepare(recipe, source, seed=seed, flags=flags)
        experiment = prepared.experiment
        if fresh_latent is not None:
            experiment = dataclasses.replace(experiment, fresh_latent=fresh_latent, simultaneous=False)
        plan = Plan.choose(exact=prepared.kind.exact)
        self.data = prepared.data
        self.range = experiment.range
        self.family = experiment.family
        self.stepper = Stepper.of(experiment, self.data.train, plan, seed)
        self.batches = self.stepper.batches
        self.rng = generator(plan.torch_device, seed, "probe")
        self.steps = 0

    def play(self, steps: int, turns: tuple[str, ...]) -> dict[str, float]:
        """Let the players move ``steps`` times in this order; return the last step's terms and statistics."""
        self.family.turns = lambda progress: turns
        report: dict[str, Tensor] = {}
        for _ in range(steps):
            images = self.batches.drawn
            report = self.stepper.step(Progress(self.steps, images, images / len(self.batches.split), 0.0))
            self.steps += 1
        return {name: value.item() for name, value in report.items()}

    def pull(self, objective: str, n: int = 512) -> tuple[float, float]:
        """Return (norm of the generator's gradient, mean logit of its samples) under an objective, now."""
        loss, score = self._generator_loss(objective, n)
        gradients = torch.autograd.grad(loss, list(self.family.parameters_of("g").values()))
        return float(torch.cat([g.flatten() for g in gradients]).norm()), score.mean().item()

    def slope(self, objective: str, n: int = 512) -> float:
        """Return the mean absolute gradient of the generator's loss with respect to a logit."""
        loss, score = self._generator_loss(objective, n)
        (gradient,) = torch.autograd.grad(loss, score)
        return gradient.abs().mean().item() * n

    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """Return n samples, as examples of the data lie in memory."""
        return self.batches.kind.to_array(sample(self.family, n, seed=seed), self.range)

    def _generator_loss(self, objective: str, n: int) -> tuple[Tensor, Tensor]:
        self.rng.manual_seed(0)
        fake = self.family.generate(self.family.latent(n, rng=self.rng))
        score = self.family.critic(fake).score  # pyright: ignore[reportCallIssue]
        return objectives.get(objective).generator(score, score).mean(), score


def trained(run: Run) -> Experiment:
    """Return a run's experiment with the newest weights, not their average, in evaluation mode."""
    experiment = rebuild(run.config).experiment
    load_weights(experiment.family, run.folder.latest())
    experiment.family.eval()
    return experiment


@torch.inference_mode()
def logits(critic: nn.Module, images: np.ndarray, span: Range) -> np.ndarray:
    """Return (n,) scores of uint8 (n, h, w, c) images, which the critic sees as floats in ``span``."""
    parts = [
        critic(to_floats(torch.from_numpy(images[start : start + CHUNK]), span)).score
        for start in range(0, len(images), CHUNK)
    ]
    return torch.cat(parts).float().numpy()
