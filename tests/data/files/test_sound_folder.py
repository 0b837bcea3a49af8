"""Sound files of any form become sounds of one rate and length."""

import io
import wave
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import wavfile

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.sound import Unreadable, decode, wav_bytes

RATE = 8_000


def sine(frequency, seconds=0.5, rate=RATE, loudness=0.5):
    return loudness * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def write(path, samples, rate=RATE, dtype: Any = np.int16):
    scale = {np.int16: 32_767, np.int32: 2**31 - 1, np.float32: 1}[dtype]
    wavfile.write(path, rate, (np.asarray(samples) * scale).astype(dtype))


def write_24(path, samples):
    levels = (np.asarray(samples) * (2**23 - 1)).astype("<i4")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(RATE)
        file.writeframes(levels.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())


def test_16_24_and_32_bits_and_floats_are_the_same_sound(tmp_path):
    wanted = sine(440)
    for name, dtype in (("a", np.int16), ("b", np.int32), ("c", np.float32)):
        write(tmp_path / f"{name}.wav", wanted, dtype=dtype)
    write_24(tmp_path / "d.wav", wanted)
    wavfile.write(tmp_path / "e.wav", RATE, np.rint(wanted * 127 + 128).astype(np.uint8))
    for name, error in (("a", 1e-4), ("b", 1e-6), ("c", 1e-6), ("d", 1e-6), ("e", 9e-3)):
        sound = decode(tmp_path / f"{name}.wav")
        assert sound.rate == RATE
        np.testing.assert_allclose(sound.samples[:, 0], wanted, atol=error)


@settings(max_examples=25)
@given(
    levels=st.lists(st.lists(st.integers(-32_768, 32_767), min_size=2, max_size=2), min_size=1, max_size=40),
    rate=st.integers(1_000, 96_000),
)
def test_what_is_written_is_read_again(tmp_path_factory, levels, rate):
    path = tmp_path_factory.mktemp("wav") / "x.wav"
    array = np.array(levels, np.int16).T
    path.write_bytes(wav_bytes(array, rate))
    sound = decode(path)
    assert sound.rate == rate
    np.testing.assert_array_equal(np.rint(sound.samples * 32_768).T, array)


def spoiled(whole):
    """Return files in which bytes were changed, and which may then have been cut."""
    place, byte = st.integers(0, len(whole) - 1), st.integers(0, 255)
    changes = st.dictionaries(place, byte, max_size=6)

    def apply(changed, length):
        return bytes(changed.get(i, old) for i, old in enumerate(whole))[:length]

    return st.builds(apply, changes, st.integers(0, len(whole)))


def heard(path, content):
    """Return what is wrong with a sound, "" where it can be heard."""
    path.write_bytes(content)
    try:
        sound = decode(path)
    except Unreadable as error:
        return str(error)
    assert sound.samples.ndim == 2
    assert sound.samples.size
    assert np.isfinite(sound.samples).all()
    assert sound.rate >= 1
    return ""


@settings(max_examples=250, deadline=None)
@given(spoiled(wav_bytes(np.arange(40, dtype=np.int16).reshape(2, 20), RATE)) | st.binary(max_size=60))
def test_a_spoiled_wav_is_heard_or_one_clause_says_why(tmp_path_factory, content):
    why = heard(tmp_path_factory.getbasetemp() / "spoiled.wav", content)
    assert "\n" not in why


@settings(max_examples=60, deadline=None)
@given(st.data())
@pytest.mark.parametrize("form", ["flac", "ogg"])
def test_a_spoiled_file_of_another_format_is_heard_or_one_clause_says_why(tmp_path_factory, form, data):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path_factory.getbasetemp() / f"whole.{form}"
    soundfile.write(path, sine(440, 0.02), RATE)
    content = data.draw(spoiled(path.read_bytes()))
    assert "\n" not in heard(path.with_name(f"spoiled.{form}"), content)


def test_files_are_resampled_mixed_trimmed_and_cut(tmp_path):
    for index in range(12):
        tone = sine(300 + 40 * index, 0.5)
        both = np.stack([tone, tone], 1) if index % 2 else tone
        write(tmp_path / f"{index}.wav", np.concatenate([np.zeros_like(both), both, np.zeros_like(both)]))
    data = load(str(tmp_path), rate=4_000, length=1_000)
    assert (data.kind, data.rate, data.shape) == ("waves", 4_000, (1, 1_000))
    assert len(data.train.array) == 24  # half a second each, at 4,000 a second, in pieces of 1,000
    assert (
        "mixed to mono, resampled from 8,000 to 4,000 Hz, silent ends trimmed, cut or padded" in data.notes[0]
    )
    assert not set(data.train.all_rows) & set(data.splits["test"].all_rows)
    for sound in data.train.array[:, 0] / 32_768:
        power = np.abs(np.fft.rfft(sound))
        peak = power.argmax() * 4  # Hz
        assert 296 <= peak <= 744
        assert (peak - 300) % 40 in (0, 4, 36)


