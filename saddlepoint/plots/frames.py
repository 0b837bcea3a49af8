"""Pictures in order of time: checked, thinned out, brought to one size."""

from collections.abc import Sequence

from PIL import Image

from saddlepoint.plots.caption import PAPER


def check_frames(frames: Sequence[Image.Image], labels: Sequence[str]) -> None:
    """Raise ValueError unless there are frames, of one size, with a label each."""
    if not frames:
        raise ValueError("there are no frames to show")
    if len(labels) != len(frames):
        raise ValueError(f"{len(frames)} frames need as many labels, not {len(labels)}")
    sizes = {frame.size for frame in frames}
    if len(sizes) > 1:
        raise ValueError(f"all frames must have one size, not {sorted(sizes)}")


def evenly(n: int, most: int) -> list[int]:
    """Return up to ``most`` (at least 2) indices below ``n``, evenly spread, first and last among them."""
    if n <= most:
        return list(range(n))
    return [round(i * (n - 1) / (most - 1)) for i in range(most)]


def resized(frame: Image.Image, side: int) -> Image.Image:
    """Return ``frame`` in RGB, reduced to ``side`` pixels at most or enlarged by a whole factor."""
    frame, longest = opaque(frame), max(frame.size)
    if longest > side:
        # A box filter keeps the edges of enlarged pixels crisp, and adds few colours.
        size = [max(1, round(length * side / longest)) for length in frame.size]
        return frame.resize((size[0], size[1]), Image.Resampling.BOX)
    factor = side // longest
    return frame.resize((frame.width * factor, frame.height * factor), Image.Resampling.NEAREST)


def opaque(image: Image.Image) -> Image.Image:
    """Return ``image`` as RGB, with white paper under what is transparent."""
    if "A" not in image.getbands():
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, (*PAPER, 255))
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
