import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """A cache of the folder's own, so that nothing outside it is read or written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SADDLE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    """An empty folder to work in, and tiny data in the place of the claims' own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SADDLE_RUNS", raising=False)
    monkeypatch.setenv("SADDLE_MNIST", "digits")
    monkeypatch.setenv("SADDLE_CIFAR10", "digits")
    return tmp_path
