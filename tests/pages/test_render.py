"""Templates escape what they are given, refuse what is not given, and need nothing from elsewhere."""

from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from saddlepoint.pages.render import render, signs_kept
from saddlepoint.pages.table import Cell, Column, Span, Table

NASTY = "<b>&\"'"
EMPTY = Table((), ())


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def comparison(**changes):
    values = {
        "title": "t",
        "about": "a",
        "conclusions": [],
        "labels": [],
        "ranks": EMPTY,
        "figures": EMPTY,
        "legend": "",
        "samples": [],
        "curves": [],
        "scored": True,
        "settings": EMPTY,
        "notes": [],
    }
    return Reader(render("comparison.html", **values | changes))


def test_whatever_is_written_is_text():
    table = Table((Column(NASTY),), ((Cell(NASTY, below=NASTY),),))
    sample = {"picture": NASTY, "alt": NASTY, "name": NASTY, "lines": [NASTY], "place": None}
    curve = {"light": NASTY, "dark": NASTY, "alt": NASTY}
    written = {"title", "about", "legend"}
    listed = {"conclusions", "notes", "labels"}
    tables = {"ranks", "figures", "settings"}
    page = comparison(
        **dict.fromkeys(written, NASTY),
        **{name: [NASTY] for name in listed},
        **dict.fromkeys(tables, table),
        samples=[sample],
        curves=[curve],
    )
    assert "b" not in {tag for tag, _ in page.tags}
    assert (
        page.texts.count(NASTY) == 2 + 1 + 1 + 3 + 3 * 3 + 2
    )  # title twice; head, text and below of each table
    names = [attributes for tag, attributes in page.tags if tag in ("td", "img", "source")]
    assert {value for one in names for name, value in one.items() if name not in ("class", "media")} == {NASTY}


def test_a_table_names_every_cells_column_and_draws_spans():
    columns = Column("one", left=True), Column("two", place=7)
    row = Cell("1", heads=True, left=True), Cell(span=Span(50.0, (25.0, 75.5), 1))
    page = comparison(ranks=Table(columns, (row,)))
    cells = [attributes for tag, attributes in page.tags if tag == "td"]
    assert cells == [{"data-column": "one", "class": "left heads"}, {"data-column": "two", "class": ""}]
    styles = [attributes["style"] for _, attributes in page.tags if "style" in attributes]
    assert styles == [
        "color: var(--c1)",  # six colours, which begin again
        "left: 25.0%; width: 50.5%; background: var(--c1)",
        "left: 50.0%; background: var(--c1)",
    ]
    with pytest.raises(ValueError, match="must have 2 cells"):
        Table(columns, ((Cell(),),))


def test_what_a_template_names_must_be_given():
    with pytest.raises(UndefinedError, match="title"):
        render("page.html", about="")


def test_signs_stay_with_their_numbers():
    assert signs_kept("p = 1, q < 2, a=b") == "p\u00a0=\u00a01, q\u00a0<\u00a02, a=b"
    assert signs_kept("log 4 is 9 % more, catalog 4") == "log\u00a04 is 9\u00a0% more, catalog 4"
    assert signs_kept("1/√8, and/or") == "1/\u2060√8, and/or"
    assert signs_kept("|∇D|² or |a") == "|\u2060∇D|\u2060² or |\u2060a"


def test_each_round_of_colours_has_a_mark_of_its_own():
    table = Table((Column("one"),), tuple((Cell("a", place=place),) for place in range(13)))
    marks = [attrs for _, attrs in comparison(ranks=table).tags if "dot" in (attrs.get("class") or "")]
    assert len({(mark["class"], mark["style"]) for mark in marks}) == len(marks) == 13
