"""What this machine does fastest beside what else it does: threads, and convolutions by patches.

Measured on an idle machine it is remembered; on a busy one threads are measured for each run.
"""

import copy
import dataclasses
import math
import os
import time
from collections.abc import Callable
from typing import Any, Literal

import torch
from torch.torch_version import TorchVersion

from saddlepoint.compute import patch_convolution, thread_count
from saddlepoint.compute.alike import siblings
from saddlepoint.compute.graphs import OLDEST
from saddlepoint.compute.patch_choice import faster_by_patches, watching
from saddlepoint.compute.plan import Plan
from saddlepoint.core import load
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, Experiment
from saddlepoint.core.kinds import kind_of
from saddlepoint.core.machine import processor, resident
from saddlepoint.core.words import clock
from saddlepoint.data import cache
from saddlepoint.data.dataset import Split
from saddlepoint.engine.optimizers import scheduled_numbers
from saddlepoint.engine.step import Stepper
from saddlepoint.engine.turns import ENDS, images_drawn, longest

VERSION = 3  # of what is measured; a new one forgets what older versions found
LONG = (
    0.1  # seconds of a step from which on an idle machine is fastest with all threads; fewer take long to try
)
WINDOW, BUSY_WINDOW = 0.05, 0.3  # seconds of one reading on an idle and a busy machine, where times scatter
LEAST, MOST = 0.5, 3.0  # seconds for trying threads on a busy machine, and as many for kernels
TENTH = 0.1  # of the expected time of the run, which each may take within these bounds
TRIALS = 4  # steps that trying takes at least

Facts = dict[str, Any]


def tune(
    plan: Plan, experiment: Experiment, split: Split, budget: Budget | None = None, *, trying: bool = True
) -> Plan:
    """Return ``plan`` with the threads and kernels that train ``experiment`` fastest as the machine is now.

    A few steps are trained on a copy. What was found on an idle machine is remembered, so that equal runs are
    planned alike there; on a busy one threads are measured again, for about a tenth of ``budget``. Where
    trying would take longer, a step is timed, and threads are all of an idle machine or the free ones of a
    busy one. Without a cache folder the plan of an idle machine stays as it is. On NVIDIA's GPUs steps are
    captured.

    Args:
        plan: the most threads, or those that were asked for.
        experiment: what is to be trained.
        split: the training data.
        budget: how long it is to be trained; None for long.
        trying: whether there is to be trying at all, beyond what is remembered.
    """
    if plan.device != "cpu":
        captured = plan.device.startswith("cuda") and obstacle_to_capture(experiment) is None
        return dataclasses.replace(plan, captured=captured)
    shared, key = siblings().facts, _key(plan, experiment, split)
    if key in shared:
        return plan.tuned(shared[key])
    untried = None if trying else "threads and kernels are tried when training begins"
    if trying and budget is not None and budget.fraction(1, images_drawn(experiment), len(split), 0.0) > TENTH:
        untried = ""
    facts = _facts(key, plan, experiment, split, budget, untried)
    if facts is None:
        return plan
    tuned = plan.tuned(facts)
    shared[_key(dataclasses.replace(tuned, threads_given=True), experiment, split)] = facts
    return tuned


def obstacle_to_capture(experiment: Experiment) -> str | None:
    """Return why steps of ``experiment`` cannot be captured as CUDA graphs, or None."""
    if TorchVersion(torch.__version__) < OLDEST:
        return f"captures need torch {OLDEST} or later, this is {torch.__version__}"
    for player, optimizer in experiment.optimizers.items():
        if names := scheduled_numbers(optimizer):
            return f"the {', '.join(names)} of player {player} is scheduled"
    return None


def rethreaded(
    plan: Plan, experiment: Experiment, split: Split, budget: Budget, threads: int | Literal["auto"]
) -> Plan:
    """Return the plan of a run with other threads and all else as it is: so many, or the fastest as of now.

    Raises:
        UserError: there are no such threads, or the run is not on the CPU.
    """
    if plan.device != "cpu":
        raise UserError(f"--threads is for runs on the CPU; this one is on {plan.device}")
    if threads != "auto":
        count = Plan.choose("cpu", threads=threads).threads
        return dataclasses.replace(plan, threads=count, threads_given=True, step_seconds=None)
    most = dataclasses.replace(plan, threads=torch.get_num_threads(), threads_given=False)
    found = _measure(most, experiment, split, load.others(), budget, {"kernels": plan.kernels})
    return most.tuned(found)


