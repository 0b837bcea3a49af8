"""The table of operations accounts for the step."""

import dataclasses

import pytest
import torch

from benchmarks import operators
from benchmarks.rows import ROWS
from benchmarks.work import step_flops


@pytest.fixture(scope="module")
def measured():
    threads = torch.get_num_threads()
    row = dataclasses.replace(ROWS["dcgan_28"], batch=8)
    yield row, operators.measure(row, "digits", steps=2)[1]
    torch.set_num_threads(threads)


def test_products_are_the_useful_work_of_a_step(measured):
    """Counted operation by operation and by the formula: a step wastes nothing worth mentioning."""
    row, spent = measured
    useful = step_flops(row.recipe, row.size, row.channels, row.batch, row.flags)
    done = sum(one.flops for one in spent.values())
    assert useful * 0.999 <= done <= useful * 1.02


def test_adam_moves_eight_numbers_a_parameter(measured):
    """Weight, gradient and two moments are read and, as torch's schema has it, written."""
    row, spent = measured
    (adam,) = (one for (kind, _), one in spent.items() if kind == "Adam")
    family = operators.prepare(row.recipe, "digits", size=row.size, flags=row.flags).experiment.family
    counted = sum(p.numel() for p in family.parameters())
    assert adam.bytes == pytest.approx(32 * counted, rel=0.01)


def test_a_view_moves_nothing_and_a_copy_what_it_holds():
    x = torch.randn(10, 20)
    with operators.Timed() as timed:
        x.t()
        x.clone()
    found = {name: one for (name, _), one in timed.spent.items()}
    assert found[operators.REST].bytes == 0
    assert found["conversions and copies"].bytes == 2 * 4 * 200
    assert found["conversions and copies"].alone <= found["conversions and copies"].seconds


def test_the_table_names_the_limits(measured):
    _, spent = measured
    text = "\n".join(operators.lines(0.5, spent, 1e12))
    assert text.startswith("a step     500.00 ms")
    for kind, shapes in spent:  # whether convolutions or products are quicker is this machine's
        assert kind in text
        assert shapes in text or not spent[kind, shapes].flops
    assert "128" in text
