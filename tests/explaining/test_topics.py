"""Every topic: its numbers are right, it is told in both languages, and its page opens."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import saddlepoint as sp
from saddlepoint.core.errors import UserError
from saddlepoint.explaining.blocks import Film, Knobs, Picture
from saddlepoint.explaining.explanation import Explanation
from saddlepoint.explaining.page import write
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import course
from tests.explaining.scripts import CHROMIUM, opened

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module", params=[topic.name for topic in course()])
def told(request) -> Explanation:
    return sp.explain(request.param, quick=True)


@pytest.fixture(scope="module")
def written(told, tmp_path_factory) -> list[Path]:
    return write(told, tmp_path_factory.mktemp(told.topic.name))


def texts(value):
    """Yield every text within blocks, tuples and lists."""
    if isinstance(value, Text):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)


def test_numbers_are_what_they_should_be(told):
    assert told.numbers
    assert [(one.key, one.value, one.exact) for one in told.failed] == []
    assert any(one.exact is not None for one in told.numbers.values())


def test_every_text_is_told_in_both_languages(told):
    for text in [told.topic.title, *texts(told.blocks)]:
        assert CHINESE.search(text.zh), text
        assert text.en.strip(), text
        assert not CHINESE.search(text.en), text
        assert "{" not in text.en + text.zh, text


def test_a_page_holds_everything(told, written):
    page, *pictures = written
    html = page.read_text()
    assert not re.search(r'(?:src|href)="(?!data:)', html)
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", html)
    names = [block.name for block in told.blocks if isinstance(block, Picture | Film)]
    assert sorted(path.stem for path in pictures) == sorted(f"{told.topic.name}-{name}" for name in names)
    assert html.count("<img ") == len(names)
    assert html.count("<canvas ") == sum(isinstance(block, Knobs) for block in told.blocks)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_scripts_run_in_a_browser(told, written):
    knobs = [block for block in told.blocks if isinstance(block, Knobs)]
    if not knobs:
        pytest.skip("this topic has no knobs")
    dom = opened(written[0])
    assert re.findall(r"<dd>(.*?)</dd>", dom).count("NaN") == 0
    assert len(re.findall(r"<dd>.+?</dd>", dom)) == sum(len(block.shows) for block in knobs)


def test_the_seed_repeats():
    first, second = (sp.explain("games", quick=True, seed=3).to_json() for _ in range(2))
    assert first == second
    assert first != sp.explain("games", quick=True, seed=4).to_json() | {"seed": 3}


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"topic": "game"}, "there is no topic 'game'; did you mean 'games'"),
        ({"topic": "games", "language": "fr"}, "language takes en or zh, got 'fr'"),
        ({"topic": "games", "step": 1}, "topic 'games' has no flag 'step'; it has: h"),
        ({"topic": "games", "h": "x"}, "--h takes a number, got 'x'"),
        ({"topic": "optimal-critic", "mu": 9.0}, "--mu takes a distance from 0 to 5, got 9"),
        ({"topic": "information", "noise": 0.0}, "--noise takes a number from 0.2 to 3, got 0"),
        ({"topic": "convolutions", "padding": 1}, "--same chooses the padding; leave --padding out, or give"),
        ({"topic": "convolutions", "input": 99}, "--input must be at most 64 to be drawn, got 99"),
    ],
)
def test_mistakes_are_told_in_a_sentence(given, what):
    with pytest.raises(UserError, match=re.escape(what)):
        sp.explain(**given)
