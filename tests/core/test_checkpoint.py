"""A checkpoint's hash says which weights its pictures were drawn from."""

import json

import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.hashing import tensors_hash


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_every_picture_of_a_run_names_the_checkpoint_that_it_was_drawn_from(tmp_path, ema):
    settings: dict = {"ema": ema, "checkpoint_every": 0, "keep": 9, "quiet": True}
    run = sp.train("dcgan", "digits", steps=3, batch=8, width=4, out=tmp_path / "run", **settings)
    hashes = {checkpoint.step: checkpoint.weights_hash for checkpoint in run.folder.checkpoints()}
    assert len(set(hashes.values())) == 4, "other weights, another hash"
    grids = {run.folder.step_of(path): path for path in run.folder.samples()}
    assert grids.keys() == hashes.keys()
    for step, path in grids.items():
        with Image.open(path) as picture:
            assert picture.info["weights"] == hashes[step]
    with Image.open(run.folder.grid) as picture:
        assert picture.info["weights"] == hashes[3] == run.origin["weights"]


def test_a_hash_is_of_names_and_values_however_they_lie_in_memory():
    x = torch.arange(24.0).reshape(1, 2, 3, 4)
    known = tensors_hash({"a": x, "b": torch.tensor(3)})
    assert tensors_hash({"b": torch.tensor(3), "a": x.to(memory_format=torch.channels_last)}) == known
    assert len(known) == 16
    assert tensors_hash({"a": x + 1, "b": torch.tensor(3)}) != known
    assert tensors_hash({"c": x, "b": torch.tensor(3)}) != known


def test_a_checkpoint_of_before_answers_with_the_hash_of_its_file(tmp_path):
    weights = {"a": torch.zeros(2)}
    checkpoint = Checkpoint.write(tmp_path / "step-000000007", {"weights": weights}, {"step": 7})
    assert checkpoint.weights_hash == tensors_hash(weights)
    state = checkpoint.path / "state.json"
    values = json.loads(state.read_text())
    del values["weights_hash"]
    state.write_text(json.dumps(values))
    assert checkpoint.weights_hash == values["hashes"]["weights"][:16]


def test_an_object_keeps_the_weights_that_it_began_with_when_more_are_trained(tmp_path):
    run = sp.train("dcgan", "digits", steps=1, batch=8, width=4, out=tmp_path / "run", quiet=True)
    assert run.step == 1
    later = sp.resume(run.path, steps=2, quiet=True)
    assert (run.step, later.step) == (1, 2)
    assert run.origin["weights"] != later.origin["weights"]
    family = run.built().experiment.family
    assert tensors_hash(dict(family.state_dict())) == run.origin["weights"]
