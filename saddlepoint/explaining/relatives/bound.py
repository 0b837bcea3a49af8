"""Variational autoencoder: what the bound misses."""

import math
from collections.abc import Generator

import numpy as np
import torch

from saddlepoint.core.words import brief
from saddlepoint.explaining.blocks import Block, Heading, Number, Numbers, Prose
from saddlepoint.explaining.relatives.said import Said
from saddlepoint.explaining.text import Text
from saddlepoint.theory import linear_autoencoder


def tell() -> Generator[Block, None, Said]:
    """Tell what a bound misses, in a linear normal world; return what was seen."""
    yield Heading(Text("VAE: what the bound misses", "VAE：下界漏掉了什么"))
    w, s, ratio = torch.tensor([1.5, -0.5]), 0.7, 2.0
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((256, 2)).astype(np.float32)) * 1.5
    known = linear_autoencoder.log_likelihood(w, s, x)
    tight, loose = (
        (known - linear_autoencoder.bound(linear_autoencoder.posing(w, s, r), x)).mean().item()
        for r in (1.0, ratio)
    )
    yield Prose(
        Text(
            "In a linear normal world the likelihood is known, and so is the posterior. The project's own bound, its "
            "mean over the noise summed exactly, equals log p(x) where the encoder is the posterior, and is less by "
            "KL(q‖p(z|x)) where it is not: an encoder with twice the right variance misses ½(2 − 1 − log 2) = 0.153 nats.",
            "在线性正态的世界里，似然与后验都已知。本项目的下界（对噪声精确求平均）在编码器等于后验时等于 log p(x)，否则小 "
            "KL(q‖p(z|x))：方差为正确值两倍的编码器漏掉 ½(2 − 1 − log 2) = 0.153 nat。",
        )
    )
    yield Numbers(
        [
            Number(
                "tight",
                Text("log p(x) − bound, the encoder is the posterior", "log p(x) − 下界，编码器即后验"),
                tight,
                0.0,
                1e-5,
            ),
            Number(
                "loose",
                Text("the same with twice the variance", "方差取两倍时"),
                loose,
                0.5 * (ratio - 1 - math.log(ratio)),
                1e-5,
            ),
        ]
    )
    return Said(
        Text("A VAE bounds the likelihood from below.", "VAE 给出似然的下界。"),
        loose > tight - 1e-5,
        Text(f"gap {brief(loose)} nats, closed form 0.153", f"差 {brief(loose)} nat，闭式解 0.153"),
    )
