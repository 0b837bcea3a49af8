"""Numbers of threads are tried in turns, by a clock of the test's own."""

import pytest

from saddlepoint.compute import thread_count
from saddlepoint.compute.thread_count import candidates, fastest, in_turns, mean_time, medians, scatter


class Machine:
    """A step takes ``cost(threads, turn)`` seconds; turns count how often the threads were set."""

    def __init__(self, cost):
        self.cost = cost
        self.now, self.used = 0.0, []

    def clock(self):
        return self.now

    def use(self, count):
        self.used.append(count)

    def step(self):
        self.now += self.cost(self.used[-1], len(self.used))

    def times(self, counts, window=0.5, limit=1e9):
        return in_turns(self.step, counts, window=window, limit=limit, clock=self.clock, use=self.use)


def test_numbers_to_try_are_halves_and_what_is_free():
    assert candidates(16, None) == [16, 8, 4, 2, 1]
    assert candidates(16, 3.2) == [16, 13, 8, 4, 2, 1]
    assert candidates(2, 2.0) == [2, 1]
    assert candidates(6, 0.0) == [6, 3, 1]


def test_they_take_turns_and_each_is_read_three_times():
    machine = Machine(lambda count, turn: 0.01 * count)
    found = machine.times([2, 1])
    assert machine.used == [2, 1, 2, 1, 2, 1]
    assert medians(found) == pytest.approx({2: 0.02, 1: 0.01})
    assert scatter(found) == pytest.approx(1)


def test_a_neighbour_that_comes_and_goes_is_met_by_all():
    """It makes everything four times slower for half of the time; two threads are really twice as fast."""
    machine = Machine(lambda count, turn: 0.02 / count * (4 if turn > 3 else 1))
    times = medians(machine.times([2, 1]))
    assert fastest(times, preferred=1) == 2
    one_after_the_other = {2: 0.04, 1: 0.02}  # two threads beside the neighbour, one after it had gone
    assert fastest(one_after_the_other, preferred=1) == 1


def test_time_is_bounded_but_each_number_is_tried():
    machine = Machine(lambda count, turn: 2.0)
    found = machine.times([2, 1], limit=3.0)
    assert found == {2: [2.0], 1: [2.0]}
    assert machine.now == 4.0
    assert machine.used == [2, 1]


def test_a_window_is_bounded_however_short_the_step():
    machine = Machine(lambda count, turn: 0.001)
    machine.times([4, 2, 1], window=0.1)
    assert machine.now == pytest.approx(9 * 0.101, abs=0.02)


def test_numbers_below_a_hopeless_one_are_not_tried():
    machine = Machine(lambda count, turn: 1.6 / count)
    found = machine.times([16, 8, 4, 2, 1])
    assert list(found) == [16, 8, 4]  # four takes more than twice the time of sixteen
    assert fastest(medians(found), preferred=16) == 16


def test_the_first_step_counts_only_if_it_fills_the_window():
    times = iter([1.0, 0.2, 0.2, 0.2])
    now = [0.0]

    def step():
        now[0] += next(times)

    assert mean_time(step, 2.0 / 3, lambda: now[0]) == 1.0
    times = iter([0.5, 0.2, 0.2, 0.2, 0.2])
    assert mean_time(step, 0.55, lambda: now[0]) == pytest.approx(0.2)


def test_a_tenth_must_be_gained():
    assert fastest({2: 1.0, 1: 0.91}, preferred=2) == 2
    assert fastest({2: 1.0, 1: 0.89}, preferred=2) == 1
    assert fastest({2: 0.91, 1: 1.0}, preferred=1) == 1
    assert thread_count.GAIN == 0.9
