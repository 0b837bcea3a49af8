"""Errors of codes and of nearest samples, on cases that can be counted by hand."""

import numpy as np
import pytest

from saddlepoint.evaluate.class_figures import code_error, knn_accuracy


def test_codes_that_are_classes_by_another_name_make_no_error():
    label = np.repeat(np.arange(5), 7)
    found = code_error((label + 2) % 5, label)
    assert found.value == 0
    assert found.detail["class_of_code"] == {str((k + 2) % 5): k for k in range(5)}


def test_the_matching_is_one_to_one():
    """Two codes that both mean class 0 cannot both stand for it."""
    label = np.array([0] * 10 + [1] * 2)
    code = np.array([0] * 6 + [1] * 4 + [1] * 2)
    assert code_error(code, label).value == pytest.approx(4 / 12)


def test_a_code_that_never_changes_is_right_for_one_class():
    label = np.repeat(np.arange(10), 3)
    assert code_error(np.zeros(30, np.int64), label).value == pytest.approx(0.9)


def test_more_codes_than_classes_cost_their_images():
    assert code_error(np.array([0, 1, 2, 2]), np.array([0, 0, 1, 1])).value == pytest.approx(0.25)


def test_the_nearest_sample_of_all_blocks_decides():
    images = np.array([[[[0]]], [[[100]]], [[[200]]]], np.uint8)
    label = np.array([0, 1, 2])
    far = (np.array([[[[50]]]], np.uint8), np.array([0]))
    near = (np.array([[[[101]]], [[[199]]]], np.uint8), np.array([1, 2]))
    found = knn_accuracy(images, label, [far, near])
    assert found.value == 1
    assert found.samples == 3
    assert knn_accuracy(images, label, [far]).value == pytest.approx(1 / 3)


def test_samples_of_the_wrong_class_mislead():
    images = np.random.default_rng(0).integers(0, 256, (20, 4, 4, 1), np.uint8)
    label = np.arange(20) % 2
    assert knn_accuracy(images, label, [(images, label)]).value == 1
    assert knn_accuracy(images, label, [(images, 1 - label)]).value == 0
