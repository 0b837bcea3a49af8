"""Things registered one to a file are found by name, once their package is looked through."""

import sys

import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.core.registry import Registry, first_line

MODULE = """
from shop import things

@things.register()
def {name}():
    '''The {name}.

    More of it.
    '''
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from saddlepoint.core.registry import Registry\nthings = Registry('thing', 'shop')\n"
    )
    for name in ("banana", "apple"):
        (package / f"{name}.py").write_text(MODULE.format(name=name))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        del sys.modules[name]


def things():
    import shop  # pyright: ignore[reportMissingImports]

    return shop.things


def test_things_are_found_without_being_listed_and_in_order(shop):
    assert "shop.apple" not in sys.modules
    assert things().names() == ["apple", "banana"]
    assert things().get("apple").__name__ == "apple"
    assert "apple" in things()
    assert "cherry" not in things()
    assert first_line(things().get("banana")) == "The banana."


def test_one_thing_needs_the_module_of_its_name_alone(shop):
    (shop / "red_plum.py").write_text(MODULE.format(name="plum").replace("register()", "register('red-plum')"))
    assert things().get("red-plum").__name__ == "plum"
    assert [name for name in ("apple", "banana", "red_plum") if f"shop.{name}" in sys.modules] == ["red_plum"]
    assert things().names() == ["apple", "banana", "red-plum"]


def test_a_wrong_name_gets_the_nearest(shop):
    with pytest.raises(UserError, match=r"there is no thing 'bananna'.*'?banana"):
        things().get("bananna")


def test_a_name_is_given_once():
    registry: Registry[int] = Registry("thing", "nowhere")
    assert registry.add("one", 1) == 1
    with pytest.raises(ValueError, match="thing 'one' is registered twice"):
        registry.add("one", 2)


def test_a_module_that_fails_is_not_hidden(shop):
    (shop / "rotten.py").write_text("raise RuntimeError('rotten')")
    with pytest.raises(RuntimeError, match="rotten"):
        things().names()
