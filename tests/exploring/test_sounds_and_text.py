"""Runs on sounds and on text: what they write, and how files of samples are scored."""

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.midi import midi_bytes
from saddlepoint.data.notes import RATE, Note
from saddlepoint.exploring import save_listening, save_samples
from saddlepoint.scoring import score

POEM = "the cat sat on a mat and a rat ran at the cat"


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    return sp.train(
        "wave_gan", "ma8", steps=1, batch=8, width=2, quiet=True, out=tmp_path_factory.mktemp("s") / "run"
    )


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    words = POEM.split()
    lines = [" ".join(words[shift:] + words[:shift])[:20] for shift in range(len(words))] * 10
    (folder / "poem.txt").write_text("\n".join(lines))
    asked = {"steps": 1, "batch": 8, "quiet": True, "length": 4, "tokens": "word"}
    return sp.train("seq_mle", str(folder / "poem.txt"), out=folder / "run", **asked)


@pytest.fixture(scope="module")
def tunes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("m")
    (folder / "tunes").mkdir()
    for index in range(12):
        tune = [Note(60 + (index * place) % 12, 1 + place % 4) for place in range(16)]
        (folder / "tunes" / f"{index}.mid").write_bytes(midi_bytes(tune))
    asked = {"steps": 1, "batch": 8, "quiet": True, "length": 8, "filters": 0.02, "hidden": 4}
    return sp.train("melody_gan", str(folder / "tunes"), out=folder / "run", **asked)


def test_a_run_on_sounds_ends_with_a_wav_of_its_picture(sounds):
    rate, levels = wavfile.read(sounds.path / "samples.wav")
    assert rate == 8_000
    pause = round(0.2 * rate)
    pieces = levels.reshape(12, 64 + pause)
    np.testing.assert_array_equal(pieces[:, :64], sounds.sample(12)[:, 0])
    assert not pieces[:, 64:].any()
    with Image.open(sounds.path / "samples.png") as picture:
        assert picture.width == 698


def test_sounds_are_written_as_one_file_or_many(sounds, tmp_path, capsys):
    assert main(["sample", str(sounds.path), "-n", "3", "--out", str(tmp_path / "x.wav")]) == 0
    assert wavfile.read(tmp_path / "x.wav")[1].shape == (3 * (64 + 1_600),)
    assert main(["sample", str(sounds.path), "-n", "3", "--out", str(tmp_path / "each")]) == 0
    assert [path.name for path in sorted((tmp_path / "each").iterdir())] == [f"0000{i}.wav" for i in range(3)]
    np.testing.assert_array_equal(wavfile.read(tmp_path / "each" / "00001.wav")[1], sounds.sample(3)[1, 0])
    capsys.readouterr()
    assert main(["sample", str(sounds.path), "-n", "3"]) == 0
    wav, png = capsys.readouterr().out.split()
    assert (wav[-4:], png[-4:]) == (".wav", ".png")
    with pytest.raises(UserError, match=r"--out must be FILE.png, FILE.npy, FILE.wav or a folder, got x.txt"):
        save_samples(sounds, Path("x.txt"))


def test_a_page_plays_samples_and_real_sounds(sounds, tmp_path):
    """What a browser is given to play is what ``sample`` draws, and what the test split holds."""
    page = tmp_path / "x.html"
    assert main(["sample", str(sounds.path), "-n", "3", "--seed", "2", "--out", str(page)]) == 0
    played = re.findall(r'<audio [^>]*src="data:audio/wav;base64,([^"]+)"', page.read_text())
    levels = [wavfile.read(io.BytesIO(base64.b64decode(one)))[1] for one in played]
    assert len(levels) == 6
    np.testing.assert_array_equal(levels[:3], sounds.sample(3, seed=2)[:, 0])
    held_out = load("ma8").splits["test"].array[:, 0]
    assert all((held_out == one).all(1).any() for one in levels[3:])
    assert page.read_text().count("<img src") == 6


def test_what_cannot_be_heard_has_no_page(text, tmp_path):
    with pytest.raises(UserError, match="is a page to listen to, and sequences cannot be heard"):
        save_listening(text, tmp_path / "x.html")
    assert not list(tmp_path.iterdir())


