import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data import cache, load


def write_images(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for index in range(count):
        Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8)).save(folder / f"{index:03d}.png")


def entries(cache_folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in (cache_folder / "decoded").glob("*.npy")}


def test_the_second_start_reads_the_first_ones_file(tmp_path, cache_folder):
    write_images(tmp_path, 12)
    first, before = load(str(tmp_path)), entries(cache_folder)
    calls = []
    second = load(str(tmp_path), report=lambda *call: calls.append(call))
    assert entries(cache_folder) == before
    assert calls == []
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.train.array, second.train.array)


def test_a_changed_file_is_decoded_again_and_the_old_entry_goes(tmp_path, cache_folder):
    write_images(tmp_path, 12)
    first, before = load(str(tmp_path)), entries(cache_folder)
    Image.new("RGB", (6, 6), (1, 2, 3)).save(tmp_path / "004.png")
    os.utime(tmp_path / "004.png", ns=(1, 1))
    second = load(str(tmp_path))
    assert second.train.array[4, 0, 0].tolist() == [1, 2, 3]
    assert second.fingerprint != first.fingerprint
    after = entries(cache_folder)
    assert len(before) == len(after) == 1
    assert before.keys() != after.keys()


def test_sizes_and_crops_have_entries_of_their_own(tmp_path, cache_folder):
    write_images(tmp_path, 12)
    found = {
        load(str(tmp_path), size=size, crop=crop).fingerprint
        for size in (6, 9)
        for crop in ("center", "stretch")
    }
    assert len(found) == len(entries(cache_folder)) == 4


@pytest.mark.parametrize("damage", ["short", "long", "no json", "bad json", "other shape"])
def test_a_damaged_entry_is_built_again(tmp_path, cache_folder, damage):
    write_images(tmp_path, 12)
    good = np.array(load(str(tmp_path)).train.array)
    (array,) = (cache_folder / "decoded").glob("*.npy")
    facts = array.with_suffix(".json")
    if damage == "short":
        array.write_bytes(array.read_bytes()[:-1])
    elif damage == "long":
        array.write_bytes(array.read_bytes() + b"\0")
    elif damage == "no json":
        facts.unlink()
    elif damage == "bad json":
        facts.write_text("{")
    else:
        np.save(array, good[:3])
    np.testing.assert_array_equal(load(str(tmp_path)).train.array, good)


def test_writing_to_the_array_changes_no_file(tmp_path):
    write_images(tmp_path, 12)
    data = load(str(tmp_path))
    before = int(data.train.array[0, 0, 0, 0])
    data.train.array[0, 0, 0, 0] = before ^ 0xFF
    assert load(str(tmp_path)).train.array[0, 0, 0, 0] == before


def test_concurrent_starts_agree(tmp_path, cache_folder):
    write_images(tmp_path, 60)
    program = "import sys; from saddlepoint.data import load; print(load(sys.argv[1]).fingerprint)"
    starts = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    found = [start.communicate(timeout=120)[0].strip() for start in starts]
    assert set(found) == {load(str(tmp_path)).fingerprint}
    assert not list((cache_folder / "decoded").glob(".*"))


def test_a_cache_that_cannot_be_written_is_said_plainly(tmp_path, monkeypatch):
    write_images(tmp_path / "set", 12)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(UserError, match=r"cache folder .* SADDLE_CACHE"):
        load(str(tmp_path / "set"))


def test_a_failed_build_leaves_nothing(tmp_path, cache_folder):
    write_images(tmp_path, 12)
    for path in sorted(tmp_path.iterdir())[6:]:
        path.write_bytes(b"text")
    with pytest.raises(UserError, match="6 of 12"):
        load(str(tmp_path))
    assert [path for path in (cache_folder / "decoded").iterdir() if path.suffix != ".lock"] == []


def test_the_platform_decides_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.delenv("SADDLE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache.root().name == "saddlepoint"


def test_rows_turn_to_colour_in_place(tmp_path):
    rng = np.random.default_rng(0)
    grey, colour = rng.integers(0, 256, (5, 3, 3, 1), np.uint8), rng.integers(0, 256, (2, 3, 3, 3), np.uint8)
    with cache.Rows(tmp_path / "rows.npy") as rows:
        for image in (*grey, colour[0], grey[0], colour[1]):
            rows.append(image)
    expected = np.concatenate([grey.repeat(3, -1), colour[:1], grey[:1].repeat(3, -1), colour[1:]])
    np.testing.assert_array_equal(np.load(tmp_path / "rows.npy"), expected)
