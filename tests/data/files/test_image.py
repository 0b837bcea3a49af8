import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data.files.image import decode, quietly
from saddlepoint.data.request import Crop


def encode(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def pixels(content: bytes, side: int = 4, crop: Crop = "center") -> np.ndarray:
    return decode(content, "image", side, crop).pixels


def palette_with_transparency() -> bytes:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.putpixel((0, 0), 0)
    return encode(image, transparency=0)


# Each writes a constant 4×4 image; the pixel that must come back is beside it.
MODES = {
    "grey": (lambda: encode(Image.new("L", (4, 4), 77)), [77]),
    "colour": (lambda: encode(Image.new("RGB", (4, 4), (1, 2, 3))), [1, 2, 3]),
    "grey saved as colour": (lambda: encode(Image.new("RGB", (4, 4), (9, 9, 9))), [9]),
    "one bit": (lambda: encode(Image.new("1", (4, 4), 1)), [255]),
    "16 bits": (lambda: encode(Image.fromarray(np.full((4, 4), 257 * 100, np.uint16))), [100]),
    "16 bits, rounded": (lambda: encode(Image.fromarray(np.full((4, 4), 257 * 100 - 128, np.uint16))), [100]),
    "16-bit TIFF": (lambda: encode(Image.fromarray(np.full((4, 4), 65_535, np.uint16)), "TIFF"), [255]),
    "32-bit TIFF": (lambda: encode(Image.fromarray(np.full((4, 4), 514, np.int32)), "TIFF"), [2]),
    "grey with alpha": (lambda: encode(Image.new("LA", (4, 4), (0, 0))), [255]),
    "half transparent": (lambda: encode(Image.new("RGBA", (4, 4), (0, 0, 255, 51))), [204, 204, 255]),
    "opaque alpha": (lambda: encode(Image.new("RGBA", (4, 4), (5, 6, 7, 255))), [5, 6, 7]),
    "CMYK": (lambda: encode(Image.new("CMYK", (4, 4), (255, 0, 0, 0)), "TIFF"), [0, 255, 255]),
    "BMP": (lambda: encode(Image.new("RGB", (4, 4), (1, 2, 3)), "BMP"), [1, 2, 3]),
    "GIF": (lambda: encode(Image.new("RGB", (4, 4), (255, 0, 0)), "GIF"), [255, 0, 0]),
    "lossless WebP": (
        lambda: encode(Image.new("RGB", (4, 4), (50, 60, 70)), "WEBP", lossless=True),
        [50, 60, 70],
    ),
    "PGM": (lambda: encode(Image.new("L", (4, 4), 33), "PPM"), [33]),
}


@pytest.mark.parametrize("mode", MODES)
def test_modes_and_formats_keep_their_pixels(mode):
    make, expected = MODES[mode]
    found = pixels(make())
    np.testing.assert_array_equal(found, np.broadcast_to(np.array(expected, np.uint8), found.shape))
    assert found.shape == (4, 4, len(expected))


def test_a_transparent_palette_entry_becomes_white():
    found = pixels(palette_with_transparency())
    assert found[0, 0].tolist() == [255, 255, 255]
    assert found[1, 1].tolist() == [10, 20, 30]


def test_the_first_frame_of_an_animation_is_read():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime")]
    found = pixels(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert found[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_exif_orientation_is_applied(orientation, kind):
    upright = np.zeros((16, 16), np.uint8)
    upright[:8, :8], upright[:8, 8:], upright[8:, :8] = 255, 170, 85  # every corner differs
    turn = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: np.transpose,
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).T,
        8: lambda a: np.rot90(a, 3),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(turn(upright)))
    found = pixels(encode(stored, kind, exif=exif, **({"quality": 100} if kind == "JPEG" else {})), 16)
    np.testing.assert_allclose(found[..., 0], upright, atol=3)


def test_centre_crop_takes_the_middle_and_stretch_takes_all():
    wide = np.zeros((4, 12), np.uint8)
    wide[:, 4:8] = 200
    content = encode(Image.fromarray(wide))
    np.testing.assert_array_equal(pixels(content)[..., 0], 200)
    stretched = pixels(content, crop="stretch")[..., 0]
    assert stretched[0, 0] < 30 < stretched[0, 1]


def test_shrinking_averages_instead_of_picking():
    checks = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    found = pixels(encode(Image.fromarray(checks)), 8)[..., 0]
    np.testing.assert_allclose(found, 127.5, atol=6)


def test_an_image_that_fits_is_untouched():
    noise = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    found = decode(encode(Image.fromarray(noise)), "image", 9, "center")
    np.testing.assert_array_equal(found.pixels, noise)
    assert not found.fitted


def test_a_large_jpeg_keeps_its_colours_at_reduced_decoding():
    ramp = np.linspace(0, 255, 800).astype(np.uint8)
    image = np.stack([np.broadcast_to(ramp, (800, 800))] * 2 + [np.full((800, 800), 40, np.uint8)], axis=-1)
    found = pixels(encode(Image.fromarray(np.ascontiguousarray(image)), "JPEG", quality=95), 32)
    expected = ramp.reshape(32, 25).mean(axis=1)
    np.testing.assert_allclose(found[16, 1:-1, 0], expected[1:-1], atol=4)
    np.testing.assert_allclose(found[..., 2], 40, atol=4)


def test_floating_point_pixels_are_no_image():
    with pytest.raises(ValueError, match="floating-point"):
        pixels(encode(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"))


def test_a_decompression_bomb_is_refused_by_name():
    bomb = b"P5 60000 60000 255\n" + b"\0" * 10
    with pytest.raises(UserError, match=r"image declares more than \d+ million pixels"):
        pixels(bomb)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_images_only_ever_raise_value_error(data):
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]))
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    content = bytearray(encode(Image.fromarray(noise), kind))
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[position] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        with quietly():
            found = pixels(content)
    except (ValueError, UserError):
        return
    assert found.dtype == np.uint8
    assert found.shape in ((4, 4, 1), (4, 4, 3))
