"""The package trains where modules are missing: those that only some systems have, and those of an extra."""

import os
import subprocess
import sys
from pathlib import Path

import saddlepoint

HIDDEN = ("fcntl", "resource", "tensorboard")
TRAIN = """
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys({hidden}))  # an import of None fails
import saddlepoint as sp
for module in pkgutil.walk_packages(sp.__path__, "saddlepoint."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
run = sp.train("gan", "ring8", steps=2, batch=8, kernels="library", card=False, out="run")
assert run.step == 2
assert sp.resume("run", steps=4).step == 4
"""
SOON = """
import sys
import saddlepoint as sp
sp.train("gan", "ring8", steps=2, batch=8, out="run", threads=1)
print("torch._dynamo" in sys.modules)
"""


def test_training_without_modules_that_may_be_missing(tmp_path):
    child = subprocess.run(
        [sys.executable, "-W", "ignore:only soft file lock is available", "-c", TRAIN.format(hidden=HIDDEN)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(saddlepoint.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert child.returncode == 0, child.stderr
    assert child.stderr == ""
    assert "saddle sample run -n 100" in child.stdout
    assert "tensorboard" not in child.stdout
    assert not list((tmp_path / "run").glob("events*"))


def test_training_does_not_load_a_compiler_that_takes_as_long_as_the_rest_of_torch(tmp_path):
    said = subprocess.check_output([sys.executable, "-c", SOON], cwd=tmp_path, text=True)
    assert said.splitlines()[-1] == "False"
