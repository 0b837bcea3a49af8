import io

import numpy as np
from PIL import Image

from saddlepoint.data.collecting.similar import ALIKE, Seen, perceptual_hash


def blobs(seed: int) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), np.uint8)
    return Image.fromarray(coarse).resize((200, 160), Image.Resampling.BICUBIC)


def differing(a: Image.Image, b: Image.Image) -> int:
    return (perceptual_hash(a) ^ perceptual_hash(b)).bit_count()


def test_scaling_and_recompression_keep_the_hash_and_other_pictures_have_others():
    for seed in range(20):
        image, buffer = blobs(seed), io.BytesIO()
        image.resize((90, 72)).save(buffer, format="JPEG", quality=40)
        assert differing(image, Image.open(buffer)) <= ALIKE
    others = [differing(blobs(seed), blobs(seed + 1)) for seed in range(100)]
    assert min(others) > ALIKE
    assert 26 < np.mean(others) < 36  # half of 64


def test_what_was_seen_is_found_again():
    seen = Seen()
    for seed in range(100):
        assert seen.like(perceptual_hash(blobs(seed))) is None
        seen.add(perceptual_hash(blobs(seed)), str(seed))
    assert seen.like(perceptual_hash(blobs(42)) ^ 0b101) == "42"
