"""A recipe's signature as flags: kinds, defaults, help, and values that fit or are refused."""

import math

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Experiment, OrZero, Recipe
from saddlepoint.core.flags import SHARED, own_flags, resolve


def build(
    data,
    *,
    width: int = 8,
    depth: OrZero = 0,
    rate: float | None = None,
    weights: tuple[float, ...] = (),
    names: tuple[str, ...] = ("a",),
    fast: bool = False,
    latent: int = 3,
) -> Experiment:
    """Build something.

    Args:
        width: channels, which
            go on in a second line.
        depth: layers.
        rate: how fast.
        weights: one each.
        names: of parts.
        fast: whether.
    """
    raise NotImplementedError


RECIPE = Recipe("toy", build, ("images",), None)


def test_kinds_defaults_and_help_are_those_of_the_signature():
    found = own_flags(RECIPE)
    assert list(found) == ["width", "depth", "rate", "weights", "names", "fast", "latent"]
    assert [flag.kind for flag in found.values()] == [int, int, float, float, str, bool, int]
    assert [flag.default for flag in found.values()] == [8, 0, None, (), ("a",), False, 3]
    assert [name for name, flag in found.items() if flag.many] == ["weights", "names"]
    assert [name for name, flag in found.items() if flag.optional] == ["rate"]
    assert found["width"].help == "channels, which go on in a second line."
    assert found["latent"].help == SHARED["latent"]
    assert found["width"].option == "--width"


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("width", 1, 1),
        ("depth", 0, 0),
        ("rate", 2, 2.0),
        ("rate", None, None),
        ("weights", 0.5, (0.5,)),
        ("weights", [1, 2.5], (1.0, 2.5)),
        ("names", "b", ("b",)),
        ("fast", True, True),
        ("width", np.int64(3), 3),
        ("rate", np.float32(0.5), 0.5),
        ("rate", np.int64(2), 2.0),
        ("weights", [np.float64(1.5)], (1.5,)),
    ],
)
def test_values_that_fit_are_kept_as_the_recipe_wants_them(name, value, kept):
    found = resolve(RECIPE, {name: value})[name]
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("width", 0, "--width must be at least 1, got 0"),
        ("depth", -1, "--depth must be at least 0, got -1"),
        ("width", 1.5, "--width takes a whole number, got 1.5"),
        ("width", True, "--width takes a whole number, got True"),
        ("width", None, "--width takes a whole number, got None"),
        ("rate", math.nan, "--rate must be a finite number of at least 0, got nan"),
        ("rate", -1.0, "--rate must be a finite number of at least 0, got -1.0"),
        ("weights", (1.0, "x"), "--weights takes a number, got 'x'"),
        ("fast", 1, "--fast takes true or false, got 1"),
    ],
)
def test_values_that_do_not_fit_are_refused_in_a_sentence(name, value, why):
    with pytest.raises(UserError) as error:
        resolve(RECIPE, {name: value})
    assert str(error.value) == why


def test_what_is_typed_is_read():
    found = own_flags(RECIPE)
    assert found["width"].parse("12") == 12
    assert found["rate"].parse("1e-3") == 1e-3
    with pytest.raises(UserError, match="--width takes a whole number, got 'wide'"):
        found["width"].parse("wide")


def test_an_unknown_flag_is_named_with_what_was_meant():
    with pytest.raises(UserError, match="recipe 'toy' has no flag 'widht'; did you mean 'width'"):
        resolve(RECIPE, {"widht": 3})