def test_sequences_are_written_as_lines(text, tmp_path):
    vocabulary = text.config["data"]["vocabulary"]
    assert vocabulary["separator"] == " "
    assert main(["sample", str(text.path), "-n", "5", "--out", str(tmp_path / "x.txt")]) == 0
    wanted = [" ".join(vocabulary["words"][token] for token in row) for row in text.sample(5).tolist()]
    between = "\n\n" if any("\n" in line for line in wanted) else "\n"
    assert (tmp_path / "x.txt").read_text() == between.join(wanted) + "\n"
    assert (text.path / "samples.txt").is_file()
    assert main(["sample", str(text.path), "-n", "2", "--out", str(tmp_path / "each")]) == 0
    assert (tmp_path / "each" / "00001.txt").read_text() == wanted[1] + "\n"


def test_melodies_are_written_as_files_that_play(tunes, tmp_path, capsys):
    notes = [
        [Note.of(word) for word in tunes.drawing.of.vocabulary.text(row).split()] for row in tunes.sample(2)
    ]
    first = midi_bytes(notes[0])
    assert (tunes.path / "samples.mid").is_file()
    assert wavfile.read(tunes.path / "samples.wav")[0] == RATE
    assert main(["sample", str(tunes.path), "-n", "2", "--out", str(tmp_path / "each")]) == 0
    assert (tmp_path / "each" / "00000.mid").read_bytes() == first
    assert main(["sample", str(tunes.path), "-n", "2", "--out", str(tmp_path / "x.wav")]) == 0
    seconds = sum(note.length for tune in notes for note in tune) / 8 + 2  # with half a bar after each
    assert len(wavfile.read(tmp_path / "x.wav")[1]) == pytest.approx(seconds * RATE, abs=1)
    capsys.readouterr()
    assert main(["sample", str(tunes.path), "-n", "2", "--out", str(tmp_path / "x.html")]) == 0
    assert (tmp_path / "x.html").read_text().count("<audio") == 4
    assert main(["sample", str(tunes.path), "-n", "2"]) == 0
    assert [line[-4:] for line in capsys.readouterr().out.split()] == ["html", ".mid", ".wav", ".png"]


def test_a_run_reads_its_text_again_as_it_was_asked_for(text):
    data = text.data()
    assert data.shape == (4,)
    assert data.fingerprint == text.config["data"]["fingerprint"]
    assert sp.resume(text.path, steps=2, quiet=True).step == 2


def test_truncation_keeps_to_the_likeliest_words(text):
    assert len(np.unique(text.sample(20, truncation=0.0), axis=0)) == 1
    assert len(np.unique(text.sample(20), axis=0)) > 10


def test_files_of_samples_are_scored_as_arrays_are(sounds, tmp_path):
    """A folder of .wav, resampled to nothing else, has the figures of the array that it was written from."""
    np.save(tmp_path / "x.npy", sounds.sample(60))
    save_samples(sounds, tmp_path / "each", n=60)
    asked = {"against": "ma8", "metrics": ["spectrum"], "quiet": True}
    array: Any = score(tmp_path / "x.npy", **asked)["spectrum"]
    assert array.value > 0
    assert score(sounds.sample(60), **asked)["spectrum"].value == array.value
    folder = score(tmp_path / "each", **asked)["spectrum"]
    assert folder.samples == 60


def test_text_is_scored_in_the_words_of_the_data(tmp_path):
    data: Any = load("oracle:50")
    tokens = data.splits["test"].array[:40]
    np.save(tmp_path / "x.npy", tokens)
    (tmp_path / "x.txt").write_text("\n".join(data.vocabulary.text(row) for row in tokens.tolist()))
    asked = {"against": "oracle:50", "metrics": ["oracle_nll"], "quiet": True}
    array: Any = score(tmp_path / "x.npy", **asked)["oracle_nll"]
    assert score(tmp_path / "x.txt", **asked)["oracle_nll"].value == pytest.approx(array.value, abs=1e-12)
    (tmp_path / "y.txt").write_text("\n".join(["7 " * 19 + "99"] * 12))
    with pytest.raises(UserError, match="'99' is not among the 50 words of the data"):
        score(tmp_path / "y.txt", **asked)
