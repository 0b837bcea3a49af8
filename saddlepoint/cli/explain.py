"""``saddle explain``."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting

if TYPE_CHECKING:
    from saddlepoint.explaining.topic import Topic

SUMMARY = "the mathematics, run, drawn and checked: a list of topics, or one"
OUT = "explained"
TOPICS = "saddlepoint.explaining.topics"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    name = _topic(arguments)
    if name is None:
        found = make_parser().parse(arguments)
        return _list(as_json=found.json, language=found.lang)
    from saddlepoint.core.declared import check_declared

    check_declared("topic", name, TOPICS, given=True)
    with starting():
        from saddlepoint.core.waiting import waiting
        from saddlepoint.explaining.explaining import explain
        from saddlepoint.explaining.terminal import plain
        from saddlepoint.explaining.topic import topics

    topic = topics.get(name)
    parser = make_parser()
    parser.usage_of = f"saddle explain {topic.name}"
    names = _add_flags(parser, topic)
    found = parser.parse(arguments)
    given = {name: value for name in names if (value := getattr(found, f"flag_{name}")) is not None}

    def tell(block) -> None:
        if not found.json and (text := plain(block, found.lang)):
            print(f"\n{text}", flush=True)

    if not found.json:
        title = topic.title.said(found.lang)
        print(title)
    out = found.out or (None if found.json else OUT)
    with waiting(topic.name, quiet=found.json) as wait:
        told = explain(
            topic.name,
            language=found.lang,
            quick=found.quick,
            seed=found.seed,
            out=out,
            progress=wait,
            tell=tell,
            **given,
        )
    if found.json:
        print(json.dumps(told.to_json(), indent=1, ensure_ascii=False))
    else:
        _say_where(told.files)
    if told.failed:
        names_ = ", ".join(number.key for number in told.failed)
        where = sys.stderr if found.json else sys.stdout
        print(f"\nfurther from the exact value than it should be: {names_}", file=where)
    return 1 if told.failed else 0


def _say_where(paths: list[Path]) -> None:
    page, *pictures = paths
    print(f"\npage      {page}")
    if pictures:
        print(f"pictures  {', '.join(path.name for path in pictures)}")


def _topic(arguments: list[str]) -> str | None:
    """Return the topic of a command line, which may begin with options; None where there is none.

    Which options take a value is known only with the topic, so that it is the first word that names one, or is
    close to one.
    """
    if arguments and not arguments[0].startswith("-"):
        return arguments[0]
    from saddlepoint.core.declared import declared_names
    from saddlepoint.core.errors import close

    found, rest = make_parser().parse_known_args(arguments)
    words = [word for word in (found.topic, *rest) if word is not None and not word.startswith("-")]
    known = declared_names(TOPICS, "topic", given=True)
    named = [word for word in words if word in known] or [word for word in words if close(word, known)]
    return named[0] if named else found.topic


def _add_flags(parser: argparse.ArgumentParser, topic: "Topic") -> list[str]:
    """Add a topic's own flags; return their names."""
    group = parser.add_argument_group(f"what {topic.name} lets you choose")
    for name, flag in topic.flags.items():
        settings: dict[str, Any] = {"dest": f"flag_{name}", "help": f"{flag.help} (default: {flag.default})"}
        if flag.kind is bool:
            group.add_argument(flag.option, action=argparse.BooleanOptionalAction, default=None, **settings)
        else:
            group.add_argument(flag.option, type=flag.parse, metavar=flag.metavar, **settings)
    return list(topic.flags)


def make_parser() -> Parser:
    """Return the command's parser, without a topic's flags."""
    parser = Parser(
        prog="saddle explain",
        description="Explain a topic by computing it: formulas, numbers beside their exact values, pictures, "
        "films, and a page with knobs to turn. Without a topic: list all.",
        epilog="examples:\n  saddle explain\n  saddle explain games\n"
        "  saddle explain games --lang zh --out lesson",
    )
    parser.add_argument("topic", nargs="?", help="name of the topic (default: list all)")
    parser.add_argument(
        "--out", metavar="DIR", help=f"folder for the page and the pictures (default: {OUT}; with --json: none)"
    )
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of texts (default: en)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn at random (default: 0)")
    parser.add_argument("--quick", action="store_true", help="seconds, to see that it runs")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    return parser


def _list(*, as_json: bool, language: str) -> int:
    with starting():
        from saddlepoint.explaining.explaining import table_of_contents
        from saddlepoint.explaining.explanation import VERSION

    contents = table_of_contents()
    if as_json:
        print(json.dumps({"version": VERSION, "topics": contents}, indent=1, ensure_ascii=False))
        return 0
    from saddlepoint.catalog.tables import print_wrapped

    chinese = language == "zh"
    print_wrapped(
        [(name, one["title_zh"] if chinese else one["help"].rstrip(".")) for name, one in contents.items()],
        width=17,
    )
    print("\nread one with:  saddle explain TOPIC")
    return 0
