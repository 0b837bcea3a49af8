import pytest

from saddlepoint.core.errors import reason


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
        (OSError("cannot identify image file <_io.BytesIO object at 0x7f2a>"), "cannot identify image"),
        (
            ValueError("Failed to read <_io.BufferedReader name='a.npy'> as a header.\nMore."),
            "Failed to read as a header",
        ),
        (KeyError(), "KeyError"),
    ],
)
def test_a_reason_is_one_line_without_objects_in_memory(error, said):
    assert reason(error) == said
