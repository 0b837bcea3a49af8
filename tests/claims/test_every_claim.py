"""Every registered claim runs from training to verdict, on tiny data."""

import json
import math

import pytest

import saddlepoint as sp
from saddlepoint.claims.claim import claims
from saddlepoint.claims.overview import overview
from saddlepoint.claims.protocol import Findings, Missing
from saddlepoint.claims.table import HEAD

NAMES = claims.names()


@pytest.mark.parametrize("name", NAMES)
def test_it_runs(name, workplace):
    claim = claims.get(name)
    lacks = {claim["name"]: claim["lacks"] for claim in overview()}[name]
    if set(claim.arms_of("quick")) <= set(lacks):
        pytest.skip("; ".join(dict.fromkeys(lacks.values())))
    if any(arm.data == "stacked_mnist" for arm in claim.arms_of("quick").values()):
        pytest.skip("it needs the original MNIST and a minute for its judge")
    result = sp.reproduce(name, quick=True, quiet=True)
    assert result == json.loads((workplace / "results" / f"{name}.json").read_text())
    tried = [trial["arm"] for trial in result["trials"]]
    assert tried == [arm for arm in claim.arms_of("quick") if arm not in result["skipped"]]
    assert any(claim.headline in trial["figures"] for trial in result["trials"])
    for trial in result["trials"]:
        assert "failed" not in trial
        numbers = [value for value in trial["figures"].values() if isinstance(value, float)]
        assert all(math.isfinite(value) for value in numbers)
    assert result["verdict"]["holds"] is None
    assert result["verdict"]["text"].startswith("Quick")
    rows = (workplace / "results" / "README.md").read_text().splitlines()
    (row,) = [row for row in rows if row.startswith(f"| {name} |")]
    assert row.replace("\\|", "").count("|") == len(HEAD) + 1
    assert not (workplace / "runs" / "claims").exists()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_well_formed(name):
    claim = claims.get(name)
    assert claim.help
    assert claim.paper
    assert claim.published
    assert claim.protocols["quick"].minutes < 1
    assert claim.protocols["short"].minutes <= 10
    assert claim.protocols["short"].minutes < claim.protocols["full"].minutes
    for label, protocol in claim.protocols.items():
        assert protocol.settings.keys() == claim.protocols["full"].settings.keys()
        assert set(protocol.arms or ()) <= set(claim.arms)
        with pytest.raises(Missing):
            claim.judge(Findings(label, protocol.settings, []))


def test_the_overview_names_them_all():
    found = {claim["name"]: claim for claim in overview()}
    assert list(found) == NAMES
    assert {"parzen-mnist", "drift-to-one", "three-updates", "ring-and-grid", "stacked-mnist"} <= set(found)
