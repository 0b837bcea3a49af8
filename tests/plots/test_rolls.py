import numpy as np
from PIL import ImageColor

from saddlepoint.data.notes import Note
from saddlepoint.plots.canvas import GENERATOR
from saddlepoint.plots.rolls import GAP, KEY, STEP, rolls_image


def test_notes_stand_where_they_sound():
    """Two tiles of 8 sixteenths, from a half tone below the lowest note to one above the highest."""
    tunes = [[Note(60, 4), Note(64, 4)], [Note(None, 4), Note(62, 2), Note(None, 2), Note(60, 9)]]
    picture = np.asarray(rolls_image(tunes, lowest=60, highest=64, sixteenths=8))
    width, height = 8 * STEP, 7 * KEY
    assert picture.shape == (height, 2 * width + GAP, 3)
    filled = (picture == ImageColor.getrgb(GENERATOR)).all(2)
    boxes = [(0, 4, 60), (4, 8, 64)]
    wanted = np.zeros_like(filled)
    for start, end, pitch in boxes:
        wanted[KEY * (65 - pitch) : KEY * (66 - pitch), STEP * start : STEP * end - 1] = True
    wanted[KEY * 3 : KEY * 4, width + GAP + 4 * STEP : width + GAP + 6 * STEP - 1] = True
    np.testing.assert_array_equal(filled, wanted)
