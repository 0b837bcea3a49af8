"""Standard MIDI files: the melody of one, and one of a melody."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from saddlepoint.data.files.sound import Unreadable
from saddlepoint.data.notes import LONGEST, Note

SUFFIXES = (".mid", ".midi")
QUARTER = 4  # sixteenths
TICKS = 480  # a quarter, of files that are written
LOUDNESS = 80
DRUMS = 9  # the channel whose notes are no pitches
MOST = 1 << 16  # sixteenths of a file, more than an hour


class Sounding(NamedTuple):
    """A note of any voice: from one tick to another, at a pitch."""

    start: int
    end: int
    pitch: int


def is_midi_name(name: str) -> bool:
    """Say whether a file's name ends like a MIDI file's."""
    return name.lower().endswith(SUFFIXES)


def melody(content: bytes) -> list[Note]:
    """Return the melody of a MIDI file: at each sixteenth the highest note of all voices but drums.

    Silence before and after it is left out, and longer notes and rests count as whole ones.

    Raises:
        Unreadable: the file is damaged or cut short, or has no notes.
    """
    quarter, sounding = _parsed(content)
    if not sounding:
        raise Unreadable("it has no notes")
    tick = quarter / QUARTER
    first = min(round(note.start / tick) for note in sounding)
    last = max(max(round(note.end / tick), round(note.start / tick) + 1) for note in sounding)
    if last - first > MOST:
        raise Unreadable(f"its notes are {last - first:,} sixteenths apart")
    steps: list[Sounding | None] = [None] * (last - first)
    for note in sorted(sounding, key=lambda one: (one.pitch, one.start)):  # higher ones over lower ones
        start = round(note.start / tick)
        for step in range(start, max(start + 1, round(note.end / tick))):
            steps[step - first] = note
    found: list[Note] = []
    before: object = steps  # equal to no note
    for note in steps:
        if note is before:
            last_one = found[-1]
            found[-1] = last_one._replace(length=min(LONGEST, last_one.length + 1))
        else:
            found.append(Note(note and note.pitch, 1))
        before = note
    return found


def midi_bytes(notes: Sequence[Note]) -> bytes:
    """Return a melody as a MIDI file of one track, 120 quarters a minute."""
    events, silence = [b"\x00\xff\x51\x03\x07\xa1\x20"], 0  # 500,000 µs a quarter
    for note in notes:
        ticks = note.length * TICKS // QUARTER
        if note.pitch is None:
            silence += ticks
            continue
        events.append(_varying(silence) + bytes([0x90, note.pitch, LOUDNESS]))
        events.append(_varying(ticks) + bytes([0x80, note.pitch, 0]))
        silence = 0
    events.append(_varying(silence) + b"\xff\x2f\x00")
    track = b"".join(events)
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(track)) + track


def _varying(value: int) -> bytes:
    """Return a number in groups of seven bits, the highest bit set in all but the last."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


def _parsed(content: bytes) -> tuple[int, list[Sounding]]:
    """Return the ticks of a quarter, and all notes."""
    if content[:4] != b"MThd" or len(content) < 14:
        raise Unreadable("it is no MIDI file")
    size, _, _, quarter = struct.unpack(">IHHH", content[4:14])
    if quarter & 0x8000:
        raise Unreadable("its time is in frames of film and not in beats")
    if quarter == 0:
        raise Unreadable("its beats last no time")
    sounding: list[Sounding] = []
    place = 8 + size
    while place + 8 <= len(content):
        name, length = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "big")
        chunk = content[place + 8 : place + 8 + length]
        if len(chunk) < length:
            raise Unreadable("it is cut short")
        if name == b"MTrk":
            try:
                sounding += _notes(chunk)
            except IndexError as error:
                raise Unreadable("one of its tracks ends within an event") from error
        place += 8 + length
    return quarter, sounding


def _notes(track: bytes) -> Iterator[Sounding]:
    """Yield the notes of a track; raises IndexError where it ends too early."""
    place, now, status = 0, 0, 0
    begun: dict[tuple[int, int], int] = {}
    while place < len(track):
        wait, place = _number(track, place)
        now += wait
        if track[place] & 0x80:
            status, place = track[place], place + 1
        if status in (0xF0, 0xF7, 0xFF):
            place += status == 0xFF  # the type of what is said beside the music
            length, place = _number(track, place)
            place += length
            continue
        if not status & 0x80:
            raise Unreadable("one of its tracks begins within an event")
        kind, channel = status >> 4, status & 0x0F
        first, place = track[place], place + 1
        if kind not in (0xC, 0xD):
            second, place = track[place], place + 1
            voice = (channel, first & 0x7F)
            if kind in (0x8, 0x9) and voice in begun:
                yield Sounding(begun.pop(voice), now, voice[1])
            if kind == 0x9 and second and channel != DRUMS:
                begun[voice] = now
    for (_, pitch), start in begun.items():
        yield Sounding(start, now, pitch)


def _number(track: bytes, place: int) -> tuple[int, int]:
    """Return a number of one to four bytes, and where it ends."""
    value = 0
    for byte in range(place, place + 4):
        value = value << 7 | track[byte] & 0x7F
        if not track[byte] & 0x80:
            return value, byte + 1
    raise Unreadable("one of its numbers has no end")
