import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.evaluate import Card, cheap, evaluate, meanings
from saddlepoint.evaluate.metric import metrics


@pytest.fixture(scope="module")
def heldout(digits):
    """Real images that no encoder saw, as the samples of a perfect generator."""
    parts = [digits.splits[name] for name in ("test", "validation")]
    return np.concatenate([part.take(np.arange(len(part)))[0] for part in parts])


@pytest.fixture(scope="module")
def good(digits, heldout):
    return evaluate(digits, heldout)


def drawn(images):
    return images[np.random.default_rng(2).integers(len(images), size=500)]


def ends(figure):
    assert figure.low is not None
    assert figure.high is not None
    return figure.low, figure.high


def of_images():
    return [m for _, m in metrics.items() if not m.kinds or "images" in m.kinds]


def test_every_figure_is_explained_and_has_a_real_one_beside_it(good):
    assert set(good.figures) <= set(meanings())
    usual = [
        m for _, m in metrics.items() if m.truth is None and not m.slow and (not m.kinds or "images" in m.kinds)
    ]
    expected = {name for m in usual for name in m.figures}
    assert set(good.figures) == expected
    for name, figure in good.figures.items():
        assert figure.encoder.startswith(("judge-", "pixels"))
        if name != "support":
            assert figure.real is not None
            assert figure.real_samples > 0


def test_every_figure_says_what_it_can_be_and_its_interval_keeps_to_it(digits, good):
    assert digits.train.label is not None
    ones = digits.train.array[digits.train.label == 1]
    few = evaluate(digits, ones[:60], metrics=["class_histogram", "classifier_score", "precision_recall"])
    for name, figure in (good.figures | few.figures).items():
        least, most = figure.range
        assert (least is None and most is None) == (name == "kernel"), "an unbiased square may be negative"
        for end in (figure.low, figure.value, figure.high):
            assert end is None or least is None or end >= least, name
            assert end is None or most is None or end <= most + 1e-9, name
    assert few["class_kl_uniform"].range == (0, pytest.approx(np.log(10)))
    assert few["class_kl_uniform"].high == pytest.approx(np.log(10), rel=1e-3), "cut off, all are of one class"


def test_the_real_figure_is_what_held_out_images_score(good):
    for name in ("frechet", "class_kl", "precision", "coverage", "diversity"):
        assert good[name].value == pytest.approx(good[name].real, rel=0.15, abs=0.02)


def test_the_real_figure_rests_on_as_many_images_as_it_says(digits):
    rng = np.random.default_rng(0)
    many = rng.integers(0, 256, (6_000, 8, 8, 1), np.uint8)
    splits = {
        "train": Split(many[:500], None),
        "validation": Split(many, None, np.arange(0)),
        "test": Split(many[500:].copy(), None),
    }
    data = Dataset("noise", "noise", "images", splits, (), "noise-of-6000")
    seen = []
    rests = metrics.get("memorisation")

    def measure(inputs):
        seen.append(len(inputs.fake))
        return rests.measure(inputs)

    metrics.remove("memorisation")
    metrics.add("memorisation", replace(rests, measure=measure))
    try:
        card = evaluate(data, many[:3_000], metrics=["memorisation"], samples=3_000)
    finally:
        metrics.remove("memorisation")
        metrics.add("memorisation", rests)
    assert seen == [2_500, card["memorisation"].real_samples]


def test_no_samples_are_refused_in_a_sentence(digits):
    with pytest.raises(UserError, match="there are no samples to score"):
        evaluate(digits, np.zeros((0, 8, 8, 1), np.uint8))


def test_the_card_is_stored_and_read_back(good, tmp_path):
    good.save(tmp_path)
    stored = json.loads((tmp_path / "card.json").read_text())
    assert stored["version"] == 1
    schema = {"value", "low", "high", "samples", "real", "encoder"}
    assert all(schema <= set(figure) for figure in stored["figures"].values())
    assert Card.from_json(stored).to_json() == good.to_json()
    text = (tmp_path / "card.md").read_text()
    assert all(f"| {name} " in text for name in good.figures)
    assert text.endswith("\n")


def test_the_line_names_encoder_and_real_figure(good):
    line = good.line()
    assert line.startswith("FD ")
    assert "judge" in line
    assert "real" in line
    assert "10/10 classes" in line
    assert "worse than" not in line
    assert "\n" not in line


def test_the_line_calls_a_collapse_bad(digits):
    """One image for ever lacks the whole variance of 100, and is not the mean either."""
    line = cheap(digits, np.zeros((500, 8, 8, 1), np.uint8)).line()
    assert "worse than 100, what the data's mean alone would score" in line


def test_a_blob_over_all_modes_is_not_praised():
    """Its mean and covariance are right, so that its Fréchet distance is that of the data."""
    ring = load("ring8")
    points = ring.train.array
    rng = np.random.default_rng(0)
    blob = rng.multivariate_normal(points.mean(0), np.cov(points.T), 2_000).astype(np.float32)
    card = cheap(ring, blob)
    assert card["frechet"].value == pytest.approx(0, abs=0.01)
    assert (card["high_quality"].value or 0) < 0.05
    assert card.line().startswith(f"{card['modes'].value:.0f}/8 modes")
    assert card.line().index("of samples on one") < card.line().index("FD ")
    assert "memorisation" not in evaluate(ring, blob).figures


def test_the_same_seed_gives_the_same_card_and_no_global_state_moves(digits, heldout):
    np.random.seed(1)  # noqa: NPY002 - the state that must not move
    before, state = torch.get_rng_state(), np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
    first = evaluate(digits, heldout, seed=3).to_json()
    assert evaluate(digits, heldout, seed=3).to_json() == first
    assert evaluate(digits, heldout, seed=4).to_json() != first
    assert torch.equal(torch.get_rng_state(), before)
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index] # noqa: NPY002


