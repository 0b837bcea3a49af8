"""GAN, autoencoder, Boltzmann machine and the noise of noise-contrastive estimation, as digits."""

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from PIL import Image

from saddlepoint.core.words import brief
from saddlepoint.data import load
from saddlepoint.evaluate.metrics.sharpness import fine_energy
from saddlepoint.explaining.blocks import Block, Heading, Number, Numbers, Picture, Prose, Rows, Style
from saddlepoint.explaining.drawing import drawn
from saddlepoint.explaining.phrases import TOO_SHORT
from saddlepoint.explaining.relatives.playing import GAN, MACHINE, NCE, SIDE, VAE, pixels, seeded, trained
from saddlepoint.explaining.relatives.said import Said
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson
from saddlepoint.families.nce import EFFECTIVE
from saddlepoint.networks.boltzmann import temperatures
from saddlepoint.sampling.samples import sample
from saddlepoint.theory.point_game import RATE, PointGame

SAMPLES = 1_000
NOISE, DATA = Text("noise of NCE", "NCE 的噪声"), Text("data", "数据")


def tell(lesson: Lesson) -> Generator[Block, None, list[Said]]:
    """Tell what four of the relatives make of digits; return what was seen."""
    yield Heading(Text("On the same digits", "在同样的手写数字上"))
    digits = load("digits")
    train, held = (pixels(digits.splits[part]) for part in ("train", "test"))
    steps = lesson.pick(1_200, 20)
    with seeded(lesson, "digits"):
        lesson.progress("training a GAN on digits", 0, 4)
        gan = PointGame(2 * train - 1, seed=lesson.seed, latent=16, rates=(2 * RATE, 2 * RATE))
        gan.play(steps, ("d", "g"))
        lesson.progress("training a VAE on digits", 1, 4)
        vae = trained(lesson, "vae", digits, steps, latent=10)[0].family
        lesson.progress("training a Boltzmann machine on digits", 2, 4)
        machine = trained(lesson, "rbm", digits, steps, hidden=64)[0].family
        lesson.progress("telling digits from noise", 3, 4)
        nce, told = trained(lesson, "nce", digits, lesson.pick(150, 5))
        ratio = nce.family.ratio
        with torch.no_grad():
            noise = nce.family.noise(torch.randn(1 << 14, 1, SIDE, SIDE))
            effective = float(1 / ratio(noise).double().softmax(0).square().sum())
            bits = torch.from_numpy(held).reshape(-1, 1, SIDE, SIDE)
            bound = vae.density().log(bits).mean().item()
            log_z, error = machine.energy.annealed(temperatures(lesson.pick(2_000, 100)))
            likely = (-machine.energy(torch.bernoulli(bits.flatten(1))).double() - log_z).mean().item()
        count = lesson.pick(SAMPLES, 256)
        made = {
            GAN: (gan.samples(count) + 1) / 2,
            VAE: sample(vae, count, seed=0).flatten(1).numpy(),
            MACHINE: sample(machine, count, seed=0).flatten(1).numpy(),
            NCE: noise[:count].flatten(1).numpy(),
        }
    made = {name: np.clip(images, 0, 1) for name, images in made.items()}
    fine = {name: _fine(images) / _fine(train) for name, images in made.items()}
    missed = {name: _missed(images, train) for name, images in made.items()}
    names = {GAN: GAN, VAE: VAE, MACHINE: MACHINE, NCE: NOISE}
    yield Prose(
        Text(
            f"8 × 8 digits, {steps:,} steps each. Fine detail is energy above half the highest frequency, over that of real "
            f"digits. Structure is how pixels go together: what samples miss of the covariances of different pixels "
            f"is 0 for the data's own and 1 for none. The last row is the noise of NCE, with the mean and the spread of "
            f"every pixel and nothing else.",
            f"8 × 8 手写数字，各走 {steps:,} 步。细节能量：高于最高频率一半的能量，与真实数字之比。结构是像素之间如何相关："
            f"不同像素间的协方差，样本漏掉的部分为 0 表示与数据相同，为 1 表示全无。末行是 NCE 的噪声：只有每个像素的均值与方差，别无其他。",
        )
    )
    if lesson.quick:
        yield TOO_SHORT
    yield Rows(
        (
            "",
            Text("fine detail", "细节能量"),
            Text("structure missed", "漏掉的结构"),
            Text("nats a digit", "每个数字 nat"),
        ),
        [
            (
                names[name],
                Number(f"{name}_fine", Text("fine detail", "细节能量"), fine[name]),
                Number(f"{name}_missed", Text("structure missed", "漏掉的结构"), missed[name]),
                {
                    VAE: Number("vae_bound", "ELBO", bound),
                    MACHINE: Number("rbm_likelihood", "log p", likely),
                }.get(name, "–"),
            )
            for name in made
        ],
    )
    yield Picture(
        "digits",
        lambda style: _digits_drawn(
            style, {DATA: held, **{names[name]: images for name, images in made.items()}}
        ),
        Text(
            "Data, and samples of each. Those of the VAE and the RBM are means and chances of pixels.",
            "数据与各自的样本。VAE 与 RBM 给出的是像素的均值与概率。",
        ),
        Text(
            "Rows of small digits: the GAN's have edges, the VAE's are soft, the machine's too, noise shows no digit.",
            "几行小数字：GAN 的有棱角，VAE 的柔和，玻尔兹曼机的也是；噪声看不出数字。",
        ),
    )
    blurred, structured = fine[VAE] < min(fine[GAN], 1), missed[VAE] < missed[NCE] / 2
    separated = told["told apart"].item()
    yield Numbers(
        [
            Number(
                "log_z_error",
                Text("RBM: standard error of the annealed log Z", "RBM：退火 log Z 的标准误"),
                error.item(),
            ),
            Number(
                "told_apart", Text("NCE: digits and noise told apart", "NCE：数字与噪声的正确区分率"), separated
            ),
            Number(
                "effective",
                Text(f"NCE: {len(noise):,} draws of noise are worth", f"NCE：{len(noise):,} 个噪声样本相当于"),
                effective,
            ),
        ]
    )
    return [
        Said(
            Text("A VAE has structure but is blurred.", "VAE 有结构但模糊。"),
            blurred and structured,
            Text(
                f"fine detail {brief(fine[VAE])}, GAN {brief(fine[GAN])}; structure missed {brief(missed[VAE])}, noise {brief(missed[NCE])}",
                f"细节能量 {brief(fine[VAE])}，GAN {brief(fine[GAN])}；漏掉的结构 {brief(missed[VAE])}，噪声 {brief(missed[NCE])}",
            ),
        ),
        Said(
            Text("NCE has a fixed noise.", "NCE 的噪声是固定的。"),
            effective < EFFECTIVE,
            Text(
                f"{separated:.1%} of digits and noise are told apart; {len(noise):,} draws are worth {brief(effective)}, too "
                f"few for the normaliser",
                f"数字与噪声有 {separated:.1%} 区分正确；{len(noise):,} 个噪声样本只相当于 {brief(effective)} 个，不足以求归一化常数",
            ),
        ),
    ]


def _missed(images: np.ndarray, real: np.ndarray) -> float:
    """Return what images (n, d) miss of the covariances of different pixels, as a share of their size."""
    apart = ~np.eye(real.shape[1], dtype=bool)
    of_images, of_real = (np.cov(one.T)[apart] for one in (images, real))
    return float(np.linalg.norm(of_images - of_real) / np.linalg.norm(of_real))


def _fine(images: np.ndarray) -> float:
    return float(fine_energy(images.reshape(-1, SIDE, SIDE, 1)).mean())


def _digits_drawn(style: Style, rows: dict[Any, np.ndarray]) -> Image.Image:
    def paint(places):
        for place, (name, images) in zip(places, rows.items(), strict=True):
            tiles = np.pad(images[:32].reshape(2, 16, SIDE, SIDE), ((0, 0), (0, 0), (1, 1), (1, 1)))
            place.imshow(tiles.transpose(0, 2, 1, 3).reshape(2 * (SIDE + 2), -1), cmap="gray", vmin=0, vmax=1)
            place.set(xticks=(), yticks=())
            place.grid(False)
            place.set_ylabel(style.say(name), rotation=0, ha="right", va="center")

    return drawn(style, paint, rows=len(rows), size=(7.2, 5.2))
