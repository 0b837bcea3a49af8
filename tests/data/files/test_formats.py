"""Image files as they come from elsewhere: every format, transparency, animations, fewer bits than declared."""

import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.formats import formats, is_image, is_image_name, others_told

COLOURS = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def gradient(seed: int, side: int = 8) -> Image.Image:
    """Smooth colours, which lossy formats keep."""
    angle = np.linspace(0, 2, side)
    channels = [110 + 90 * np.sin(angle[:, None] + angle + seed * 0.7 + k) for k in range(3)]
    return Image.fromarray(np.stack(channels, -1).round().astype(np.uint8))


def saved(folder, end: str, count: int = 11, **options) -> np.ndarray:
    folder.mkdir(exist_ok=True)
    images = [gradient(seed) for seed in range(count)]
    for index, image in enumerate(images):
        image.save(folder / f"{index:02d}.{end}", **options)
    return np.stack([np.asarray(image) for image in images])


@pytest.mark.parametrize("end", ["tga", "bmp", "webp", "tif", "ppm", "jp2", "avif", "pcx", "qoi", "sgi", "png"])
def test_formats_that_pillow_reads_are_read(tmp_path, end):
    Image.init()
    if Image.registered_extensions().get(f".{end}") not in Image.SAVE:
        pytest.skip(f"this Pillow writes no {end}")
    lossless: dict = {"webp": {"lossless": True}, "avif": {"quality": 100, "subsampling": "4:4:4"}, "jp2": {}}
    array = saved(tmp_path / "set", end, **lossless.get(end, {}))
    data = load(str(tmp_path / "set"))
    np.testing.assert_allclose(data.train.array, array, atol=6 if end == "avif" else 0)
    assert data.notes == ()


def test_what_is_an_image_is_asked_of_pillow():
    assert all(map(is_image_name, ("a.TGA", "b.avif", "c.jp2", "d.jpeg", "x/y.webp")))
    assert not any(map(is_image_name, ("a.psd", "b.eps", "c.mp4", "d.h5", "e.pdf", "f.txt", "png", "g.wmf")))
    stubs = {name for name, (opener, _) in Image.OPEN.items() if _is_stub(opener)}
    assert stubs
    assert not {*stubs, "EPS", "PSD", "MPEG"} & {name for end in Image.EXTENSION for name in formats(f"x{end}")}


def _is_stub(opener) -> bool:
    return isinstance(opener, type) and issubclass(opener, ImageFile.StubImageFile)


