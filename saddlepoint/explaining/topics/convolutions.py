"""Convolutions run backwards: sizes, 'SAME', transposes and checkerboards."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import OrZero
from saddlepoint.core.seeds import generator
from saddlepoint.explaining.blocks import (
    Block,
    Code,
    Film,
    Formula,
    Heading,
    Knobs,
    Number,
    Numbers,
    Picture,
    Prose,
    Rows,
    Slider,
    Style,
)
from saddlepoint.explaining.drawing import FRAME, drawn, tinted
from saddlepoint.explaining.text import Text
from saddlepoint.explaining.topic import Lesson, topic
from saddlepoint.theory.convolution_arithmetic import Layer, cut, same

LARGEST = {"input": 64, "kernel": 16, "stride": 8}  # of which pictures can be read
CHANNELS = (128, 64)  # of the layer that is shown, those of a small DCGAN


@topic(
    "convolutions",
    title=Text("A convolution run backwards", "把卷积倒过来"),
    order=5,
)
def convolutions_topic(
    lesson: Lesson,
    *,
    input: int = 7,
    kernel: int = 4,
    stride: int = 2,
    same: bool = True,
    padding: OrZero | None = None,
) -> Iterator[Block]:
    """What a transposed convolution is the transpose of, its sizes, and why checkerboards appear.

    Args:
        input: side of the small map in pixels.
        kernel: side of the kernel.
        stride: how many times larger the large map is.
        same: choose the padding so that the large side is exactly stride times the small one.
        padding: pixels to be cut off at every edge; with --no-same.
    """
    layer = _layer(input, kernel, stride, same, padding)
    large = layer.grown(input)
    yield Prose(
        Text(
            f"A generator turns a small map into a large picture, {input} pixels a side into {large}. Its layers "
            "are called transposed convolutions, and their settings are those of a layer that is not there: of "
            f"the convolution that makes {input} pixels of {large}. Whoever knows that layer knows every size.",
            f"生成器把小特征图变成大图：边长从 {input} 变成 {large}。这种层叫转置卷积，但它的参数描述的却是另一个并未出现的层："
            f"把边长 {large} 变成 {input} 的那个卷积。弄清那个卷积，所有尺寸就都清楚了。",
        )
    )
    yield from _sizes(layer, input)
    yield from _dilated(layer, input)
    yield from _transpose(lesson, layer, input)
    yield from _same(lesson, layer, input)
    yield from _checkerboard(lesson, layer, input)
    yield from _call(layer, input)


def _layer(side: int, kernel: int, stride: int, keep: bool, padding: int | None) -> Layer:
    for name, value in (("input", side), ("kernel", kernel), ("stride", stride)):
        if value > LARGEST[name]:
            raise UserError(f"--{name} must be at most {LARGEST[name]} to be drawn, got {value}")
    if keep and padding is not None:
        raise UserError("--same chooses the padding; leave --padding out, or give --no-same as well")
    layer = same(kernel, stride) if keep else Layer(kernel, stride, padding or 0)
    layer.grown(side)
    return layer


def _settings(layer: Layer) -> dict[str, Any]:
    """Return how torch's transposed convolutions call a layer's settings."""
    return {"stride": layer.stride, "padding": layer.padding, "output_padding": layer.output_padding}


def _sizes(layer: Layer, side: int) -> Iterator[Block]:
    yield Heading(Text("Sizes, and the layer that is not there", "尺寸，以及并未出现的那一层"))
    yield Formula(
        r"o = (i - 1)\,s + k - 2p + a, \qquad i = \left\lfloor \frac{o + 2p - k}{s} \right\rfloor + 1",
        "o = (i − 1)·s + k − 2p + a,   i = ⌊(o + 2p − k)/s⌋ + 1",
    )
    least, most = layer.origins(side)[0], layer.origins(side)[-1]
    several = Text(
        f"Division by the stride rounds down, so the convolution makes {side} of every size from {least} to "
        f"{most}. Going back, nothing tells which one was meant: that is what the output padding a says. It keeps "
        "a more pixels at the end of those that p cuts off; it pads no zeros to anything.",
        f"除以步长时要向下取整，所以从 {least} 到 {most} 的每个边长都会被卷积变成 {side}。反过来时无从得知原来是哪一个，"
        "output_padding（a）就是用来指明它的。它只是在末尾少裁 a 个像素，并不是补零。",
    )
    one = Text(
        "With a stride of 1 nothing is rounded, and the size is the only one.",
        "步长为 1 时没有取整，尺寸是唯一的。",
    )
    yield Prose(several if layer.stride > 1 else one)
    rows = []
    for extra in range(layer.stride):
        sibling = Layer(layer.kernel, layer.stride, layer.padding, extra)
        x = torch.zeros(1, 1, side, side)
        weight = torch.zeros(1, 1, layer.kernel, layer.kernel)
        large = F.conv_transpose2d(x, weight, **_settings(sibling))
        small = F.conv2d(large, weight, stride=layer.stride, padding=layer.padding)
        rows += [
            Number(
                f"grown_{extra}",
                Text(f"transposed, a = {extra}: {side} → ", f"转置卷积，a = {extra}：{side} → "),
                large.shape[-1],
                sibling.grown(side),
                0,
            ),
            Number(
                f"shrunk_{extra}",
                Text(f"convolution: {large.shape[-1]} → ", f"卷积：{large.shape[-1]} → "),
                small.shape[-1],
                layer.shrunk(large.shape[-1]),
                0,
            ),
        ]
    yield Numbers(rows)
    inputs, outputs = CHANNELS
    up = nn.ConvTranspose2d(inputs, outputs, layer.kernel, **_settings(layer), bias=False)
    down = nn.Conv2d(outputs, inputs, layer.kernel, layer.stride, layer.padding, bias=False)
    yield Prose(
        Text(
            f"Channels turn round as well: what undoes the shape of a transposed convolution {inputs} → {outputs} "
            f"is a convolution {outputs} → {inputs}. Both keep their weights as {tuple(up.weight.shape)}, so one "
            "tensor can serve both.",
            f"通道也要反过来：与 {inputs} → {outputs} 的转置卷积配对的，是 {outputs} → {inputs} 的卷积。"
            f"两者的权重形状都是 {tuple(up.weight.shape)}，可以共用同一个张量。",
        )
    )
    yield Numbers(
        [
            Number(
                "weights",
                Text(
                    "weights of the transposed convolution, exact: of the convolution",
                    "转置卷积的权重数；精确值为配对卷积的权重数",
                ),
                up.weight.numel(),
                down.weight.numel(),
                0,
            )
        ]
    )


def _dilated(layer: Layer, side: int) -> Iterator[Block]:
    dilation, groups = 2, 4
    inputs, outputs = CHANNELS
    wide = Layer(dilation * (layer.kernel - 1) + 1, layer.stride, layer.padding)
    x = torch.zeros(1, inputs, side, side)
    up = nn.ConvTranspose2d(
        inputs, outputs, layer.kernel, layer.stride, layer.padding, groups=groups, dilation=dilation, bias=False
    )
    yield Prose(
        Text(
            "Two more settings. A dilation d puts the taps of the kernel d pixels apart: it covers d(k − 1) + 1 pixels, "
            "and with that in place of k every formula on this page holds. Groups g part the channels into g lots "
            "that do not see each other: sizes stay, and a g-th of the weights is left.",
            "还有两个设置。膨胀系数 d 让卷积核相邻的位置相隔 d 个像素：它覆盖 d(k − 1) + 1 个像素，把 k 换成它，本页的公式都成立。"
            "分组数 g 把通道分成互不相见的 g 组：尺寸不变，权重只剩 g 分之一。",
        )
    )
    yield Numbers(
        [
            Number(
                "dilated",
                Text(f"dilation {dilation}: {side} →", f"膨胀系数 {dilation}：{side} →"),
                up(x).shape[-1],
                wide.grown(side),
                0,
            ),
            Number(
                "grouped",
                Text(f"weights in {groups} groups", f"分成 {groups} 组的权重数"),
                up.weight.numel(),
                inputs * outputs * layer.kernel**2 // groups,
                0,
            ),
        ]
    )


def _transpose(lesson: Lesson, layer: Layer, side: int) -> Iterator[Block]:
    yield Heading(Text("One matrix, read both ways", "同一个矩阵，两种读法"))
    yield Prose(
        Text(
            "Along one axis the convolution is a matrix C: each row holds the kernel where one window lies. The "
            "transposed convolution multiplies by Cᵀ: each input pixel stamps the kernel, scaled by its value, "
            "into the output, and where stamps overlap they add. It is not the inverse: CᵀC is not 1.",
            "沿一个坐标轴看，卷积就是矩阵 C：每一行是一个窗口所在位置上的卷积核。转置卷积则乘以 Cᵀ：每个输入像素把卷积核乘上"
            "自己的值，像盖章一样印到输出上，重叠处相加。它不是逆运算：CᵀC 不是单位矩阵。",
        )
    )
    yield Formula(
        r"y = C x, \qquad \frac{\partial\, \langle g, C x \rangle}{\partial x} = C^{\top} g, \qquad "
        r"\langle C x, g \rangle = \langle x, C^{\top} g \rangle",
        "y = Cx,   ∂⟨g, Cx⟩/∂x = Cᵀg,   ⟨Cx, g⟩ = ⟨x, Cᵀg⟩",
    )
    yield Prose(
        Text(
            "The middle equation says why every framework has it: it is the backward pass of a convolution. A "
            "critic's gradient with respect to its picture is a generator's layer with the critic's weights. All "
            "three are checked on random numbers in double precision.",
            "中间的等式说明了为什么每个框架都有它：它就是卷积的反向传播。判别器对图像的梯度，正是用判别器权重搭成的一个生成器层。"
            "下面用双精度随机数检验这三个等式。",
        )
    )
    rng = generator(torch.device("cpu"), lesson.seed, "convolutions")

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    large = layer.grown(side)
    weight, g, x = draw(3, 2, layer.kernel, layer.kernel), draw(2, 3, side, side), draw(2, 2, large, large)
    x.requires_grad_()
    down = F.conv2d(x, weight, stride=layer.stride, padding=layer.padding)
    up = F.conv_transpose2d(g, weight, **_settings(layer))
    (gradient,) = torch.autograd.grad((down * g).sum(), x)
    one_axis = weight[0, 0, 0]
    matrix = torch.from_numpy(layer.matrix(side, one_axis.numpy()))
    stamps = F.conv_transpose1d(g[0, :1, 0][None], one_axis[None, None], **_settings(layer))
    yield Numbers(
        [
            Number(
                "adjoint",
                Text("⟨Cx, g⟩, exact: ⟨x, Cᵀg⟩", "⟨Cx, g⟩；精确值为 ⟨x, Cᵀg⟩"),
                (down * g).sum().item(),
                (x * up).sum().item(),
                1e-9,
            ),
            Number(
                "gradient",
                Text("largest |∂⟨g, Cx⟩/∂x − Cᵀg|, by autograd", "|∂⟨g, Cx⟩/∂x − Cᵀg| 的最大值（自动求导）"),
                (gradient - up).abs().max().item(),
                0.0,
                1e-10,
            ),
            Number(
                "matrix",
                Text(
                    "largest |conv_transpose1d(g) − Cᵀg|, C written out",
                    "|conv_transpose1d(g) − Cᵀg| 的最大值（显式写出 C）",
                ),
                (stamps[0, 0] - matrix.T @ g[0, 0, 0]).abs().max().item(),
                0.0,
                1e-12,
            ),
        ]
    )
    yield Picture(
        "matrix",
        lambda style: _matrices(style, layer, side),
        Text(
            f"C makes {side} pixels of {large}: each row is a window. Cᵀ makes {large} of {side}: each column is a "
            "stamp. One colour for each tap of the kernel.",
            f"C 把 {large} 个像素变成 {side} 个：每一行是一个窗口。Cᵀ 把 {side} 个变成 {large} 个：每一列是一个“印章”。"
            "每种颜色代表卷积核的一个位置。",
        ),
        Text(
            "Two grids of coloured cells: a band that steps to the right by the stride with each row, and the same "
            "band mirrored at the diagonal.",
            "两个彩色方格矩阵：一个是每行按步长右移的带状，另一个是它沿对角线的镜像。",
        ),
    )


def _matrices(style: Style, layer: Layer, side: int) -> Image.Image:
    from matplotlib.colors import to_rgb

    taps = layer.matrix(side, np.arange(1.0, layer.kernel + 1)).astype(int)
    lines = style.theme.lines
    palette = np.array(
        [to_rgb(style.theme.paper), *(to_rgb(lines[k % len(lines)]) for k in range(layer.kernel))]
    )

    def paint(places):
        for place, cells, name in zip(places, (taps, taps.T), ("C", "Cᵀ"), strict=True):
            place.imshow(palette[cells], interpolation="nearest")
            _rule(place, style, cells.shape)
            place.set_title(f"{name}    {cells.shape[0]} × {cells.shape[1]}")

    return drawn(style, paint, columns=2, size=(7.2, 3.8))


def _rule(axes: Any, style: Style, shape: tuple[int, ...]) -> None:
    """Draw lines between the cells of an image of (rows, columns)."""
    bottom, right = shape[0] - 0.5, shape[1] - 0.5
    axes.grid(False)
    axes.hlines(np.arange(-0.5, bottom + 1), -0.5, right, color=style.theme.rule, lw=0.6)
    axes.vlines(np.arange(-0.5, right + 1), -0.5, bottom, color=style.theme.rule, lw=0.6)


def _same(lesson: Lesson, layer: Layer, side: int) -> Iterator[Block]:
    yield Heading(Text("What 'SAME' means", "'SAME' 是什么意思"))
    yield Prose(
        Text(
            "TensorFlow's 'SAME' promises o = i·s. Stamps that lie a stride apart reach k − s pixels too far, and "
            "these are cut off, half at each end. Where k − s is odd, TensorFlow cuts the odd pixel off the end. "
            "PyTorch always cuts p at both ends; it takes one too many and gives one back at the end. Sizes agree "
            "then, but every pixel lies one to the left. Weights that move from one to the other need that shift.",
            "TensorFlow 的 'SAME' 保证 o = i·s。印章每隔 s 个像素盖一次，总共会多出 k − s 个像素，于是两端各裁去一半。"
            "若 k − s 为奇数，TensorFlow 在末端多裁一个。PyTorch 两端总是各裁 p 个：只好先多裁一个，再在末端补回一个。"
            "尺寸一样了，但每个像素都左移了一格。在两个框架之间搬权重时要记得这一格。",
        )
    )
    stride = max(2, layer.stride)
    rows = []
    for kernel in range(stride, stride + 5):
        start, end = cut(kernel, stride)
        ours = same(kernel, stride)
        rows.append(
            (
                f"k = {kernel}, s = {stride}",
                f"{start} + {end}",
                f"{ours.padding} + {ours.padding}",
                str(ours.output_padding),
                str(ours.padding - start),
            )
        )
    yield Rows(
        (
            "",
            Text("TensorFlow cuts", "TensorFlow 裁去"),
            Text("PyTorch cuts", "PyTorch 裁去"),
            "output_padding",
            Text("shift", "错位"),
        ),
        rows,
    )
    rng = generator(torch.device("cpu"), lesson.seed, "same")
    odd, (start, _) = same(5, 2), cut(5, 2)
    weight = torch.randn(1, 1, 5, generator=rng, dtype=torch.float64)
    x = torch.randn(1, 1, side, generator=rng, dtype=torch.float64)
    whole = F.conv_transpose1d(x, weight, stride=2)[0, 0]
    theirs, ours = whole[start:][: 2 * side], F.conv_transpose1d(x, weight, **_settings(odd))[0, 0]
    yield Numbers(
        [
            Number(
                "same_size",
                Text(f"k = 5, s = 2: size from {side}", f"k = 5，s = 2：由 {side} 得到的尺寸"),
                len(ours),
                2 * side,
                0,
            ),
            Number(
                "same_shifted",
                Text(
                    "k = 5, s = 2: largest difference, shifted by one pixel", "k = 5，s = 2：错开一格后的最大差"
                ),
                (theirs[1:] - ours[:-1]).abs().max().item(),
                0.0,
                1e-12,
            ),
            Number(
                "same_unshifted",
                Text("k = 5, s = 2: largest difference, not shifted", "k = 5，s = 2：不错开时的最大差"),
                (theirs - ours).abs().max().item(),
            ),
        ]
    )


def _checkerboard(lesson: Lesson, layer: Layer, side: int) -> Iterator[Block]:
    yield Heading(Text("Checkerboards", "棋盘格"))
    yield Prose(
        Text(
            "How many stamps reach a pixel? Where the stride divides the kernel, k/s along each axis, the same for "
            "all. Where it does not, ⌊k/s⌋ or ⌈k/s⌉ in turn, and in a picture their products: kernels of 3 at "
            "stride 2 reach 1, 2 or 4 times. Weights can learn to balance that, but they start unbalanced, and "
            "many generated pictures keep the pattern (Odena et al. 2016). This is why DCGANs take kernels of 4, "
            "or repeat pixels first and convolve at stride 1 then.",
            "一个像素会被盖到几次？若步长整除卷积核，每个坐标轴上都是 k/s 次，处处相同。否则 ⌊k/s⌋ 与 ⌈k/s⌉ 交替出现，"
            "在二维图像上则是两者的乘积：核为 3、步长为 2 时是 1、2 或 4 次。权重可以学会抵消它，但一开始并不平衡，"
            "许多生成图像里便留下了这种花纹（Odena 等 2016）。所以 DCGAN 常用大小为 4 的核，或先把像素放大，再做步长为 1 的卷积。",
        )
    )
    moments = np.unique(np.linspace(1, side * side, lesson.pick(49, 3)).round().astype(int))
    yield Film(
        "stamps",
        lambda style, moment: _stamps(style, layer, side, moments[moment]),
        [Text(f"{moment} of {side * side} pixels", f"{moment} / {side * side} 像素") for moment in moments],
        Text(
            "Each pixel of the small map stamps the kernel into the large one. The stronger the colour, the more stamps have "
            "reached a pixel. What lies outside the frame is cut off.",
            "小图的每个像素把卷积核盖到大图上。颜色越浓，盖到的次数越多。方框以外的部分会被裁掉。",
        ),
        Text(
            "A small square whose pixels light up row by row, and beside it a large one on which overlapping "
            "squares add up until the whole is covered.",
            "左边的小方阵逐行点亮；右边的大方阵上，相互重叠的方块逐渐累加，直到铺满。",
        ),
        still=2 * len(moments) // 3,
    )
    kernels = (3, 4, 5, 6)
    rows = []
    for kernel in kernels:
        counts = Layer(kernel, 2).reached(12)[kernel:-kernel]
        least, most = Layer(kernel, 2).inner()
        rows.append(
            Number(
                f"uneven_{kernel}",
                Text(
                    f"k = {kernel}, s = 2: most over least stamps in a picture",
                    f"k = {kernel}，s = 2：二维图像中最多与最少次数之比",
                ),
                float(np.outer(counts, counts).max() / np.outer(counts, counts).min()),
                (most / least) ** 2,
                0,
            )
        )
    count = lesson.pick(20_000, 4_000)
    odd, even, repeated = _variances(count, lesson.seed)
    within = 5 * 2 / count**0.5  # five standard errors of a ratio of two variances
    rows += [
        Number(
            "variance_3",
            Text(
                "k = 3: variance of what fresh weights draw, odd pixels over even ones",
                "k = 3：新权重输出的方差，奇数位像素比偶数位像素",
            ),
            odd,
            0.25,
            0.25 * within,
        ),
        Number("variance_4", Text("k = 4: the same", "k = 4：同上"), even, 1.0, within),
        Number(
            "variance_repeated",
            Text(
                "pixels repeated, then k = 3 at stride 1: the same",
                "先放大像素，再做 k = 3、步长 1 的卷积：同上",
            ),
            repeated,
            1.0,
            within,
        ),
    ]
    yield Numbers(rows)
    yield Picture(
        "checkerboard",
        lambda style: _boards(style, kernels),
        Text(
            "Stamps that reach each pixel, at stride 2. Kernels of 3 and 5 leave a checkerboard, 4 and 6 none, away "
            "from the edges.",
            "步长为 2 时盖到每个像素的次数。核为 3 和 5 时出现棋盘格；4 和 6 时除边缘外处处均匀。",
        ),
        Text(
            "Four squares: the first and the third are checkered, the second and the fourth even but for paler edges.",
            "四个方阵：第一、三个呈棋盘格，第二、四个除边缘较浅外都是均匀的。",
        ),
    )
    yield Knobs(
        "convolutions",
        [
            Slider("input", Text("input", "输入边长"), 1, 12, 1, min(side, 12)),
            Slider("kernel", Text("kernel", "卷积核"), 1, 8, 1, min(layer.kernel, 8)),
            Slider("stride", Text("stride", "步长"), 1, 4, 1, min(layer.stride, 4)),
            Slider("padding", Text("padding", "填充"), 0, 4, 1, min(layer.padding, 4)),
            Slider("extra", "output_padding", 0, 3, 1, min(layer.output_padding, 3)),
        ],
        [
            ("size", Text("output", "输出边长")),
            ("smallest", Text("smallest that shrinks back", "能缩回输入的最小边长")),
            ("largest", Text("largest that shrinks back", "能缩回输入的最大边长")),
            ("cut", Text("cut off at each end", "两端各裁去")),
            ("least", Text("stamps inside, least", "内部次数，最少")),
            ("most", Text("stamps inside, most", "内部次数，最多")),
        ],
        Text(
            "Below: the small map, above: the large one, with the stamps that reach each pixel. Find settings "
            "that double the side and have no checkerboard. What does a kernel smaller than the stride leave?",
            "下方是小图，上方是大图，数字是盖到该像素的次数。试找出把边长恰好加倍又没有棋盘格的设置。"
            "卷积核比步长还小时会留下什么？",
        ),
        Text(
            "Lines from each small pixel to the large ones that it reaches, and a square of counts",
            "由每个小像素连到它所及的大像素的线，以及次数方阵",
        ),
        ratio=0.5,
    )


def _variances(count: int, seed: int) -> tuple[float, float, float]:
    """Return the variance at one inner pixel over that at its diagonal neighbour, of ``count`` fresh kernels.

    For kernels of 3 and 4 at stride 2, and for a kernel of 3 at stride 1 on pixels that are repeated.
    """
    rng = generator(torch.device("cpu"), seed, "checkerboard")

    def ratio(made: Tensor) -> float:
        first, second = made[0, :, 4, 4].square().mean(), made[0, :, 5, 5].square().mean()
        return (second / first).item()

    def weights(kernel: int) -> Tensor:
        return torch.randn(1, count, kernel, kernel, generator=rng)

    ones = torch.ones(1, 1, 5, 5)
    larger = F.interpolate(ones, scale_factor=2)
    return (
        ratio(F.conv_transpose2d(ones, weights(3), stride=2)),
        ratio(F.conv_transpose2d(ones, weights(4), stride=2)),
        ratio(F.conv2d(larger, weights(3).transpose(0, 1))),
    )


def _stamps(style: Style, layer: Layer, side: int, done: int) -> Image.Image:
    from matplotlib.patches import Rectangle

    k, s, p = layer.kernel, layer.stride, layer.padding
    whole = (side - 1) * s + k
    room, large = max(whole, p + layer.grown(side)), layer.grown(side)
    counts = np.zeros((room, room))
    for index in range(done):
        row, column = divmod(index, side)
        counts[row * s : row * s + k, column * s : column * s + k] += 1
    row, column = divmod(done - 1, side)
    lit = np.zeros(side * side)
    lit[:done] = 0.35
    lit[done - 1] = 1
    most = layer.inner()[1] ** 2
    critic, maker = style.theme.lines[:2]

    def paint(places):
        small, big = places
        small.imshow(tinted(style, lit.reshape(side, side), critic), interpolation="nearest")
        big.imshow(tinted(style, counts / most, maker), interpolation="nearest")
        big.add_patch(Rectangle((column * s - 0.5, row * s - 0.5), k, k, fill=False, ec=critic, lw=2))
        big.add_patch(Rectangle((p - 0.5, p - 0.5), large, large, fill=False, ec=style.theme.ink, lw=1.2))
        small.set_title(f"{side} × {side}")
        big.set_title(f"{large} × {large}")
        for place, cells in ((small, side), (big, room)):
            place.set(xticks=(), yticks=())
            _rule(place, style, (cells, cells))

    return drawn(style, paint, columns=2, size=(7.2, 3.7), dpi=FRAME)


def _boards(style: Style, kernels: tuple[int, ...]) -> Image.Image:
    def paint(places):
        for place, kernel in zip(places, kernels, strict=True):
            counts = Layer(kernel, 2).reached(7)
            board = np.outer(counts, counts)
            place.imshow(tinted(style, board / board.max(), style.theme.lines[1]), interpolation="nearest")
            place.set_title(f"k = {kernel}, s = 2")
            place.grid(False)
            place.set(xticks=(), yticks=())

    return drawn(style, paint, columns=len(kernels), size=(7.6, 2.3))


def _call(layer: Layer, side: int) -> Iterator[Block]:
    yield Heading(Text("The layer, to copy", "可直接复制的代码"))
    inputs, outputs = CHANNELS
    large = layer.grown(side)
    lines = (
        "import torch\nfrom torch import nn\n\n"
        f"up = nn.ConvTranspose2d({inputs}, {outputs}, kernel_size={layer.kernel}, stride={layer.stride}, "
        f"padding={layer.padding}, output_padding={layer.output_padding})\n"
        f"down = nn.Conv2d({outputs}, {inputs}, kernel_size={layer.kernel}, stride={layer.stride}, "
        f"padding={layer.padding})\n"
        f"large = up(torch.randn(1, {inputs}, {side}, {side}))  # (1, {outputs}, {large}, {large})\n"
        f"small = down(large)  # (1, {inputs}, {side}, {side})\n"
    )
    scope: dict[str, Tensor] = {}
    exec(lines, {}, scope)
    yield Code(lines, Text("These lines were run as they stand:", "以下代码已原样运行过："))
    yield Numbers(
        [
            Number(
                "run_large",
                Text("side of what they make", "运行得到的大图边长"),
                scope["large"].shape[-1],
                large,
                0,
            ),
            Number(
                "run_small",
                Text("and of what goes back", "再变回的小图边长"),
                scope["small"].shape[-1],
                side,
                0,
            ),
        ]
    )
