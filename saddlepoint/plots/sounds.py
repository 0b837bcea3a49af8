"""Sounds as pictures: the waveform over the spectrogram, tile by tile."""

import math

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from saddlepoint.core.kinds import FULL
from saddlepoint.data.spectrum import amplitudes, decibels
from saddlepoint.plots.canvas import GENERATOR, RULE

WIDTH, WAVE, SPECTRUM = 226, 56, 90  # pixels of a tile
GAP = 10
FINE = 4  # a waveform is drawn so much larger, and then reduced
FEWEST = 256  # samples of a sound whose spectrogram says something
FLOOR = -80.0  # decibels below full scale that are the lightest
SHADES = ("#F3F4F6", "#FBE3D2", "#F4A56B", GENERATOR, "#7A2600", "#1A0800")  # from silence to full scale


def sounds_image(sounds: np.ndarray, *, columns: int = 3) -> Image.Image:
    """Draw a tile for each of some sounds: amplitude from −1 to 1, and below it frequency over time.

    The spectrogram goes from 0 at the bottom to half the sample rate at the top; the lightest grey is 80 dB
    below full scale and less. Sounds of fewer than 256 samples have none. Channels are averaged.

    Args:
        sounds: int16 (n, c, t).
        columns: tiles in a row.

    Raises:
        ValueError: arrays of another shape or type.
    """
    if sounds.ndim != 3 or 0 in sounds.shape or sounds.dtype != np.int16:
        raise ValueError(f"sounds must be int16 (n, c, t), not {sounds.dtype} {sounds.shape}")
    tiles = [_tile(sound) for sound in sounds.mean(axis=1) / FULL]
    columns = min(columns, len(tiles))
    rows = math.ceil(len(tiles) / columns)
    height = tiles[0].height
    sheet = Image.new("RGB", (columns * (WIDTH + GAP) - GAP, rows * (height + GAP) - GAP), "white")
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % columns * (WIDTH + GAP), index // columns * (height + GAP)))
    return sheet


def _tile(sound: np.ndarray) -> Image.Image:
    wave = _waveform(sound)
    if len(sound) < FEWEST:
        return wave
    tile = Image.new("RGB", (WIDTH, WAVE + SPECTRUM), "white")
    tile.paste(wave, (0, 0))
    tile.paste(_heat(decibels(amplitudes(sound[None])[0].T)), (0, WAVE))
    return tile


def _waveform(sound: np.ndarray) -> Image.Image:
    width, height = WIDTH * FINE, WAVE * FINE
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.line([(0, height / 2), (width, height / 2)], RULE, FINE)
    x = np.linspace(0, width - 1, len(sound))
    y = (1 - sound.clip(-1, 1)) / 2 * (height - 1)
    draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), GENERATOR, FINE)
    return picture.resize((WIDTH, WAVE), Image.Resampling.BOX)


def _heat(levels: np.ndarray) -> Image.Image:
    """Return levels in decibels as colours, low frequencies at the bottom."""
    shades = np.array([ImageColor.getrgb(shade) for shade in SHADES], float)
    place = (1 - levels.clip(FLOOR, 0) / FLOOR) * (len(shades) - 1)
    below = np.minimum(place.astype(int), len(shades) - 2)
    mixed = shades[below] + (place - below)[..., None] * (shades[below + 1] - shades[below])
    picture = Image.fromarray(np.rint(mixed[::-1]).astype(np.uint8))
    return picture.resize((WIDTH, SPECTRUM), Image.Resampling.BILINEAR)
