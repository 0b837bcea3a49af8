"""Every topic: its numbers are right, it is told in both languages, and its page opens."""

import re
from dataclasses import fields, is_dataclass, replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.core.errors import UserError
from saddlepoint.core.words import brief
from saddlepoint.explaining.blocks import Film, Knobs, Number, Numbers, Picture, Rows
from saddlepoint.explaining.explaining import LANGUAGES
from saddlepoint.explaining.explanation import Explanation
from saddlepoint.explaining.page import page_of, write
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, course, topics
from saddlepoint.explaining.topics import reading_losses
from saddlepoint.explaining.topics.games import path_length
from saddlepoint.explaining.topics.reading_losses import Moment
from saddlepoint.theory import penalties
from saddlepoint.theory.games import RULES, bilinear, path
from tests.explaining.shown import SHOWN

# Moves each slider to its ends and back; returns, drawing by drawing, [values, numbers shown] after each move.
MOVED = """
return [...document.querySelectorAll("figure.knobs")].map((figure) => {
  const sliders = [...figure.querySelectorAll("input")];
  const move = (slider, value) => { slider.value = value; slider.dispatchEvent(new Event("input")); };
  const seen = () => [
    Object.fromEntries(sliders.map((one) => [one.name, Number(one.value)])),
    [...figure.querySelectorAll("dd")].map((one) => one.textContent),
  ];
  const moves = [seen()];
  for (const slider of sliders) {
    const first = slider.value;
    for (const end of [slider.min, slider.max]) { move(slider, end); moves.push(seen()); }
    move(slider, first);
  }
  return moves;
});
"""
# Presses each film's buttons: as many steps as it has moments, then play and pause.
STEPPED = """
return [...document.querySelectorAll("figure.film")].map((figure) => {
  const label = figure.querySelector("output"), play = figure.querySelector(".play");
  const count = Number(figure.querySelector("input").max) + 1;
  const labels = [label.textContent], pictures = [];
  for (let i = 0; i < count; i++) {
    figure.querySelector(".step").click();
    labels.push(label.textContent); pictures.push(figure.querySelector("img").src);
  }
  const paused = play.textContent;
  play.click();
  const playing = play.textContent;
  play.click();
  return { labels, pictures, playing, paused };
});
"""
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_drawn_is_told_in_words(told, language):
    seen = [block for block in told.blocks if isinstance(block, Picture | Film | Knobs)]
    drawn = {
        block.name: [Image.new("RGB", (4, 3))] * (len(block.labels) if isinstance(block, Film) else 1)
        for block in seen
        if not isinstance(block, Knobs)
    }
    html = page_of(replace(told, language=language), drawn)
    words = [unescape(alt) for alt in re.findall(r'<(?:img|canvas)[^>]*? (?:alt|aria-label)="([^"]*)"', html)]
    assert words == [block.alt.said(language) for block in seen]
    for block in seen:
        alt, least = block.alt.said(language), 25 if language == "en" else 8
        assert len(alt) >= least, alt
        assert alt != block.caption.said(language)
        assert not re.match(r"(?i)(figure|picture|image|图片|图像)\b", alt)
    assert ("Play" in html) == (language == "en" and any(isinstance(block, Film) for block in seen))


def test_pages_without_scripts_and_in_print(told, written, browser, visit):
    films = [block for block in told.blocks if isinstance(block, Film)]
    knobs = [block for block in told.blocks if isinstance(block, Knobs)]
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    visit(written[0])
    stills = browser.find_elements("css selector", ".film img")
    assert [still.is_displayed() and still.size["height"] > 100 for still in stills] == [True] * len(films)
    parts = browser.find_elements("css selector", ".film .controls, .knobs canvas, .knobs .sliders")
    assert [part.is_displayed() for part in parts] == [False] * (len(films) + 2 * len(knobs))
    notes = [note.text for note in browser.find_elements("css selector", "noscript")]
    assert [block.alt.en in note for block, note in zip(knobs, notes, strict=True)] == [True] * len(knobs)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
    visit(written[0])
    for selector, displayed in (
        (".film button, .film input, .sliders input", False),
        (".film img, canvas", True),
    ):
        for part in browser.find_elements("css selector", selector):
            assert part.is_displayed() == displayed, (selector, part.get_attribute("outerHTML")[:80])
    body = browser.find_element("css selector", "body")
    assert body.value_of_css_property("background-color") == "rgba(255, 255, 255, 1)"
    assert browser.find_element("css selector", "h1").value_of_css_property("color") == "rgba(40, 44, 52, 1)"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_sliders_move_what_is_shown(told, written, browser, visit):
    knobs = [block for block in told.blocks if isinstance(block, Knobs)]
    visit(written[0])
    drawings = browser.execute_script(MOVED)
    assert len(drawings) == len(knobs)
    for block, moves in zip(knobs, drawings, strict=True):
        assert len(moves) == 1 + 2 * len(block.sliders)
        for values, shown in moves:
            exact = SHOWN[block.script](**values)
            numbers = {
                key: float(text.replace("−", "-")) for (key, _), text in zip(block.shows, shown, strict=True)
            }
            assert numbers == pytest.approx({key: exact[key] for key in numbers}, rel=6e-4, abs=1e-6), values
        assert len({str(shown) for _, shown in moves}) > 1  # they answer


