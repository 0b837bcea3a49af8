"""Kuzushiji-MNIST."""

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._idx_sets import Distribution, read

KMNIST = Distribution(
    title="Kuzushiji-MNIST",
    mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
    md5=(
        "bdb82020997e1d708af4cf47b453dcf7",
        "e144d726b3acfaa3e44228e80efcd344",
        "5c965bf0a639b31b8f53240b1b52f4d7",
        "7320c461ea6c1c855c0b718fb2a4b134",
    ),
    train=(6000,) * 10,
    test=(1000,) * 10,
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
)


@sources.register()
def kmnist(request: Request) -> Dataset:
    """70,000 cursive hiragana, 28×28 grey (Clanuwat et al. 2018); or kmnist:FOLDER with its IDX files."""
    return read("kmnist", KMNIST, request)