def _facts(
    key: str, plan: Plan, experiment: Experiment, split: Split, budget: Budget | None, untried: str | None
) -> Facts | None:
    """Return what is remembered of an idle machine, if it is one, else what is measured now."""
    name = f"plan-{key}"
    others = load.others()
    busy = load.is_busy(others)
    try:
        known = cache.recall(name)
        if known and not known["busy"] and not busy:
            return known
        found = _measure(plan, experiment, split, others, budget, known if busy else None, untried)
        if found["tried"] and (known is None or not found["busy"]):
            cache.remember(name, found)  # an idle machine's answer replaces a busy one's
    except UserError:  # no cache can be written: what is not remembered might be planned otherwise next time
        return _measure(plan, experiment, split, others, budget, None, untried) if busy else None
    return found


def _key(plan: Plan, experiment: Experiment, split: Split) -> str:
    machine = (processor(), os.cpu_count(), torch.__version__, torch.backends.cpu.get_cpu_capability())
    family = experiment.family
    losses = (experiment.objective, family.second_order, *dict.fromkeys(map(family.turns, ENDS)))
    game = (repr(family), *losses, experiment.batch, len(split), split.array.shape)
    return cache.key(VERSION, *machine, plan.precision, plan.threads, plan.threads_given, *game)


def _measure(
    plan: Plan,
    experiment: Experiment,
    split: Split,
    others: float | None,
    budget: Budget | None,
    known: Facts | None = None,
    untried: str | None = None,
) -> Facts:
    """Measure on a copy of ``experiment``; return what :meth:`Plan.tuned` takes, as JSON values.

    Beside these ``busy`` says whether the machine was, and ``tried`` whether anything was tried.

    Args:
        plan: the most threads, or those that were asked for.
        experiment: what is to be trained.
        split: the training data.
        others: cores that other programs take.
        budget: how long it is to be trained.
        known: what was found before, whose kernels are taken.
        untried: why nothing is to be tried, for people; None tries where the budget has time for it.
    """
    meter = load.Meter()
    trial = dataclasses.replace(experiment, family=copy.deepcopy(experiment.family).train())
    before = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        stepper = Stepper.of(trial, split, plan, 0)
        most = longest(trial.family)

        def step() -> None:
            stepper.step(most)

        try:
            kernels = {} if known is None else known["kernels"]
            torch.set_num_threads(free := _free(plan, others))
            with watching(trial.family) as seen:
                first = _timed(step)
            run = _seconds(budget, trial, split, first)
            if untried is not None and first <= MOST:  # a second step takes its usual time
                first = thread_count.mean_time(step, 0.0)
            if untried is None and TRIALS * first > max(LEAST if load.is_busy(others) else MOST, TENTH * run):
                long = clock(first) if first >= 1 else f"{first:.1g} s"
                untried = f"nothing is tried, as a step takes {long}"
            if untried is not None:
                others = _larger(others, meter.others())
                return _untried(plan, free, kernels, first, others, untried)
            torch.set_num_threads(plan.threads)
            patch_convolution.install(trial.family, kernels)
            usual = thread_count.mean_time(step, 0.0)
            patience = _patience(budget, trial, split, usual)
            others = _larger(others, meter.others())
            readings = _readings(plan, step, usual, others, patience)
            others = _larger(others, meter.others())
            if load.is_busy(others) and len(readings) == 1:  # others came meanwhile
                readings = _readings(plan, step, usual, others, patience)
            busy = load.is_busy(others) or (
                others is None and thread_count.scatter(readings) > thread_count.SCATTER
            )
            times = thread_count.medians(readings)
            chosen = thread_count.fastest(times, preferred=min(times) if busy else max(times))
            torch.set_num_threads(chosen)
            if known is None:
                dtype = torch.bfloat16 if plan.precision == "bf16" else torch.float32
                kernels = faster_by_patches(seen, dtype, patience if busy else math.inf)
                patch_convolution.install(trial.family, kernels)
            seconds = thread_count.mean_time(step, BUSY_WINDOW) if kernels and known is None else times[chosen]
        finally:
            torch.set_num_threads(before)
    return {
        "tried": True,
        "threads": chosen,
        "kernels": kernels,
        "step_seconds": seconds,
        "memory": resident(),
        "others": others,
        "busy": busy,
        "reason": _reason(
            plan,
            {count: images_drawn(trial) / one for count, one in times.items()},
            kind_of(split.array).many,
            chosen,
            others,
            busy,
        ),
    }


