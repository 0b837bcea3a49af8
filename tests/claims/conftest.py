import pytest


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    """An empty folder to work in, and tiny data in the place of the claims' own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SADDLE_RUNS", raising=False)
    monkeypatch.setenv("SADDLE_MNIST", "digits")
    monkeypatch.setenv("SADDLE_CIFAR10", "digits")
    return tmp_path
