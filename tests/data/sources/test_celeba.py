"""CelebA as it is published: aligned images, the official split, attributes as classes."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data import load

PARTS = [0] * 8 + [1] * 3 + [2] * 4


def lay(folder, size=(178, 218), header=""):
    images = folder / "img_align_celeba"
    images.mkdir()
    lines, table = [header] if header else [], [str(len(PARTS)), "Bald Smiling"]
    for index, part in enumerate(PARTS, 1):
        # Bright in the square of the middle alone, and each of another level.
        pixels = np.zeros((size[1], size[0], 3), np.uint8)
        pixels[20:198] = 100 + index
        Image.fromarray(pixels).save(images / f"{index:06d}.jpg", quality=100)
        lines.append(f"{index:06d}.jpg{',' if header else ' '}{part}")
        table.append(f"{index:06d}.jpg -1  {1 if index % 2 else -1}")
    (folder / f"list_eval_partition.{'csv' if header else 'txt'}").write_text("\n".join(lines))
    (folder / "list_attr_celeba.txt").write_text("\n".join(table))


@pytest.mark.parametrize("header", ["", "image_id,partition"])
def test_the_official_split_is_taken_and_the_middle_cut_out(tmp_path, header):
    lay(tmp_path, header=header)
    data = load(f"celeba:{tmp_path}")
    assert {part: len(split) for part, split in data.splits.items()} == {"train": 8, "validation": 3, "test": 4}
    assert (data.name, data.classes, data.shape) == ("celeba", (), (178, 178, 1))
    images, _ = data.splits["test"].take(np.arange(4))
    inner = images[:, 6:-6].reshape(4, -1)  # at its edges a JPEG's blocks mix bright and dark
    assert inner.min(1) == pytest.approx(100 + np.arange(12, 16), abs=2)
    assert load(f"celeba:{tmp_path}", size=16).shape == (16, 16, 1)


def test_the_zip_is_as_good_as_the_folder(tmp_path):
    lay(tmp_path)
    plain = load(f"celeba:{tmp_path}", size=16)
    with zipfile.ZipFile(tmp_path / "img_align_celeba.zip", "w") as archive:
        for path in (tmp_path / "img_align_celeba").iterdir():
            archive.write(path, f"img_align_celeba/{path.name}")
            path.unlink()
    (tmp_path / "img_align_celeba").rmdir()
    packed = load(f"celeba:{tmp_path}", size=16)
    assert packed.fingerprint == plain.fingerprint


def test_an_attribute_makes_two_classes(tmp_path):
    lay(tmp_path)
    data = load(f"celeba:{tmp_path}", size=16, labels="list_attr_celeba.txt:Smiling")
    assert data.classes == ("-1", "1")
    label = data.train.labels(np.arange(8))
    assert label is not None
    assert label.tolist() == [1, 0] * 4


def test_what_is_not_celeba_is_refused(tmp_path):
    with pytest.raises(UserError, match="celeba has no address to download from"):
        load("celeba")
    with pytest.raises(UserError, match=r"has no list_eval_partition.txt, which says what trains"):
        load(f"celeba:{tmp_path}")
    lay(tmp_path, size=(64, 64))
    with pytest.raises(
        UserError, match=r"holds images of 64×64, where the aligned ones of CelebA have 178×218"
    ):
        load(f"celeba:{tmp_path}")
    (tmp_path / "list_eval_partition.txt").write_text("other.jpg 0\n")
    with pytest.raises(UserError, match="names none of the images"):
        load(f"celeba:{tmp_path}")
    (tmp_path / "list_eval_partition.txt").write_text("000001.jpg 0\n000002.jpg seven\n")
    with pytest.raises(UserError, match=r"line 2 of .* is no file name with 0, 1 or 2 behind it"):
        load(f"celeba:{tmp_path}")
