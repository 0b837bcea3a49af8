import numpy as np
import pytest
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data.collecting.faces import Box, detector, faces


def test_a_face_becomes_a_square_with_a_margin_inside_the_picture():
    image = Image.fromarray(np.arange(100 * 200 * 3).reshape(100, 200, 3).astype(np.uint8))
    boxes = [Box(80, 30, 40, 40), Box(0, 0, 30, 20), Box(150, 60, 10, 10), Box(190, 90, 300, 300)]
    found = faces(image, lambda picture: boxes, margin=0.25, least=20)
    assert [place for place, _ in found] == [Box(100, 0, 100, 100), Box(70, 20, 60, 60), Box(0, 0, 45, 45)]
    assert np.array_equal(np.asarray(found[1][1]), np.asarray(image)[20:80, 70:130])


def test_large_pictures_are_searched_small_and_cut_at_full_size():
    image = Image.new("L", (3200, 2000))
    seen = []
    found = faces(image, lambda small: seen.append(small.size) or [Box(100, 100, 50, 50)], margin=0, least=1)
    assert seen == [(1600, 1000)]
    assert found[0][0] == Box(200, 200, 100, 100)


def test_a_photograph_has_a_face():
    pytest.importorskip("cv2", reason="needs the extra [faces]")
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's photograph")
    ((place, face),) = faces(Image.fromarray(data.astronaut()), detector("photo"), margin=0, least=60)
    assert 170 < place.left + place.width / 2 < 280  # where the astronaut's face is
    assert 60 < place.top + place.height / 2 < 180
    assert face.size == (place.width, place.height)


def test_a_cascade_that_is_none_is_refused(tmp_path):
    pytest.importorskip("cv2", reason="needs the extra [faces]")
    (tmp_path / "none.xml").write_text("<no/>")
    with pytest.raises(UserError, match="is no cascade"):
        detector(str(tmp_path / "none.xml"))
