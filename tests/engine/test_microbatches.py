"""Batches in pieces: the same gradients as the whole, and training that survives exhausted memory."""

import dataclasses
import json
import subprocess
import sys
import weakref
from typing import Any

import pytest
import torch

from saddlepoint.core.errors import TrainingError
from saddlepoint.core.experiment import recipes
from saddlepoint.engine import microbatches
from saddlepoint.runs.prepare import prepare
from tests.engine.test_step import DATA, START, make


def gradients(recipe, count, **flags):
    stepper = make(recipe, **flags)
    stepper.plan = dataclasses.replace(stepper.plan, pieces=count)
    updates = {}
    descents: Any = stepper.optimizers
    for player, descent in descents.items():
        descent.update = lambda found, player=player: updates.setdefault(player, found)
    report = stepper.step(START)
    return updates, report


@pytest.mark.parametrize(
    ("recipe", "flags"),
    [
        ("cs231n_fc", {}),
        ("cs231n_fc", {"penalty": ("r1", "r2"), "objective": "relativistic"}),
        ("r3gan", {"width": 16}),
    ],
)
def test_pieces_have_the_gradient_of_the_whole(recipe, flags):
    family = recipes.get(recipe).build(DATA, **flags).family
    if microbatches.obstacle(family, 10, 5):
        pytest.skip(f"{recipe}: {microbatches.obstacle(family, 10, 5)}")
    (whole, said), (parts, told) = gradients(recipe, 1, **flags), gradients(recipe, 5, **flags)
    for player, expected in whole.items():
        for ours, theirs in zip(parts[player], expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)
    for name, value in said.items():
        torch.testing.assert_close(told[name], value, rtol=1e-4, atol=1e-6)


def exhausted(stepper, times):
    """Let the family run out of memory ``times`` times."""
    family: Any = stepper.family
    terms = family.terms
    left = [times]

    def failing(*arguments):
        if left[0]:
            left[0] -= 1
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")
        return terms(*arguments)

    family.terms = failing


def test_a_step_goes_on_in_pieces_with_the_same_batch():
    whole, parts = make("cs231n_fc"), make("cs231n_fc")
    exhausted(parts, 1)
    expected, found = whole.step(START), parts.step(START)
    assert (whole.plan.pieces, parts.plan.pieces) == (1, 2)
    assert parts.batches.drawn == whole.batches.drawn
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-5)


def test_a_split_leaves_no_shared_fakes_in_memory():
    """Their graph, which the critic's turn left for the generator's, is what filled it."""
    stepper = make("cs231n_fc", changes={"fresh_latent": False})
    family: Any = stepper.family
    generate, terms, fakes = family.generate, family.terms, []

    def spying(*arguments):
        assert [one for one in fakes[:1] if one() is not None] == []
        fakes.append(weakref.ref(fake := generate(*arguments)))
        return fake

    def failing(player, *arguments):
        if player == "g" and len(fakes) == 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return terms(player, *arguments)

    family.generate, family.terms = spying, failing
    stepper.step(START)
    assert stepper.plan.pieces == 2
    assert len(fakes) == 3


def test_batch_normalisation_is_not_split():
    stepper = make("dcgan")
    exhausted(stepper, 1)
    with pytest.raises(TrainingError, match=r"batch 10, and its batch normalisation .* --batch, for example 5"):
        stepper.step(START)


def test_other_errors_pass():
    stepper = make("cs231n_fc")
    family: Any = stepper.family

    def wrong(*_):
        raise RuntimeError("shapes do not fit")

    family.terms = wrong
    with pytest.raises(RuntimeError, match="shapes"):
        stepper.step(START)
    assert stepper.plan.pieces == 1


@pytest.mark.parametrize(
    ("recipe", "flags", "batch", "why"),
    [
        ("cs231n_fc", {}, 10, None),
        ("cs231n_fc", {}, 9, "cannot be split"),
        ("dcgan", {"width": 8, "hidden": 0}, 10, "batch normalisation"),
        ("pacgan", {"pack": 2, "width": 8}, 8, "batch normalisation"),
    ],
)
def test_obstacles(recipe, flags, batch, why):
    found = microbatches.obstacle(recipes.get(recipe).build(DATA, **flags).family, batch, 2)
    assert found is None if why is None else why in found


@pytest.mark.parametrize(
    ("recipe", "data", "flags", "whole"),
    [
        ("sound_gan", "ma8", {}, True),
        ("seq_gan", "oracle:20", {"filters": 0.02, "baseline": True}, True),
        ("seq_gan", "oracle:20", {"filters": 0.02, "baseline": False}, False),
    ],
)
def test_means_over_the_batch_are_obstacles(recipe, data, flags, whole):
    found = microbatches.obstacle(prepare(recipe, data, flags=flags).experiment.family, 16, 2)
    assert found == ("its loss compares all examples of a batch" if whole else None)


LIMITED = """
import json, resource, sys
import saddlepoint as sp
from saddlepoint import Watcher

class Watching(Watcher):
    def replanned(self, trainer, why):
        print(json.dumps(why), flush=True)
    def stepped(self, trainer):
        if trainer.done == 1:  # everything that is needed once is there
            used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]),) * 2)
            trainer.batches.batch *= 512

settings = {"card": False, "quiet": True, "device": "cpu", "precision": "fp32", "threads": 1}
sp.train("cs231n_fc", steps=3, batch=64, out=sys.argv[1], watchers=(Watching(),), **settings)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space by Linux's rules")
def test_a_real_limit_of_memory(tmp_path):
    """A process that may take 300 MB more, with a batch whose activations take more than that."""
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "run"), str(300 << 20)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[0])
    assert "memory was exhausted" in said
    plan = json.loads((tmp_path / "run" / "config.json").read_text())["plan"]
    assert plan["pieces"] >= 2
