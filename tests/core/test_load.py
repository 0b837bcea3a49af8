"""What others take of the cores is what is busy less what this process computed."""

import pytest

from saddlepoint.core import load


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine of four cores of which this process may use two; its clocks are set by the test."""

    class Machine:
        when = own = 0.0
        stat = tmp_path / "stat"

        def busy(self, *ticks):
            """Write how many ticks each core was in user code, beside 7 in the system and 1,000 idle."""
            lines = [f"cpu{core} {user} 0 7 1000 5 0 0 0 9 9" for core, user in enumerate(ticks)]
            self.stat.write_text("\n".join(["cpu  99 99 99 99 0 0 0 0 0 0", *lines, "intr 5", ""]))

    one = Machine()
    monkeypatch.setattr(load, "STAT", one.stat)
    monkeypatch.setattr(load, "_allowed", lambda: {0, 1})
    monkeypatch.setattr(load.os, "sysconf", lambda name: 100)
    monkeypatch.setattr(load.time, "perf_counter", lambda: one.when)
    monkeypatch.setattr(load.time, "process_time", lambda: one.own)
    one.busy(100, 100, 100, 100)
    return one


@pytest.mark.parametrize(
    ("ticks", "own", "others"),
    [
        ((300, 100, 100, 100), 0.0, 1.0),  # 2 seconds of one core within 2 seconds
        ((300, 300, 900, 900), 0.0, 2.0),  # cores that are not ours do not count
        ((300, 250, 100, 100), 2.5, 0.5),  # 3.5 seconds, of which this process took 2.5
        ((290, 100, 100, 100), 2.0, 0.0),  # a tick too few is nobody's time
        ((900, 900, 100, 100), 0.0, 2.0),  # nor do others take more than there is
    ],
)
def test_others_take_what_this_process_does_not(machine, ticks, own, others):
    meter = load.Meter()
    machine.busy(*ticks)
    machine.when, machine.own = 2.0, own
    assert meter.others() == pytest.approx(others)


def test_a_system_that_does_not_tell_is_not_guessed_at(machine):
    machine.stat.write_text("cpu0 0 0 0 0 0 0 0 0 0 0\n")  # as sandboxes show it
    meter = load.Meter()
    machine.when = 1.0
    assert meter.others() is None
    machine.stat.unlink()
    assert load.Meter().others() is None
    assert not load.is_busy(None)


@pytest.mark.parametrize(("cores", "line"), [(2, 0.3), (64, 1.28)])
def test_a_large_machine_is_never_quite_idle(monkeypatch, cores, line):
    monkeypatch.setattr(load, "cores", lambda: cores)
    assert not load.is_busy(line)
    assert load.is_busy(line + 0.01)
