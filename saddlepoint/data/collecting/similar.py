"""Pictures that look the same, whatever their bytes: a hash of 64 bits, and how many of them differ."""

import numpy as np
from PIL import Image
from scipy.fft import dctn

SIDE, LOW = 32, 8  # pixels of the reduced picture, and waves a side that are looked at
ALIKE = 6  # bits of 64 by which the same picture may differ after scaling or recompression


def perceptual_hash(image: Image.Image) -> int:
    """Return 64 bits: whether each of the 8×8 longest cosine waves of the grey picture is above the median."""
    grey = np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float64)
    waves = np.asarray(dctn(grey, norm="ortho"))[:LOW, :LOW].ravel()
    # The mean brightness says nothing of what is to be seen; a flat picture has no other wave.
    bits = np.round(waves, 6) > np.median(np.round(waves[1:], 6))
    bits[0] = False
    return int(np.packbits(bits).view(">u8")[0])


class Seen:
    """Pictures that were seen, by their hashes."""

    def __init__(self) -> None:
        self._hashes = np.empty(64, np.uint64)
        self._names: list[str] = []

    def add(self, value: int, name: str) -> None:
        """Remember a picture."""
        if len(self._names) == len(self._hashes):
            self._hashes = np.resize(self._hashes, 2 * len(self._hashes))
        self._hashes[len(self._names)] = value
        self._names.append(name)

    def like(self, value: int) -> str | None:
        """Return the name of a picture that looks the same, None where there is none."""
        if not self._names:
            return None
        differ = np.bitwise_count(self._hashes[: len(self._names)] ^ np.uint64(value))
        nearest = int(differ.argmin())
        return self._names[nearest] if differ[nearest] <= ALIKE else None
