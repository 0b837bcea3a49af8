"""What is said of words that are no names here: what was meant, where they belong, or where to look."""

import inspect

import pytest

import saddlepoint as sp
from saddlepoint.catalog import names as listing
from saddlepoint.cli import COMMANDS, main
from saddlepoint.cli.parser import options_of
from saddlepoint.core.aliases import ALIASES, OTHERWISE
from saddlepoint.core.experiment import recipes
from saddlepoint.core.flags import resolve

TYPED = [
    # other tools' words
    ("train --gpus 0", "; did you mean --device?"),
    ("train dcgan --batch-size 64", "; did you mean --batch?"),
    ("train --iterations=100", "; did you mean --steps?"),
    ("train --n-epochs 3", "; did you mean --epochs?"),
    ("train --output here", "; did you mean --out?"),
    ("train --workers 4", "; did you mean --threads?"),
    ("train --beta1 0.5", "; did you mean --betas?"),
    ("train --learning-rate 1e-3", "; did you mean --lr-d or --lr-g?"),
    ("train dcgan --lr 1e-3", "; did you mean --lr-d or --lr-g?"),
    ("train wgan --learning_rate 1e-3", "; did you mean --lr-d, --lr-g or --lr?"),
    ("train --optimizer sgd", "; did you mean --lr-d, --lr-g, --betas, --weight-decay or --schedule?"),
    ("sample --num-samples 3", "; did you mean -n?"),
    ("evaluate --fid", "; did you mean --metrics?"),
    ("train --num-gpus 2", "; did you mean --device?"),
    ("train --ngpu 1", "; did you mean --device?"),
    ("train --outdir here", "; did you mean --out?"),
    ("train --snap 10", "; did you mean --checkpoint-every?"),
    ("train --dataroot faces", "; did you mean --data?"),
    ("train --niter 25", "; did you mean --epochs?"),
    ("train --cuda", "; did you mean --device?"),
    ("train --ngf 64", "; did you mean --width?"),
    ("train --nz 100", "; did you mean --latent?"),
    ("train --batchSize 64", "; did you mean --batch?"),
    ("train --manualSeed 1", "; did you mean --seed?"),
    ("train wgan --clip_value 0.01", "; did you mean --clip?"),
    ("train r3gan --target 0.6", "; did you mean --augment-target?"),
    ("sample --trunc 0.7", "; did you mean --truncation?"),
    # what is done otherwise here
    ("train --video film.gif", "; a run ends with a film, training.gif; a walk between samples is one with: "),
    ("sample --video", "with: saddle sample --interpolate --out walk.gif"),
    ("train --kimg=25000", "; --images counts single images, not thousands"),
    ("train --cfg stylegan2", "; a recipe is given by its name: saddle train RECIPE"),
    ("train --cond 1", "; classes are learned by recipes of their own: saddle train conditional_dcgan"),
    ("train --resume run", "; a run goes on with: saddle resume RUN; a new one starts from its weights with: "),
    ("train --nc 3", "; size, channels and classes are read off the data"),
    # flags of others
    ("train --pack 3", "; --pack belongs to pacgan"),
    ("train gan --width 3", "; --width belongs to conditional_dcgan, dcgan and "),
    ("train --neighbours", "; --neighbours is a flag of saddle sample"),
    ("train --json", "; --json is a flag of saddle evaluate, compare, reproduce, "),
    ("sample --pack 3", "; --pack is a flag of saddle train pacgan"),
    ("resume --lr-d 1", "; --lr-d is a flag of saddle train"),
    # slips
    ("train --widht 3", "; did you mean --width?"),
    ("list --jsn", "; did you mean --json?"),
    # nothing that would help
    ("train --sharpen", "saddle train dcgan knows no option '--sharpen'; see: saddle train dcgan --help"),
    ("train pacgan --xyz", "; see: saddle train pacgan --help"),
    ("sample --gpus 0", "saddle sample knows no option '--gpus'; see: saddle sample --help"),
    # words in the wrong place
    ("train mnist", "there is no recipe 'mnist', these are data: saddle train --data mnist"),
    ("train dcgan mnist", "knows no argument 'mnist'; did you mean --data mnist?"),
    ("dcgan", "there is no command 'dcgan', it is a recipe: saddle train dcgan"),
    ("generate", "there is no command 'generate'; did you mean 'sample'?"),
    ("frobnicate", "there is no command 'frobnicate'; choose from train, resume, sample"),
    ("train zzz", "there is no recipe 'zzz'; choose from cgan, "),
    ("train --objective lsgan", "there is no objective 'lsgan'; did you mean 'least_squares'?"),
    ("train --penalty gp", "there is no penalty 'gp'; did you mean 'gradient_penalty'?"),
    ("train --data fashion-mnist", "; did you mean 'fashion'?"),
    ("train conditional", "there is no recipe 'conditional'; did you mean 'cgan'?"),
]


@pytest.mark.parametrize(("line", "words"), TYPED, ids=[line for line, _ in TYPED])
def test_a_command_line_gets_what_helps_and_nothing_else(line, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert error.count("did you mean") <= 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gpus", "recipe 'dcgan' has no flag 'gpus'; did you mean 'device'?"),
        ("learning_rate", "; did you mean 'lr_d' or 'lr_g'?"),
        ("batch_size", "; did you mean 'batch'?"),
        ("pack", "; 'pack' belongs to pacgan"),
        ("widht", "; did you mean 'width'?"),
        ("minute", "; did you mean 'minutes'?"),
        ("nc", "; size, channels and classes are read off the data"),
        ("sharpen", "; see: saddle train dcgan --help"),
    ],
)
def test_an_unknown_keyword_gets_the_same(name, words):
    with pytest.raises(sp.UserError) as error:
        resolve(recipes.get("dcgan"), {name: 1}, inspect.signature(sp.train).parameters)
    assert words in str(error.value)


def test_train_itself_says_so():
    with pytest.raises(sp.UserError, match="did you mean 'steps'"):
        sp.train("dcgan", iterations=3, quiet=True)


def test_what_is_done_otherwise_is_no_option():
    options = {name for module in COMMANDS.values() for name in options_of(module.make_parser())}
    assert not OTHERWISE.keys() & options


def test_every_alias_leads_to_a_name():
    """The table must not grow stale."""
    options = {name for module in COMMANDS.values() for name in options_of(module.make_parser())}
    flags = {name for _, recipe in recipes.items() for name in resolve(recipe, {})}
    kinds = [kind for kind in listing.names().values() if isinstance(kind, dict)]
    known = options | flags | set(COMMANDS) | {name for kind in kinds for name in kind}
    assert {name for names in ALIASES.values() for name in names} <= known
