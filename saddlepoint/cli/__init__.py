"""The ``saddle`` command: reads the command line, calls the public API, and never shows a traceback."""

import codecs
import io
import os
import sys
import warnings
from collections.abc import Sequence

from saddlepoint.cli import (
    compare,
    data,
    doctor,
    evaluate,
    explain,
    invert,
    list_,
    remove,
    reproduce,
    resume,
    sample,
    show,
    train,
    upscale,
)
from saddlepoint.cli.parser import Parser, UnknownWordError
from saddlepoint.cli.suggestions import complaint, complaint_about_command
from saddlepoint.core.errors import INTERRUPTED, DamageWarning, TrainingError, UserError
from saddlepoint.core.words import printable
from saddlepoint.version import __version__

COMMANDS = {
    "train": train,
    "resume": resume,
    "sample": sample,
    "evaluate": evaluate,
    "compare": compare,
    "reproduce": reproduce,
    "explain": explain,
    "invert": invert,
    "upscale": upscale,
    "doctor": doctor,
    "data": data,
    "show": show,
    "list": list_,
    "remove": remove,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 for trouble on the way, 2 for the user's mistake, 130 for Ctrl-C."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names of files are written as they are, whatever bytes they hold, signs that are lacking as escapes.
        utf8 = codecs.lookup(sys.stdout.encoding).name == "utf-8"
        sys.stdout.reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _Notes()
            warnings.filterwarnings("always", category=DamageWarning)
            return _dispatch(arguments)
    except (UserError, TrainingError) as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives until the process ends
        return 0
    except Exception as error:
        if os.environ.get("SADDLE_DEBUG"):
            raise
        if _out_of_memory(error):
            return _fail(
                "there is not enough memory for this; try a smaller --batch or --size, or a narrower recipe", 1
            )
        what = str(error).strip().split("\n")[0]
        return _fail(f"unexpected {type(error).__name__}: {what} (SADDLE_DEBUG=1 shows where)", 1)


def _out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError) or "torch" not in sys.modules:
        return isinstance(error, MemoryError)
    from saddlepoint.engine.microbatches import is_out_of_memory

    return is_out_of_memory(error)


class _Notes:
    """Prints each warning of ours once, as a sentence; those of libraries are for who writes programs."""

    def __init__(self) -> None:
        self.told: set[str] = set()

    def __call__(self, message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
        text = printable(str(message))
        if issubclass(category, DamageWarning) and text not in self.told:
            self.told.add(text)
            print(f"saddle: note: {text}", file=sys.stderr)


def _fail(message: str, code: int) -> int:
    print(f"saddle: {printable(message)}", file=sys.stderr)
    return code


def _dispatch(arguments: list[str]) -> int:
    parser = Parser(
        prog="saddle",
        description="Train, measure and understand generative adversarial networks.",
        epilog="commands:\n"
        + "\n".join(f"  {name:<10} {command.SUMMARY}" for name, command in COMMANDS.items())
        + "\n\nexample:\n  saddle train dcgan --data mnist --minutes 5",
        usage="saddle COMMAND [options]",
    )
    parser.add_argument("--version", action="version", version=f"saddle {__version__}")
    try:
        if not arguments or arguments[0].startswith("-"):
            parser.parse(arguments)
            parser.print_help()
            return 0
        name, *rest = arguments
        if name not in COMMANDS:
            raise UserError(complaint_about_command(name, COMMANDS))
        try:
            return COMMANDS[name].main(rest)
        except UnknownWordError as unknown:
            raise UserError(complaint(unknown, name, COMMANDS)) from None
    except SystemExit as stop:  # argparse after --help and --version
        return int(stop.code or 0)
