"""Fashion-MNIST."""

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._idx_sets import Distribution, read

FASHION = Distribution(
    title="Fashion-MNIST",
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    md5=(
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    train=(6000,) * 10,
    test=(1000,) * 10,
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
)


@sources.register()
def fashion(request: Request) -> Dataset:
    """70,000 pieces of clothing, 28×28 grey (Xiao et al. 2017); or fashion:FOLDER with its IDX files."""
    return read("fashion", FASHION, request)
