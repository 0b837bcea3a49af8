import io
import stat
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data import load


def png(seed: int, size: int = 5) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(noise(seed, size)).save(stream, "PNG")
    return stream.getvalue()


def noise(seed: int, size: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)


def write_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_reads_like_the_folder_it_was_made_of(tmp_path):
    members = {f"set/{name}/{i:02d}.png": png(i + 100 * k) for k, name in enumerate("ab") for i in range(12)}
    extra = {"__MACOSX/set/a/._00.png": b"x", "set/.DS_Store": b"x", "set/read me.txt": b"x"}
    packed = load(str(write_zip(tmp_path / "set.zip", {**members, **extra})))
    for name, content in members.items():
        (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / name).write_bytes(content)
    folder = load(str(tmp_path / "copy"))
    assert packed.classes == folder.classes == ("a", "b")
    assert packed.fingerprint == folder.fingerprint
    assert packed.name == "set"
    np.testing.assert_array_equal(packed.train.array, folder.train.array)
    np.testing.assert_array_equal(packed.train.array[0], noise(0))


@pytest.mark.parametrize(
    "name", ["../out.png", "/etc/out.png", "C:\\out.png", "a/../../out.png", "..\\out.png"]
)
def test_paths_out_of_the_folder_are_refused(tmp_path, name):
    path = write_zip(tmp_path / "bad.zip", {"a.png": png(0), "placeholder": png(1)})
    # The library cleans names as it writes, so the name is put into the bytes.
    long = "placeholder".ljust(len(name), "x")[: max(len(name), 1)]
    path = write_zip(path, {"a.png": png(0), long: png(1)})
    path.write_bytes(path.read_bytes().replace(long.encode(), name.encode()))
    with pytest.raises(UserError, match="a path out of its folder"):
        load(str(path))


def test_links_are_refused(tmp_path):
    info = zipfile.ZipInfo("link.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(info, "/etc/hostname")
    with pytest.raises(UserError, match="symbolic link"):
        load(str(tmp_path / "bad.zip"))


def test_a_member_that_unpacks_to_far_more_is_refused(tmp_path):
    path = write_zip(tmp_path / "bomb.zip", {"zeros.bmp": bytes(2**25)})
    with pytest.raises(UserError, match=r"zeros\.bmp.* unpacks from"):
        load(str(path))


def test_an_encrypted_member_is_refused(tmp_path):
    path = write_zip(tmp_path / "secret.zip", {"a.png": png(0)}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="encrypted"):
        load(str(path))


def test_a_pixel_bomb_in_a_zip_is_named(tmp_path):
    path = write_zip(tmp_path / "bomb.zip", {"a.ppm": b"P5 60000 60000 255\n"})
    with pytest.raises(UserError, match=r"a\.ppm declares more than"):
        load(str(path))


def test_a_member_with_a_wrong_checksum_is_skipped_and_named(tmp_path):
    path = write_zip(tmp_path / "set.zip", {f"{i:02d}.png": png(i) for i in range(12)}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(png(4)) + 60] ^= 0xFF
    path.write_bytes(content)
    data = load(str(path), size=5)
    assert len(data.train.array) == 11
    assert "04.png" in data.notes[0]


def test_a_zip_without_images(tmp_path):
    with pytest.raises(UserError, match="holds 1 file but no images"):
        load(str(write_zip(tmp_path / "text.zip", {"a.txt": b"words"})))


def test_a_cut_zip_is_said_to_be_damaged(tmp_path):
    path = write_zip(tmp_path / "set.zip", {"a.png": png(0)})
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UserError, match="cannot be read as a zip"):
        load(str(path))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_damage_is_survived_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        members = {f"{i:02d}.png": png(i) for i in range(3)}
        path = write_zip(Path(folder) / "set.zip", members)
        content = bytearray(path.read_bytes())
        for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
            content[position] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
        try:
            found = load(str(path), size=5)
        except UserError:
            return
    assert found.shape[:2] == (5, 5)
