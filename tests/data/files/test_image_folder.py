import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.image_folder import Folder


def write_images(folder: Path, count: int, *, size=(6, 6), colour=True, seed: int = 0) -> list[np.ndarray]:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    arrays = [rng.integers(0, 256, (*size, 3) if colour else size, np.uint8) for _ in range(count)]
    for index, array in enumerate(arrays):
        Image.fromarray(array).save(folder / f"{index:03d}.png")
    return arrays


def test_pixels_come_back_in_the_order_of_names(tmp_path):
    arrays = write_images(tmp_path / "set", 30)
    data = load(str(tmp_path / "set"))
    np.testing.assert_array_equal(data.train.array, np.stack(arrays))
    assert isinstance(data.train.array, np.memmap)
    assert data.name == "set"
    assert data.notes == ()
    rows = np.concatenate([split.rows for split in data.splits.values() if split.rows is not None])
    assert sorted(rows) == list(range(30))


def test_classes_follow_subfolders(tmp_path):
    for index, name in enumerate(("cat", "dog", "été 2")):
        write_images(tmp_path / name, 10, seed=index)
    data = load(str(tmp_path))
    assert data.classes == ("cat", "dog", "été 2")
    assert data.train.label is not None
    assert data.train.label.tolist() == [0] * 10 + [1] * 10 + [2] * 10


def test_official_splits(tmp_path):
    for part, count in (("train", 40), ("test", 12)):
        for index, name in enumerate("ab"):
            write_images(tmp_path / part / name, count, seed=hash((part, index)) % 1000)
    data = load(str(tmp_path))
    assert (len(data.train), len(data.splits["test"])) == (80, 24)
    train, held = data.train.rows, load(str(tmp_path), hold_out=True)
    assert train is not None
    assert set(data.splits["validation"].rows) < set(train)  # type: ignore[arg-type]
    assert len(held.train) + len(held.splits["validation"]) == 80


def test_all_grey_is_one_channel_and_one_colour_image_makes_three(tmp_path):
    grey = write_images(tmp_path, 20, colour=False)
    assert load(str(tmp_path)).shape == (6, 6, 1)
    Image.new("RGB", (6, 6), (1, 2, 3)).save(tmp_path / "zzz.png")
    array = load(str(tmp_path)).train.array
    assert array.shape == (21, 6, 6, 3)
    np.testing.assert_array_equal(array[:20], np.repeat(np.stack(grey)[..., None], 3, axis=-1))
    assert array[20, 0, 0].tolist() == [1, 2, 3]


def test_mixed_sizes_take_the_median_shorter_side(tmp_path):
    for index, size in enumerate([(8, 20), (10, 10), (30, 12)]):
        write_images(tmp_path / str(index) / "x", 1, size=size)
    data = load(str(tmp_path))
    assert data.shape == (10, 10, 3)
    assert "2 of 3 images to 10 pixels" in data.notes[-1]
    assert load(str(tmp_path), size=lambda side: 2 * side).shape == (20, 20, 3)


def test_formats_are_known_by_content(tmp_path):
    write_images(tmp_path, 12)
    for path in tmp_path.iterdir():
        path.rename(path.with_suffix(""))
    (tmp_path / "labels.csv").write_text("not an image")
    assert len(load(str(tmp_path)).train.array) == 12


