"""Other tools' words for what has a name here, and sentences that help with a word that has none."""

from collections.abc import Iterable, Sequence

from saddlepoint.core.errors import nearest

_RATES = ("lr_d", "lr_g", "lr")

# What it is called here, in Python's spelling -> what other tools call it.
_OURS = {
    "device": "gpu gpus gpu_id gpu_ids num_gpus n_gpus n_gpu ngpu ngpus cuda "
    "use_cuda no_cuda accel accelerator devices mps",
    "precision": "amp fp16 fp32 bf16 half dtype mixed_precision allow_tf32",
    "threads": "workers num_workers n_workers n_cpu cpus num_threads nproc",
    "batch": "batch_size bs batchsize batch_gpu minibatch",
    "steps": "iterations iters iter n_iter num_iters max_iter max_iters max_steps num_steps total_steps",
    "epochs": "n_epochs num_epochs nepoch nepochs max_epochs niter",
    "images": "nimg",
    "out": "output output_dir outdir out_dir outf save_dir result_dir results_dir logdir log_dir filename dest",
    "data": "dataset dataroot data_dir data_path data_root train_data train_dir input input_dir root",
    "size": "image_size img_size imsize imagesize resolution res load_size",
    "crop": "crop_size resize_mode transform",
    "seed": "random_seed manual_seed manualseed rng_seed random_state",
    "objective": "loss gan_mode gan_loss criterion loss_type adversarial_loss",
    "penalty": "gp gradient_penalty regularizer r1 r2 reg",
    "gamma": "lambda_gp gp_weight r1_gamma lambda_",
    "critic_steps": "n_critic critic_iters d_iters d_steps ncritic num_critic disc_iters n_dis d_steps_per_g",
    "latent": "nz z_dim zdim latent_dim noise_dim latent_size z_size dim_z",
    "width": "ngf ndf filters base_channels channel_base cbase nf",
    "augment_target": "target ada_target",
    "clip": "clip_value weight_clip clip_weights",
    "continuous": "code_dim",
    "augment": "aug augmentation diffaugment diff_aug ada",
    "betas": "beta beta1 beta2 b1 b2 adam_betas adam_beta1 adam_beta2",
    "weight_decay": "wd l2 weightdecay decay_rate",
    "schedule": "lr_schedule lr_scheduler scheduler lr_policy lr_decay",
    "log_every": "log_interval print_every print_freq log_freq display_freq tick",
    "checkpoint_every": "save_every save_freq save_interval checkpoint_interval snap ckpt_every",
    "evaluate_every": "eval_every eval_freq fid_every eval_interval",
    "init": "pretrained checkpoint ckpt weights load finetune transfer",
    "ema": "ema_decay use_ema ema_beta",
    "quiet": "silent no_verbose",
    "n": "num n_samples num_samples samples num_images count",
    "samples": "n num n_samples num_samples num_images count num_gen",
    "class": "label cls class_idx class_id",
    "truncation": "trunc psi truncation_psi",
    "against": "real reference ref real_data",
    "metrics": "metric fid kid inception_score figures",
    "encoder": "features backbone inception",
    "arithmetic": "algebra",
    "interpolate": "interpolation walk slerp",
    "neighbours": "neighbors nearest nn knn",
    "train": "fit run learn",
    "sample": "generate gen draw infer predict",
    "evaluate": "eval test score fid metrics",
    "resume": "continue restart extend",
    "list": "ls recipes models datasets runs",
    "remove": "rm delete del clean prune",
    "show": "summary info describe layers model",
    "compare": "diff rank",
    "reproduce": "claims replicate benchmark",
    # recipes, data, losses and figures
    "gan": "vanilla goodfellow",
    "mlp_gan": "mlp fc fcgan",
    "dcgan": "conv cnn",
    "cgan": "conditional conditional_gan",
    "wgan_gp": "wgangp",
    "lapgan": "laplacian pyramid laplacian_pyramid",
    "srgan": "super_resolution superresolution sr esrgan",
    "srresnet": "edsr",
    "upscale": "enlarge upsample upscaling superres",
    "sngan": "spectral spectral_norm",
    "fashion": "fashion_mnist fmnist",
    "cifar10": "cifar cifar_10",
    "ring8": "ring 8gaussians ring_8",
    "grid25": "grid 25gaussians grid_25",
    "grid100": "100gaussians grid_100",
    "rings100": "rings ring100 ring_of_rings",
    "non_saturating": "vanilla bce ns nsgan logistic",
    "least_squares": "lsgan mse ls l2",
    "wasserstein": "wgan w1 emd",
    "relativistic": "rgan ragan rpgan",
    "minimax": "saturating mm",
    "gradient_penalty": "gp wgan_gp wgangp",
    "frechet": "fid fid50k fid_score fd",
    "kernel": "kid mmd",
    "classifier_score": "is inception_score isc",
    "precision_recall": "precision recall prdc ipr",
    "density_coverage": "density coverage",
    "memorisation": "memorization copies",
}
_TOGETHER = (
    ("lr learning_rate learningrate rate alpha step_size base_lr", _RATES),
    ("optimizer optimiser optim opt solver", (*_RATES, "betas", "weight_decay", "schedule")),
    ("d_lr dlr lrd disc_lr critic_lr discriminator_lr", ("lr_d",)),
    ("g_lr glr lrg gen_lr generator_lr", ("lr_g",)),
)
# What other tools have an option for, and is done otherwise here.
_OTHERWISE = (
    (
        "video film gif movie animation make_gif",
        "a run ends with a film, training.gif; a walk between samples is one with: "
        "saddle sample --interpolate --out walk.gif",
    ),
    (
        "channels nc n_channels num_channels in_channels image_channels c_dim n_classes num_classes nclasses",
        "size, channels and classes are read off the data",
    ),
    (
        "cond class_cond conditional",
        "classes are learned by recipes of their own: saddle train conditional_dcgan",
    ),
    ("cfg arch architecture model model_name gan_type", "a recipe is given by its name: saddle train RECIPE"),
    (
        "resume continue continue_train",
        "a run goes on with: saddle resume RUN; a new one starts from its weights with: --init RUN",
    ),
    ("kimg total_kimg", "--images counts single images, not thousands"),
    (
        "sample_interval sample_every image_snap image_snapshot_ticks",
        "--grids says how many grids of samples a run draws, however long it is",
    ),
    ("tensorboard use_tensorboard", "TensorBoard's events are written wherever it is installed"),
)
OTHERWISE = {word: said for words, said in _OTHERWISE for word in words.split()}

