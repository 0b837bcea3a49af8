"""Imports point one way: a room may import only itself and the rooms before it, and no two modules each other.

Every import counts: those inside functions and those for types alone as much as those at a module's head.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import saddlepoint

PACKAGE = Path(saddlepoint.__file__).parent
ORDER = (
    "version",
    "core",
    "data",
    "objectives",
    "networks",
    "compute",
    "families",
    "sampling",
    "engine",
    "inspection",
    "theory",
    "plots",
    "evaluate",
    "pages",
    "runs",
    "exploring",
    "scoring",
    "diagnosing",
    "training",
    "comparing",
    "claims",
    "explaining",
    "catalog",
    "cli",
)
PUBLIC = "saddlepoint"  # it hands out names of every room, so it may look into all, and nobody into it


class Import(NamedTuple):
    """A module that imports another."""

    importer: str
    imported: str


def modules(package: Path) -> dict[str, Path]:
    """Return the file of every module below ``package`` by dotted name."""
    return {
        ".".join((package.name, *path.relative_to(package).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for path in sorted(package.rglob("*.py"))
    }


def imports(package: Path) -> Iterator[Import]:
    """Yield who imports whom; a name that a package hands out is imported from that package."""
    known = modules(package)
    for importer, path in known.items():
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{importer}: imports are written in full"
                base = node.module or ""
                names = [
                    f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names
                ]
            for name in names:
                if name in known and name != importer:
                    yield Import(importer, name)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def against_the_order(edges: Iterator[Import]) -> list[Import]:
    """Return imports of rooms that stand later, and of the package itself."""
    return [
        edge
        for edge in edges
        if edge.importer != PUBLIC
        and (edge.imported == PUBLIC or ORDER.index(room(edge.imported)) > ORDER.index(room(edge.importer)))
    ]


def cycles(edges: Iterator[Import]) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or around (Tarjan's components)."""
    graph: dict[str, set[str]] = {}
    for importer, imported in edges:
        graph.setdefault(importer, set()).add(imported)
        graph.setdefault(imported, set())
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return groups


def test_imports_point_down():
    assert against_the_order(imports(PACKAGE)) == []


def test_no_modules_import_each_other():
    assert cycles(imports(PACKAGE)) == []


def test_the_root_holds_rooms_only():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "version.py"}
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(ORDER) - {"version"}


PLANTED = {
    "at the head": "from saddlepoint.cli import tables\n",
    "inside a function": "def f():\n    import saddlepoint.cli.tables\n",
    "for types alone": "import typing\nif typing.TYPE_CHECKING:\n    from saddlepoint.cli.tables import x\n",
    "of the package": "import saddlepoint as sp\n",
    "of a name of the package": "from saddlepoint import train\n",
}


def planted(folder: Path, files: dict[str, str]) -> Path:
    """Write a package of the same name with empty rooms and ``files``."""
    package = folder / "saddlepoint"
    empty = dict.fromkeys(("__init__.py", "cli/__init__.py", "cli/tables.py", "core/__init__.py"), "")
    for name, text in (empty | files).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return package


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_an_import_upwards_is_caught(tmp_path, text):
    [edge] = against_the_order(imports(planted(tmp_path, {"core/low.py": text})))
    assert edge.importer == "saddlepoint.core.low"
    assert against_the_order(imports(planted(tmp_path / "other", {"core/low.py": "import json\n"}))) == []


@pytest.mark.parametrize("back", ["import saddlepoint.core.a", "def f():\n    from saddlepoint.core import a"])
def test_a_cycle_is_caught(tmp_path, back):
    files = {"core/a.py": "from saddlepoint.core.b import x", "core/b.py": "import saddlepoint.core.c"}
    assert cycles(imports(planted(tmp_path, files | {"core/c.py": ""}))) == []
    names = ["saddlepoint.core.a", "saddlepoint.core.b", "saddlepoint.core.c"]
    assert cycles(imports(planted(tmp_path / "other", files | {"core/c.py": back}))) == [names]
