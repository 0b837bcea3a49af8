"""What devices are called."""

from saddlepoint.core.errors import UserError

KINDS = ("auto", "cpu", "cuda", "mps")


def kind_of_device(name: str) -> str:
    """Return the kind of a device's name, ``cuda`` of ``cuda:1``; raises UserError where it is none."""
    kind = name.split(":")[0]
    if kind not in KINDS:
        raise UserError(f"--device must be {', '.join(KINDS[:-1])} or {KINDS[-1]}, got {name!r}")
    return kind
