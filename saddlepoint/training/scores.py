"""What scores a run while it trains and at its end, what that costs, and when it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget
from saddlepoint.core.words import clock, number
from saddlepoint.engine.loop import Evaluation, Habits, Trainer
from saddlepoint.engine.turns import images_drawn
from saddlepoint.runs.prepare import Prepared, duration
from saddlepoint.sampling.samples import examples, sample
from saddlepoint.scoring.quick import QuickScores, Stopped, TooSlow, figures
from saddlepoint.training.recorder import Recorder
from saddlepoint.training.run import Run
from saddlepoint.training.screen import Bar, Lines, Screen

EVALUATIONS = 8  # the most of a run by default
# The fewest images between two evaluations: with them an MLP's take a twentieth of its time.
EVALUATION_IMAGES = 150_000
# Figures that become curves.
CURVES = ("frechet", "class_kl", "diversity", "modes", "high_quality")
CURVES += ("spectrum", "autocorrelation", "oracle_nll", "self_bleu")


def default_evaluate_every(budget: Budget, prepared: Prepared) -> int | None:
    """Return the default: by the clock where that is the budget, otherwise steps, which can be repeated."""
    if budget.minutes is not None:
        return None
    drawn = images_drawn(prepared.experiment)
    images = budget.images or (budget.epochs or 0.0) * prepared.spec.count
    steps = budget.steps or -(-int(images) // drawn)
    every = max(steps // EVALUATIONS, -(-EVALUATION_IMAGES // drawn))
    return every if every <= steps else 0


def check_best(best: str | None, evaluate_every: int | None) -> None:
    """Refuse a score that nobody will measure, or whose lowest value is not its best."""
    if best is None or best not in CURVES:
        return
    from saddlepoint.evaluate import meanings

    if meanings()[best].better != "lower":
        raise UserError(
            f"--best keeps the lowest of a curve, which is not the best {best}; give --best frechet"
        )
    if evaluate_every == 0:
        raise UserError(f"--best {best} needs scores on the way; add --evaluate-every STEPS")


def quick_scores(
    prepared: Prepared,
    plan: Plan,
    budget: Budget,
    habits: Habits,
    screen: Screen,
    rows: Sequence[Mapping[str, Any]] = (),
) -> tuple[QuickScores, str]:
    """Return what scores a run, and in words what that costs beside training; "" where it has no scores."""
    taught = prepared.experiment.family.taught_by
    scores = QuickScores(prepared.data, duration(prepared, plan.step_seconds, budget), rows, taught)
    if not prepared.experiment.family.samples:
        return scores, f"none, and no grids: recipe {prepared.recipe.name!r} makes no samples"
    if screen.quiet or not habits.card:
        return scores, ""
    family, span, unseen = prepared.experiment.family, prepared.experiment.range, prepared.data.splits["test"]

    def draw(n: int) -> np.ndarray:
        return prepared.to_array(sample(family, n, seed=0, condition=examples(family, unseen, n, 0, span)))

    try:
        with screen.working("finding what scores will cost"):
            seconds, why = scores.expected(draw)
    except UserError as error:  # nothing can be measured; training needs no score
        return scores, f"none: {error}"
    return scores, f"about {clock(seconds)} on top{', ' if why else ''}{why}"


def evaluation_of(scores: QuickScores, screen: Screen, bar: Bar | Lines) -> Evaluation:
    """Return what scores the averaged weights' samples during training."""

    def evaluation(trainer: Trainer) -> dict[str, Any]:
        if scores.refused is not None or not trainer.family.samples:
            return {}
        try:
            with bar.working("scoring the samples") as report:
                return figures(scores.card(trainer.sample, report, trainer.stopping), CURVES)
        except Stopped:
            return {}
        except UserError as error:  # training is not lost to it
            screen.note(f"no score at step {trainer.done}: {error}")
            return {}

    return evaluation


def final_score(run: Run, trainer: Trainer, recorder: Recorder, scores: QuickScores, screen: Screen) -> str:
    """Store the quick card of a finished run; return it in one line, or why there is none.

    A finished run is never lost to it.
    """
    try:
        with screen.working("scoring the samples") as report:
            card = scores.card(run.sample, report)
    except KeyboardInterrupt:
        return f"skipped; for a card:  saddle evaluate {run.path}"
    except TooSlow as slow:
        return f"none: {slow}, more than {clock(scores.limit)}; for a card:  saddle evaluate {run.path}"
    except UserError as error:
        return str(error)
    run.folder.remove_card()
    card = replace(card, origin=run.origin)
    card.save(run.path)
    found = figures(card, CURVES)
    trainer.conclude(found)
    recorder.scored(trainer, found)
    return card.line()


def behind(run: Run) -> str:
    """Say so where an earlier score of a finished run was better than its last, by more than chance."""
    rows = [row for row in run.curves() if "frechet" in row]
    card = run.folder.read_card()
    if not rows or not card or "frechet" not in card["figures"]:
        return ""
    comparable = [row for row in rows if all(row[name] == rows[-1][name] for name in ("encoder", "samples"))]
    best = min(comparable, key=lambda row: row["frechet"])
    low = card["figures"]["frechet"]["low"]
    if card["origin"].get("step") != rows[-1]["step"] or low is None or best["frechet"] >= low:
        return ""
    better = f"FD {number(best['frechet'])} at step {best['step']:,} was better"
    return better if run.config["habits"]["best"] else f"{better}; --best frechet keeps such a checkpoint"
