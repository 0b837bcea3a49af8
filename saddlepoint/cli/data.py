"""``saddle data``: so far ``saddle data collect``."""

import shlex

from saddlepoint.cli.parser import Parser
from saddlepoint.core.errors import UserError
from saddlepoint.core.words import printable

SUMMARY = "collect pictures from a list, a gallery page or a folder: saddle data collect"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    parser = make_parser()
    if not arguments or (arguments[0] != "collect" and not arguments[0].startswith("-")):
        what = f"knows no {arguments[0]!r}" if arguments else "needs one more word"
        raise UserError(f"saddle data {what}; it has: saddle data collect SOURCE --out DIR")
    found = parser.parse(arguments[1:] if arguments[0] == "collect" else arguments)
    from saddlepoint.core.waiting import waiting
    from saddlepoint.data.collecting.collecting import collect

    with waiting(f"collecting from {printable(found.source)}") as wait:
        done = collect(**vars(found), report=wait, note=wait.say)
    already = f" ({done.before:,} were there)" if done.before else ""
    print(f"kept      {done.kept:,} pictures{already}" + (f", {done.faces:,} faces" if found.faces else ""))
    for why, count in done.rejected.most_common():
        print(f"rejected  {count:,}: {printable(why)}")
    if done.failed:
        address, why = next(reversed(done.failed.items()))
        print(f"failed    {len(done.failed):,}, as {printable(address)} ({why}); the same command tries again")
    print(f"manifest  {done.folder / 'manifest.jsonl'}")
    if done.kept + done.before:
        print(f"train     saddle train --data {shlex.quote(str(done.folder))}")
    return 0


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle data collect",
        description="Make a training set: pictures from a list of addresses, a gallery page or a folder. Heeds "
        "robots.txt, waits between requests, keeps every picture once, writes down where each came from, and "
        "goes on where it stopped. See to it that you may use what you collect.",
        epilog="examples:\n  saddle data collect https://example.org/gallery --depth 1 --out flowers\n"
        "  saddle data collect addresses.txt --faces --out faces\n  saddle train --data faces",
    )
    parser.add_argument("source", help="a file with an address a line, a page's address, or a folder")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the training set")
    parser.add_argument(
        "--depth",
        type=int,
        default=0,
        metavar="N",
        help="follow links on its host N steps (default: 0)",
    )
    parser.add_argument("--most", type=int, metavar="N", help="stop after N pictures")
    parser.add_argument(
        "--least",
        type=int,
        default=64,
        metavar="PIXELS",
        help="of the shorter side, or of a face (default: 64)",
    )
    parser.add_argument(
        "--megabytes", type=float, default=20.0, metavar="MB", help="a picture has at most (default: 20)"
    )
    parser.add_argument(
        "--faces",
        nargs="?",
        const="photo",
        metavar="photo|anime|CASCADE",
        help="cut out faces as squares: of photographs, of anime, or by a cascade of your own",
    )
    parser.add_argument(
        "--margin", type=float, default=0.3, metavar="SHARE", help="added to a face on each side (default: 0.3)"
    )
    parser.add_argument("--other-hosts", action="store_true", help="also pictures on hosts that were not named")
    parser.add_argument("--private", action="store_true", help="also private networks and this machine")
    parser.add_argument(
        "--delay", type=float, default=1.0, metavar="SECONDS", help="between requests to one host (default: 1)"
    )
    return parser
