"""Pictures of a user's own: a file, or all of a folder."""

from pathlib import Path

from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data.files.formats import formats


def pictures(source: Path) -> list[Path]:
    """Return the file, or the pictures in the folder; raises UserError where there are none."""
    if not source.exists():
        raise UserError(f"there is no picture or folder {str(source)!r}")
    if not source.is_dir():
        return [source]
    found = [path for path in sorted(source.iterdir()) if path.is_file() and _opens(path)]
    if not found:
        raise UserError(f"{source} holds no pictures; name a picture or a folder of some")
    return found


def _opens(path: Path) -> bool:
    try:
        with Image.open(path, formats=formats(path.name)):
            return True
    except Exception:  # Pillow raises nearly everything on other files
        return False
