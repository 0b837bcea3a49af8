import json

import numpy as np
import pytest
from PIL import Image

from saddlepoint.core import files
from saddlepoint.plots.animation import save_animation, save_loop


def film(n, size=(24, 16)):
    return [Image.new("RGB", size, (10 * i % 256, 100, 200)) for i in range(n)]


def labels(n):
    return [f"step {i:,}" for i in range(n)]


def read(path):
    """Return a GIF's durations in milliseconds, its frames in RGB and how often it loops."""
    durations, frames = [], []
    with Image.open(path) as gif:
        loop = gif.info["loop"]
        for i in range(gif.n_frames):  # type: ignore[attr-defined]
            gif.seek(i)
            durations.append(gif.info["duration"])
            frames.append(gif.convert("RGB"))
    return durations, frames, loop


def test_frames_durations_and_loop(tmp_path):
    save_animation(tmp_path / "a" / "film.gif", film(12), labels=labels(12), seconds=3)
    durations, frames, loop = read(tmp_path / "a" / "film.gif")
    assert durations == [500, *[300] * 10, 2000]
    assert loop == 0  # for ever
    assert {frame.size for frame in frames} == {(480, 320 + 3 + 27)}
    for i, frame in enumerate(frames):
        assert frame.getpixel((240, 160)) == pytest.approx((10 * i, 100, 200), abs=4)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["film.gif"]


def test_every_frame_says_when_it_was(tmp_path):
    save_animation(tmp_path / "film.gif", [film(1)[0]] * 3, labels=labels(3))
    _, frames, _ = read(tmp_path / "film.gif")
    strips = [np.asarray(frame.crop((0, 324, 480, 350))).tobytes() for frame in frames]
    assert len(set(strips)) == 3
    bars = [np.asarray(frame.convert("L"))[321] < 200 for frame in frames]
    assert [bar.sum() for bar in bars] == [0, pytest.approx(240, abs=1), 480]


def test_a_film_that_would_be_too_large_has_smaller_and_then_fewer_frames(tmp_path):
    rng = np.random.default_rng(0)
    noise = [Image.fromarray(rng.integers(0, 256, (48, 480), np.uint8)) for _ in range(12)]

    def sized(most):
        path = tmp_path / "film.gif"
        save_animation(path, noise, labels=labels(12), most=most)
        _, frames, _ = read(path)
        return path.stat().st_size, len(frames), frames[0].width

    whole, *full = sized(float("inf"))
    assert full == [12, 480]
    size, count, side = sized(0.6 * whole)
    assert size <= 0.6 * whole
    assert count == 12
    assert 300 < side < 480
    size, count, side = sized(0.2 * whole)
    assert size <= 0.2 * whole
    assert 8 <= count < 12
    assert side == 240
    assert sized(10)[1:] == (8, 240)


def test_a_loop_goes_there_and_back_and_says_where_it_is_from(tmp_path):
    grey = [Image.new("L", (30, 20), 20 * i) for i in range(5)]
    save_loop(tmp_path / "grey.gif", grey, text={"run": "r"})
    durations, frames, loop = read(tmp_path / "grey.gif")
    assert [frame.getpixel((5, 5))[0] for frame in frames] == [0, 20, 40, 60, 80, 60, 40, 20]
    assert durations == [400, 80, 80, 80, 400, 80, 80, 80]
    assert loop == 0
    with Image.open(tmp_path / "grey.gif") as gif:
        assert json.loads(gif.info["comment"]) == {"run": "r"}
    save_loop(tmp_path / "colour.webp", film(3, (60, 40)), text={"seed": "1"})
    with Image.open(tmp_path / "colour.webp") as webp:
        assert webp.n_frames == 4  # type: ignore[attr-defined]
        assert json.loads(webp.getexif()[0x010E]) == {"seed": "1"}
    save_loop(tmp_path / "one.gif", grey[:1])
    assert len(read(tmp_path / "one.gif")[1]) == 1


def test_it_tells_how_many_frames_are_drawn(tmp_path):
    told = []
    save_animation(tmp_path / "film.gif", film(3), labels=labels(3), report=lambda *call: told.append(call))
    assert told == [("drawing the film at 480 pixels", done, 3) for done in range(3)]


def test_one_frame_stands_still(tmp_path):
    save_animation(tmp_path / "film.gif", film(1), labels=labels(1))
    with Image.open(tmp_path / "film.gif") as gif:
        assert gif.n_frames == 1  # type: ignore[attr-defined]
        assert gif.size == (480, 350)


@pytest.mark.parametrize(("n", "expected"), [(2, [1000, 2000]), (3, [1000, 1000, 2000])])
def test_few_frames_do_not_drag(tmp_path, n, expected):
    save_animation(tmp_path / "film.gif", film(n), labels=labels(n), seconds=6)
    assert read(tmp_path / "film.gif")[0] == expected


def test_too_many_frames_are_thinned_out(tmp_path):
    save_animation(tmp_path / "film.gif", film(200, (480, 8)), labels=labels(200), seconds=1)
    durations, frames, _ = read(tmp_path / "film.gif")
    assert len(frames) == 14
    assert durations == [500, *[80] * 12, 2000]
    assert frames[-1].getpixel((100, 4)) == pytest.approx((10 * 199 % 256, 100, 200), abs=4)


def test_grey_and_transparent_frames(tmp_path):
    grey = [Image.new("L", (480, 480), 20 * i) for i in range(4)]
    save_animation(tmp_path / "grey.gif", grey, labels=labels(4))
    assert [frame.getpixel((9, 9)) for frame in read(tmp_path / "grey.gif")[1]] == [
        (20 * i,) * 3 for i in range(4)
    ]
    clear = [Image.new("RGBA", (480, 480), (0, 0, 0, 0))] * 2
    save_animation(tmp_path / "clear.gif", clear, labels=labels(2))
    assert {frame.getpixel((9, 9)) for frame in read(tmp_path / "clear.gif")[1]} == {(255, 255, 255)}


@pytest.mark.parametrize(
    ("frames", "names", "seconds", "message"),
    [
        ([], [], 6, "no frames"),
        (film(3), labels(2), 6, "3 frames need as many labels, not 2"),
        ([*film(1), *film(1, (9, 9))], labels(2), 6, "one size"),
        (film(2), labels(2), 0, "above 0 seconds"),
        (film(2), labels(2), float("nan"), "above 0 seconds"),
        (film(2), labels(2), float("inf"), "finite length"),
    ],
)
def test_bad_films_are_refused(tmp_path, frames, names, seconds, message):
    with pytest.raises(ValueError, match=message):
        save_animation(tmp_path / "film.gif", frames, labels=names, seconds=seconds)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_film(tmp_path, monkeypatch):
    def fail(source, target):
        raise OSError("disk full")

    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save_animation(path, film(2), labels=labels(2))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
