import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.core.errors import UserError
from saddlepoint.data.notes import RATE, Note, rendered


@given(st.none() | st.integers(0, 127), st.integers(1, 16))
def test_a_note_is_what_its_word_says(pitch, length):
    note = Note(pitch, length)
    assert Note.of(note.word) == note


def test_words_are_those_of_musicians():
    words = {(60, 4): "C4:4", (70, 1): "A#4:1", (0, 2): "C-1:2", (None, 8): "r:8"}
    assert [Note(*note).word for note in words] == list(words.values())
    for word in ("H4:1", "C4", "c4:1", "", "C4:0", "C4:17", "r:99999999", "C-2:1", "G#9:1", "C99999999:1"):
        with pytest.raises(UserError, match="is no note"):
            Note.of(word)


def test_a_note_sounds_at_its_pitch_for_its_length():
    sound = rendered([Note(69, 8), Note(None, 4), Note(81, 4)])
    assert sound.shape == (1, 2 * RATE)
    assert sound.dtype == np.int16
    quiet = sound[0, RATE : RATE + RATE // 2]
    assert not quiet.any()
    for start, seconds, hertz in ((0, 1.0, 440), (1.5, 0.5, 880)):
        part = sound[0, round(start * RATE) : round((start + seconds) * RATE)].astype(float)
        strengths = np.abs(np.fft.rfft(part))
        assert np.argmax(strengths) / seconds == pytest.approx(hertz, abs=2)