def test_pieces_of_a_file_stay_on_one_side(tmp_path):
    """Otherwise a model would be tested on what it has heard."""
    rng = np.random.default_rng(0)
    for index in range(30):
        write(tmp_path / f"{index}.wav", rng.uniform(-0.5, 0.5, 400) * (1 + index) / 30)
    data = load(str(tmp_path), length=100)
    assert len(data.train) + len(data.splits["validation"]) + len(data.splits["test"]) == 120
    assert all(len(split) % 4 == 0 for split in data.splits.values())


def test_short_sounds_are_padded_and_folders_are_classes(tmp_path):
    for label, frequency in (("low", 200), ("high", 900)):
        (tmp_path / label).mkdir()
        for index in range(8):
            write(tmp_path / label / f"{index}.wav", sine(frequency + index, 0.1))
    data = load(str(tmp_path), length=1_600)
    assert data.classes == ("high", "low")
    array, label = data.train.take(np.arange(len(data.train)))
    assert (array[:, 0, 810:] == 0).all()
    crossings = (np.diff(np.sign(array[:, 0, :800].astype(float)), axis=1) != 0).sum(1)
    assert ((crossings > 100) == (label == 0)).all()


def test_one_file_is_read_too_and_its_length_is_its_own(tmp_path):
    write(tmp_path / "one.wav", sine(440, 0.2))
    data = load(str(tmp_path / "one.wav"))
    assert data.shape[0] == 1
    assert data.shape[1] == pytest.approx(1_600, abs=4)
    assert data.notes[-1].startswith("fewer than 10 different examples")


def test_bad_files_are_told_in_a_sentence(tmp_path):
    good = wav_bytes(np.full((1, 100), 999, np.int16), RATE)
    for name, content, said in (
        ("empty", b"", "cannot read .*empty.wav: .*; save it again or take it out"),
        ("cut", good[:-50], "it is cut short"),
        ("none", wav_bytes(np.zeros((1, 0), np.int16), RATE), "it holds no samples|cannot read"),
        ("silent", wav_bytes(np.zeros((1, 100), np.int16), RATE), "it is silent"),
        ("text", b"RIFF nothing of the kind", "cannot read"),
    ):
        path = tmp_path / f"{name}.wav"
        path.write_bytes(content)
        with pytest.raises(UserError, match=said):
            load(str(path))
    wavfile.write(tmp_path / "nan.wav", RATE, np.full(9, np.nan, np.float32))
    with pytest.raises(Unreadable, match="not finite"):
        decode(tmp_path / "nan.wav")


def test_a_few_bad_files_of_many_are_left_out(tmp_path):
    for index in range(20):
        write(tmp_path / f"{index:02d}.wav", sine(300 + index, 0.05))
    (tmp_path / "bad.wav").write_bytes(b"RIFF")
    data = load(str(tmp_path))
    assert any(note.startswith("left out 1 files that cannot be read: bad.wav") for note in data.notes)


def test_other_formats_go_through_soundfile_or_say_that_it_is_missing(tmp_path, monkeypatch):
    soundfile = pytest.importorskip("soundfile")
    content = io.BytesIO()
    soundfile.write(content, sine(440), RATE, format="FLAC")
    (tmp_path / "x.flac").write_bytes(content.getvalue())
    np.testing.assert_allclose(decode(tmp_path / "x.flac").samples[:, 0], sine(440), atol=1e-4)
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    with pytest.raises(UserError, match=r"needs soundfile, .*pip install 'saddlepoint\[sound\]'"):
        load(str(tmp_path / "x.flac"))


def test_what_says_nothing_to_the_data_is_refused(tmp_path):
    cases: list[tuple[str, Any, str]] = [
        ("digits", {"rate": 8_000}, "--rate is for sound files, and 'digits' holds images"),
        ("ma8", {"rate": 44_100}, "'ma8' holds sounds at 8,000 Hz"),
        ("ma8", {"length": 100}, "'ma8' holds sounds of 64"),
        ("ma8", {"tokens": "word"}, "--tokens is for text"),
    ]
    for source, asked, said in cases:
        with pytest.raises(UserError, match=said):
            load(source, **asked)
    assert load("ma8", rate=8_000, length=64).shape == (1, 64)


def test_arrays_of_16_bits_are_sounds(tmp_path):
    array = (1_000 * np.random.default_rng(0).standard_normal((40, 50))).astype(np.int16)
    np.save(tmp_path / "x.npy", array)
    data = load(str(tmp_path / "x.npy"))
    assert (data.kind, data.shape, data.rate) == ("waves", (1, 50), 16_000)
    assert "--rate says otherwise" in data.notes[0]
    assert load(str(tmp_path / "x.npy"), rate=4_000).rate == 4_000
    np.save(tmp_path / "y.npy", np.stack([array, array], 1))
    assert load(str(tmp_path / "y.npy"), rate=4_000).shape == (2, 50)