def test_hidden_files_and_links_in_circles(tmp_path):
    write_images(tmp_path / "a", 12)
    shutil.copy(tmp_path / "a" / "000.png", tmp_path / "a" / "._000.png")
    write_images(tmp_path / "__MACOSX", 2)
    (tmp_path / "a" / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self.png").symlink_to(tmp_path / "a" / "self.png")
    assert [member.name for member in Folder(tmp_path).members] == [f"a/{i:03d}.png" for i in range(12)]


@pytest.mark.skipif(os.name == "nt", reason="names of any bytes are a Unix matter")
def test_names_of_any_bytes(tmp_path):
    write_images(tmp_path, 12)
    try:
        os.rename(tmp_path / "000.png", os.fsencode(tmp_path) + b"/\xff \xe9.png")
    except OSError:
        pytest.skip("this file system keeps names in UTF-8")
    (tmp_path / "001.png").write_bytes(b"no image")
    data = load(str(tmp_path))
    assert len(data.train.array) == 11
    assert "001.png" in data.notes[0]


def test_few_damaged_images_are_skipped_and_named(tmp_path):
    arrays = write_images(tmp_path, 21)
    broken = (tmp_path / "007.png").read_bytes()
    (tmp_path / "007.png").write_bytes(broken[: len(broken) // 2])
    (tmp_path / "011.png").write_bytes(b"")
    data = load(str(tmp_path), size=6)
    np.testing.assert_array_equal(data.train.array, np.stack([*arrays[:7], *arrays[8:11], *arrays[12:]]))
    assert "skipped 2 of 21 images" in data.notes[0]
    assert "007.png" in data.notes[0]
    assert "011.png (no image, or none of its kind)" in data.notes[0]  # and no object's address


def test_many_damaged_images_are_refused(tmp_path):
    write_images(tmp_path, 9)
    (tmp_path / "a.jpg").write_bytes(b"text")
    (tmp_path / "b.jpg").write_bytes(b"text")
    with pytest.raises(UserError, match=r"2 of 11 images in .*a\.jpg"):
        load(str(tmp_path))


def test_only_damaged_images(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"text")
    with pytest.raises(UserError, match=r"no image of .* can be read"):
        load(str(tmp_path))
    with pytest.raises(UserError, match="1 of 1 images"):
        load(str(tmp_path), size=8)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "holds no files"),
        (["a.dat"], "1 file but no images"),
        (["a.csv", "b.dat"], "2 files but no images"),
    ],
)
def test_folders_without_images(tmp_path, files, said):
    for name in files:
        (tmp_path / name).write_text("words")
    with pytest.raises(UserError, match=said) as error:
        load(str(tmp_path))
    assert str(tmp_path) in str(error.value)


def test_a_bomb_in_a_folder_is_named(tmp_path):
    write_images(tmp_path, 12)
    (tmp_path / "bomb.ppm").write_bytes(b"P5 60000 60000 255\n")
    with pytest.raises(UserError, match=r"bomb\.ppm declares more than"):
        load(str(tmp_path), size=6)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission(tmp_path):
    write_images(tmp_path / "closed", 2)
    (tmp_path / "closed").chmod(0)
    try:
        with pytest.raises(UserError, match="permissions"):
            load(str(tmp_path))
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_three_images_serve_all_splits(tmp_path):
    write_images(tmp_path, 3)
    data = load(str(tmp_path), hold_out=True)
    assert [len(split) for split in data.splits.values()] == [3, 3, 3]
    assert "fewer than 10" in data.notes[0]


def test_progress_reaches_its_end(tmp_path):
    write_images(tmp_path, 12)
    calls = []
    load(str(tmp_path), report=lambda what, done, total: calls.append((done, total)))
    assert calls[-1] == (12, 12)


def test_images_behind_links_or_without_endings_are_no_text(tmp_path):
    for name in ("cat", "dog"):
        write_images(tmp_path / "store" / name, 4)
        (tmp_path / "linked").mkdir(exist_ok=True)
        (tmp_path / "linked" / name).symlink_to(tmp_path / "store" / name)
    (tmp_path / "linked" / "README.txt").write_text("what these are " * 100)
    data = load(str(tmp_path / "linked"))
    assert (data.kind, data.classes) == ("images", ("cat", "dog"))
    (tmp_path / "bare").mkdir()
    for index, path in enumerate(sorted((tmp_path / "store" / "cat").iterdir())):
        shutil.copy(path, tmp_path / "bare" / str(index))
    (tmp_path / "bare" / "README.md").write_text("what these are " * 100)
    assert load(str(tmp_path / "bare")).kind == "images"
    (tmp_path / "prose").mkdir()
    (tmp_path / "prose" / "tale.txt").write_text("once upon a time " * 500)
    (tmp_path / "prose" / "LICENSE").write_text("none")
    (tmp_path / "prose" / "again").symlink_to(tmp_path / "prose")
    assert load(str(tmp_path / "prose")).kind == "tokens"
