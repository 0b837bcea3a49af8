"""Text files become sequences of tokens."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.text import split

POEM = "白日依山尽黄河入海流"


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return str(path)


def read(path, **asked) -> Any:
    return load(path, **asked)


def rows(data):
    return [data.vocabulary.text(row) for row in data.train.array.tolist()]


def test_lines_of_one_length_are_sequences(tmp_path):
    lines = [POEM[shift:] + POEM[:shift] for shift in range(10)] * 2
    data = read(write(tmp_path / "poems.txt", "\r\n".join([*lines, "序"])))
    assert (data.kind, data.shape) == ("tokens", (10,))
    assert rows(data) == lines
    assert "left out 1 of 21 lines: they have not 10 characters" in data.notes
    assert set(data.vocabulary.words) == set(POEM)


def test_prose_is_cut_into_pieces_with_its_line_breaks(tmp_path):
    text = "one two, three\nfour five. " * 30
    data = read(write(tmp_path / "prose.txt", text), length=13)
    assert "".join(rows(data)) == text[: len(text) // 13 * 13]
    words = read(write(tmp_path / "prose.txt", text), length=4, tokens="word")
    assert words.vocabulary.separator == " "
    assert rows(words)[:2] == ["one two , three", "\n four five ."]
    assert words.vocabulary.words[0] == "\n", "equally frequent words are in the order of their letters"


def test_words_and_signs_and_chinese_letters_are_tokens():
    assert split("It's 3 o’clock—说话!\nno", "word") == [
        "It's",
        "3",
        "o’clock",
        "—",
        "说",
        "话",
        "!",
        "\n",
        "no",
    ]
    assert split("ab c", "character") == ["a", "b", " ", "c"]


@settings(max_examples=30)
@given(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\ufeff"), min_size=100),
    st.integers(2, 9),
)
def test_pieces_say_what_the_text_says(tmp_path_factory, text, length):
    path = tmp_path_factory.mktemp("text") / "x.txt"
    if not text.strip():
        return
    data = read(write(path, text), length=length)
    joined = "".join(rows(data))
    if data.notes[0].startswith("cut into pieces"):
        assert joined == text[: len(text) // length * length]
    assert len(set(data.vocabulary.words)) == len(data.vocabulary)
    assert data.train.array.max() == len(data.vocabulary) - 1


def test_rare_words_become_one(tmp_path, monkeypatch):
    monkeypatch.setattr("saddlepoint.data.files.text.MOST", 3)
    data = read(write(tmp_path / "x.txt", "a a a a b b b c d " * 10), length=3, tokens="word")
    assert data.vocabulary.words == ("a", "b", "…")
    assert any("4 different words; the rarest, 22.2% of the text, became '…'" in note for note in data.notes)


def test_bad_text_is_told_in_a_sentence(tmp_path):
    for name, content, said in (
        ("empty", b" \n", "holds no text; give a file that does"),
        ("latin", "größe".encode("latin1") * 50, "is no UTF-8 text .*at byte 2.*iconv -f latin1 -t utf-8"),
        ("short", b"hello", "holds 0 sequences of 64 characters, and 10 are needed; give more text"),
    ):
        (tmp_path / f"{name}.txt").write_bytes(content)
        with pytest.raises(UserError, match=said):
            read(str(tmp_path / f"{name}.txt"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["character", "word"]))
def test_whatever_is_in_a_file_it_is_read_or_one_sentence_says_why(tmp_path_factory, content, tokens):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    try:
        data = read(str(path), length=3, tokens=tokens)
    except UserError as error:
        why = str(error)
    else:
        why = "read" * (data.train.array.shape[1] == 3)
    assert why
    assert "\n" not in why


def test_a_folder_of_texts_is_one_text(tmp_path):
    for index in range(5):
        write(tmp_path / f"{index}.txt", "ab" * 20)
    assert read(str(tmp_path), length=8).train.array.shape == (25, 8)


def test_arrays_of_whole_numbers_are_tokens(tmp_path):
    array = np.random.default_rng(0).integers(0, 7, (30, 5))
    np.save(tmp_path / "x.npy", array)
    data = read(str(tmp_path / "x.npy"))
    assert (data.kind, data.shape, len(data.vocabulary)) == ("tokens", (5,), 7)
    assert data.vocabulary.text([0, 6]) == "0 6"
    np.testing.assert_array_equal(data.train.array, array)
    np.save(tmp_path / "y.npy", array - 1)
    with pytest.raises(UserError, match="holds tokens outside 0 to"):
        read(str(tmp_path / "y.npy"))
