"""TensorBoard reads curves and grids of a run under the run's name, as one, however often it was resumed."""

import io
import shutil

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

import saddlepoint as sp
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.training.recorder import SIDE, Events


def read(root):
    """Return what TensorBoard knows of the runs in a folder."""
    multiplexer = EventMultiplexer(
        size_guidance={"tensors": 0}, tensor_size_guidance={"scalars": 0, "images": 0}
    )
    return multiplexer.AddRunsFromDirectory(str(root)).Reload()


def tensors(board, run, tag):
    return {event.step: event for event in board.Tensors(run, tag)}


@pytest.fixture(scope="module")
def resumed(tmp_path_factory):
    root = tmp_path_factory.mktemp("resumed")
    settings: dict = {"batch": 8, "width": 4, "kernels": "library", "quiet": True, "log_every": 2}
    run = sp.train("dcgan", "digits", steps=4, out=root / "runs" / "mine", **settings)
    old = run.path / "events"  # as runs of before have it
    old.mkdir()
    run.folder.events()[0].rename(old / "events.out.tfevents.1.old")
    return sp.resume(run.path, steps=8, quiet=True)


def test_a_resumed_run_is_one_run_with_its_name(resumed):
    board = read(resumed.path.parent)
    assert list(board.Runs()) == ["mine"]
    rows = {row["step"]: row for row in resumed.curves()}
    assert sorted(rows) == [2, 4, 6, 8]
    found = tensors(board, "mine", "d/adversarial")
    for step, row in rows.items():
        assert found[step].tensor_proto.float_val[0] == pytest.approx(row["d/adversarial"], rel=1e-6)
        assert found[step].wall_time == pytest.approx(resumed.config["created"] + row["seconds"], abs=1e-3)
    assert sorted(found) == sorted(rows)
    grids = tensors(board, "mine", "samples")
    assert sorted(grids) == [resumed.folder.step_of(path) for path in resumed.folder.samples()]
    for path in resumed.folder.samples():
        content = grids[resumed.folder.step_of(path)].tensor_proto.string_val[2]
        with Image.open(io.BytesIO(content)) as seen, Image.open(path) as drawn:
            assert np.array_equal(np.asarray(seen), np.asarray(drawn))


def test_large_grids_are_made_smaller(resumed, tmp_path):
    path = tmp_path / "step-000000009.png"
    Image.new("RGB", (2 * SIDE, SIDE), (200, 100, 0)).save(path)
    copy = shutil.copytree(resumed.path, tmp_path / "runs" / "mine")
    events = Events(RunFolder(copy))
    events.add_grid(9, path)
    events.close()
    width, height, content = tensors(read(copy.parent), "mine", "samples")[9].tensor_proto.string_val
    assert (width, height) == (str(SIDE).encode(), str(SIDE // 2).encode())
    with Image.open(io.BytesIO(content)) as seen:
        assert (seen.mode, seen.size, seen.getpixel((5, 5))) == ("RGB", (SIDE, SIDE // 2), (200, 100, 0))
