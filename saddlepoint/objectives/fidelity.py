"""How near one image is to another, as papers on super-resolution measure it: PSNR and SSIM on brightness.

All images are (n, c, h, w) floats in [0, 1].
"""

import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (65.481 / 255, 128.553 / 255, 24.966 / 255)  # of R, G, B in the Y of ITU-R BT.601
OFFSET = 16 / 255
WINDOW, SIGMA = 11, 1.5
C1, C2 = 0.01**2, 0.03**2


def luma(image: Tensor) -> Tensor:
    """Return Y (n, 1, h, w) of colour images, 16/255 to 235/255 (ITU-R BT.601); grey ones stay as they are."""
    if image.shape[1] != 3:
        return image
    weight = torch.tensor(LUMA, dtype=image.dtype, device=image.device).view(1, 3, 1, 1)
    return (image * weight).sum(1, keepdim=True) + OFFSET


def inner(image: Tensor, border: int) -> Tensor:
    """Return images without ``border`` pixels at each edge."""
    return image[..., border : image.shape[-2] - border, border : image.shape[-1] - border]


def psnr(image: Tensor, truth: Tensor) -> Tensor:
    """Return (n,) peak signal-to-noise ratios −10·log10 of the mean squared difference, in dB."""
    return -10 * (image - truth).square().flatten(1).mean(1).log10()


def ssim(image: Tensor, truth: Tensor) -> Tensor:
    """Return (n,) mean structural similarities (Wang et al. 2004, eq. 13), 1 for equal images.

    Means and variances are those under a Gaussian window of 11 pixels and deviation 1.5, where it fits; images
    below 11 pixels have a window of their own side.
    """
    side = min(WINDOW, *image.shape[-2:])
    place = torch.arange(side, dtype=image.dtype, device=image.device) - (side - 1) / 2
    line = torch.exp(-place.square() / (2 * SIGMA**2))
    line = line / line.sum()
    channels = image.shape[1]
    window = (line[:, None] * line).expand(channels, 1, side, side)

    def blurred(x: Tensor) -> Tensor:
        return F.conv2d(x, window, groups=channels)

    a, b = blurred(image), blurred(truth)
    aa, bb = blurred(image * image) - a * a, blurred(truth * truth) - b * b
    ab = blurred(image * truth) - a * b
    similarity = (2 * a * b + C1) * (2 * ab + C2) / ((a * a + b * b + C1) * (aa + bb + C2))
    return similarity.flatten(1).mean(1)
