"""PNG files that carry where they come from in their text chunks."""

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from saddlepoint.core.files import write_bytes


def save_png(path: str | Path, image: Image.Image, *, text: Mapping[str, str] | None = None) -> None:
    """Write ``image`` to ``path`` as PNG, whole or not at all; missing parent folders are made.

    Args:
        path: the file; an existing one is replaced.
        image: any mode that PNG can hold.
        text: text chunks (run, step, seed, weights' hash, ...): tEXt where Latin-1 suffices, else iTXt.

    Raises:
        ValueError: a text chunk's name is not 1 to 79 Latin-1 characters.
    """
    path = Path(path)
    content = png_bytes(image, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, content)


def png_bytes(image: Image.Image, text: Mapping[str, str] | None = None) -> bytes:
    """Return ``image`` encoded as PNG with ``text`` in its text chunks; raises as ``save_png``."""
    chunks = PngInfo()
    for name, value in (text or {}).items():
        chunks.add_text(_checked(name), str(value))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", pnginfo=chunks)
    return buffer.getvalue()


def _checked(name: str) -> str:
    try:
        length = len(name.encode("latin-1"))
    except UnicodeEncodeError:
        length = 0
    if not 1 <= length <= 79:
        raise ValueError(f"a PNG text chunk's name must be 1 to 79 Latin-1 characters, not {name!r}")
    return name
