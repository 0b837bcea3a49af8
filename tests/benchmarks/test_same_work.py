"""The benchmark's two sides do the same work, and its arithmetic is counted right."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import __main__ as command
from benchmarks import measure, sources
from benchmarks.processes import Failed
from benchmarks.rows import ROWS
from benchmarks.tutorial import LATENT, Tutorial
from benchmarks.work import step_flops
from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import Batch
from saddlepoint.core.seeds import generator
from saddlepoint.engine.loop import Habits, Trainer
from saddlepoint.networks.blocks import Critic, FromMap
from saddlepoint.runs.prepare import prepare

CPU = torch.device("cpu")


@pytest.fixture(params=ROWS.values(), ids=list(ROWS))
def row(request):
    return request.param


def experiment_of(row):
    data = DataSpec("any", "images", (row.size, row.size, row.channels), (), 100)
    return recipes.get(row.recipe).build(data, **row.flags)


def count(network):
    return sum(p.numel() for p in network.parameters())


def test_networks_and_rates_are_equal(row):
    tutorial, experiment = Tutorial(row, None, CPU), experiment_of(row)
    assert count(tutorial.generator) == count(experiment.family.get_submodule("generator"))
    assert count(tutorial.critic) == count(experiment.family.get_submodule("critic"))
    for player, rule in (("d", tutorial.optimizer_d), ("g", tutorial.optimizer_g)):
        ours = experiment.optimizers[player]
        assert (ours.kind, ours.lr, ours.betas, ours.eps) == (
            "adam",
            *(rule.defaults[k] for k in ("lr", "betas", "eps")),
        )


def test_losses_are_equal_from_equal_weights(row, tmp_path):
    """Two steps of both sides from the same weights, images and noise."""
    batch = 8
    grey = row.source == "digits"
    data = "digits" if grey else sources.photos(None, tmp_path).saddlepoint
    prepared = prepare(row.recipe, data, size=row.size, batch=batch, ema=0.0, flags=row.flags)
    assert prepared.data is not None
    trainer = Trainer(
        prepared.experiment,
        prepared.data.train,
        Plan("cpu", "fp32", torch.get_num_threads()),
        None,  # pyright: ignore[reportArgumentType] - nothing is written
        budget=prepared.experiment.budget,
        seed=0,
        habits=Habits(20, 45.0, keep=2, best=None, card=False, evaluate_every=0),
    )
    tutorial = Tutorial(row, None, CPU)
    family = trainer.family
    _copy(family.get_submodule("generator"), tutorial.generator, row)
    _copy(family.get_submodule("critic"), tutorial.critic, row)
    rng = generator(CPU, 0, "latent")
    for _ in range(2):
        drawn: list[Batch] = []
        _spy(trainer.batches, drawn)
        torch.manual_seed(0)  # dropout
        report = trainer.stepper.step(trainer.progress)
        trainer.done += 1
        torch.manual_seed(0)
        d_loss, g_loss = tutorial.step(drawn[0].real.contiguous(), torch.randn(batch, LATENT, generator=rng))
        assert len(drawn) == 1
        # Adam's first update is the gradients' signs; those of the smallest differ with the order of sums.
        close = 5e-3 if row.name == "dcgan_64" else 2e-3
        assert report["d/adversarial"].item() == pytest.approx(d_loss, rel=close)
        assert report["g/adversarial"].item() == pytest.approx(g_loss, rel=close)


def test_useful_work_is_what_a_step_without_waste_computes(row):
    batch = 4
    family = experiment_of(row).family
    critic, generator_ = family.get_submodule("critic"), family.get_submodule("generator")
    real = torch.zeros(batch, row.channels, row.size, row.size)
    with FlopCounterMode(display=False) as counter:
        fake = generator_(torch.randn(batch, LATENT))
        torch.autograd.grad(critic(fake).score.mean(), list(generator_.parameters()))
        score = critic(real).score.mean() + critic(fake.detach()).score.mean()
        torch.autograd.grad(score, list(critic.parameters()))
    assert step_flops(row.recipe, row.size, row.channels, batch, row.flags) == counter.get_total_flops()


def test_different_work_is_refused():
    mine = {"parameters": {"generator": 3, "critic": 2}, "batch": 8, "device": "cpu"}
    measure.check_same_work(ROWS["mlp_gan"], mine, dict(mine))
    with pytest.raises(Failed, match="batch"):
        measure.check_same_work(ROWS["mlp_gan"], mine, mine | {"batch": 9})


def test_a_quick_row_runs(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert command.main(["mlp_gan", "--quick", "--out", str(tmp_path)]) == 0
    assert "images/s" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"speed.json", "speed.png"}


def test_unknown_names_are_refused_in_one_sentence(capsys):
    assert command.main(["mlp_gun"]) == 2
    assert "there is no row 'mlp_gun'; did you mean 'mlp_gan'?" in capsys.readouterr().err
    assert command.main(["--data", "faces:somewhere"]) == 2
    assert "--data must be mnist:PATH or cifar10:PATH" in capsys.readouterr().err


def _spy(batches, drawn):
    floats = type(batches).floats

    def spying(examples):
        drawn.append(floats(batches, examples))
        return drawn[-1]

    batches.floats = spying


def _copy(ours: nn.Module, theirs: nn.Module, row):
    """Give ``theirs`` the weights of ``ours``, whose maps are folded and unfolded with their channels last."""
    unfolds = any(isinstance(layer, FromMap) for layer in ours.modules())
    for mine, (name, other) in zip(ours.parameters(), theirs.named_parameters(), strict=True):
        value = mine.detach()
        projects = _is_projection(theirs, name)
        if projects:
            side = projects
            value = value.unflatten(0, (side, side, -1)).movedim(2, 0).flatten(0, 2)
        if isinstance(theirs.get_submodule(name.rpartition(".")[0]), nn.ConvTranspose2d) and mine.dim() == 2:
            value = value.T
        if unfolds and isinstance(ours, Critic) and mine.dim() == 2:
            value = _channels_first(value)
            unfolds = False
        with torch.no_grad():
            other.copy_(value.reshape(other.shape))


def _channels_first(weight: torch.Tensor) -> torch.Tensor:
    """Reorder the inputs of the first dense layer after a map of 4×4 or 7×7 pixels."""
    side = 7 if weight.shape[1] % 49 == 0 else 4
    return weight.unflatten(1, (side, side, -1)).movedim(3, 1).flatten(1)


def _is_projection(network: nn.Module, name: str) -> int:
    """Return the side of the map that a generator's layer is folded into, 0 for other layers."""
    if not isinstance(network, nn.Sequential):
        return 0
    index = int(name.partition(".")[0])
    layers = list(network)
    if isinstance(layers[index], nn.ConvTranspose2d) and index == 1:
        return 4
    following = layers[index + 1] if index + 1 < len(layers) else None
    shape = getattr(following, "shape", None)
    return shape[1] if shape is not None and isinstance(layers[index], nn.Linear) else 0
