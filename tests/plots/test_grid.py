import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from saddlepoint.core.errors import UserError
from saddlepoint.plots import grid as module
from saddlepoint.plots.grid import GAP, grid, save_images
from saddlepoint.plots.png import save_png


def digits(n):
    return (load_digits(return_X_y=True)[0][:n].reshape(n, 8, 8, 1) * 15.9375).astype(np.uint8)


def random_images(n, h, w, c):
    return np.random.default_rng(0).integers(0, 256, (n, h, w, c), dtype=np.uint8)


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_every_pixel_is_where_it_belongs(channels, mode):
    images = random_images(5, 4, 6, channels)
    picture = grid(images, columns=3, scale=2)
    assert picture.mode == mode
    assert picture.size == (3 * 12 + 2 * GAP, 2 * 8 + GAP)
    pixels = np.asarray(picture).reshape(2 * 8 + GAP, 3 * 12 + 2 * GAP, channels)
    background = np.ones(pixels.shape[:2], bool)
    for i, image in enumerate(images):
        top, left = i // 3 * (8 + GAP), i % 3 * (12 + GAP)
        cell = (slice(top, top + 8), slice(left, left + 12))
        for dy in range(2):
            for dx in range(2):
                np.testing.assert_array_equal(pixels[cell][dy::2, dx::2], image)
        background[cell] = False
    paper = [255, 255, 255, 0] if channels == 4 else [255] * channels
    assert (pixels[background] == paper).all()


@pytest.mark.parametrize(
    ("n", "columns"), [(1, 1), (2, 2), (5, 3), (6, 3), (7, 3), (10, 5), (16, 4), (32, 8), (64, 8)]
)
def test_columns_make_a_square_or_fill_the_last_row(n, columns):
    width = grid(random_images(n, 3, 3, 1), scale=1).width
    assert (width + GAP) // (3 + GAP) == columns


@pytest.mark.parametrize("side", [8, 16, 28, 32])
def test_sixty_four_small_images_have_a_comfortable_size(side):
    assert 600 <= grid(random_images(64, side, side, 1)).width <= 800


def test_large_images_are_not_enlarged():
    assert grid(random_images(1, 1024, 900, 3)).size == (900, 1024)


def test_more_columns_than_images_leave_no_empty_ones():
    assert grid(random_images(2, 3, 3, 1), columns=9, scale=1).size == (6 + GAP, 3)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((8, 8, 1), np.uint8), r"shape \(n, h, w, c\).*\(8, 8, 1\)"),
        (np.zeros((2, 8, 8, 2), np.uint8), r"1, 3 or 4, not \(2, 8, 8, 2\)"),
        (np.zeros((0, 8, 8, 1), np.uint8), "at least 1"),
        (np.zeros((2, 8, 8, 1), np.float32), "uint8.*float32"),
    ],
)
def test_bad_images_are_refused(images, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        grid(images)
    with pytest.raises(ValueError, match=message):
        save_images(tmp_path / "samples", images)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("flags", [{"columns": 0}, {"scale": 0}])
def test_bad_columns_and_scales_are_refused(flags):
    with pytest.raises(ValueError, match="at least 1"):
        grid(random_images(2, 3, 3, 1), **flags)


def test_text_chunks_come_back(tmp_path):
    text = {"run": "dcgan-digits-0001", "step": "1200", "seed": "0", "hash": "ab12", "note": "γ = ½ 潮"}
    save_png(tmp_path / "new" / "grid.png", grid(digits(64)), text=text)
    with Image.open(tmp_path / "new" / "grid.png") as picture:
        picture.load()
        assert picture.text == text  # type: ignore[attr-defined]
        assert picture.format == "PNG"
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(grid(digits(64))))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["grid.png"]


@pytest.mark.parametrize("name", ["", "x" * 80, "潮"])
def test_a_bad_chunk_name_is_refused_and_the_old_file_stays(tmp_path, name):
    path = tmp_path / "grid.png"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="1 to 79 Latin-1"):
        save_png(path, grid(digits(4)), text={name: "1"})
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_of_images(tmp_path):
    images = digits(12)
    save_images(tmp_path / "a" / "samples", images, {"seed": "7"})
    paths = sorted((tmp_path / "a" / "samples").iterdir())
    assert [path.name for path in paths] == [f"{i:05d}.png" for i in range(12)]
    for i, path in enumerate(paths):
        with Image.open(path) as picture:
            picture.load()
            assert picture.text == {"seed": "7", "index": str(i)}  # type: ignore[attr-defined]
            np.testing.assert_array_equal(np.asarray(picture), images[i, :, :, 0])
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["samples"]


def test_a_folder_that_fails_half_way_does_not_appear(tmp_path, monkeypatch):
    written = []

    def fail_at_third(image, text):
        written.append(image)
        if len(written) == 3:
            raise OSError("disk full")
        return b"png"

    monkeypatch.setattr(module, "png_bytes", fail_at_third)
    with pytest.raises(OSError, match="disk full"):
        save_images(tmp_path / "samples", digits(5))
    assert len(written) == 3
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"mine")
    for target in (tmp_path, tmp_path / "photo.png"):
        with pytest.raises(UserError, match="not an empty folder"):
            save_images(target, digits(2))
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]
    assert (tmp_path / "photo.png").read_bytes() == b"mine"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "samples").mkdir()
    save_images(tmp_path / "samples", digits(2))
    assert len(list((tmp_path / "samples").iterdir())) == 2


def test_what_needs_no_axes_starts_without_matplotlib_and_torch():
    modules = ("grid", "png", "collage", "animation", "tiles", "neighbours", "scatter", "histogram")
    loaded = "; ".join(f"import saddlepoint.plots.{module}" for module in modules)
    code = f"import sys; {loaded}; print({{'matplotlib', 'torch'}} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
