"""Sizes, overlaps and matrices of transposed convolutions, along one axis.

With kernel k, stride s, padding p and output padding a (Dumoulin and Visin 2016, relationships 6 and 14):

    convolution              o -> i    i = ⌊(o + 2p − k)/s⌋ + 1
    transposed convolution   i -> o    o = (i − 1)·s + k − 2p + a,   0 ≤ a < s

Both belong to one matrix: the convolution multiplies by it, the transposed convolution by its transpose.
"""

from dataclasses import dataclass

import numpy as np

from saddlepoint.core.errors import UserError


@dataclass(frozen=True)
class Layer:
    """A transposed convolution, and the convolution that it is the transpose of.

    Attributes:
        kernel: taps of the kernel.
        stride: pixels from one window of the convolution to the next.
        padding: zeros on either side of what the convolution sees; as many pixels are cut off the transpose.
        output_padding: further pixels at the end of the transpose's output, fewer than ``stride``.
    """

    kernel: int
    stride: int
    padding: int = 0
    output_padding: int = 0

    def grown(self, side: int) -> int:
        """Return how many pixels the transposed convolution makes of ``side``.

        Raises:
            UserError: there would be none, or some windows would see nothing but padding.
        """
        if self.padding >= self.kernel:
            raise UserError(
                f"--padding {self.padding} with --kernel {self.kernel}: the first window would see "
                f"padding alone; give a --padding of at most {self.kernel - 1}"
            )
        made = (side - 1) * self.stride + self.kernel - 2 * self.padding + self.output_padding
        if made < 1:
            raise UserError(
                f"--input {side}, --kernel {self.kernel}, --stride {self.stride} and --padding {self.padding} "
                f"leave no output ({made} pixels); give a smaller --padding or a larger --input"
            )
        return made

    def shrunk(self, side: int) -> int:
        """Return how many pixels the convolution makes of ``side``."""
        return (side + 2 * self.padding - self.kernel) // self.stride + 1

    def origins(self, side: int) -> range:
        """Return all sides that the convolution shrinks to ``side``."""
        least = (side - 1) * self.stride + self.kernel - 2 * self.padding
        return range(least, least + self.stride)

    def reached(self, side: int) -> np.ndarray:
        """Return (grown,) how many of ``side`` inputs the transpose adds up in each pixel of its output."""
        place = np.arange(self.grown(side)) + self.padding  # in the output before anything is cut off
        first = np.maximum(0, -((self.kernel - 1 - place) // self.stride))
        last = np.minimum(side - 1, place // self.stride)
        return np.maximum(0, last - first + 1)

    def inner(self) -> tuple[int, int]:
        """Return the least and the most of ``reached`` away from the edges; equal where the stride divides."""
        return self.kernel // self.stride, -(-self.kernel // self.stride)

    def matrix(self, side: int, weight: np.ndarray) -> np.ndarray:
        """Return (side, grown): each row is the kernel ``weight`` (k,) where one window lies."""
        found = np.zeros((side, self.grown(side)))
        for row in range(side):
            for tap in range(self.kernel):
                column = row * self.stride + tap - self.padding
                if 0 <= column < found.shape[1]:
                    found[row, column] = weight[tap]
        return found


def cut(kernel: int, stride: int) -> tuple[int, int]:
    """Return the pixels that TensorFlow's 'SAME' cuts off the start and the end; an odd one goes at the end."""
    total = max(kernel - stride, 0)
    return total // 2, total - total // 2


def same(kernel: int, stride: int) -> Layer:
    """Return PyTorch's layer whose output has exactly ``stride`` times the pixels of its input.

    PyTorch cuts off equally many pixels at both ends. Where their number is odd it cuts one more and keeps one
    at the end (an output padding of 1), so that its output begins one pixel later than TensorFlow's.

    Raises:
        UserError: the pixels to be cut off are odd in number, and a stride of 1 allows no output padding.
    """
    start, end = cut(kernel, stride)
    if kernel < stride:
        return Layer(kernel, stride, 0, stride - kernel)
    if end > start and stride == 1:
        raise UserError(
            f"--kernel {kernel} with --stride 1 cannot keep the size: PyTorch cuts off as much at the end as "
            f"at the start; give an odd --kernel, for example {kernel + 1}"
        )
    return Layer(kernel, stride, end, end - start)
