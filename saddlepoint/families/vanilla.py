"""The game of Goodfellow et al. (2014): one generator, one critic, any objective and penalties.

Most families are this one with another network or another term. With the critic's score s, a real x and a fake
G(z), the critic, d, minimises

    adversarial        w · E ℓ_d(s(x), s(G(z)))     the sum of its real and its fake part; w = ½ averages them
    r1                 γ/2 · E ‖∇s(x)‖²             with --penalty r1 (Mescheder et al. 2018, eq. 9)
    r2                 γ/2 · E ‖∇s(G(z))‖²          with --penalty r2 (eq. 10)
    gradient_penalty   γ · E (‖∇s(x̂)‖ − 1)²         with --penalty gradient_penalty, x̂ uniform between x and
                                                    G(z) (Gulrajani et al. 2017, eq. 3)

and the generator, g, minimises

    adversarial        E ℓ_g(s(x), s(G(z)))

with the losses ℓ that --objective names: ``objectives/adversarial.py`` has them in a table. E is the mean over
a batch; gradients are with respect to what the critic is given. Where the critic normalises batches, a sample
moves the scores of all, and ∇s is the gradient of their sum, in which most of that cancels: a penalty is then
weaker than its formula says, eightfold in ``dcgan`` at 28 pixels (Gulrajani et al. 2017, section 4, leave such
layers out).
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.protocol import Batch, Critique, Family, Progress, Terms
from saddlepoint.networks.augment import Augment
from saddlepoint.objectives import CriticPass, Objective, Penalty, objectives, penalties

Loss = Callable[[Tensor, Tensor], Tensor]  # (reals' scores, fakes' scores) -> (n,)
HALF = 0.5  # of the critic's loss, as code that averages its real and its fake part has it


class Vanilla(Family):
    """Generator against critic.

    Args:
        generator: (n, latent) -> fakes.
        critic: fakes or reals -> Critique.
        latent: dimension of the latent.
        uniform: draw latents from U(−uniform, uniform); None draws from N(0, 1).
        objective: name of the adversarial losses.
        penalty: names of penalties on the critic's gradient.
        gamma: their weights: none for the defaults, one for all, or one each.
        critic_weight: factor on the critic's adversarial loss.
        order: players in the order in which they move in a step.
        pack: examples that the critic judges together (PacGAN).
        augment: what the critic sees reals and fakes through, or None.
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        *,
        latent: int,
        uniform: float | None = None,
        objective: str = "non_saturating",
        penalty: Sequence[str] = (),
        gamma: Sequence[float] = (),
        critic_weight: float = 1.0,
        order: tuple[str, ...] = ("d", "g"),
        pack: int = 1,
        augment: Augment | None = None,
    ):
        super().__init__()
        self.generator = generator
        self.critic = critic
        self.noise = latent
        self.uniform = uniform
        self.objective: Objective = objectives.get(objective)
        self.penalties = weigh(penalty, gamma)
        self.critic_weight = critic_weight
        self.order = order
        self.pack = self.coupled = pack
        self.augment = augment
        self.second_order = ("d",) if self.penalties else ()
        end = self.objective.equilibrium
        known = {"D(x)": end.probability, "D(G(z))": end.probability, "g/adversarial": end.generator}
        self.references = {name: value for name, value in known.items() if value is not None}
        self.references["d/adversarial"] = critic_weight * end.critic

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the same order every step."""
        return self.order

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw noise of shape (n, latent)."""
        if self.uniform is None:
            return torch.randn(n, self.noise, generator=rng, device=rng.device)
        return torch.empty(n, self.noise, device=rng.device).uniform_(
            -self.uniform, self.uniform, generator=rng
        )

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return fakes of the shape of the real data."""
        return self.generator(latent)

    def critique(self, x: Tensor, batch: Batch) -> Critique:
        """Return what the critic says of reals or fakes ``x`` that belong to ``batch``."""
        return self.critic(x)

    def adversarial(self, loss: Loss, real: Critique, fake: Critique) -> Tensor:
        """Return the mean of an adversarial loss of what the critic says of reals and fakes."""
        return loss(real.score, fake.score).mean()

    def extra_terms(
        self, player: str, batch: Batch, latent: Any, fake: Critique, real: Critique | None = None
    ) -> Terms:
        """Return what ``player`` minimises and watches besides.

        Args:
            player: whose turn it is.
            batch: the reals.
            latent: what the fakes were made from.
            fake: the critic's view of the fakes.
            real: its view of the reals in the critic's turn; None in the generator's.
        """
        return Terms({})

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the adversarial term, the penalties on the critic's turn, and the extra terms."""
        real, fake = packed(batch.real, self.pack), packed(fake, self.pack)
        if player == "d":
            return self._critic_terms(real, fake, batch, latent)
        said = self._judge(fake, batch)
        of_real = said
        if self.objective.paired:
            with torch.no_grad():
                of_real = self._judge(real, batch)
        further = self.extra_terms(player, batch, latent, said)
        loss = self.adversarial(self.objective.generator, of_real, said)
        return Terms({"adversarial": loss, **further.minimise}, further.watch)

    def after(self, progress: Progress) -> None:
        """Adapt the augmentation's probability."""
        if self.augment is not None:
            self.augment.adapt()

    def _judge(self, x: Tensor, batch: Batch) -> Critique:
        return self.critique(x if self.augment is None else self.augment(x), batch)

    def _critic_terms(self, real: Tensor, fake: Tensor, batch: Batch, latent: Any) -> Terms:
        of_real, of_fake = self._judge(real, batch), self._judge(fake, batch)
        further = self.extra_terms("d", batch, latent, of_fake, of_real)
        real_score, fake_score = of_real.score, of_fake.score
        loss = self.adversarial(self.objective.critic, of_real, of_fake)
        minimise = {"adversarial": self.critic_weight * loss, **further.minimise}
        critique = CriticPass(lambda x: self._judge(x, batch).score, real, fake, real_score, fake_score)
        for penalty, gamma in self.penalties:
            minimise[penalty.name] = penalty.value(critique, gamma).mean()
        probability = self.objective.probability
        watch = {"D(x)": probability(real_score).mean(), "D(G(z))": probability(fake_score).mean()}
        if self.augment is not None:
            level = self.objective.level
            self.augment.observe(real_score - (fake_score if level is None else level))
            watch |= self.augment.watch()
        return Terms(minimise, {**watch, **further.watch})


