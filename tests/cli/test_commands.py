"""What people type by mistake, and what they are told: one sentence, the right exit code, no folder left."""

import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.errors import UserError
from saddlepoint.explaining.blocks import Number

QUICK = ["--steps", "2", "--batch", "8", "--width", "4", "--quiet"]


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SADDLE_RUNS", raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    settings = {"steps": 4, "batch": 8, "width": 4, "card": False, "quiet": True}
    return sp.train("dcgan", "digits", out=tmp_path_factory.mktemp("trained") / "run", **settings)


def fails(capsys, *arguments, code=2):
    assert main(arguments) == code
    captured = capsys.readouterr()
    error = captured.err
    assert error.startswith("saddle: ")
    assert error.count("\n") == 1, "one sentence on one line"
    assert "Traceback" not in error
    return error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "there is no command 'trian'; did you mean 'train'?"),
        (["train", "dcgna"], "there is no recipe 'dcgna'; did you mean 'dcgan'?"),
        (["train", "--widht", "3"], "knows no option '--widht'; did you mean --width?"),
        (["train", "gan", "--width", "3"], "knows no option '--width'"),
        (["train", "--data", "mnits"], "did you mean 'mnist'?"),
        (["train", "--data", "no/such/folder"], "no/such/folder"),
        (["train", "dcgan", "--data", "ring8"], "recipe 'dcgan' trains on images, but 'ring8' holds points"),
        (["train", "--steps", "0"], "--steps must be more than 0"),
        (["train", "--steps", "5", "--minutes", "1"], "give one budget, not --steps and --minutes"),
        (["train", "--steps", "1e5"], "--steps takes a whole number, got '1e5'"),
        (["resume", "--minutes", "ten"], "--minutes takes a number, got 'ten'"),
        (["train", "--minutes", "nan"], "--minutes must be more than 0"),
        (["train", "--batch", "1"], "--batch must be from 2"),
        (["train", "--ema", "1"], "--ema must be at least 0 and below 1"),
        (["train", "--seed", "-1"], "--seed must be from 0"),
        (["train", "--seeds", "0"], "--seeds must be at least 1"),
        (["train", "--size", "300"], "does not support --size 300; the nearest is 256"),
        (["train", "cs231n_dc", "--size", "32"], "does not support --size 32; the nearest is 28"),
        (["train", "--width", "many"], "--width takes a whole number, got 'many'"),
        (["train", "--width", "0"], "--width must be at least 1"),
        (["train", "--lr-d", "-1"], "--lr-d must be a finite number of at least 0"),
        (["train", "--kernel", "3"], "--kernel must be 4 or 5"),
        (["train", "--objective", "hinje"], "did you mean 'hinge'?"),
        (["train", "--penalty", "r3"], "there is no penalty 'r3'"),
        (["train", "--penalty", "r1", "--gamma", "1", "--gamma", "2"], "2 --gamma do not fit 1 --penalty"),
        (["train", "--penalty", "r1", "--penalty", "r1"], "--penalty r1 is given twice"),
        (["train", "--device", "tpu"], "--device must be auto, cpu, cuda or mps"),
        (["train", "--precision", "fp8"], "--precision takes auto, fp32, tf32 or bf16"),
        (["train", "--crop", "middle"], "--crop"),
        (["train", "--init", "nowhere"], "there is no run at nowhere"),
        (["train", "--keep", "0"], "--keep must be at least 1"),
        (["resume"], "there is no run under runs; start one with: saddle train"),
        (["resume", "nowhere"], "there is no run at nowhere"),
        (["sample"], "there is no run under runs"),
        (
            ["evaluate", "--probe", "--knn"],
            "--probe reads a run's critic and has no use for --knn; leave it out",
        ),
        (["evaluate", "--layers", "--knn"], "--layers draws a picture and scores nothing; leave out --knn"),
        (["evaluate", "--layers", "--samples", "10000"], "scores nothing; leave out --samples"),
        (["evaluate", "--layers", "--json"], "scores nothing; leave out --json"),
        (["show", "dcgna"], "did you mean 'dcgan'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_get_one_sentence(arguments, message, capsys, workplace):
    assert message in fails(capsys, *arguments)
    assert not (workplace / "runs").exists()


def test_a_curve_that_does_not_exist_leaves_no_run(capsys, workplace):
    error = fails(capsys, "train", *QUICK, "--log-every", "1", "--best", "d/adversaria")
    assert "did you mean 'd/adversarial'?" in error
    assert list((workplace / "runs").iterdir()) == []


def test_an_output_folder_that_holds_a_run_is_refused(capsys, trained):
    error = fails(capsys, "train", *QUICK, "--out", str(trained.path))
    assert "holds another run" in error
    assert f"saddle resume {trained.path}" in error


def test_an_output_folder_with_other_things_is_refused(capsys, workplace):
    (workplace / "mine").mkdir()
    (workplace / "mine" / "thesis.txt").write_text("precious")
    assert "not an empty folder" in fails(capsys, "train", *QUICK, "--out", "mine")
    assert (workplace / "mine" / "thesis.txt").read_text() == "precious"


def test_a_finished_run_says_how_to_extend_it(capsys, trained):
    error = fails(capsys, "resume", str(trained.path))
    assert f"saddle resume {trained.path} --steps 8" in error


def test_a_run_can_be_extended(trained, workplace, capsys):
    out = str(workplace / "runs" / "first")
    assert main(["train", *QUICK, "--out", out]) == 0
    assert main(["resume", out, "--steps", "5", "--quiet"]) == 0
    assert sp.load(out).step == 5
    assert "has done 5 steps already" in fails(capsys, "resume", out, "--steps", "5")


def test_a_folder_that_is_no_run(capsys, workplace):
    (workplace / "other").mkdir()
    assert "other is not a run" in fails(capsys, "sample", "other")


def test_init_of_another_recipe_is_refused(capsys, trained, workplace):
    error = fails(capsys, "train", "mlp_gan", "--steps", "2", "--init", str(trained.path))
    assert "another recipe" in error
    assert not (workplace / "runs").exists()


def test_init_starts_from_the_other_runs_weights(trained, workplace):
    run = sp.train("dcgan", steps=1, batch=8, width=4, lr_d=0.0, lr_g=0.0, init=trained.path, quiet=True)
    x, y = (r.folder.latest().tensors("weights") for r in (trained, run))
    same = [name for name in x if "norm" not in name and bool((x[name] == y[name]).all())]
    assert len(same) == sum("norm" not in name for name in x)


@pytest.mark.parametrize("part", ["weights.safetensors", "state.json", "state.safetensors"])
def test_a_checkpoint_cut_in_half_is_named_and_the_one_before_used(part, capsys, workplace):
    out = workplace / "run"
    assert main(["train", *QUICK, "--out", str(out)]) == 0
    newest = sorted((out / "checkpoints").glob("step-*"))[-1]
    (newest / part).write_bytes((newest / part).read_bytes()[: (newest / part).stat().st_size // 2])
    capsys.readouterr()
    assert main(["sample", str(out), "-n", "1"]) == 0
    assert f"{part} is damaged" in (said := capsys.readouterr().err)
    assert said.count("damaged") == 1
    assert "; used is step 0" in said
    if part != "state.safetensors":  # which samples do not need
        assert part in fails(capsys, "sample", str(newest))
    assert main(["resume", str(out), "--steps", "4"]) == 0
    said = capsys.readouterr()
    assert f"{part} is damaged" in said.err
    assert "from step 0" in said.out
    assert main(["sample", str(out), "-n", "1"]) == 0
    assert not capsys.readouterr().err


def test_a_damaged_configuration_is_named(capsys, workplace):
    out = workplace / "run"
    assert main(["train", *QUICK, "--out", str(out)]) == 0
    whole = (out / "config.json").read_text()
    (out / "config.json").write_text("{")
    assert "config.json is damaged" in fails(capsys, "sample", str(out))
    (out / "config.json").write_text(whole.replace('"shape"', '"form"'))
    assert "config.json is damaged: it lacks 'shape'" in fails(capsys, "sample", str(out))


def test_a_state_that_lacks_something_is_named(capsys, workplace):
    out = workplace / "run"
    assert main(["train", *QUICK, "--out", str(out)]) == 0
    state = sorted((out / "checkpoints").glob("step-*"))[-1] / "state.json"
    state.write_text(state.read_text().replace('"hashes"', '"sums"'))
    with pytest.raises(UserError, match=r"state\.json is damaged: it lacks 'hashes'"):
        Checkpoint(state.parent).values()


def test_a_folder_with_nothing_to_learn_from_leaves_no_run(capsys, workplace):
    (workplace / "photos").mkdir()
    (workplace / "photos" / "notes.txt").write_text("no picture")
    assert "photos" in fails(capsys, "train", *QUICK, "--data", "photos")
    assert not (workplace / "runs").exists()


def test_a_folder_of_images_trains(workplace):
    rng = np.random.default_rng(0)
    (workplace / "photos").mkdir()
    for i in range(24):
        pixels = rng.integers(0, 256, (20 + i, 17, 3), np.uint8)
        Image.fromarray(pixels).save(workplace / "photos" / f"{i}.png")
    assert main(["train", *QUICK, "--data", "photos"]) == 0
    run = sp.load()
    assert run.path.name == "dcgan-photos-0001"
    assert run.sample(3).shape == (3, 17, 17, 3)
    assert main(["train", *QUICK, "--data", "photos", "--size", "8", "--crop", "stretch"]) == 0
    assert sp.load().sample(3).shape == (3, 8, 8, 3)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_checkpoint(capsys, workplace):
    out = workplace / "run"
    error = fails(
        capsys, "train", "cs231n_fc", "--steps", "400", "--lr", "1e30", "--out", str(out), "--quiet", code=1
    )
    assert re.search(r"(d|g)/adversarial became (nan|inf|-inf) at step \d+", error)
    assert "checkpoint of step 0 is kept" in error
    assert sp.load(out).step == 0
    assert main(["sample", str(out)]) == 0


def test_a_run_without_rows_whose_loss_is_not_finite_is_told_before_it_is_drawn(capsys, workplace):
    rng = np.random.default_rng(0)
    np.save("large.npy", (1e30 * rng.normal(size=(300, 2))).astype(np.float32))
    error = fails(capsys, "train", "deligan", "--data", "large.npy", "--steps", "2", "--quiet", code=1)
    assert re.search(r"d/r1 became (nan|inf) at step \d", error)


def test_a_network_larger_than_the_memory_is_told_so(capsys, workplace):
    asked = ["train", "r3gan", "--data", "digits", "--latent", str(10**13), "--steps", "2", "--quiet"]
    assert "not enough memory" in fails(capsys, *asked, code=1)
    assert not (workplace / "runs").exists()


def test_a_locked_run_is_not_trained_twice(capsys, workplace):
    out = workplace / "run"
    assert main(["train", *QUICK, "--out", str(out)]) == 0
    with sp.load(out).folder.locked():
        assert "another process" in fails(capsys, "resume", str(out), "--steps", "4")


def test_sample_writes_a_grid_an_array_and_a_folder(trained, workplace, capsys):
    place = str(trained.path)
    assert main(["sample", place, "-n", "10", "--seed", "1", "--out", "grid.png"]) == 0
    with Image.open("grid.png") as picture:
        assert picture.mode == "L"
        assert picture.info["seed"] == "1"
        assert picture.info["step"] == "4"
        assert picture.info["weights"] == trained.folder.latest().weights_hash
    assert main(["sample", place, "-n", "10", "--seed", "1", "--out", "new/array.npy"]) == 0
    array = np.load("new/array.npy")
    assert array.shape == (10, 8, 8, 1)
    assert array.dtype == np.uint8
    assert np.array_equal(array, trained.sample(10, seed=1))
    assert main(["sample", place, "-n", "3", "--seed", "1", "--out", "pictures/"]) == 0
    files = sorted((workplace / "pictures").glob("*.png"))
    assert len(files) == 3
    with Image.open(files[2]) as picture:
        assert np.array_equal(np.asarray(picture), array[2, :, :, 0])
    assert main(["sample", place]) == 0
    assert (trained.path / "samples-seed0.png").exists()
    assert "not an empty folder" in fails(capsys, "sample", place, "--out", "pictures/")


def test_sample_refuses_classes_of_an_unconditional_run(trained, capsys):
    assert "not conditional" in fails(capsys, "sample", str(trained.path), "--class", "3")
    assert "-n must be at least 1" in fails(capsys, "sample", str(trained.path), "-n", "0")


def test_show_counts_parameters_and_flops(capsys):
    assert main(["show", "mlp_gan", "--size", "28", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    networks = shown["networks"]
    assert networks["generator"]["parameters"] == 1_510_032
    assert networks["critic"]["parameters"] == 533_505
    weights = 100 * 128 + 128 * 256 + 256 * 512 + 512 * 1024 + 1024 * 784
    assert networks["generator"]["flops"] == 2 * weights
    layers = {layer["name"]: layer for layer in networks["critic"]["layers"]}
    assert layers["body.dense0"] == {
        "name": "body.dense0",
        "type": "Linear",
        "output": [512],
        "parameters": 784 * 512 + 512,
        "flops": 2 * 784 * 512,
    }
    assert main(["show", "dcgan", "--width", "8"]) == 0
    assert "to_image" in capsys.readouterr().out


def test_list_names_everything(capsys):
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"dcgan", "gan", "mlp_gan", "cs231n_fc", "cs231n_lsgan", "cs231n_dc"} <= set(listed["recipes"])
    assert {"digits", "mnist", "fashion", "kmnist", "cifar10", "ring8", "grid25"} <= set(listed["data"])
    assert all(text for kind in listed.values() if isinstance(kind, dict) for text in kind.values())
    assert main(["list"]) == 0
    assert "wasserstein" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["train", "resume", "sample", "show", "list"])
def test_every_command_explains_itself(command, capsys):
    assert main([command, "--help"]) == 0
    assert "saddle" in capsys.readouterr().out


def test_version_and_overview(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"saddle {sp.__version__}"
    assert main([]) == 0
    assert "train" in capsys.readouterr().out


def test_dry_run_resolves_and_writes_nothing(capsys, workplace):
    assert main(["train", "dcgan", "--dry-run", "--minutes", "3"]) == 0
    output = capsys.readouterr().out
    assert "1,407 training images, 8×8 grey, 10 classes" in output
    assert "3 minutes" in output
    assert not (workplace / "runs").exists()


def test_what_is_printed_before_and_after_training(capsys, workplace):
    assert main(["train", "dcgan", "--steps", "2", "--width", "4", "--penalty", "r1"]) == 0
    output = capsys.readouterr().out
    for words in ("objective", "r1 (gamma 1)", "memory", "samples.png", "training.gif", "curves.png", "resume"):
        assert words in output
    run = sp.load()
    assert all(path.exists() for path in (run.folder.grid, run.folder.animation, run.folder.curves))
    assert len(run.folder.events()) == 1


def test_seeds_train_runs_that_differ(workplace):
    assert main(["train", *QUICK, "--seeds", "2", "--seed", "5"]) == 0
    runs = [sp.load(path) for path in sorted((workplace / "runs").iterdir())]
    assert [run.config["seed"] for run in runs] == [5, 6]
    assert not np.array_equal(runs[0].sample(2), runs[1].sample(2))


def test_seeds_are_added_to_a_folder_and_none_is_trained_where_one_is_taken(capsys, workplace):
    for seed in ("0", "1"):
        assert main(["train", *QUICK, "--seeds", "1", "--seed", seed, "--out", "more"]) == 0
    assert sorted(path.name for path in (workplace / "more").iterdir()) == ["seed-0", "seed-1"]
    shutil.rmtree("more/seed-0")
    assert "more/seed-1 holds another run" in fails(capsys, "train", *QUICK, "--seeds", "2", "--out", "more")
    assert not (workplace / "more" / "seed-0").exists()


def test_numbers_of_numpy_and_paths_are_taken(workplace):
    (workplace / "images").mkdir()
    for index in range(12):
        Image.fromarray(np.full((8, 8), 20 * index, np.uint8)).save(workplace / "images" / f"{index}.png")
    quick: dict[str, Any] = {"batch": 4, "width": 4, "card": False, "quiet": True}
    one: Any = np.int64(1)
    numbers = {"steps": 2 * one, "seed": 3 * one, "lr_d": np.float64(0.01)}
    run = sp.train("dcgan", workplace / "images", **numbers, **quick)
    same = sp.train("dcgan", "images", steps=2, seed=3, lr_d=0.01, **quick)
    np.testing.assert_array_equal(run.sample(4, seed=one), same.sample(4, seed=1))


def test_signs_that_an_output_lacks_are_escaped(workplace):
    for encoding in ("ascii", "cp1252"):
        done = subprocess.run(
            [sys.executable, "-c", "import sys; from saddlepoint.cli import main; sys.exit(main())", "list"],
            env=os.environ | {"PYTHONIOENCODING": encoding},
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr
        assert b"dcgan" in done.stdout


def test_a_language_alone_lists_the_topics(capsys):
    assert main(["explain", "--lang", "zh"]) == 0
    assert "最优判别器" in capsys.readouterr().out
    assert main(["explain", "--seed", "3"]) == 0
    assert "optimal-critic" in capsys.readouterr().out


def test_options_may_stand_before_the_topic(capsys):
    assert main(["explain", "--gamma", "0.2", "--sigma=0.3", "penalties", "--lang", "zh", "--seed", "-1"]) == 2
    told = capsys.readouterr()
    assert "梯度惩罚" in told.out
    assert told.err == "saddle: --seed must be from 0 to 2^63 - 1, got -1\n"


def test_json_stands_alone_where_a_number_is_off(capsys, monkeypatch):
    monkeypatch.setattr(Number, "holds", False)
    assert main(["explain", "games", "--quick", "--json"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["topic"] == "games"
    assert "further from the exact value than it should be: " in told.err


def test_the_best_checkpoint_stays(workplace):
    run = sp.train(
        "dcgan",
        steps=12,
        batch=8,
        width=4,
        log_every=1,
        checkpoint_every=0.0,
        keep=1,
        best="g/adversarial",
        quiet=True,
    )
    rows = {row["step"]: row["g/adversarial"] for row in run.curves()}
    lowest = min(rows, key=lambda step: rows[step])
    kept = [checkpoint.step for checkpoint in run.folder.checkpoints()]
    assert kept == sorted({lowest, 12})


def test_a_run_of_other_rates_is_refused(capsys, workplace):
    out = workplace / "run"
    assert main(["train", *QUICK, "--out", str(out)]) == 0
    config = json.loads((out / "config.json").read_text())
    config["optimizers"]["d"]["lr"] *= 2
    (out / "config.json").write_text(json.dumps(config))
    assert "was trained with the optimizers" in fails(capsys, "sample", str(out))


def test_scores_to_keep_the_best_by_are_checked_before_training(capsys, workplace):
    assert "add --evaluate-every" in fails(capsys, "train", *QUICK, "--best", "frechet")
    assert "not the best diversity" in fails(
        capsys, "train", *QUICK, "--best", "diversity", "--evaluate-every", "1"
    )