@pytest.mark.parametrize(
    "content", [b"Python says P1 hello\n", b"\n\0\0\0" * 8, b"BM", b"\x89PNG\r\n\x1a\n", b""]
)
def test_what_only_begins_like_an_image_is_none(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with (tmp_path / "x").open("rb") as file:
        assert not is_image(file)


def test_images_without_a_suffix_are_found_by_their_content(tmp_path):
    saved(tmp_path / "set", "webp", lossless=True)
    for path in (tmp_path / "set").iterdir():
        path.rename(path.with_suffix(""))
    assert len(load(str(tmp_path / "set")).train.array) == 11


def test_what_is_left_out_is_counted_by_kind(tmp_path):
    saved(tmp_path / "set", "png")
    for name in ("a.psd", "b.PSD", "c.mp4", "d.heic", "notes.txt", "list.csv", "README", "e.json"):
        (tmp_path / "set" / name).write_bytes(b"no image")
    note = "left out what is no image that can be read: 2 .psd, 1 .heic, 1 .mp4"
    assert load(str(tmp_path / "set")).notes == (note,)
    assert others_told(["a.md", "b"]) == ""


def test_a_zip_counts_them_too(tmp_path):
    saved(tmp_path / "set", "png")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in (tmp_path / "set").iterdir():
            archive.write(path, path.name)
        archive.writestr("a.psd", b"no image")
        archive.writestr("__MACOSX/b.psd", b"no image")
    assert load(str(tmp_path / "set.zip")).notes == ("left out what is no image that can be read: 1 .psd",)


@pytest.mark.parametrize("end", ["gif", "webp", "png", "tif"])
def test_animations_give_their_first_frame_and_are_counted(tmp_path, end):
    saved(tmp_path / "set", "png")
    frames = [Image.new("RGB", (8, 8), colour) for colour in COLOURS]
    options: dict = {"save_all": True, "append_images": frames[1:]}
    options |= {"lossless": True} if end == "webp" else {}
    frames[0].save(tmp_path / "set" / f"film.{end}", **options)
    data = load(str(tmp_path / "set"))
    assert data.notes == ("read the first frame of 1 of 12 images, which hold several",)
    np.testing.assert_array_equal(data.train.array[-1], np.asarray(frames[0]))


def icons(folder, level: int, count: int = 12):
    """Shapes of one level on nothing."""
    folder.mkdir()
    rng = np.random.default_rng(level)
    for index in range(count):
        pixels = np.full((8, 8, 4), level, np.uint8)
        pixels[..., 3] = rng.integers(0, 2, (8, 8)) * 255
        Image.fromarray(pixels).save(folder / f"{index:02d}.png")


@pytest.mark.parametrize(("level", "lost_on", "seen_on"), [(255, "white", "black"), (0, "black", "white")])
def test_icons_that_cannot_be_seen_are_noted_and_seen_on_the_other_background(
    tmp_path, level, lost_on, seen_on
):
    icons(tmp_path / "set", level)
    lost, seen = (load(str(tmp_path / "set"), background=on) for on in (lost_on, seen_on))
    assert lost.train.array.max() == lost.train.array.min() == level
    flattened = f"flattened 12 of 12 images with transparent parts on {lost_on}"
    tone = "bright" if lost_on == "white" else "dark"
    hint = f"12 of 12 images cannot be seen on {lost_on}, being as {tone}: --background {seen_on} shows them"
    assert lost.notes == (flattened, hint)
    assert (seen.train.array.min(), seen.train.array.max()) == (0, 255)
    assert seen.notes == (f"flattened 12 of 12 images with transparent parts on {seen_on}",)
    assert seen.fingerprint != lost.fingerprint


def test_opaque_images_with_an_alpha_channel_are_not_counted(tmp_path):
    (tmp_path / "set").mkdir()
    for index in range(11):
        gradient(index).convert("RGBA").save(tmp_path / "set" / f"{index:02d}.png")
    assert load(str(tmp_path / "set")).notes == ()


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_fewer_bits_in_sixteen_are_read_by_the_whole_set(tmp_path, bits):
    """One dark picture of a set does not change its scale: its white is that of the brightest."""
    white = 2**bits - 1
    values = np.random.default_rng(0).integers(0, white + 1, (12, 8, 8)).astype(np.uint16)
    values[0] //= 50
    values[1, 0, 0] = white
    for index, picture in enumerate(values):
        Image.fromarray(picture).save(tmp_path / f"{index:02d}.png")
    data = load(str(tmp_path))
    np.testing.assert_allclose(data.train.array[..., 0], values * (255 / white), atol=0.501)
    assert f"grey images of 16 bits hold {bits}, their largest value being {white:,}" in data.notes[0]


def test_sixteen_bits_stay_sixteen(tmp_path):
    values = np.random.default_rng(0).integers(0, 65_536, (12, 8, 8)).astype(np.uint16)
    for index, picture in enumerate(values):
        Image.fromarray(picture).save(tmp_path / f"{index:02d}.png")
    data = load(str(tmp_path))
    np.testing.assert_allclose(data.train.array[..., 0], values / 257, atol=0.501)
    assert data.notes == ()


def png_16_bits(pixels: np.ndarray) -> bytes:
    """Encode uint16 (h, w, 3) as a PNG, which Pillow cannot write."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("bits", "dark"), [(12, True), (16, False)])
def test_dark_colours_of_sixteen_bits_are_noted(tmp_path, bits, dark):
    for index in range(11):
        pixels = np.random.default_rng(index).integers(0, 2**bits, (8, 8, 3))
        (tmp_path / f"{index:02d}.png").write_bytes(png_16_bits(pixels))
    data = load(str(tmp_path))
    assert any("as if they held fewer bits, and are dark" in note for note in data.notes) == dark
    assert (data.train.array.max() <= 15) == dark


def test_one_image_is_told_from_a_set(tmp_path):
    gradient(0).save(tmp_path / "a.tga")
    with pytest.raises(UserError, match="is one image; give the folder"):
        load(str(tmp_path / "a.tga"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("data.mdb", "holds an LMDB database and no images; of LSUN give lsun:FOLDER"),
        ("train-00000-of-00001.parquet", "holds Parquet and no images; save its images as files"),
        ("train_32x32.mat", "holds SVHN's MATLAB format and no images; give svhn:FOLDER"),
        ("x.mat", "holds MATLAB's format and no images; save its images"),
        ("unlabeled_X.bin", "holds STL-10's binary format and no images; give stl10:FOLDER"),
        ("images.tar.gz", "holds a tar archive and no images; unpack it"),
    ],
)
def test_a_format_that_is_not_read_is_named(tmp_path, name, said):
    (tmp_path / name).write_bytes(b"\0" * 30)
    with pytest.raises(UserError, match=said):
        load(str(tmp_path))
    (tmp_path / "README.md").write_text("A card, which is no data.\n" * 40)
    with pytest.raises(UserError, match=said):
        load(str(tmp_path))
    with pytest.raises(UserError, match=f"{name} is .*, which is not read as it is"):
        load(str(tmp_path / name))
