"""Imports point down: a room may import only the rooms named here."""

import ast
from pathlib import Path

import pytest

import saddlepoint

PACKAGE = Path(saddlepoint.__file__).parent
ALLOWED = {
    "core": set(),
    "data": {"core"},
    "networks": {"core"},
    "objectives": {"core"},
    "families": {"core", "networks", "objectives"},
    "engine": {"core", "data"},
    "evaluate": {"core", "data", "networks"},
    "plots": {"core"},
    "claims": {"core", "data", "engine", "evaluate", "objectives"}
    | {"preparation", "probing", "run", "scoring", "terminal"},
}


def imported_rooms(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            names = [node.module or ""]
            if node.module == "saddlepoint":
                names = [f"saddlepoint.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("saddlepoint."):
                yield name.split(".")[1]


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_lies_below(room):
    files = sorted((PACKAGE / room).rglob("*.py"))
    assert files
    for path in files:
        found = set(imported_rooms(path)) - {room, "version"}
        assert found <= ALLOWED[room], f"{path.relative_to(PACKAGE)} imports {found - ALLOWED[room]}"


def test_every_room_is_listed():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == {*ALLOWED, "cli"}
