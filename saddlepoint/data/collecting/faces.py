"""Faces in pictures, cut out as squares: of photographs, of anime drawings, or by a cascade of one's own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from saddlepoint.core.errors import UserError

EXTRA = "pip install 'saddlepoint[faces]'"
PHOTO, ANIME = "photo", "anime"
LARGEST = 1600  # pixels of the longer side in which faces are looked for


class Box(NamedTuple):
    """Where a face is, in pixels."""

    left: int
    top: int
    width: int
    height: int


Detector = Callable[[Image.Image], Sequence[Box]]


def detector(what: str) -> Detector:
    """Return what finds faces.

    Args:
        what: ``"photo"`` for frontal photographs, ``"anime"`` for drawings, or the path of a cascade in
            OpenCV's XML.

    Raises:
        UserError: the library that it needs is missing, or there is no such cascade.
    """
    if what == ANIME:
        return _anime()
    if what != PHOTO and not Path(what).is_file():
        raise UserError(f"--faces takes {PHOTO}, {ANIME} or the path of a cascade; there is no file {what}")
    return _cascade(None if what == PHOTO else Path(what))


def _cascade(path: Path | None) -> Detector:
    try:
        import cv2  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise UserError(f"faces of photographs need OpenCV below 5; install it with: {EXTRA}") from None
    if not hasattr(cv2, "CascadeClassifier"):
        raise UserError(f"this OpenCV, {cv2.__version__}, has no cascades; install one below 5 with: {EXTRA}")
    found = path or Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
    try:
        classifier = cv2.CascadeClassifier(str(found))
    except Exception:  # OpenCV raises its own kinds on files that are no cascades
        classifier = None
    if classifier is None or classifier.empty():
        raise UserError(f"{found} is no cascade that OpenCV can read")

    def detect(image: Image.Image) -> list[Box]:
        grey = np.asarray(image.convert("L"))
        boxes = classifier.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=6, minSize=(24, 24))
        return [Box(*map(int, box)) for box in boxes]

    return detect


def _anime() -> Detector:
    try:
        import animeface  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise UserError(f"faces of anime drawings need animeface; install it with: {EXTRA}") from None

    def detect(image: Image.Image) -> list[Box]:
        faces = animeface.detect(image.convert("RGB"))
        places = [face.face.pos for face in faces]
        return [Box(int(place.x), int(place.y), int(place.width), int(place.height)) for place in places]

    return detect


def faces(image: Image.Image, detect: Detector, *, margin: float, least: int) -> list[tuple[Box, Image.Image]]:
    """Return the faces of a picture as squares, each with its place, the largest first.

    Args:
        image: upright.
        detect: finds faces.
        margin: what is added on each side, as a share of the face; a square that would leave the picture is
            moved inside, or made as large as it can be.
        least: pixels a side below which a square is left out.
    """
    scale = min(1.0, LARGEST / max(image.size))
    small = image if scale == 1 else image.resize([max(1, round(side * scale)) for side in image.size])  # pyright: ignore[reportArgumentType]
    cut = []
    for box in detect(small):
        place = _square(Box(*(round(part / scale) for part in box)), image.size, margin)
        if place.width >= least:
            corners = (place.left, place.top, place.left + place.width, place.top + place.height)
            cut.append((place, image.crop(corners)))
    return sorted(cut, key=lambda one: -one[0].width)


def _square(box: Box, size: tuple[int, int], margin: float) -> Box:
    """Return a square around a face, within a picture of ``size``."""
    side = min(*size, round(max(box.width, box.height) * (1 + 2 * margin)))
    left = round(box.left + (box.width - side) / 2)
    top = round(box.top + (box.height - side) / 2)
    return Box(max(0, min(left, size[0] - side)), max(0, min(top, size[1] - side)), side, side)
