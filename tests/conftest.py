"""What every test process has: one thread, a cache of the suite's own, and plans that no clock has chosen."""

import importlib.util
import os

import pytest
import torch
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

from saddlepoint.core import load
from saddlepoint.networks.efficientnet_lite import PACKAGE
from tests.imagenet_weights import package

# Workers share the cores, and one thread gives the same bits on any of them; a test whose subject is threads
# sets its own number.
torch.set_num_threads(1)
threadpool_limits(1)
for library in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[library] = "1"  # of child processes

# Properties hold on a busy machine too.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """A cache that all workers share: nothing outside it is read or written, and a judge is trained once."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SADDLE_CACHE", str(base / "cache"))
        yield


@pytest.fixture(scope="session", autouse=True)
def unmeasured():
    """Runs train as torch does by itself: what would be measured depends on the machine's speed and load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("saddlepoint.training.training.tune", lambda plan, *_, **__: plan)
        patch.setattr("saddlepoint.scoring.quick.LEAST", 1e9)  # seconds: no clock chooses the encoder
        yield


@pytest.fixture(scope="session", autouse=True)
def idle(tmp_path_factory):
    """A machine that does nothing else, whoever else wants this one."""
    stat = tmp_path_factory.mktemp("proc") / "stat"
    stat.write_text("".join(f"cpu{core} 1 0 0 0 0 0 0 0 0 0\n" for core in range(os.cpu_count() or 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "STAT", stat)
        patch.setattr(load, "LOOK", 0.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def imagenet(tmp_path_factory):
    """Weights by chance where ImageNet's are not installed: games that see through them run either way."""
    with pytest.MonkeyPatch.context() as patch:
        if importlib.util.find_spec(PACKAGE) is None:
            folder = tmp_path_factory.mktemp("weights")
            package(folder)
            patch.syspath_prepend(str(folder))
        yield
