"""Recipes that say only in what they differ, and flags that many recipes share."""

import pytest

from saddlepoint.core.experiment import DataSpec, between, recipes
from saddlepoint.core.flags import SHARED, own_flags

DATA = DataSpec("toy", "images", (8, 8, 1), ("a", "b"), 40)


@pytest.mark.parametrize(
    ("name", "other", "differing"),
    [("ebgan_pt", "ebgan", {"repel": 0.1}), ("cs231n_lsgan", "cs231n_fc", {"objective": "least_squares"})],
)
def test_a_variant_differs_by_its_defaults_and_its_first_line_alone(name, other, differing):
    variant, base = recipes.get(name), recipes.get(other)
    assert (variant.needs, variant.sizes) == (base.needs, base.sizes)
    assert variant.help != base.help
    assert other in variant.help
    flags = own_flags(variant)
    assert list(flags) == list(own_flags(base))
    for flag, known in own_flags(base).items():
        assert flags[flag].default == differing.get(flag, known.default)
        assert flags[flag].help == known.help
        assert flags[flag].kind is known.kind


def test_a_variant_builds_what_its_base_builds_with_these_flags():
    built = recipes.get("ebgan_pt").build(DATA, width_g=8, width_d=8)
    same = recipes.get("ebgan").build(DATA, width_g=8, width_d=8, repel=0.1)
    assert built.objective == same.objective
    assert recipes.get("ebgan_pt").build(DATA, width_g=8, width_d=8, repel=0.5).family.repel == 0.5


def test_a_shared_text_is_not_written_again_in_a_docstring():
    """Every copy may drift from the others; a recipe writes a line where it has more to say."""
    shared = 0
    for name, recipe in recipes.items():
        for flag in own_flags(recipe).values():
            said = recipe.flag_help(flag.name)
            assert said.rstrip(".") != SHARED.get(flag.name), f"{name} repeats what {flag.option} means"
            if not said:
                assert flag.help == SHARED[flag.name]
                shared += 1
            else:
                assert flag.help == said
    assert shared


def test_sizes_between_two_bounds_are_kept_and_others_are_brought_inside():
    assert [between(8, 256)(side) for side in (1, 8, 31, 256, 257)] == [8, 8, 31, 256, 256]
