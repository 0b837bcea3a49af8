import sys

import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.sources.chorales import _tune


def test_without_music21_one_learns_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "music21", None)
    with pytest.raises(UserError, match=r"needs music21.*saddlepoint\[music\].*folder of \.mid files"):
        load("chorales")


def test_a_soprano_is_its_notes_with_tied_ones_as_one():
    music21 = pytest.importorskip("music21")
    part = music21.converter.parse("tinynotation: 4/4 C4~ C8 E8 r4 g16 a16 b-8")
    assert _tune(part) == [(48, 6), (52, 2), (None, 4), (67, 1), (69, 1), (70, 2)]
