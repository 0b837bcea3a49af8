"""Real runs of seconds that several tests look at."""

import pytest

import saddlepoint as sp

SHORT = {"quiet": True, "threads": 1, "card": False}


@pytest.fixture(scope="session")
def frozen(tmp_path_factory):
    """A run whose generator does not move."""
    return sp.train("mlp_gan", out=tmp_path_factory.mktemp("runs") / "frozen", steps=20, lr_g=0.0, **SHORT)


@pytest.fixture(scope="session")
def ring(tmp_path_factory):
    """A run of one step on points with modes."""
    out = tmp_path_factory.mktemp("runs") / "ring"
    return sp.train("r3gan", "ring8", out=out, steps=1, width=8, **SHORT)


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    """A Boltzmann machine of a few steps."""
    out = tmp_path_factory.mktemp("runs") / "machine"
    return sp.train("rbm", out=out, steps=40, hidden=16, **SHORT)


@pytest.fixture(scope="session")
def sequences(tmp_path_factory):
    """A model of sequences of one step."""
    out = tmp_path_factory.mktemp("runs") / "sequences"
    return sp.train("seq_mle", "oracle:50", out=out, steps=1, **SHORT)
