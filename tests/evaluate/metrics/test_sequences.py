"""What is measured of sequences: closed forms, and agreement with a plain count."""

import math
from typing import Any

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.notes import Note
from saddlepoint.evaluate import evaluate
from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.copied_runs import copied_runs, shared_runs
from saddlepoint.evaluate.metrics.ngrams import distance, grams, ngrams
from saddlepoint.evaluate.metrics.pitch_classes import pitch_classes
from saddlepoint.evaluate.metrics.self_bleu import bleus, self_bleu


def view(tokens):
    return Features(np.zeros((len(tokens), 1), np.float32), thumbnails=lambda: tokens)


def inputs(fake, real, rng):
    data = Dataset("toy", "toy", "tokens", {"train": Split(real)}, vocabulary=Vocabulary.of_numbers(9))
    half = len(real) // 2
    return Inputs(view(fake), view(real[:half]), view(real[half:]), data, rng)


def test_distance_of_shares_is_half_the_sum_of_differences():
    assert distance(np.array([1, 1, 2, 3]), np.array([1, 2, 2, 4])) == pytest.approx(0.5)
    assert distance(np.array([1, 2]), np.array([2, 1, 1, 2])) == 0
    assert distance(np.array([1]), np.array([2])) == 1


def test_runs_of_tokens_have_numbers_of_their_own():
    tokens = np.array([[0, 1, 0, 1]], np.int32)
    pairs = grams(view(tokens), 2)
    assert pairs.shape == (1, 3)
    assert pairs[0, 0] == pairs[0, 2] != pairs[0, 1]


def test_order_is_seen_by_pairs_alone(rng):
    real = np.tile(np.array([0, 1, 2, 3], np.int32), (200, 5))
    found: Any = ngrams(inputs(real[:80, ::-1].copy(), real, rng))
    assert found["unigrams"].value == 0
    assert found["bigrams"].value == 1
    assert found["bigrams"].real == 0
    assert found["bigrams"].samples == 80


def naive(tokens):
    """BLEU-4 of the first row against the others, with the definition's own loops."""
    logs = []
    for order in range(1, 5):
        runs = [[tuple(row[i : i + order]) for i in range(len(row) - order + 1)] for row in tokens.tolist()]
        matched = sum(
            min(runs[0].count(run), max(other.count(run) for other in runs[1:])) for run in set(runs[0])
        )
        logs.append(math.log(max(matched, 0.1) / len(runs[0])))
    return math.exp(sum(logs) / 4)


def test_self_bleu_is_that_of_its_definition(rng):
    tokens = rng.integers(0, 3, (12, 9)).astype(np.int32)
    scores = bleus(tokens)
    for row in range(len(tokens)):
        assert scores[row] == pytest.approx(naive(np.roll(tokens, -row, axis=0)))


def test_self_bleu_is_one_where_all_are_equal_and_small_where_nothing_is_shared(rng):
    equal = np.tile(np.arange(8, dtype=np.int32), (20, 1))
    assert bleus(equal) == pytest.approx(1)
    apart: Any = np.arange(160, dtype=np.int32).reshape(20, 8)
    assert bleus(apart) == pytest.approx(math.exp(np.mean([math.log(0.1 / n) for n in (8, 7, 6, 5)])))
    found: Any = self_bleu(inputs(equal, np.concatenate([apart, apart]), rng))["self_bleu"]
    assert (found.value, found.low) == (pytest.approx(1), pytest.approx(1))
    assert found.real < 0.1


def test_a_card_of_sequences_knows_the_entropy_of_its_oracle():
    data = load("oracle:50")
    real = data.splits["validation"].array
    card: Any = evaluate(data, real[:400])
    entropy = -data.truth.log_likelihood(data.splits["test"].array).mean() / 20  # type: ignore[union-attr]
    nll: Any = card["oracle_nll"]
    assert nll.low < entropy < nll.high
    assert nll.real == pytest.approx(entropy, abs=0.05)
    assert card["unigrams"].value == pytest.approx(card["unigrams"].real, abs=0.05)
    assert card["self_bleu"].real == pytest.approx(card["self_bleu"].value, abs=0.05)
    assert card.encoder["name"] == "word_pairs"
    uniform = np.random.default_rng(0).integers(0, 50, (400, 20), np.int32)
    worse: Any = evaluate(data, uniform, metrics=["oracle_nll", "ngrams"])
    assert worse["oracle_nll"].low > math.log(50)
    assert worse["bigrams"].value > card["bigrams"].value


def test_tokens_outside_the_vocabulary_are_refused():
    data = load("oracle:50")
    with pytest.raises(UserError, match=r"tokens from 0 to 50, and those of 'oracle-50' are 0 to 49"):
        evaluate(data, np.arange(60, dtype=np.int64).reshape(3, 20) % 51)


def test_runs_that_stand_in_the_training_data_are_found_as_by_looking(rng):
    fake, real = rng.integers(3, size=(6, 9)), rng.integers(3, size=(5, 9))
    theirs = ["".join(map(str, row)) for row in real.tolist()]
    found = shared_runs(fake, real)
    for order in range(1, 10):
        wanted = [
            [any("".join(map(str, row[i : i + order])) in one for one in theirs) for i in range(10 - order)]
            for row in fake.tolist()
        ]
        if order <= len(found):
            assert found[order - 1].tolist() == wanted
        else:
            assert not np.any(wanted)


def test_the_longest_copied_run_of_a_training_sequence_is_all_of_it(rng):
    real = rng.integers(9, size=(400, 12))
    known: Any = copied_runs(inputs(real[:20], real, rng))
    assert (known["copied_run"].value, known["copied_run"].low) == (12, 12)
    assert known["copied_run"].detail["12"] == [20, 20]
    half = np.concatenate([real[:20, :5], np.full((20, 7), 8)], 1)
    half[:, 5] = 8
    some: Any = copied_runs(inputs(half, real, rng))
    assert 5 <= some["copied_run"].value < 9
    assert some["copied_run"].samples == 20


def test_melodies_are_compared_by_pitch_class_interval_and_length(rng):
    """An octave higher the classes and steps are the same; backwards the steps go the other way."""
    words = [Note(pitch, length).word for pitch in (60, 62, 64, 72, 74, 76) for length in (2, 4)]
    words.append(Note(None, 4).word)
    data = Dataset("toy", "toy", "tokens", {}, vocabulary=Vocabulary(tuple(words), " ", notes=True))
    real = np.tile(np.array([0, 2, 4, 12], np.int32), (40, 1))  # C D E and a rest

    def found(fake) -> Any:
        return pitch_classes(Inputs(view(fake), view(real), view(real), data, rng))

    same = found(real + np.array([6, 6, 6, 0], np.int32))
    assert [same[name].value for name in ("pitch_classes", "intervals", "note_lengths")] == [0, 0, 0]
    assert same["pitch_classes"].detail["samples"]["C"] == same["pitch_classes"].detail["data"]["rest"] == 0.25
    backwards = found(real[:, ::-1].copy())
    assert backwards["pitch_classes"].value == 0
    assert backwards["intervals"].value == pytest.approx(2 / 3)
    longer = found(real + np.array([1, 1, 1, 0], np.int32))
    assert longer["note_lengths"].value == 0.75
    assert longer["note_lengths"].real == 0