def _untried(plan: Plan, threads: int, kernels: Facts, seconds: float, others: float | None, why: str) -> Facts:
    """Return what is known where nothing is tried and a step takes ``seconds``."""
    busy = load.is_busy(others)
    said = [_taken(others)] if busy and plan.threads > 1 else []
    said += [_fewer(threads)] if busy and plan.threads_given and plan.threads > 1 else []
    return {
        "tried": False,
        "threads": threads,
        "kernels": kernels,
        "step_seconds": seconds,
        "memory": resident(),
        "others": others,
        "busy": busy,
        "reason": "; ".join([*said, why] if why else said),
    }


def _free(plan: Plan, others: float | None) -> int:
    """Return the threads of a plan that others leave free; all of them where they were asked for."""
    if plan.threads_given or others is None or not load.is_busy(others):
        return plan.threads
    return thread_count.free(plan.threads, others)


def _timed(step: Callable[[], object]) -> float:
    """Return the seconds of a single step, the first one, which is slower than others."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def _readings(
    plan: Plan, step: Callable[[], None], usual: float, others: float | None, patience: float
) -> thread_count.Readings:
    """Return times of a step with each number of threads that is worth trying, at least with the plan's own."""
    busy = load.is_busy(others)
    if usual > LONG and not busy and others is not None:
        return {plan.threads: [usual]}
    if plan.threads_given or plan.threads == 1:
        return {plan.threads: [thread_count.mean_time(step, BUSY_WINDOW)]}
    counts = thread_count.candidates(plan.threads, others if busy else None)
    if not busy:
        return thread_count.in_turns(step, counts, window=WINDOW, limit=MOST)
    window = min(BUSY_WINDOW, patience / (thread_count.ROUNDS * len(counts)))
    return thread_count.in_turns(step, counts, window=window, limit=patience)


def _larger(a: float | None, b: float | None) -> float | None:
    return max((one for one in (a, b) if one is not None), default=None)


def _patience(budget: Budget | None, experiment: Experiment, split: Split, usual: float) -> float:
    """Return for how many seconds threads, and then kernels, may be tried on a busy machine."""
    return min(MOST, max(LEAST, TENTH * _seconds(budget, experiment, split, usual)))


def _seconds(budget: Budget | None, experiment: Experiment, split: Split, usual: float) -> float:
    """Return how long a budget takes where a step takes ``usual`` seconds; without a budget for ever."""
    done = 0.0 if budget is None else budget.fraction(1, images_drawn(experiment), len(split), usual)
    return usual / done if done else math.inf


def _reason(
    plan: Plan, speeds: dict[int, float], examples: str, chosen: int, others: float | None, busy: bool
) -> str:
    """Say why so many threads were chosen.

    Args:
        plan: as it was before.
        speeds: examples a second by number of threads.
        examples: what people call them.
        chosen: the number.
        others: cores that other programs take.
        busy: whether that makes the machine a busy one.
    """
    taken = _taken(others)
    if plan.threads == 1 or (plan.threads_given and not busy):
        return ""
    if plan.threads_given:
        return f"{taken}; {_fewer(chosen)}"
    many = f"{chosen} of {plan.threads} threads"
    if len(speeds) == 1:
        return f"{many}: nothing else takes the cores, and steps are long"
    other = max((count for count in speeds if count != chosen), key=lambda count: speeds[count])
    if busy and chosen != plan.threads:
        other = plan.threads
    measured = f"measured {speeds[chosen]:,.0f} {examples}/s against {speeds[other]:,.0f} with {other}"
    return f"{many}: {taken}, {measured}" if busy else f"{many}: {measured}"


def _taken(others: float | None) -> str:
    """Say what makes the machine a busy one."""
    if others is None:
        return "times scatter as on a busy machine"
    return f"others take {others:.1f} of {load.cores()} cores"


def _fewer(asked: int) -> str:
    return f"fewer threads may be faster than the {asked} asked for"
