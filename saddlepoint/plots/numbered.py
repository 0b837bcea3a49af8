"""One file a sample, in a folder of their own."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from saddlepoint.core.errors import UserError
from saddlepoint.core.files import atomic_path
from saddlepoint.core.words import slug

LONGEST = 60  # letters of a class in a file's name


def save_numbered(
    folder: str | Path, contents: Iterable[bytes], suffix: str, *, classes: Sequence[str] = ()
) -> None:
    """Write ``00000.png``, ``00001.png``, ...; the folder appears whole or not at all.

    Args:
        folder: a new or an empty folder; missing parents are made.
        contents: of the files.
        suffix: of their names.
        classes: of each, where they have some: ``00000-cat.png``.

    Raises:
        UserError: the folder holds files, or is one.
    """
    folder = Path(folder).absolute()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        # Replacing a folder as a whole would delete what the user keeps there.
        raise UserError(f"{folder} exists and is not an empty folder; name a new one")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(folder) as temporary:
        temporary.mkdir()
        for index, content in enumerate(contents):
            own = f"-{slug(classes[index], 'class')[:LONGEST]}" if classes else ""
            (temporary / f"{index:05d}{own}{suffix}").write_bytes(content)