def test_a_collapsed_sampler_is_caught(digits, good):
    train, label = digits.train.take(np.arange(len(digits.train)))
    one_each = train[[int(np.flatnonzero(label == c)[0]) for c in range(10)]]
    card = evaluate(digits, drawn(one_each))
    assert card["classes"].value == 10  # the histogram alone sees nothing
    assert ends(card["diversity"])[1] < 0.05
    assert ends(card["support"])[1] < 15
    assert ends(card["recall"])[1] < 0.2
    assert ends(card["coverage"])[1] < 0.5
    assert ends(card["frechet"])[0] > ends(good["frechet"])[1]


def test_a_memorising_sampler_is_caught(digits, good):
    train, _ = digits.train.take(np.arange(len(digits.train)))
    card = evaluate(digits, drawn(train))
    assert card["memorisation"].value == pytest.approx(1, abs=0.01)
    assert ends(card["memorisation"])[0] > 0.9
    low, high = ends(good["memorisation"])
    assert high < 0.5
    assert low < 0
    # What is usually trusted cannot tell it from real images.
    assert (card["precision"].value or 0) > 0.9 * (card["precision"].real or 1)
    assert (card["frechet"].value or 99) < ends(good["frechet"])[1]


def test_a_class_dropping_sampler_is_caught(digits, good):
    train, label = digits.train.take(np.arange(len(digits.train)))
    card = evaluate(digits, drawn(train[label != 7]))
    assert card["class_kl"].value == pytest.approx(np.log(1 / (label != 7).mean()), abs=0.03)
    assert ends(card["class_kl"])[0] > ends(good["class_kl"])[1]
    assert card["classes"].detail["counts"][7] < 5


def test_noise_is_caught(digits, rng):
    """By all but precision, of which it has .4 to .6 from judges of different seeds and arithmetic."""
    card = evaluate(digits, rng.integers(0, 256, size=(300, 8, 8, 1), dtype=np.uint8))
    assert ends(card["coverage"])[1] < 0.25
    assert ends(card["density"])[1] < 0.7 * (card["density"].real or 0)
    assert ends(card["class_kl"])[0] > 1
    assert ends(card["frechet"])[0] > 50
    line = card.line()
    assert line.index("FD ") < line.index("classes") < line.index("coverage") < line.index("density")
    assert "precision" not in line


def test_cheap_figures_only(digits, heldout):
    card = cheap(digits, heldout)
    usual = [
        m for _, m in metrics.items() if m.cheap and m.truth is None and (not m.kinds or "images" in m.kinds)
    ]
    names = {name for m in usual for name in m.figures}
    assert set(card.figures) == names
    assert {"frechet", "class_kl", "diversity"} <= names


def test_a_sampler_is_asked_once(digits, heldout):
    asked = []

    def sample(n):
        asked.append(n)
        return heldout[:n]

    card = evaluate(digits, sample, samples=120, metrics=["frechet"])
    assert asked == [120]
    assert card.samples == card["frechet"].samples == 120
    assert list(card.figures) == ["frechet"]


def test_small_data_say_what_their_figures_mean(digits, heldout):
    card = evaluate(digits, np.concatenate([heldout] * 3), metrics=["class_histogram"])
    assert any("held-out images, fewer than" in note for note in card.notes)
    assert any("training images for" in note for note in card.notes)


def test_a_few_samples_leave_out_what_needs_more_and_say_so(digits, heldout):
    card = evaluate(digits, heldout[:15])
    assert "kernel" not in card.figures
    assert "Left out: kernel, which needs at least 50 samples, and there are 15." in card.notes
    with pytest.raises(UserError, match="'kernel' needs at least 50 samples, and there are 15"):
        evaluate(digits, heldout[:15], metrics=["kernel"])
    with pytest.raises(UserError, match="no metric can be computed from 1 samples"):
        evaluate(digits, heldout[:1])


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((50, 9, 8, 1), np.uint8), "samples have shape"),
        (np.zeros((50, 8, 8, 1), np.float32), "which is no plain range of pixels; convert it"),
        (np.full((50, 8, 8, 1), np.nan, np.float32), "50 of 50 samples hold NaN"),
    ],
)
def test_bad_samples_are_one_clear_sentence(digits, samples, message):
    with pytest.raises(UserError, match=message) as caught:
        evaluate(digits, samples)
    assert "\n" not in str(caught.value)


def test_other_mistakes_are_clear_too(digits, heldout):
    with pytest.raises(UserError, match="did you mean 'frechet'"):
        evaluate(digits, heldout, metrics=["frechett"])
    with pytest.raises(UserError, match="asked for 70 samples and gave 60"):
        evaluate(digits, lambda n: heldout[:60], samples=70)
    with pytest.raises(UserError, match="known modes"):
        evaluate(digits, heldout, metrics=["modes"])
    with pytest.raises(UserError, match="does not read points"):
        evaluate(load("ring8"), np.zeros((99, 2), np.float32), encoder="judge")
    with pytest.raises(UserError, match="NaN"):
        evaluate(load("ring8"), np.full((99, 2), np.inf, np.float32))


def test_data_that_hold_nothing_out_have_no_real_figures(digits, heldout):
    rows = np.arange(300)
    split = Split(digits.train.array, digits.train.label, rows)
    everything: dict[str, Split] = {name: split for name in ("train", "validation", "test")}  # noqa: C420
    data = Dataset("few", "few", "images", everything, digits.classes, fingerprint="few")
    card = evaluate(data, heldout, metrics=["precision_recall"])
    assert card["precision"].real is None
    assert "No real images are held out, so no figure has a real one beside it." in card.notes