def test_films_play_step_and_rest(told, written, browser, visit):
    films = [block for block in told.blocks if isinstance(block, Film)]
    visit(written[0])
    for block, seen in zip(films, browser.execute_script(STEPPED), strict=True):
        count = len(block.labels)
        labels = [told.said(label) for label in block.labels]
        start = block.still % count
        assert seen["labels"] == [labels[(start + step) % count] for step in range(count + 1)]
        assert len(set(seen["pictures"])) == count
        assert seen["playing"] != seen["paused"]


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
        ({"topic": "games", "h": 0.01}, "--h takes a number from 0.05 to 0.56, got 0.01"),
        ({"topic": "games", "h": 0.58}, "--h takes a number from 0.05 to 0.56, got 0.58"),
        ({"topic": "games", "seed": -1}, "--seed must be from 0 to 2^63 - 1, got -1"),
        ({"topic": "games", "seed": 1 << 63}, "--seed must be from 0 to 2^63 - 1, got 9223372036854775808"),
        ({"topic": "games", "out": __file__}, f"cannot make the folder {__file__}: File exists"),
        ({"topic": "energy", "margin": 0.4}, "--margin takes a number from 0.5 to 1, got 0.4"),
        ({"topic": "energy", "margin": 1.5}, "--margin takes a number from 0.5 to 1, got 1.5"),
        ({"topic": "penalties", "gamma": 0.05}, "--gamma takes a number from 0.1 to 0.5, got 0.05"),
        ({"topic": "penalties", "gamma": 3.0}, "--gamma takes a number from 0.1 to 0.5, got 3"),
        ({"topic": "penalties", "sigma": 3.0}, "--sigma takes a number from 0.01 to 1, got 3"),
        ({"topic": "optimal-critic", "mu": 9.0}, "--mu takes a distance from 0 to 5, got 9"),
        ({"topic": "information", "noise": 0.0}, "--noise takes a number from 0.2 to 3, got 0"),
        ({"topic": "convolutions", "padding": 1}, "--same chooses the padding; leave --padding out, or give"),
        ({"topic": "convolutions", "input": 99}, "--input must be at most 64 to be drawn, got 99"),
    ],
)
def test_mistakes_are_told_in_a_sentence(given, what):
    told = []
    with pytest.raises(UserError, match=re.escape(what)):
        sp.explain(**given, tell=told.append)
    assert told == []


@pytest.mark.parametrize("gamma", [0.1, 0.5])
def test_networks_reach_the_least_loss_within_the_range_of_gamma(gamma):
    bells = penalties.Bells.apart(1.0)
    loss, _ = penalties.trained_loss(bells, gamma, seed=0, steps=40)
    assert loss == pytest.approx(bells.least(gamma), rel=1e-3)


@pytest.mark.parametrize("h", [0.05, 0.56])
def test_paths_are_long_enough_for_what_is_said_of_them(h):
    length = path_length(h)
    ends = {rule: np.abs(path(rule, bilinear, (1.0, 1.0), h, length)).max(1)[-5:].max() for rule in RULES}
    assert ends["simultaneous"] > 10
    assert 1 < ends["alternating"] < 2
    assert ends["extragradient"] < 0.15
    assert max(ends[rule] for rule in ("optimistic", "consensus", "lookahead")) < 0.15


def moments(critic, generator, distance):
    figures = zip(critic, generator, distance, strict=True)
    return [Moment(step, *row, np.zeros((0, 2))) for step, row in enumerate(figures)]


@pytest.mark.parametrize(
    ("critic", "generator", "distance", "won"),
    [
        ((1.4, 6.4), (0.7, 0.01), (0.9, 171.0), True),
        ((1.45, 1.43), (0.67, 0.69), (4.18, 2.82), False),
        ((1.44, 1.2), (0.7, 0.1), (0.9, 207.0), False),
    ],
)
def test_a_critic_is_beaten_where_the_curves_say_so(critic, generator, distance, won):
    film = moments(critic, generator, distance)
    assert reading_losses.beaten(film) == won
    if not won:
        prose, _ = reading_losses.idle(film)
        for text in prose:
            assert all(brief(value) in text for pair in (critic, generator, distance) for value in pair)


@pytest.mark.parametrize(("rank", "falls"), [(0.9, True), (-0.28, False), (float("nan"), False)])
def test_an_estimate_falls_with_the_distance_where_ranks_say_so(rank, falls):
    for text in reading_losses.together(rank):
        assert ("both fall together" in text.en) == ("一同下降" in text.zh and "并未" not in text.zh) == falls


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_said_in_words_and_null_in_json(value):
    rows = [Number("lost", "lost", value, 1.0, 0.1)]
    told = replace(explanation(), blocks=[Numbers(rows), Rows(("a",), [(rows[0],)])])
    assert told.to_json()["numbers"]["lost"] == {"value": None, "exact": 1.0, "error": None, "within": 0.1}
    for language, words in (("en", "no number"), ("zh", "不是数")):
        spoken = str(replace(told, language=language))
        assert spoken.count(words) == 3
        assert page_of(replace(told, language=language), {}).count(words) == 3


def explanation() -> Explanation:
    return Explanation(topics.get("games"), Lesson(quick=True), "en", {"h": 0.3})
