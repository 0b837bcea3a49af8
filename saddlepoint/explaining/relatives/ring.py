"""GAN, autoencoder and noise-contrastive estimation on the same eight bells."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.evaluate.metrics.energy import distance
from saddlepoint.explaining.blocks import Block, Film, Heading, Number, Numbers, Prose, Style
from saddlepoint.explaining.drawing import FRAME, drawn, tinted
from saddlepoint.explaining.phrases import at_step
from saddlepoint.explaining.relatives.playing import GAN, NCE, VAE, game_of, seeded
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson
from saddlepoint.sampling.samples import sample
from saddlepoint.theory.point_game import RING, PointGame

POINTS, HELD = 20_000, 1_000  # of the ring, and those that nobody trains on
REACH, PIXELS = 1.6, 80  # of the plane that is drawn


class View(NamedTuple):
    """Games on the ring at one time.

    Attributes:
        step: of every game.
        gan: (n, 2) samples.
        vae: (n, 2) samples.
        density: (80, 80) of NCE, over that of its peak.
    """

    step: int
    gan: np.ndarray
    vae: np.ndarray
    density: np.ndarray


def tell(lesson: Lesson) -> Iterator[Block]:
    """Tell what GAN, VAE and NCE make of eight bells."""
    yield Heading(Text("On the same eight bells", "在同样的八个钟形上"))
    points, _ = RING.draw(POINTS, (lesson.seed, 0))
    held = RING.draw(HELD, (lesson.seed, 1))[0].astype(np.float32)
    data = Dataset(name="ring", source="ring", kind="points", splits={"train": Split(points)}, truth=RING)
    steps, moments = lesson.pick(700, 16), lesson.pick(12, 3)
    with seeded(lesson, "ring"):
        gan = PointGame(points, seed=lesson.seed)
        vae = game_of(lesson, "vae", data, steps, latent=2, hidden=128)
        nce = game_of(lesson, "nce", data, steps, hidden=64, octaves=2)
        side = torch.linspace(-REACH, REACH, PIXELS)
        plane = torch.cartesian_prod(side, side).flip(1)
        story = []
        for step in lesson.moments(steps, moments, moments):
            lesson.progress("playing on a ring", step, steps)
            gan.play(step - gan.steps, ("d", "g"))
            for game in (vae, nce):
                game.play(step - game.steps)
            with torch.no_grad():
                density = nce.family.log_density(plane).exp().reshape(PIXELS, PIXELS).numpy()
            made = sample(vae.family, HELD, seed=0).numpy()
            noise = np.random.default_rng(0).standard_normal(made.shape)
            made = made + noise * math.exp(vae.family.spread.log_variance.item() / 2)
            story.append(View(step, gan.samples(HELD), made, density))
        x = torch.from_numpy(held)
        bound = vae.family.density().log(x).mean().item()
        likelihood = nce.family.density().log(x).mean().item()
        area = float(story[-1].density.sum() * (side[1] - side[0]).item() ** 2)
    truth = float(RING.log_density(held).mean())
    yield Prose(
        Text(
            f"{steps} steps each. The GAN and the VAE make points; NCE makes none, but says how dense the plane is, to the "
            f"scale. The two that know a likelihood are held against the truth on {HELD:,} points that nobody trained on.",
            f"各走 {steps} 步。GAN 与 VAE 生成点；NCE 不生成，但能说出平面上各处的密度，连尺度在内。"
            f"知道似然的两位在 {HELD:,} 个没人训练过的点上与真值对照。",
        )
    )
    yield Numbers(
        [
            Number("ring_truth", Text("log p of the truth, nats a point", "真实密度的 log p，每点 nat"), truth),
            Number(
                "ring_nce",
                Text("NCE: log p, normalised by draws of its noise", "NCE：log p，用噪声抽样归一化"),
                likelihood,
            ),
            Number(
                "ring_area",
                Text(
                    "NCE: integral of its density over the picture, by c alone",
                    "NCE：只靠 c 时密度在图中的积分",
                ),
                area,
            ),
            Number("ring_vae", Text("VAE: bound", "VAE：下界"), bound),
            Number(
                "ring_vae_distance",
                Text("VAE: energy distance of samples", "VAE：样本的能量距离"),
                distance(story[-1].vae, held),
            ),
            Number(
                "ring_gan_distance",
                Text("GAN: energy distance of samples", "GAN：样本的能量距离"),
                distance(story[-1].gan, held),
            ),
        ]
    )
    yield Film(
        "ring",
        lambda style, moment: _ring_drawn(style, story[moment], held),
        [at_step(one.step) for one in story],
        Text(
            "Samples (orange) over data (blue), and the density that NCE has learned.",
            "样本（橙）与数据（蓝），以及 NCE 学到的密度。",
        ),
        Text(
            "Three squares: the GAN's points run to the ring, the VAE's spread over and between its bells, and eight bright spots form in NCE's density.",
            "三个方格：GAN 的点跑向圆环；VAE 的点散布在各钟形及其之间；NCE 的密度中出现八个亮点。",
        ),
    )


def _ring_drawn(style: Style, view: View, held: np.ndarray) -> Image.Image:
    def paint(places):
        for place, name, made in zip(places, (GAN, VAE), (view.gan, view.vae), strict=False):
            place.plot(*held[:400].T, ".", color=style.theme.lines[0], ms=3, alpha=0.6, mew=0)
            place.plot(*made[:400].T, ".", color=style.theme.lines[1], ms=3.5, alpha=0.8, mew=0)
            place.set_title(name)
        box = (-REACH, REACH, -REACH, REACH)
        peak = max(view.density.max(), 1e-12)
        places[2].imshow(tinted(style, view.density / peak, style.theme.lines[2]), extent=box, origin="lower")
        places[2].set_title(NCE)
        for place in places:
            place.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xticks=(), yticks=())

    return drawn(style, paint, columns=3, size=(7.2, 2.7), dpi=FRAME)
