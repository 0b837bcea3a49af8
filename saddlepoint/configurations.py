"""What makes two runs the same configuration, and what tells configurations apart."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from saddlepoint.core.experiment import Budget

Settings = dict[str, Any]


def settings_of(config: Mapping[str, Any]) -> Settings:
    """Return what makes two runs the same configuration, flat."""
    flags = {name.replace("_", "-"): value for name, value in config["flags"].items()}
    return {
        "recipe": config["recipe"],
        **flags,
        "batch": config["batch"],
        "ema": config["ema"],
        "budget": str(Budget(**config["budget"])),
        "init": config["init"],
        "crop": config["data"]["crop"],
        "device": config["plan"]["device"],
        "precision": config["plan"]["precision"],
        "saddlepoint": config["versions"]["saddlepoint"],
    }


def differing(settings: Sequence[Settings]) -> dict[str, list[Any]]:
    """Return the settings that are not the same in all, with the value (or None) of each."""
    names = dict.fromkeys(name for one in settings for name in one)
    rows = {name: [one.get(name) for one in settings] for name in names}
    return {name: row for name, row in rows.items() if any(value != row[0] for value in row)}


def labels(configurations: Sequence[Settings], names: Sequence[str]) -> list[str]:
    """Describe each configuration by its recipe and what tells it from others of that recipe.

    Where that takes more than two settings, or does not tell all apart, ``names`` are used.
    """
    found = []
    for settings, name in zip(configurations, names, strict=True):
        alike = [other for other in configurations if other["recipe"] == settings["recipe"]]
        telling = [f"{setting} {told(settings.get(setting))}" for setting in differing(alike)]
        found.append(_described(settings["recipe"], telling) if len(telling) <= 2 else name)
    return found if len(set(found)) == len(found) else list(names)


def told(value: Any) -> str:
    """Return a setting as people read it."""
    if value is None or value == []:
        return "default" if value is None else "none"
    return " ".join(f"{item}" for item in value) if isinstance(value, list | tuple) else str(value)


def short_names(paths: list[Path]) -> list[str]:
    """Return the shortest ends of the paths, of one, two or all parts, that tell them apart."""
    for parts in (1, 2):
        names = ["/".join(path.resolve().parts[-parts:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]


def _described(recipe: str, telling: Sequence[str]) -> str:
    return f"{recipe} ({', '.join(telling)})" if telling else recipe
