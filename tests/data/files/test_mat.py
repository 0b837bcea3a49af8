"""MATLAB's files: what scipy writes comes back, and what is no such file is refused in a sentence."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.io import savemat

from saddlepoint.core.errors import UserError
from saddlepoint.data.files.mat import read_mat

NUMBERS = st.sampled_from([np.uint8, np.int16, np.int32, np.float32, np.float64])


def written(content, compressed=False):
    out = io.BytesIO()
    savemat(out, content, do_compression=compressed)
    return out.getvalue()


@given(
    array=NUMBERS.flatmap(lambda kind: arrays(kind, array_shapes(min_dims=2, max_dims=4, max_side=4))),
    compressed=st.booleans(),
)
def test_arrays_come_back_with_their_axes_and_numbers(tmp_path_factory, array, compressed):
    path = tmp_path_factory.getbasetemp() / "x.mat"
    path.write_bytes(written({"a": np.zeros((1, 2)), "X": array}, compressed))
    (found,) = read_mat(path, ["X"])
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@given(data=st.data(), compressed=st.booleans())
def test_a_changed_file_is_read_or_refused_in_a_sentence(tmp_path_factory, data, compressed):
    content = bytearray(written({"X": np.arange(24, dtype=np.uint8).reshape(2, 3, 4)}, compressed))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "x.mat"
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    said = ""
    try:
        read_mat(path, ["X"])
    except UserError as error:
        said = str(error)
    assert "\n" not in said
    assert not said or str(path) in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot read .* as a MATLAB file"),
        (b"no such file" * 40, "cannot read .* as a MATLAB file"),
        (
            b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + b"\x89HDF",
            "version 7.3; save it in MATLAB with '-v7'",
        ),
        (written({"y": np.zeros((2, 2))}), "has no array 'X'; it has y"),
        (written({"X": "text"}), "'X' of .* holds char, not numbers"),
        (written({"X": {"a": 1}}), "'X' of .* holds struct, not numbers"),
    ],
)
def test_what_is_no_array_is_refused(tmp_path, content, said):
    path = tmp_path / "x.mat"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said):
        read_mat(path, ["X"])


def test_an_array_that_claims_more_than_a_file_can_hold_takes_no_memory(tmp_path):
    content = bytearray(written({"X": np.zeros((2, 3), np.uint8)}))
    place = content.index((2).to_bytes(4, "little") + (3).to_bytes(4, "little"))
    content[place : place + 8] = (2**30).to_bytes(4, "little") * 2
    path = tmp_path / "x.mat"
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match="is damaged: 'X' cannot have 1073741824×1073741824 numbers"):
        read_mat(path, ["X"])


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*none\.mat"):
        read_mat(tmp_path / "none.mat", ["X"])
