"""What is read off source files is what their modules say once they are imported."""

import pytest

from saddlepoint.claims.claim import claims
from saddlepoint.core.declared import check_declared, declared_names, declared_recipes, header
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import recipes
from saddlepoint.core.flags import arguments, own_flags
from saddlepoint.data.request import Background, Crop, Tokens
from saddlepoint.evaluate.encoder import encoders
from saddlepoint.evaluate.metric import metrics
from saddlepoint.explaining.topic import topics
from saddlepoint.training.resuming import resume
from saddlepoint.training.training import train


def test_recipes_are_declared_as_they_are_registered(monkeypatch):
    registered = dict(recipes.items())
    monkeypatch.setattr(recipes, "_things", {})
    declared = declared_recipes()
    assert declared.keys() == registered.keys()
    for name, recipe in registered.items():
        assert declared[name].help == recipe.help, name
        assert own_flags(declared[name]) == own_flags(recipe), name
        assert declared[name].build is not recipe.build


def test_a_recipe_of_a_notebook_is_known_too(monkeypatch):
    own = recipes.get("dcgan")
    monkeypatch.setitem(recipes._things, "of_a_notebook", own)
    assert declared_recipes()["of_a_notebook"] is own


@pytest.mark.parametrize("function", [train, resume])
def test_headers_have_the_arguments_of_their_functions(function):
    bare = header(
        function.__module__, function.__name__, {"Crop": Crop, "Background": Background, "Tokens": Tokens}
    )
    assert arguments(bare) == arguments(function)
    assert bare.__doc__ == function.__doc__
    assert bare() is None


def test_only_functions_have_headers():
    with pytest.raises(KeyError):
        header("saddlepoint.training.training", "Watcher")


@pytest.mark.parametrize(
    ("registry", "given"), [(metrics, False), (encoders, False), (claims, True), (topics, True)]
)
def test_names_are_declared_as_they_are_registered(registry, given):
    assert declared_names(registry.package, registry.kind, given=given) == registry.names()


def test_a_name_that_is_not_declared_is_told_as_a_registry_does():
    with pytest.raises(UserError) as registered:
        metrics.get("freshet")
    with pytest.raises(UserError) as declared:
        check_declared("metric", "freshet", "saddlepoint.evaluate.metrics")
    assert str(declared.value) == str(registered.value)
    check_declared("metric", "frechet", "saddlepoint.evaluate.metrics")
