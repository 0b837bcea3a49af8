"""Pictures from a server that misbehaves in every way that servers do."""

import dataclasses
import io
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from saddlepoint.cli import main
from saddlepoint.core.errors import UserError
from saddlepoint.core.locks import locked
from saddlepoint.data import load
from saddlepoint.data.collecting import collecting
from saddlepoint.data.collecting.collecting import collect
from saddlepoint.data.collecting.web import Manners

MANNERS = Manners(delay=0.0, attempts=2, timeout=0.5, patience=1.0, private=True)


def picture(seed: int, side: int = 96, kind: str = "PNG", **settings) -> bytes:
    """Return a picture of smooth blobs, so that scaling keeps its looks."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    image = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **settings)
    return buffer.getvalue()


GALLERY = b"""<html><head><link rel="license" href="/cc-by"></head><body>
<img src="one.png"><img srcset="small.png 100w, two.png 800w" src="small.png"><a href="three.jpg">big</a>
<a href="/gallery/next?p=2">next</a><img src="missing.png"><img src="text.png"><img src="huge.png">
<img src="endless.png"><img src="slow.png"><img src="circle.png"><img src="again.png"><img src="smaller.jpg">
<img src="tiny.png"><img src="busy.png"><img src="secret/hidden.png"><img src="damaged.png">
<img src="http://example.invalid/other.png"><img src="file:///etc/hosts"><img src="data:image/png;base64,AAAA">
</body></html>"""
PAGES = {
    "/robots.txt": ("text/plain", b"User-agent: *\nDisallow: /gallery/secret/\n"),
    "/gallery/": ("text/html; charset=utf-8", GALLERY),
    "/gallery/next": ("text/html", b'<img src="/gallery/four.png"><a href="/gallery/">back</a>'),
    "/gallery/one.png": ("image/png", picture(1)),
    "/gallery/two.png": ("application/octet-stream", picture(2)),
    "/gallery/three.jpg": ("image/jpeg", picture(3, 128, "JPEG", quality=95)),
    "/gallery/four.png": ("image/png", picture(4)),
    "/gallery/again.png": ("image/png", picture(1)),
    "/gallery/smaller.jpg": ("image/jpeg", picture(3, 80, "JPEG", quality=60)),
    "/gallery/tiny.png": ("image/png", picture(5, 20)),
    "/gallery/text.png": ("text/html", b"<p>no picture</p>"),
    "/gallery/damaged.png": ("image/png", picture(6)[:400]),
    "/gallery/secret/hidden.png": ("image/png", picture(7)),
}


class Handler(BaseHTTPRequestHandler):
    """A gallery with every fault."""

    asked: list[str] = []  # noqa: RUF012 - emptied by the fixture

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        name = path.rpartition("/")[2]
        if name == "circle.png":
            self.send_response(302)
            self.send_header("Location", path)
            self.end_headers()
        elif name == "busy.png":
            self.send_response(503)
            self.send_header("Retry-After", "0")
            self.end_headers()
        elif name == "huge.png":
            self._head("image/png", 10**9)
        elif name == "endless.png":
            self._head("image/png", None)
            for _ in range(64):
                self.wfile.write(bytes(2**16))
        elif name == "slow.png":
            self._head("image/png", 1000)
            for _ in range(10):
                time.sleep(0.2)
                self.wfile.write(b"x")
        elif name == "drip.png":
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
            for _ in range(100):
                time.sleep(0.05)
                self.wfile.write(b"x")
        elif path in PAGES:
            kind, body = PAGES[path]
            self._head(kind, len(body))
            self.wfile.write(body)
        else:
            self.send_error(404)

    def _head(self, kind: str, length: int | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the collector hung up, as it should
            self.close_connection = True


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request, client_address) -> None:
        pass


@pytest.fixture(scope="module")
def server():
    with Quiet(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def rows(folder):
    lines = (folder / "manifest.jsonl").read_text().splitlines()
    return {row["address"].rpartition("/")[2]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def gallery(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    Handler.asked.clear()
    done = collect(f"{server}/gallery/", folder, depth=1, megabytes=1, manners=MANNERS)
    return folder, done, list(Handler.asked)


def test_a_gallery_becomes_a_training_set(gallery):
    folder, done, _ = gallery
    assert done.kept == 4
    told = rows(folder)
    kept = {name for name, row in told.items() if row["status"] == "kept"}
    assert kept == {"one.png", "two.png", "three.jpg", "four.png"}
    assert told["one.png"]["licence"].endswith("/cc-by")
    assert told["one.png"]["page"].endswith("/gallery/")
    assert (folder / told["three.jpg"]["file"]).read_bytes() == PAGES["/gallery/three.jpg"][1]
    data = load(str(folder), size=32)
    assert len(data.train) == 4
    assert not data.classes


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.png", "HTTP 404"),
        ("text.png", "it is text/html"),
        ("huge.png", "it has 1,000,000,000 bytes"),
        ("endless.png", "it has more than 1,048,576 bytes"),
        ("circle.png", "it redirects in a circle"),
        ("again.png", "seen before"),
        ("smaller.jpg", "looks like another"),
        ("tiny.png", "too small: 20×20"),
        ("damaged.png", "damaged"),
        ("hidden.png", "robots.txt forbids it"),
        ("other.png", "it is on another host, example.invalid"),
    ],
)
def test_what_is_wrong_with_an_address_is_written_down(gallery, name, why):
    row = rows(gallery[0])[name]
    assert row["status"] == "rejected"
    assert row["reason"].startswith(why)


def test_a_rejected_picture_is_kept_aside(gallery):
    folder = gallery[0]
    file = folder / rows(folder)["tiny.png"]["file"]
    assert file.parent.parent.name == ".rejected"
    assert file.read_bytes() == PAGES["/gallery/tiny.png"][1]


def test_what_may_work_later_is_no_rejection(gallery):
    _, done, asked = gallery
    assert {address.rpartition("/")[2] for address in done.failed} == {"busy.png", "slow.png"}
    assert asked.count("/gallery/busy.png") == MANNERS.attempts
    assert asked.count("/gallery/secret/hidden.png") == 0
    assert asked.count("/robots.txt") == 1


def test_a_second_call_asks_only_for_what_failed(gallery, server):
    folder = gallery[0]
    Handler.asked.clear()
    done = collect(f"{server}/gallery/", folder, depth=1, megabytes=1, manners=MANNERS)
    assert (done.kept, done.before) == (0, 4)
    assert {path.rpartition("/")[2] for path in Handler.asked if ".png" in path} == {"busy.png", "slow.png"}


def test_a_call_that_was_killed_goes_on(server, tmp_path):
    list_ = tmp_path / "list.txt"
    list_.write_text(f"# mine\n{server}/gallery/one.png\n{server}/gallery/two.png\n")
    out = tmp_path / "set"
    assert collect(list_, out, most=1, manners=MANNERS).kept == 1
    with (out / "manifest.jsonl").open("a") as file:
        file.write('{"version": 1, "addr')
    done = collect(list_, out, manners=MANNERS)
    assert (done.kept, done.before) == (1, 1)
    assert [row["status"] for row in rows(out).values()] == ["kept", "kept"]


@pytest.mark.parametrize("name", ["slow.png", "drip.png"])
def test_an_answer_has_only_so_long_for_headers_and_body(server, tmp_path, name):
    list_ = tmp_path / "list.txt"
    list_.write_text(f"{server}/gallery/{name}\n{server}/gallery/one.png\n")
    manners = dataclasses.replace(MANNERS, attempts=1, patience=0.4)
    began = time.monotonic()
    done = collect(list_, tmp_path / "set", manners=manners)
    assert time.monotonic() - began < 2  # either would go on for longer
    assert [address.rpartition("/")[2] for address in done.failed] == [name]
    assert done.kept == 1


def test_two_calls_do_not_collect_into_one_folder(tmp_path):
    source, out = tmp_path / "mine", tmp_path / "set"
    source.mkdir()
    (source / "a.png").write_bytes(picture(1))
    assert collect(source, out).kept == 1
    with locked(out / ".lock"), pytest.raises(UserError, match="is being collected into by another process"):
        collect(source, out)
    assert collect(source, out).before == 1


def test_what_is_rejected_takes_only_so_much_of_the_disk(tmp_path, monkeypatch):
    source, out = tmp_path / "mine", tmp_path / "set"
    source.mkdir()
    for seed in range(4):
        (source / f"{seed}.png").write_bytes(picture(seed, 20))
    sizes = [len(picture(seed, 20)) for seed in range(4)]
    monkeypatch.setattr(collecting, "REJECTED_BYTES", sum(sizes[:2]))
    (source / "3.png").rename(tmp_path / "later.png")
    assert sum(collect(source, out).rejected.values()) == 3
    assert ["file" in row for row in rows(out).values()] == [True, True, False]
    (tmp_path / "later.png").rename(source / "3.png")
    assert sum(collect(source, out).rejected.values()) == 1  # what lies there from before counts
    assert ["file" in row for row in rows(out).values()] == [True, True, False, False]


def test_this_machine_is_not_asked_unless_it_may_be(server, tmp_path):
    with pytest.raises(UserError, match=r"127.0.0.1 is on a private network"):
        collect(f"{server}/gallery/", tmp_path, delay=0)


def test_requests_to_one_host_are_apart(server, tmp_path):
    list_ = tmp_path / "list.txt"
    list_.write_text(f"{server}/gallery/one.png\n{server}/gallery/two.png\n")
    began = time.monotonic()
    collect(list_, tmp_path / "set", delay=0.2, private=True)
    assert time.monotonic() - began >= 0.4  # robots.txt, then each of two


def test_a_folder_is_collected_without_any_server(tmp_path):
    source = tmp_path / "mine"
    (source / "deep").mkdir(parents=True)
    (source / "a.png").write_bytes(picture(1))
    (source / "deep" / "b.png").write_bytes(picture(1))
    (source / "deep" / "c.jpg").write_bytes(picture(2, kind="JPEG"))
    (source / "notes.txt").write_text("no picture")
    done = collect(source, tmp_path / "set")
    assert (done.kept, dict(done.rejected)) == (2, {"seen before": 1})


def test_the_command_says_what_came_of_it(server, tmp_path, capsys):
    list_ = tmp_path / "list.txt"
    list_.write_text(f"{server}/gallery/one.png\n{server}/gallery/tiny.png\n")
    out = tmp_path / "set"
    assert main(["data", "collect", str(list_), "--out", str(out), "--private", "--delay", "0"]) == 0
    said = capsys.readouterr().out
    assert "kept      1 pictures" in said
    assert "rejected  1: too small" in said
    assert f"saddle train --data {out}" in said


@pytest.mark.parametrize(
    ("source", "settings", "what"),
    [
        ("nowhere", {}, "nowhere is no file, no folder, and no http or https address"),
        ("http://example.invalid/", {"depth": -1}, "--depth must be at least 0, got -1"),
        ("http://example.invalid/", {"faces": "dog"}, "there is no file dog"),
        ("http://example.invalid/", {"megabytes": 0}, "--megabytes must be above 0 and finite, got 0"),
    ],
)
def test_mistakes_are_told_in_a_sentence(source, settings, what, tmp_path):
    with pytest.raises(UserError, match=what):
        collect(source, tmp_path / "set", **settings)


def test_a_list_that_is_none_is_told_with_its_entry(tmp_path):
    list_ = tmp_path / "list.txt"
    list_.write_text("https://example.org/a.png\nb.png\n")
    with pytest.raises(UserError, match=r"an http or https address a line; entry 2 is 'b.png'"):
        collect(list_, tmp_path / "set")


def test_lines_of_a_manifest_that_are_damaged_count_for_nothing(tmp_path):
    source, out = tmp_path / "mine", tmp_path / "set"
    source.mkdir()
    out.mkdir()
    (source / "a.png").write_bytes(picture(1))
    address = str(source / "a.png")
    lines = [
        {"address": address, "status": "kept"},
        {"address": address},
        {"address": 3, "status": "kept"},
        [1],
    ]
    (out / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + "\xff{\n")
    done = collect(source, out)
    assert (done.kept, done.before) == (1, 0)


def test_pictures_of_16_bits_and_transparent_ones_differ_by_what_is_seen(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "deep").mkdir()
    for index in range(6):
        coarse = (rng.random((6, 6)) * 60_000).astype(np.uint16)
        Image.fromarray(np.kron(coarse, np.ones((16, 16), np.uint16))).save(tmp_path / "deep" / f"{index}.png")
        shape = np.zeros((96, 96, 4), np.uint8)
        shape[..., 3] = 255 * np.kron(rng.random((6, 6)) > 0.5, np.ones((16, 16), bool))
        shape[..., :3] = 255 * (index % 2)  # white shapes and black ones
        Image.fromarray(shape).save(tmp_path / "deep" / f"icon{index}.png")
    found = collect(tmp_path / "deep", tmp_path / "out")
    assert (found.kept, found.rejected.total()) == (12, 0)


def test_names_of_any_bytes_are_collected_and_not_asked_again(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    try:
        (source / "caf\udce9.png").write_bytes(picture(1))
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system wants names in UTF-8")
    (source / "z.png").write_bytes(picture(2))
    assert collect(source, tmp_path / "out").kept == 2
    again = collect(source, tmp_path / "out")
    assert (again.kept, again.before, again.rejected.total()) == (0, 2, 0)


def test_a_folder_is_not_collected_into_itself(tmp_path):
    (tmp_path / "one.png").write_bytes(picture(1))
    with pytest.raises(UserError, match="holds the pictures themselves"):
        collect(tmp_path, tmp_path / "." / "")
