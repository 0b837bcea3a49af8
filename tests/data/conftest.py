import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory, monkeypatch):
    """Give every test its own cache, so that none reads what another left."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SADDLE_CACHE", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)  # pytest keeps the folders of three runs; these are large


@pytest.fixture
def real_data() -> Path:
    """Folder with the original files in ``mnist/`` and ``cifar10/``."""
    folder = os.environ.get("SADDLE_TEST_DATA")
    if not folder:
        pytest.skip("SADDLE_TEST_DATA names no folder with mnist/ and cifar10/")
    return Path(folder)
