"""A checkpoint's hash says which weights its pictures were drawn from."""

import hashlib
import json
import re
import shutil

import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.errors import DamagedError, DamageWarning
from saddlepoint.core.hashing import tensors_hash
from tests.trained import assert_same


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
    (checkpoint.path / "SHA256SUMS").unlink()  # which there was not either
    state = checkpoint.path / "state.json"
    values = json.loads(state.read_text())
    del values["weights_hash"]
    state.write_text(json.dumps(values))
    assert checkpoint.weights_hash == values["hashes"]["weights"][:16]


@pytest.fixture
def checkpoint(tmp_path):
    tensors = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(3)}
    values = {"step": 7, "seconds": 1.25, "drawn": 448, "pending": [], "best": None}
    return Checkpoint.write(tmp_path / "step-000000007", {"weights": tensors, "state": tensors}, values)


FILES = ("SHA256SUMS", "state.json", "state.safetensors", "weights.safetensors")


def test_any_byte_that_changes_is_noticed(checkpoint):
    checkpoint.check()
    assert sorted(path.name for path in checkpoint.path.iterdir()) == list(FILES)
    for path in checkpoint.path.iterdir():
        content = path.read_bytes()
        for place in range(len(content)):
            bit = 1 << place % 8
            path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            with pytest.raises(DamagedError, match=path.name):
                checkpoint.check()
        path.write_bytes(content)
    checkpoint.check()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kept", [0, 1, 60, -1])
def test_a_file_that_was_cut_is_noticed(checkpoint, name, kept):
    path = checkpoint.path / name
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedError, match=name):
        checkpoint.check()


def test_the_sums_are_those_that_other_programs_check(checkpoint):
    lines = (checkpoint.path / "SHA256SUMS").read_text().splitlines()
    found = {name: digest for digest, name in (line.split("  ") for line in lines)}
    content = {name: (checkpoint.path / name).read_bytes() for name in FILES[1:]}
    assert found == {name: hashlib.sha256(bytes_).hexdigest() for name, bytes_ in content.items()}


@pytest.mark.parametrize("hashes", [[], None, "weights", {"weights": 3}])
def test_hashes_that_are_none_are_damage(checkpoint, hashes):
    (checkpoint.path / "SHA256SUMS").unlink()
    state = checkpoint.path / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"hashes": hashes}))
    with pytest.raises(DamagedError, match="its hashes are none"):
        checkpoint.check()


def test_a_copied_folder_is_no_checkpoint(tmp_path):
    run = sp.train("mlp_gan", "ring8", steps=1, batch=8, out=tmp_path / "run", threads=1, quiet=True)
    newest = run.folder.latest().path
    shutil.copytree(newest, newest.with_name(f"{newest.name} (copy)"))
    assert sp.load(run.path).step == 1
    assert sp.resume(run.path, steps=2, quiet=True).step == 2


def test_a_damaged_checkpoint_is_passed_over_and_trained_again(tmp_path):
    settings: dict = {"batch": 8, "width": 4, "checkpoint_every": 0, "keep": 3, "quiet": True}
    whole = sp.train("dcgan", "digits", steps=4, out=tmp_path / "whole", **settings)
    run = sp.train("dcgan", "digits", steps=3, out=tmp_path / "run", **settings)
    for step in (3, 2):
        path = run.path / "checkpoints" / f"step-{step:09d}" / "ema.safetensors"
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.warns(DamageWarning, match=r"ema.safetensors is damaged.*; used is step 1") as told:
        assert sp.load(run.path).step == 1
    assert [re.findall(r"step-0+(\d)", str(one.message)) for one in told] == [["3"], ["2"]]
    with pytest.warns(DamageWarning):
        again = sp.resume(run.path, steps=4, quiet=True)
    assert_same(whole, again)
    kept = {path.name for path in (run.path / "checkpoints").iterdir()}
    assert {"damaged-step-000000002", "damaged-step-000000003"} <= kept, "nothing is thrown away"
    for damaged in run.folder.checkpoints():
        (damaged.path / "weights.safetensors").unlink()
    with pytest.raises(DamagedError, match=r"has no checkpoint that is whole: cannot read .*step-000000004"):
        run.folder.latest()


def test_an_object_keeps_the_weights_that_it_began_with_when_more_are_trained(tmp_path):
    run = sp.train("dcgan", "digits", steps=1, batch=8, width=4, out=tmp_path / "run", quiet=True)
    assert run.step == 1
    later = sp.resume(run.path, steps=2, quiet=True)
    assert (run.step, later.step) == (1, 2)
    assert run.origin["weights"] != later.origin["weights"]
    family = run.built().experiment.family
    assert tensors_hash(dict(family.state_dict())) == run.origin["weights"]
