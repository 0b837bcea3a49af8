"""Films: training over time, and walks there and back."""

import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from saddlepoint.core.files import write_bytes
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.plots.canvas import CRITIC
from saddlepoint.plots.collage import PAPER, caption, opaque, resized

SIDE = 480  # longest side of a frame in pixels: what a page shows, at a size that it loads
SMALLEST, FEWEST = 240, 8  # pixels and frames below which no film is worth its bytes
FIRST, LAST = 500, 2000  # milliseconds for which the two ends are held
SHORTEST, LONGEST = 80, 1000  # milliseconds: more frames make a larger file, not a clearer film
HELD = 400  # milliseconds at either end of a loop
FILMS = (".gif", ".webp")
DESCRIPTION = 0x010E  # Exif's ImageDescription
COLOURS, GREYS = 256, 64
BAR = 3  # pixels, of the line that shows progress


def save_animation(
    path: str | Path,
    frames: Sequence[Image.Image],
    *,
    labels: Sequence[str],
    seconds: float = 6,
    most: float = math.inf,
    report: Progressing = silent,
) -> None:
    """Write a GIF that loops for ever, with a caption and a bar of progress under every frame.

    The first frame is held for half a second at least, the last for two; those between share ``seconds``,
    at most one second each. Where there are too many for that (12 a second), some are left out evenly.

    Args:
        path: the file; missing parent folders are made.
        frames: pictures of one size, in order of time. They are reduced to 480 pixels on the longest side.
        labels: one a frame, for example ``"step 1,000"``.
        seconds: length of the film between its two ends.
        most: bytes that the file should not exceed: frames become smaller, down to 240 pixels, and then fewer,
            down to 8.
        report: told how many frames are drawn.

    Raises:
        ValueError: no frames, frames of different sizes, another number of labels, or seconds not above 0.
    """
    _check_frames(frames, labels)
    if not 0 < seconds < math.inf:
        raise ValueError(f"an animation needs a finite length above 0 seconds, not {seconds}")
    side, count = SIDE, min(len(frames), 2 + int(seconds * 1000 / SHORTEST))
    content = _film(frames, labels, seconds, side, count, report)
    while len(content) > most and (side > SMALLEST or count > FEWEST):
        part = 0.9 * most / len(content)  # bytes grow with the frames' area and their number
        smaller = max(SMALLEST, min(side - 1, int(side * math.sqrt(part))))
        if side == SMALLEST:
            count = max(FEWEST, min(count - 1, int(count * part)))
        side = min(side, smaller)
        content = _film(frames, labels, seconds, side, count, report)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, content)


def _film(
    frames: Sequence[Image.Image],
    labels: Sequence[str],
    seconds: float,
    side: int,
    count: int,
    report: Progressing,
) -> bytes:
    """Return a GIF of ``count`` of the frames, ``side`` pixels on the longest side."""
    keep = _evenly(len(frames), count)
    colours = GREYS if all(frame.mode in ("1", "L") for frame in frames) else COLOURS
    pictures = []
    for i in keep:
        report(f"drawing the film at {side} pixels", len(pictures), len(keep))
        pictures.append(_frame(frames[i], labels[i], i / max(1, len(frames) - 1), colours, side))

    # GIF counts hundredths of a second.
    each = min(LONGEST, max(SHORTEST, round(seconds * 100 / max(1, len(keep) - 2)) * 10))
    durations = [max(FIRST, each), *[each] * (len(keep) - 2), LAST] if len(keep) > 1 else [LAST]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, format="GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0
    )
    return buffer.getvalue()


def save_loop(
    path: str | Path, frames: Sequence[Image.Image], *, text: Mapping[str, str] | None = None
) -> None:
    """Write a GIF or an animated WebP that goes through ``frames`` and back again, for ever.

    Twelve frames a second; both ends are held for two fifths of one.

    Args:
        path: the file, ``.gif`` or ``.webp``.
        frames: pictures of one size, larger than a page shows only where they came so.
        text: where it comes from: a JSON object in the comment of a GIF, in the description of a WebP.

    Raises:
        ValueError: no frames, or frames of different sizes.
    """
    _check_frames(frames, [""] * len(frames))
    there = [opaque(frame) for frame in frames]
    if all(frame.mode in ("1", "L") for frame in frames):
        there = [frame.convert("L") for frame in frames]  # 256 greys are a palette already
    pictures = [*there, *there[-2:0:-1]]
    durations = [SHORTEST] * len(pictures)
    durations[0] = durations[len(there) - 1] = HELD
    note = json.dumps(dict(text or {}))
    buffer, path = io.BytesIO(), Path(path)
    settings: dict[str, Any] = {
        "save_all": True,
        "append_images": pictures[1:],
        "duration": durations,
        "loop": 0,
    }
    if path.suffix.lower() == ".webp":
        exif = Image.Exif()
        exif[DESCRIPTION] = note
        pictures[0].save(buffer, format="WEBP", quality=85, exif=exif, **settings)
    else:
        if pictures[0].mode != "L":
            pictures = [picture.quantize(COLOURS, dither=Image.Dither.NONE) for picture in pictures]
            settings["append_images"] = pictures[1:]
        pictures[0].save(buffer, format="GIF", comment=note.encode(), **settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, buffer.getvalue())


def _check_frames(frames: Sequence[Image.Image], labels: Sequence[str]) -> None:
    """Raise ValueError unless there are frames, of one size, with a label each."""
    if not frames:
        raise ValueError("there are no frames to show")
    if len(labels) != len(frames):
        raise ValueError(f"{len(frames)} frames need as many labels, not {len(labels)}")
    sizes = {frame.size for frame in frames}
    if len(sizes) > 1:
        raise ValueError(f"all frames must have one size, not {sorted(sizes)}")


def _evenly(n: int, most: int) -> list[int]:
    """Return up to ``most`` (at least 2) indices below ``n``, evenly spread, first and last among them."""
    if n <= most:
        return list(range(n))
    return [round(i * (n - 1) / (most - 1)) for i in range(most)]


def _frame(frame: Image.Image, label: str, progress: float, colours: int, side: int) -> Image.Image:
    frame = resized(frame, side)
    strip = caption(frame.width, label)
    page = Image.new("RGB", (frame.width, frame.height + BAR + strip.height), PAPER)
    page.paste(frame, (0, 0))
    page.paste(strip, (0, frame.height + BAR))
    if progress > 0:
        right = round(progress * (frame.width - 1))
        ImageDraw.Draw(page).rectangle((0, frame.height, right, frame.height + BAR - 1), CRITIC)
    # A palette of its own for every frame: noise at the start and samples at the end share few colours.
    # Without dithering, still parts stay still and the file small.
    return page.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
