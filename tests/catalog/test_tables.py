"""What is printed as a table fits a terminal of 80 columns, and says which way is better."""

import pytest

from saddlepoint.catalog.tables import print_card
from saddlepoint.cli import main
from saddlepoint.core.words import interval, number
from saddlepoint.evaluate import Card, Figure
from saddlepoint.evaluate.card import legend, marked


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def lines(capsys):
    found = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert max(map(len, found)) <= 80
    return found


def test_a_list_of_names_fits_and_says_which_way_each_figure_is_better(capsys):
    assert main(["list"]) == 0
    text = " ".join(" ".join(lines(capsys)).split())
    assert "(classes ↑, class_kl ↓, class_kl_uniform →," in text
    assert "(frechet ↓)" in text


def test_a_list_of_claims_fits(capsys, tmp_path):
    assert main(["reproduce", "--out", str(tmp_path)]) == 0
    found = lines(capsys)
    assert any(line.startswith("  measured   ") for line in found)
    assert any(line.startswith("parzen-mnist: ") for line in found)
    assert "higher is better" in found[-3]


def test_a_card_fits_with_what_each_figure_says_below_it(capsys):
    figures = {
        "frechet": Figure(12345.678, 12000.5, 12700.25, 10_000, 0.584, "judge"),
        "support": Figure(None, 1_234_567.0, None, 5_000, None, "pixels"),
        "classes": Figure(7, None, None, 10_000, 10, "judge"),
        "class_kl_uniform": Figure(1.125, 1.07, 1.18, 10_000, 0.0056, "judge"),
        "of_my_own": Figure(1.0, None, None, 10, None, "judge"),
    }
    encoder = {"name": "judge", "hash": "0", "accuracy": 0.99, "features": 64, "note": ""}
    print_card(Card(figures, {"name": "digits"}, encoder, 10_000, {"training": 9}, 0, ("A note.",)))
    found = lines(capsys)
    assert found[1].split("  ")[0] == "figure"
    row = next(line for line in found if line.startswith("frechet ↓"))
    assert row.split() == ["frechet", "↓", "12,346", "12,000", "–", "12,700", "0.584"]
    assert found[found.index(row) + 1] == "    distance between Gaussians fitted to features"
    assert any(line.split() == ["support", "↑", "≥", "1,234,567"] for line in found)
    assert any(line.split() == ["classes", "↑", "7", "10"] for line in found), "counts have no decimals"
    assert "↓ lower is better, ↑ higher is better, → near the real ones is better." in found
    assert found[-1] == "A note."


def test_arrows_intervals_and_numbers():
    assert [marked(name) for name in ("recall", "class_tv", "density", "loss")] == [
        "recall ↑",
        "class_tv ↓",
        "density →",
        "loss",
    ]
    assert legend(["recall", "loss"]) == "↑ higher is better."
    assert interval(None, None) == ""
    assert (interval(1.5, 2.25), interval(3.0, None), interval(None, 3.0)) == (
        "1.50 – 2.25",
        "≥ 3.00",
        "≤ 3.00",
    )
    assert (number(5), number(5.0), number(12_000), number(None)) == ("5", "5.00", "12,000", "")
