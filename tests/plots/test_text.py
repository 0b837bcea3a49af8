"""Lines of text as a picture."""

import numpy as np
import pytest

from saddlepoint.plots.text import lines_image


def drawn(line):
    return np.asarray(lines_image([line]))


@pytest.mark.parametrize("space", ["\u3000", "\u00a0", "\u202f", "\t"])
def test_spaces_of_all_kinds_are_spaces(space):
    np.testing.assert_array_equal(drawn(f"5{space}EUR"), drawn("5 EUR"))


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028"])
def test_line_breaks_are_seen(end):
    np.testing.assert_array_equal(drawn(f"5{end}EUR"), drawn("5↵EUR"))
