"""Real processes, killed without warning at random moments, end with the same bits as one left alone."""

import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.core.run_folder import RunFolder
from tests.trained import assert_same, train_until_killed

STEPS = 60
SETTINGS = {
    **{"steps": STEPS, "batch": 16, "ema": 0.99, "log_every": 7, "checkpoint_every": 0.1},
    **{"precision": "fp32", "kernels": "library", "quiet": True},
}
RECIPES: dict[str, tuple[str, dict]] = {
    # dropout, schedules and simultaneous updates
    "gan": ("gan", {"hidden": 32, "units": 8}),
    # batch normalisation, second-order gradients and the penalty's own noise
    "dcgan": ("dcgan", {"width": 4, "penalty": ("gradient_penalty",), "gamma": 1.0}),
    # random changes of what the critic sees, and of real images' second views
    "infogan": ("infogan", {"width": 2, "hidden": 16, "augment": "affine", "invariance": 1.0}),
    # a probability of changes that adapts
    "adaptive": (
        "dcgan",
        {"width": 4, "augment": "color,translation,cutout", "augment_target": 0.6},
    ),
}


@pytest.fixture(scope="module")
def processes():
    """Processes of their own that start from one that has read the package already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["runs"])
    return context


def start(*arguments):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "saddlepoint.cli", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(*arguments):
    process = start(*arguments)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return output


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_run_killed_anywhere_equals_one_left_alone(name, tmp_path, processes):
    recipe, flags = RECIPES[name]
    whole = sp.train(recipe, out=tmp_path / "whole", **SETTINGS, **flags)
    killed, rng = tmp_path / "killed", random.Random(name)
    for _ in range(3):
        moment = rng.randint(1, 12), rng.uniform(0, 0.03)  # steps and seconds, too few to end by itself
        process = processes.Process(target=train_until_killed, args=(killed, recipe, SETTINGS | flags, *moment))
        process.start()
        process.join(300)
        assert process.exitcode == -signal.SIGKILL
    assert sp.load(killed).step < STEPS
    assert_same(whole, sp.resume(killed, quiet=True))
    assert whole.step == STEPS
    assert len(whole.curves()) == -(-STEPS // 7)


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path):
    out = tmp_path / "run"
    process = start("train", "dcgan", "--width", "4", "--steps", "100000", "--out", str(out))
    while not (out / "metrics.jsonl").exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"saddle resume {out}" in output
    run = sp.load(out)
    assert run.step >= run.curves()[-1]["step"] > 0
    assert "Traceback" not in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_request_to_stop_saves_first(tmp_path, number):
    class Stop(sp.Watcher):
        def stepped(self, trainer):
            if trainer.done == 2:
                os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    settings: dict = {"batch": 8, "width": 4, "quiet": True, "watchers": (Stop(),), "out": tmp_path / "run"}
    with pytest.raises(sp.Interrupted):
        sp.train("dcgan", "digits", steps=5, **settings)
    assert sp.load(tmp_path / "run").step == 2
    assert signal.getsignal(number) == before


def test_a_full_disk_stops_the_run_and_keeps_its_last_checkpoint(tmp_path):
    out = tmp_path / "run"
    train = ["train", "dcgan", "--width", "4", "--steps", "2", "--batch", "16", "--out", str(out)]
    finish(*train, "--no-card")
    limit = 100_000  # bytes a file: less than the weights need
    resume = subprocess.run(
        [sys.executable, "-m", "saddlepoint.cli", "resume", str(out), "--steps", "40"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert resume.returncode == 1, resume.stderr
    assert "cannot write" in resume.stderr
    assert "the checkpoint of step 2 is kept" in resume.stderr
    assert "Traceback" not in resume.stderr
    assert sp.load(out).step == 2
    assert not list(out.rglob("*.tmp"))
    finish("resume", str(out), "--steps", "40")
    assert sp.load(out).step == 40


def test_data_that_have_moved_are_found_again(tmp_path, capsys):
    """And pictures that a run in the folder has made are no data."""
    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(40):
        pixels = np.random.default_rng(index).integers(0, 256, (8, 8, 1), np.uint8)
        Image.fromarray(pixels[..., 0]).save(folder / f"{index}.png")
    settings: dict = {"steps": 2, "batch": 8, "width": 4, "quiet": True}
    run = sp.train("dcgan", str(folder), out=folder / "runs" / "one", **settings)
    assert sp.resume(run.path, steps=3, quiet=True).step == 3
    moved = folder.rename(tmp_path / "moved")
    path = moved / "runs" / "one"
    with pytest.raises(sp.UserError, match=r"no longer at .*--data PATH"):
        sp.resume(path, steps=4, quiet=True)
    with pytest.raises(sp.UserError, match=r"are not at digits: .* have changed"):
        sp.resume(path, steps=4, data="digits", quiet=True)
    assert sp.resume(path, steps=4, data=str(moved), quiet=True).step == 4
    assert sp.resume(path, steps=5, quiet=True).step == 5
    again = moved.rename(folder)
    path = again / "runs" / "one"
    with pytest.raises(sp.UserError, match="has finished its 5 steps"):
        sp.resume(path, quiet=True)
    capsys.readouterr()
    assert sp.resume(path, data=str(again)).step == 5, "finished, and knows its data again"
    assert "reads its data from" in capsys.readouterr().out
    assert sp.resume(path, steps=6, quiet=True).step == 6


def test_a_run_is_extended_in_any_unit(tmp_path):
    """Budgets are totals; what is done already counts."""
    run = sp.train("dcgan", "digits", steps=3, batch=10, width=4, quiet=True, out=tmp_path / "run")
    count = run.config["data"]["count"]
    assert sp.resume(run.path, images=45, quiet=True).step == 5
    with pytest.raises(sp.UserError, match=r"has done 50 images already; ask for more with --images"):
        sp.resume(run.path, images=50, quiet=True)
    assert sp.resume(run.path, epochs=75 / count, quiet=True).step == 8
    seconds = run.folder.latest().values()["seconds"]
    longer = sp.resume(run.path, minutes=(seconds + 0.05) / 60, quiet=True)
    assert longer.folder.latest().values()["seconds"] >= seconds + 0.05
    with pytest.raises(sp.UserError, match=r"has done [\d.]+ minutes already; ask for more with --minutes"):
        sp.resume(run.path, minutes=1e-5, quiet=True)
    with pytest.raises(sp.UserError, match="give one budget, not --steps and --minutes"):
        sp.resume(run.path, steps=99, minutes=1, quiet=True)


def test_a_stage_that_is_over_does_not_come_again(tmp_path):
    """Extended to ten times as long, seq_gan stands where its first stage would begin anew."""
    asked = {"filters": 0.02, "rollouts": 1, "critic_steps": 1, "pretraining": 0.5}
    habits = {"log_every": 1, "batch": 4, "grids": 1, "quiet": True, "card": False}
    run = sp.train("seq_gan", "oracle:6", steps=4, out=tmp_path / "run", **asked, **habits)
    longer = sp.resume(run.path, steps=6, quiet=True)
    longer = sp.resume(longer.path, steps=40, quiet=True)
    learned = ["mle/likelihood" in row for row in longer.curves()]
    assert learned == [True] * 2 + [False] * 38


def test_a_run_that_another_process_trains_stays_as_it_is(tmp_path):
    run = sp.train("mlp_gan", "ring8", steps=3, batch=16, out=tmp_path / "run", threads=1, quiet=True)
    before = (run.path / "config.json").read_bytes()
    with run.folder.locked(), pytest.raises(sp.UserError, match="is being trained by another process"):
        sp.resume(run.path, steps=5, threads=2, quiet=True)
    assert (run.path / "config.json").read_bytes() == before
    longer = sp.resume(run.path, steps=5, threads=2, quiet=True)
    assert longer.config["budget"] == {"steps": 5}
    assert longer.config["threads_before"] == [[3, 1]]


def test_what_another_process_wrote_before_it_let_go_is_read(tmp_path, monkeypatch):
    """What used to happen: it was read before the lock was held, and trained again."""
    run = sp.train("mlp_gan", "ring8", steps=3, batch=16, out=tmp_path / "run", threads=1, quiet=True)
    locked = RunFolder.locked

    @contextmanager
    def after_another(folder):
        config = folder.read_config()
        with locked(folder):
            folder.write_config(config | {"budget": {"steps": 2}})
            yield

    monkeypatch.setattr(RunFolder, "locked", after_another)
    with pytest.raises(sp.UserError, match="has finished its 2 steps"):
        sp.resume(run.path, quiet=True)


def test_a_run_that_was_killed_before_its_card_gets_it(tmp_path, capsys):
    run = sp.train("mlp_gan", "ring8", steps=3, batch=16, out=tmp_path / "run", threads=1)
    card, curves = run.folder.read_card(), run.curves()
    weights = run.folder.latest().values()["hashes"]
    run.folder.remove_card()
    run.folder.curves.unlink()
    again = sp.resume(run.path)
    assert "done at step 3" in capsys.readouterr().out
    assert (again.folder.read_card(), again.curves()) == (card, curves)
    assert again.folder.latest().values()["hashes"] == weights
    assert again.folder.curves.exists()
    with pytest.raises(sp.UserError, match="has finished its 3 steps"):
        sp.resume(run.path)


def test_nobody_can_take_a_run_while_it_is_removed(tmp_path, monkeypatch):
    run = sp.train("mlp_gan", "ring8", steps=1, batch=16, out=tmp_path / "run", threads=1, quiet=True)
    tried, rmtree = [], shutil.rmtree

    def held(path):
        if Path(path) != run.path:
            with pytest.raises(sp.UserError, match="is being trained by another process"), run.folder.locked():
                pass
            tried.append(path)
        rmtree(path)

    monkeypatch.setattr(shutil, "rmtree", held)
    run.folder.delete()
    assert tried
    assert not run.path.exists()
