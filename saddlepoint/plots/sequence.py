"""Training at a glance: some of its moments side by side in one picture."""

from collections.abc import Sequence

from PIL import Image

from saddlepoint.plots.caption import PAPER, caption
from saddlepoint.plots.frames import check_frames, evenly, resized

SPACE = 12


def contact_sheet(
    frames: Sequence[Image.Image],
    labels: Sequence[str],
    *,
    moments: int = 8,
    columns: int = 4,
    side: int = 320,
) -> Image.Image:
    """Return one picture with some moments of training side by side, each over its label.

    Args:
        frames: pictures of one size, in order of time.
        labels: one a frame, for example ``"step 1,000"``.
        moments: frames to show, evenly spread, the first and the last among them; all where there are fewer.
        columns: moments in a row.
        side: longest side of a moment in pixels.

    Returns:
        An RGB picture on white.

    Raises:
        ValueError: no frames, frames of different sizes, another number of labels, moments below 2,
            columns or side below 1.
    """
    check_frames(frames, labels)
    if moments < 2 or columns < 1 or side < 1:
        raise ValueError(
            f"a contact sheet needs 2 moments, 1 column and 1 pixel at least, "
            f"not moments={moments}, columns={columns}, side={side}"
        )
    keep = evenly(len(frames), moments)
    columns = min(columns, len(keep))
    cells = [_cell(resized(frames[i], side), labels[i]) for i in keep]
    width, height = cells[0].size
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * (width + SPACE) - SPACE, rows * (height + SPACE) - SPACE), PAPER)
    for i, cell in enumerate(cells):
        sheet.paste(cell, (i % columns * (width + SPACE), i // columns * (height + SPACE)))
    return sheet


def _cell(frame: Image.Image, label: str) -> Image.Image:
    strip = caption(frame.width, label, size=17, centred=True)
    cell = Image.new("RGB", (frame.width, frame.height + strip.height), PAPER)
    cell.paste(frame, (0, 0))
    cell.paste(strip, (0, frame.height))
    return cell