def packed(x: Tensor, count: int) -> Tensor:
    """Join every ``count`` examples along their first axis: (n, c, ...) to (n // count, count·c, ...).

    What is left over when n is no multiple of ``count`` is not seen (Lin et al. 2018, section 3).
    """
    if count == 1:
        return x
    if len(x) < count:
        raise UserError(f"--batch {len(x)} holds no pack of {count}; give --batch of at least {count}")
    return x[: len(x) // count * count].unflatten(0, (-1, count)).flatten(1, 2)


def weigh(names: Sequence[str], gamma: Sequence[float]) -> list[tuple[Penalty, float]]:
    """Pair penalties with their weights: no ``gamma`` for the defaults, one for all, or one each."""
    chosen = [penalties.get(name) for name in names]
    if len(set(names)) < len(names):
        raise UserError(f"--penalty {max(names, key=names.count)} is given twice")
    if len(gamma) not in (0, 1, len(chosen)) or (gamma and not chosen):
        raise UserError(f"{len(gamma)} --gamma do not fit {len(chosen)} --penalty: give none, one, or one each")
    if any(not value >= 0 for value in gamma):
        raise UserError(f"--gamma must not be negative, got {min(gamma)}")
    weights = list(gamma) * len(chosen) if len(gamma) == 1 else gamma or [p.gamma for p in chosen]
    return list(zip(chosen, weights, strict=True))


def describe(
    objective: str, penalty: Sequence[str], gamma: Sequence[float], *, critic_weight: float = 1.0
) -> str:
    """Return the losses in a few words, for example ``relativistic + r1 (gamma 1)``."""
    scaled = "" if critic_weight == 1 else f", critic's loss × {critic_weight:g}"
    parts = [objective, *(f"{p.name} (gamma {value:g})" for p, value in weigh(penalty, gamma))]
    return " + ".join(parts) + scaled
