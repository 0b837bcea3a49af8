"""Inception-v3 through torch-fidelity, with weights that the user has put in place."""

import importlib
import os
from pathlib import Path

import numpy as np
import torch

from saddlepoint.compute.threads import pick_device
from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import digest
from saddlepoint.core.progress import Progressing
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate.encoder import Encoder, Encoding, encoder

WEIGHTS = "weights-inception-2015-12-05-6726825d.pth"
_MODULE = "torch_fidelity.feature_extractor_inceptionv3"


@encoder("images")
def inception(dataset: Dataset, report: Progressing) -> Encoder:
    """The Inception-v3 of published FIDs: 2048 features and 1008 ImageNet logits (torch-fidelity's port).

    Nothing is downloaded: the weights' path is ``$SADDLE_INCEPTION``, or their usual name in the cache.

    Raises:
        UserError: torch-fidelity or the weights are missing.
    """
    try:
        module = importlib.import_module(_MODULE)
    except ImportError as error:
        raise UserError(
            f"encoder 'inception' needs torch-fidelity ({error}); install it with pip install torch-fidelity"
        ) from error
    path = Path(os.environ.get("SADDLE_INCEPTION") or cache.folder("inception") / WEIGHTS).expanduser()
    if not path.is_file():
        raise UserError(
            f"the Inception weights are not at {path}; put {WEIGHTS} of torch-fidelity's releases there, or "
            "set SADDLE_INCEPTION to its path"
        )
    device = pick_device()
    network = module.FeatureExtractorInceptionV3(
        "inception-v3-compat", ["2048", "logits_unbiased"], feature_extractor_weights_path=str(path)
    )
    network = network.to(device).eval()

    def apply(images: np.ndarray) -> Encoding:
        x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).to(device)
        found = []
        with torch.inference_mode():
            for block in x.expand(-1, 3, -1, -1).split(50):
                features, logits = network(block)
                found.append((features.float().cpu().numpy(), logits.float().cpu().numpy()))
        features, logits = (np.concatenate(part) for part in zip(*found, strict=True))
        return Encoding(features, logits)

    return Encoder("inception", digest([path.read_bytes()], 12), apply, note=f"torch-fidelity, {path.name}")
