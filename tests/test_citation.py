"""What people cite is this version, and its licence is the package's."""

import tomllib
from pathlib import Path

import saddlepoint as sp

ROOT = Path(__file__).parents[1]


def test_the_citation_is_of_this_version():
    lines = (ROOT / "CITATION.cff").read_text().splitlines()
    fields = dict(line.split(": ", 1) for line in lines if ": " in line and not line.startswith(" "))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert fields["version"] == sp.__version__
    assert fields["license"] == project["license"]
    assert {"cff-version", "message", "title", "type"} <= fields.keys()
