"""MIDI files: what is written is read again, other programs' files too, and bad ones get one sentence."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.midi import melody, midi_bytes
from saddlepoint.data.files.sound import Unreadable
from saddlepoint.data.notes import Note

PITCHED = st.builds(Note, st.integers(0, 127), st.integers(1, 16))
REST = st.builds(Note, st.none(), st.integers(1, 16))


def file(*tracks, quarter=4):
    chunks = b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks)
    return b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), quarter) + chunks


def merged(notes):
    """Return notes without neighbouring rests, which a file cannot tell apart, and none at the ends."""
    found = []
    for note in notes:
        if note.pitch is None and (not found or found[-1].pitch is None):
            continue
        found.append(note)
    while found and found[-1].pitch is None:
        found.pop()
    return found


@settings(max_examples=50, deadline=None)
@given(st.lists(PITCHED | REST, max_size=30).map(merged).filter(bool))
def test_what_is_written_is_read_again(notes):
    assert melody(midi_bytes(notes)) == notes


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.booleans())
def test_whatever_is_in_a_file_it_is_read_or_one_clause_says_why(content, headed):
    try:
        found = melody(file(content) if headed else content)
    except Unreadable as error:
        why = str(error)
    else:
        why = "it has notes" * all(1 <= note.length <= 16 for note in found)
    assert why
    assert "\n" not in why


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_that_is_cut_anywhere_is_read_or_refused(data):
    whole = midi_bytes([Note(60, 4), Note(None, 2), Note(67, 2)])
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(Unreadable):
        melody(cut)


def test_the_highest_voice_is_the_melody_and_drums_are_none():
    soprano = b"\x00\x90\x48\x40\x04\x80\x48\x00\x00\x90\x4a\x40\x04\x4a\x00"  # C5, D5; running status ends it
    bass = b"\x00\x91\x30\x40\x0c\x81\x30\x00"  # C3 below, which goes on
    drums = b"\x00\x99\x7f\x40\x10\x89\x7f\x00"
    assert melody(file(soprano, bass, drums)) == [
        Note(72, 4),
        Note(74, 4),
        Note(48, 4),
    ]


def test_what_is_said_beside_the_music_is_passed_over():
    track = (
        b"\x00\xff\x03\x02hi\x00\xf0\x01\xf7\x00\xc0\x05\x00\x90\x3c\x40\x81\x00\x80\x3c\x00\x00\xff\x2f\x00"
    )
    assert melody(file(track, quarter=32)) == [Note(60, 16)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"RIFF" + bytes(20), "it is no MIDI file"),
        (file(b"", quarter=0x9728), "its time is in frames of film and not in beats"),
        (file(b"", quarter=0), "its beats last no time"),
        (file(b"\x00\xff\x2f\x00"), "it has no notes"),
        (file(b"\x00\x3c\x40"), "one of its tracks begins within an event"),
        (file(b"\x00\x90\x3c"), "one of its tracks ends within an event"),
        (file(b"\x00\x90\x3c\x40\x00\x80\x3c\x00\xff\xff\xff\x7f\x90\x3c\x40"), "its notes are"),
        (file(b"\xff" * 500_000), "one of its numbers has no end"),  # which would take minutes to add up
    ],
)
def test_each_fault_has_its_clause(content, why):
    with pytest.raises(Unreadable, match=why):
        melody(content)


def write(folder, count):
    rng = np.random.default_rng(0)
    for index in range(count):
        tune = [Note(int(pitch), 2) for pitch in rng.integers(60, 72, size=10)]
        (folder / f"{index:02d}.mid").write_bytes(midi_bytes(tune))


def test_a_folder_becomes_sequences_of_which_no_tune_is_in_two_splits(tmp_path):
    write(tmp_path, 30)
    (tmp_path / "a.mid").write_bytes(b"MThd")
    data = load(str(tmp_path), length=8)
    assert (data.kind, data.shape) == ("tokens", (8,))
    assert data.vocabulary is not None
    assert data.vocabulary.notes
    assert data.notes == (
        "left out 1 files that cannot be read: a.mid (it is no MIDI file)",
        "60 sequences of 8 notes from 30 melodies; a note is a pitch and a length",
    )
    assert sorted(row for split in data.splits.values() for row in split.all_rows) == list(range(60))
    for split in data.splits.values():
        rows = split.all_rows
        assert set(rows // 2) == set(rows[rows % 2 == 0] // 2)  # both pieces of a tune, or none
    first = data.train.array[0]
    assert Note.of(data.vocabulary.words[first[0]]).length == 2


def test_too_few_notes_and_too_many_bad_files_are_refused(tmp_path):
    write(tmp_path, 2)
    with pytest.raises(UserError, match="holds 0 sequences of 16 notes, and 10 are needed"):
        load(str(tmp_path))
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    with pytest.raises(UserError, match=r"cannot read .*bad.mid: it is no MIDI file; save it again"):
        load(str(tmp_path))
