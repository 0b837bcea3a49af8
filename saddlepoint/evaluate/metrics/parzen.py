"""Parzen-window log-likelihood by the protocol of Goodfellow et al. (2014) and Breuleux et al. (2011)."""

import math
from dataclasses import dataclass

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate.distances import blocks
from saddlepoint.evaluate.metric import About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z

SIGMAS = tuple(10.0 ** (exponent / 9 - 1) for exponent in range(10))
KINDS = ("images",)  # that it serves
SAMPLES, VALIDATION, TEST = 10_000, 1_000, 10_000


@dataclass(frozen=True)
class Parzen:
    """A Parzen-window log-likelihood in nats.

    Attributes:
        value: mean over the test images.
        error: standard deviation over the test images, divided by the root of their number.
        sigma: the bandwidth that was best on the validation images.
        samples: samples under the windows.
        tested: test images.
        real: the value that as many real training images reach, or None.
        real_error: standard error of that.
    """

    value: float
    error: float
    sigma: float
    samples: int
    tested: int
    real: float | None = None
    real_error: float | None = None

    def line(self) -> str:
        """Return the result in one line."""
        real = "" if self.real is None else f"; real training images {self.real:.1f} ± {self.real_error:.1f}"
        return f"Parzen log-likelihood {self.value:.1f} ± {self.error:.1f} nats at σ = {self.sigma:.3f}{real}"


def parzen(dataset: Dataset, samples: np.ndarray) -> Parzen:
    """Estimate the log-likelihood of test images under a Gaussian window on every sample.

    The bandwidth is the one of ten, from 0.1 to 1, with the best mean on 1,000 validation images. At most
    10,000 samples and 10,000 test images are used; where there are more, all of these are drawn at random.
    The estimate depends on the bandwidth more than on the model, and training images are not its maximum
    (Theis et al. 2016): always read it beside ``real``.

    Args:
        dataset: gives validation, test and reference images.
        samples: floats (n, h, w, c) in [0, 1], not rounded; uint8 is divided by 255.

    Raises:
        UserError: the data are no images, the samples have another shape, or values outside [0, 1].
    """
    if dataset.kind not in KINDS:
        raise UserError(f"the Parzen protocol is for images, and {dataset.name!r} holds {dataset.kind}")
    windows = _check(samples, dataset)
    windows = windows[np.sort(random_part(len(windows), SAMPLES))]
    validation, test = _some(dataset.splits["validation"], VALIDATION), _some(dataset.splits["test"], TEST)
    count = len(windows)

    def reference() -> dict[str, float]:
        found = _estimate(_training(dataset, count), validation, test)
        return {"real": found.value, "real_error": found.error}

    real = cache.remembered(f"parzen2-{dataset.key}-{count}", reference)
    found = _estimate(windows, validation, test)
    return Parzen(found.value, found.error, found.sigma, count, len(test), real["real"], real["real_error"])


@metric(
    figures={"parzen": About("higher", "log-likelihood of test images under Parzen windows, nats")},
    name="parzen",
    kinds=KINDS,
    slow=True,
    floor=False,
)
def _measured(inputs: Inputs) -> dict[str, Figure]:
    """Parzen-window log-likelihood of test images; slow, so only where --metrics names it.

    The protocol of :func:`parzen`; beside it stands what as many real training
    images reach. The interval is 1.96 standard errors over test images. Samples are rounded to 8 bits, as
    the data are, which moves the figure by hundredths of a nat.
    """
    assert inputs.samples is not None
    found = parzen(inputs.dataset, inputs.samples)
    reach = Z * found.error
    detail = {
        "sigma": found.sigma,
        "standard_error": found.error,
        "tested": found.tested,
        "real_standard_error": found.real_error,
    }
    value, real = found.value, found.real
    low, high = value - reach, value + reach
    return {"parzen": Figure(value, low, high, found.samples, real, "pixels", found.samples, detail)}


def log_likelihood(windows: np.ndarray, x: np.ndarray, sigmas: tuple[float, ...]) -> np.ndarray:
    """Return (s, m) log-densities in nats of x (m, d) under Gaussian windows (n, d), for s bandwidths.

    log p(x) = logmeanexp_i(−‖x − w_i‖² / 2σ²) − d log(σ√2π). Blocks keep memory under 1 GB.
    """
    dimension = windows.shape[1]
    result = np.empty((len(sigmas), len(x)))
    for rows, square in blocks(x, windows):
        smallest = square.min(axis=1)
        for index, sigma in enumerate(sigmas):
            exponent = (smallest[:, None] - square) / (2 * sigma**2)
            mean = np.exp(exponent, out=exponent).mean(axis=1)
            result[index, rows] = np.log(mean) - smallest / (2 * sigma**2)
    constant = dimension * np.log(np.array(sigmas) * math.sqrt(2 * math.pi))
    return result - constant[:, None]


def _estimate(windows: np.ndarray, validation: np.ndarray, test: np.ndarray) -> Parzen:
    sigma = SIGMAS[int(log_likelihood(windows, validation, SIGMAS).mean(axis=1).argmax())]
    (found,) = log_likelihood(windows, test, (sigma,))
    error = float(found.std() / math.sqrt(len(found)))
    return Parzen(float(found.mean()), error, sigma, len(windows), len(found))


def _check(samples: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return samples as float64 (n, d) in [0, 1]."""
    if samples.shape[1:] != dataset.shape:
        raise UserError(f"samples have shape {samples.shape}, {dataset.name!r} holds images of {dataset.shape}")
    if not len(samples):
        raise UserError("there are no samples to put windows on")
    flat = samples.reshape(len(samples), -1)
    if samples.dtype == np.uint8:
        return flat / 255.0
    if not np.isfinite(flat).all():
        raise UserError("samples hold NaN or infinite values; did training diverge?")
    low, high = float(flat.min()), float(flat.max())
    if low < -1e-3 or high > 1 + 1e-3:
        raise UserError(
            f"the Parzen protocol needs pixels in [0, 1], and these lie in [{low:.2f}, {high:.2f}]; "
            "map the output of a tanh by (x + 1) / 2 first"
        )
    return flat.astype(np.float64)


def _some(split: Split, count: int) -> np.ndarray:
    images, _ = split.take(np.sort(random_part(len(split), count)))
    return images.reshape(len(images), -1) / 255.0


def _training(dataset: Dataset, count: int) -> np.ndarray:
    """Return ``count`` training images in random order, none of them a validation image."""
    train, validation = dataset.train, dataset.splits["validation"]
    rows = train.all_rows
    if train.array is validation.array and validation.rows is not None:
        rows = np.setdiff1d(rows, validation.rows)
    rows = np.sort(rows[random_part(len(rows), count)])
    return train.array[rows].reshape(len(rows), -1) / 255.0
