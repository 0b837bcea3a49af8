"""The docstrings that answer what each player minimises name what the games report, no more and no less."""

import inspect
import re

import pytest
import torch

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.flags import own_flags
from saddlepoint.core.protocol import Batch, Family, given
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.families import vanilla
from saddlepoint.objectives import adversarial, objectives, penalties

DATA = {
    "images": lambda side: DataSpec("toy", "images", (side, side, 1), tuple("abcd"), 40),
    "views": lambda side: DataSpec("toy", "views", (2, 16, 16, 3), (), 40),
    "points": lambda side: DataSpec("toy", "points", (2,), tuple("abcd"), 40),
    "waves": lambda side: DataSpec("toy", "waves", (1, 20), tuple("abcd"), 40, rate=8_000),
    "tokens": lambda side: DataSpec("toy", "tokens", (4,), (), 40, vocabulary=Vocabulary.of_numbers(9)),
}
CASES = [(name, kind) for name, recipe in recipes.items() for kind in recipe.needs]


def documented(doc):
    """Return by player and term the formulas of a docstring.

    A paragraph "…, PLAYER, … minimises …" is followed by lines of four spaces, a term, and two spaces or more
    before its formula. dN stands for d8, d16 and so on.
    """
    found, player = {}, None
    for paragraph in inspect.cleandoc(doc).split("\n\n"):
        lines = paragraph.split("\n")
        if player and all(line.startswith("    ") for line in lines):
            rows = [re.match(r" {4}(\S+(?: \S+)*) {2,}(.*)", line) for line in lines]
            for row in filter(None, rows):
                found.setdefault(player, {})[row[1]] = row[2]
            player = None
        elif "minimise" in paragraph:
            named = re.search(r",\s(\w+),", paragraph)
            player = named and named[1]
    return found


def built(recipe, kind, **flags):
    """Return a recipe's game for small data, and these."""
    data = DATA[kind](recipe.nearest_size(8))
    return recipe.build(data, **flags).family, data


def reported(recipe, kind, **flags):
    """Return the names of the terms that each player of a small game minimises."""
    torch.manual_seed(0)
    family, data = built(recipe, kind, **flags)
    real = torch.rand(8, *data.tensor_shape)
    if data.vocabulary is not None:
        real = (real * len(data.vocabulary)).long()
    batch = Batch(real, torch.arange(8) % 4)
    latent = family.latent(8, rng=torch.Generator().manual_seed(0))
    found = {}
    for player in family.players:
        seen, fake = given(family, player, batch, family.fakes(player, latent, batch))
        terms = set(family.terms(player, seen, latent, fake).minimise)
        assert found.setdefault(re.sub(r"\d+$", "N", player), terms) == terms
    return found


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_docstrings_name_every_term_that_a_player_minimises(name, kind):
    """Those at the recipe's defaults, and those that the docstring says to come "with --flag"."""
    recipe = recipes.get(name)
    said = documented(inspect.getmodule(recipe.build).__doc__)
    usual = {
        player: {term for term, formula in terms.items() if "with --" not in formula}
        for player, terms in said.items()
    }
    found = reported(recipe, kind)
    assert found.keys() == said.keys(), f"the docstring of {recipe.build.__module__} names other players"
    for player, terms in found.items():
        assert usual[player] <= terms <= said[player].keys()
    asked = set(re.findall(r"with --([a-z-]+)", str(said)))
    names = {option.replace("-", "_") for option in asked}
    assert names <= own_flags(recipe).keys()
    everything = reported(recipe, kind, **dict.fromkeys(names, 1.0))
    assert everything == {player: set(terms) for player, terms in said.items()}


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_family_or_what_it_extends_names_them_too(name, kind):
    recipe = recipes.get(name)
    kinds = [
        one for one in type(built(recipe, kind)[0]).__mro__ if issubclass(one, Family) and one is not Family
    ]
    said = [documented(inspect.getmodule(one).__doc__) for one in kinds]
    for player, terms in reported(recipe, kind).items():
        assert terms <= {term for doc in said for term in doc.get(player, ())}


def test_the_game_of_most_families_names_every_penalty():
    critic = documented(vanilla.__doc__)["d"]
    assert critic.keys() == {"adversarial", *penalties.names()}
    for name in penalties.names():
        assert f"with --penalty {name}" in critic[name]


def test_the_table_of_objectives_has_all_of_them():
    header, *rows = re.findall(r"^    (\w+)  ", adversarial.__doc__ or "", re.MULTILINE)
    assert header == "objective"
    assert sorted(rows) == objectives.names()


def test_terms_are_read_under_their_player():
    block = "    adversarial   −E s(x)\n                  or so\n    far away  1"
    terms = {"adversarial": "−E s(x)", "far away": "1"}
    assert documented(f"A game.\n\nThe critic, d, minimises\n\n{block}\n\nas said.") == {"d": terms}
    assert documented(f"The critic minimises\n\n{block}") == {}
