"""One sound file to numbers: WAV by SciPy, everything else that soundfile knows where that is installed."""

import io
import struct
import warnings
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError, reason

WAV = (".wav", ".wave")
OTHERS = (".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".caf")


class Sound(NamedTuple):
    """A decoded file.

    Attributes:
        samples: float32 (t, channels), full scale being 1.
        rate: samples a second.
    """

    samples: np.ndarray
    rate: int


class Unreadable(Exception):  # noqa: N818 - a file that is left out is no error
    """A file that cannot be decoded; the reason is a clause."""


def is_sound_name(name: str) -> bool:
    """Say whether a file's name ends like a sound's."""
    return Path(name).suffix.lower() in (*WAV, *OTHERS)


def decode(path: Path) -> Sound:
    """Decode a file.

    Raises:
        Unreadable: it is damaged or cut short, or holds no samples or such as are no numbers.
        UserError: its format needs soundfile, which is not installed.
    """
    sound = _wav(path) if path.suffix.lower() in WAV else _other(path)
    if not sound.samples.size:
        raise Unreadable("it holds no samples")
    if not np.isfinite(sound.samples).all():
        raise Unreadable("it holds samples that are not finite")
    if sound.rate < 1:
        raise Unreadable("it has no sample rate")
    return sound


def wav_bytes(levels: np.ndarray, rate: int) -> bytes:
    """Return int16 (c, t) samples as a 16-bit WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(len(levels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(levels.T, "<i2").tobytes())
    return content.getvalue()


def _wav(path: Path) -> Sound:
    from scipy.io import wavfile  # a third of a second, which only sounds need

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of chunks that are no sound
        warnings.filterwarnings("error", "Reached EOF prematurely")
        try:
            rate, levels = wavfile.read(path)
        except wavfile.WavFileWarning as error:
            raise Unreadable("it is cut short") from error
        except (OSError, ValueError, EOFError, KeyError, struct.error, MemoryError, ZeroDivisionError) as error:
            raise Unreadable(reason(error)) from error
        except UnboundLocalError as error:  # what SciPy says of a file without samples
            raise Unreadable("it holds no samples") from error
    samples = levels if levels.ndim == 2 else levels[:, None]
    if samples.dtype == np.uint8:
        return Sound((samples.astype(np.float32) - 128) / 128, rate)
    if samples.dtype.kind == "i":  # 24 bits come in the upper ones of 32
        return Sound(samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min), rate)
    return Sound(samples.astype(np.float32), rate)


def _other(path: Path) -> Sound:
    try:
        import soundfile
    except (ImportError, OSError) as error:  # the latter where its library is missing
        raise UserError(
            f"reading {path} needs soundfile, which is not installed; get it with pip install "
            "'saddlepoint[sound]', or convert the files to .wav"
        ) from error
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (RuntimeError, OSError) as error:
        raise Unreadable(reason(error)) from error
    return Sound(samples, rate)
