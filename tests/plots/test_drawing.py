"""Every kind of data has its way to be drawn."""

from typing import Any

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import kinds
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.files.midi import midi_bytes
from saddlepoint.data.notes import Note
from saddlepoint.plots.drawing import drawing_of, drawings
from saddlepoint.plots.grid import GAP
from tests.sources import SOURCES


def test_every_kind_is_drawn():
    assert drawings.names() == sorted([*kinds.names(), "melodies"])


@pytest.mark.parametrize("kind", [*SOURCES, "melodies"])
def test_samples_walks_and_films_are_pictures(kind, tmp_path):
    if kind == "melodies":
        tune = [Note(pitch, length) for pitch, length in zip(range(60, 84), [1, 2, 4] * 8, strict=True)]
        (tmp_path / "tune.mid").write_bytes(midi_bytes(tune))
        data = load(str(tmp_path), length=4)
    else:
        data = load(SOURCES[kind])
    drawing = drawing_of(data)
    samples, _ = data.train.take(np.arange(12))
    walks = samples.reshape(3, 4, *samples.shape[1:])
    behind = drawing.behind(data)
    assert (behind is not None) == drawing.over_real
    frames = drawing.frames(walks, behind, title="a walk")
    assert len(frames) == 4
    assert len({frame.size for frame in frames}) == 1
    pictures = [
        drawing.samples(samples, behind, title="samples"),
        drawing.small(samples[:9], behind, title="samples"),
        drawing.walks(walks, behind, title="walks"),
        drawing.traversal(walks, "code", ["a", "b", "c"], behind, title="values"),
    ]
    for picture in [*pictures, *frames]:
        low, high = np.asarray(picture.convert("L")).min(), np.asarray(picture.convert("L")).max()
        assert low < high  # something is drawn


def test_a_walk_of_images_is_a_row():
    walks = np.zeros((3, 5, 8, 8, 1), np.uint8)
    picture = drawing_of(Dataset("toy", "toy", "images", {"train": Split(walks[0])})).walks(walks)
    scale = (picture.height - 2 * GAP) // (3 * 8)
    assert picture.size == (5 * 8 * scale + 4 * GAP, 3 * 8 * scale + 2 * GAP)


def test_points_stand_over_their_modes_where_these_are_known():
    data = load("ring8")
    drawing: Any = drawing_of(data)
    known = drawing.behind(data)
    assert known.modes.shape == (8, 2)
    assert known.reach == pytest.approx(0.03)
    split = Split(data.train.array[:50])
    unknown = drawing.behind(Dataset("heap", "heap", "points", {"train": split}))
    assert (unknown.modes, unknown.reach) == (None, 0.0)


def test_a_kind_without_files_of_its_own_says_so(tmp_path):
    with pytest.raises(UserError, match=r"have no files of their own; write them to a \.npy"):
        drawing_of(load("ring8")).save_each(tmp_path / "each", np.zeros((2, 2), np.float32), {})
    assert not (tmp_path / "each").exists()
