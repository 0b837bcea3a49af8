import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data.download import fetch

CONTENT = bytes(range(256)) * 4096
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT in the manner that the path names, and writes down what was asked."""

    asked: list[tuple[str, str | None]] = []  # noqa: RUF012 - emptied by the fixture

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append((self.path, wanted))
        start = int(wanted.split("=")[1].rstrip("-")) if wanted and self.path != "/no-range" else 0
        if self.path == "/missing":
            self.send_error(404)
            return
        if start >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[start:]
        if self.path == "/wrong":
            body = bytes(len(body))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        drops = self.path == "/drops" or (self.path == "/drops-once" and not start)
        self.wfile.write(body[: len(body) // 2] if drops else body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def test_a_file_is_fetched_once_and_whole(server, tmp_path):
    calls = []
    for _ in range(2):
        path = fetch([f"{server}/good"], tmp_path / "file", MD5, report=lambda *call: calls.append(call))
    assert path.read_bytes() == CONTENT
    assert len(Handler.asked) == 1
    assert calls[-1] == ("downloading file", len(CONTENT), len(CONTENT))
    assert not (tmp_path / "file.part").exists()


def test_a_dropped_connection_is_resumed_where_it_broke(server, tmp_path):
    path = fetch([f"{server}/drops-once"], tmp_path / "file", MD5)
    assert path.read_bytes() == CONTENT
    assert Handler.asked == [("/drops-once", None), ("/drops-once", f"bytes={len(CONTENT) // 2}-")]


def test_a_part_from_an_earlier_call_is_resumed(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    assert fetch([f"{server}/good"], tmp_path / "file", MD5).read_bytes() == CONTENT
    assert Handler.asked == [("/good", "bytes=1000-")]


def test_a_server_that_ignores_ranges_starts_again(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    assert fetch([f"{server}/no-range"], tmp_path / "file", MD5).read_bytes() == CONTENT


@pytest.mark.parametrize("part", [b"\0" * 1000, CONTENT, CONTENT + b"more", b"\0" * len(CONTENT)])
def test_a_part_that_is_wrong_or_whole_does_no_harm(server, tmp_path, part):
    (tmp_path / "file.part").write_bytes(part)
    assert fetch([f"{server}/good"], tmp_path / "file", MD5).read_bytes() == CONTENT


def test_mirrors_stand_in_for_each_other(server, tmp_path):
    urls = [
        f"{server}/missing",
        "http://127.0.0.1:9/refused",
        f"{server}/wrong",
        f"{server}/drops",
        f"{server}/good",
    ]
    assert fetch(urls, tmp_path / "file", MD5).read_bytes() == CONTENT


def test_a_damaged_file_is_replaced(server, tmp_path):
    (tmp_path / "file").write_bytes(b"damaged")
    assert fetch([f"{server}/good"], tmp_path / "file", MD5).read_bytes() == CONTENT


def test_when_all_fail_the_message_names_each_with_its_reason(server, tmp_path):
    with pytest.raises(UserError) as error:
        fetch(
            [f"{server}/missing", f"{server}/wrong"], tmp_path / "file", MD5, help=", or give --data x:FOLDER"
        )
    assert "HTTP 404" in str(error.value)
    assert "another checksum" in str(error.value)
    assert "--data x:FOLDER" in str(error.value)
    assert not (tmp_path / "file").exists()
    assert not (tmp_path / "file.part").exists()


def test_what_arrived_is_kept_when_the_connection_keeps_dropping(server, tmp_path):
    with pytest.raises(UserError, match="the connection"):
        fetch([f"{server}/drops"], tmp_path / "file", MD5)
    kept = (tmp_path / "file.part").read_bytes()
    assert len(Handler.asked) == 3
    assert kept == CONTENT[: len(kept)]
    assert len(kept) == len(CONTENT) * 7 // 8


def test_simultaneous_calls_fetch_once(server, tmp_path):
    threads = [
        threading.Thread(target=fetch, args=([f"{server}/good"], tmp_path / "file", MD5)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert len(Handler.asked) == 1
