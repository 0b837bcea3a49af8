"""Axes are laid out once for pictures that differ in colours alone."""

import numpy as np
import pytest

from saddlepoint.plots.canvas import DARK, LIGHT, Part, new_figure, picture


def test_places_are_taken_over():
    def drawn(theme, as_before=None):
        figure = new_figure(4, 3, dpi=80, theme=theme)
        part = Part(figure)
        axes = part.axes(2, 2, heights=(2, 1))
        for place in axes:
            place.plot([0, 12_345.678])
            place.set(xlabel="step", ylabel="loss", title="a title")
        places = part.lay_out(as_before)
        picture(figure)
        return [place.get_position().bounds for place in axes], places

    light, places = drawn(LIGHT)
    again, same = drawn(DARK, places)
    assert same == places
    assert np.ravel(again) == pytest.approx(np.ravel(light), abs=1e-12)
    assert light[0][0] > 0.1  # room for the numbers, which plain axes would not leave
    assert light[0][0] != pytest.approx(0.125, abs=1e-3)