ALIASES: dict[str, list[str]] = {}
for _names, _words in [*((names, words) for words, names in _TOGETHER), *(((n,), w) for n, w in _OURS.items())]:
    for _word in _words.split():
        ALIASES.setdefault(_word, []).extend(_names)


def translated(word: str, names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that other tools call ``word``; dashes and capitals do not matter."""
    known = set(names)
    plain = word.strip("-").replace("-", "_").lower()
    return [name for name in ALIASES.get(plain, []) if name in known]


def otherwise(word: str) -> str:
    """Return how what other tools call ``word`` is done here, as the end of a sentence, or ""."""
    said = OTHERWISE.get(word.strip("-").replace("-", "_").lower())
    return f"; {said}" if said else ""


def suggested(word: str, names: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for what ``word`` means or is a slip of, else all names, or ''."""
    names = list(names)
    return did_you_mean([repr(name) for name in translated(word, names)]) or nearest(word, names)


def joined(words: Sequence[str], last: str) -> str:
    """Return ``a, b and c`` with ``last`` before the last of them."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def did_you_mean(words: Sequence[str]) -> str:
    """Return ``"; did you mean a or b?"``, or "" for no words."""
    return f"; did you mean {joined(words, 'or')}?" if words else ""


def belongs(word: str, owners: Sequence[str]) -> str:
    """Return ``"; word belongs to a, b and 3 other recipes"``, or "" for no owners."""
    if not owners:
        return ""
    shown = owners if len(owners) <= 3 else [*owners[:2], f"{len(owners) - 2} other recipes"]
    return f"; {word} belongs to {joined(shown, 'and')}"
