"""The language of latent arithmetic: what people may type, and what they are told."""

import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.exploring.expression import parse

DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "Trouser", "Ankle boot", "Ankle")


def read(text, classes=DIGITS):
    return [(term.sign, term.samples or term.label) for term in parse(text, classes)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", [(1, (3,))]),
        ("3,17,40 - 5,9 + 12", [(1, (3, 17, 40)), (-1, (5, 9)), (1, (12,))]),
        (" 3 , 17,40-5, 9+12 ", [(1, (3, 17, 40)), (-1, (5, 9)), (1, (12,))]),
        ("- 3 + 4", [(-1, (3,)), (1, (4,))]),
        ("3 − 4", [(1, (3,)), (-1, (4,))]),
        ("class:7 - class:1 + 4,5", [(1, 7), (-1, 1), (1, (4, 5))]),
        ("class:7-class:1+class: 4", [(1, 7), (-1, 1), (1, 4)]),
        ("CLASS:3", [(1, 3)]),
    ],
)
def test_sums(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class:Ankle boot - class:T-shirt/top", [(1, 2), (-1, 0)]),
        ("class:'Ankle boot'-class:\"trouser\"", [(1, 2), (-1, 1)]),
        ("class:ankle + class:1", [(1, 3), (1, 1)]),
        ("class:ankle-3", [(1, 3), (-1, (3,))]),
    ],
)
def test_names_may_hold_spaces_and_signs(text, expected):
    assert read(text, CLOTHES) == expected


def test_terms_have_one_spelling():
    assert [term.text for term in parse("3 ,17 - class:trouser", CLOTHES)] == ["3,17", "class:Trouser"]


@pytest.mark.parametrize(
    ("text", "classes", "message"),
    [
        ("", DIGITS, "--arithmetic needs terms like 3,17,40"),
        ("3 4", DIGITS, "cannot read '4'"),
        ("3 +", DIGITS, r"'3 \+' ends where a term should follow"),
        ("3 + + 4", DIGITS, r"cannot read '\+ 4'"),
        ("3 * 4", DIGITS, r"cannot read '\* 4'"),
        ("3,", DIGITS, "cannot read ','"),
        ("3.5", DIGITS, "cannot read '.5'"),
        ("3a", DIGITS, "cannot read '3a'"),
        ("trouser - 3", CLOTHES, "knows no term 'trouser'; for the class write class:trouser"),
        ("class:12", DIGITS, "there is no class '12' among the 10 classes 0, 1"),
        ("class:trousers - 3", CLOTHES, "there is no class 'trousers' among .*; did you mean 'Trouser'"),
        ("class:", DIGITS, "there is no class ''"),
        ("class:3", (), "takes class: only where data have classes"),
        ("100000", DIGITS, "takes samples from 0 to 99999, got 100000"),
    ],
)
def test_mistakes_get_one_sentence(text, classes, message):
    with pytest.raises(UserError, match=message) as caught:
        parse(text, classes)
    assert "\n" not in str(caught.value)
