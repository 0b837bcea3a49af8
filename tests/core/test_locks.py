"""A lock is held by one process, is let go with its death, and those who wait go on."""

import subprocess
import sys
import threading

import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.core.locks import HeldError, locked
from saddlepoint.core.run_folder import RunFolder

HOLD = """
import sys
from pathlib import Path
from saddlepoint.core.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of a run."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_what_another_process_holds_is_refused_until_it_dies(holder, tmp_path):
    with pytest.raises(HeldError), locked(tmp_path / "lock"):
        pass
    with pytest.raises(UserError, match="is being trained by another process"), RunFolder(tmp_path).locked():
        pass
    holder.kill()
    holder.wait()
    with locked(tmp_path / "lock") as waited:
        assert not waited


def test_who_waits_says_so_and_goes_on(holder, tmp_path):
    calls = []

    def waiting():
        calls.append(None)
        holder.stdin.close()  # which ends it

    with locked(tmp_path / "lock", waiting) as waited:
        assert waited
    assert calls


def test_who_waits_may_give_up(holder, tmp_path):
    def waiting():
        raise InterruptedError

    with pytest.raises(InterruptedError), locked(tmp_path / "lock", waiting):
        pass


def test_threads_keep_each_other_out(tmp_path):
    inside, most = [], []

    def work():
        for _ in range(5):
            with locked(tmp_path / "lock", lambda: None):
                inside.append(None)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20


def test_a_lock_of_a_stored_run_is_as_good_as_a_new_one(tmp_path):
    (tmp_path / "lock").write_text("")  # as every run that was ever trained has it
    with RunFolder(tmp_path).locked(), pytest.raises(UserError), RunFolder(tmp_path).locked():
        pass
