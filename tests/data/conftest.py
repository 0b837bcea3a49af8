import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory, monkeypatch):
    """Give every test its own cache, so that none reads what another left."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SADDLE_CACHE", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)  # pytest keeps the folders of three runs; these are large


@pytest.fixture
def real_data() -> Path:
    """Folder with the original files in ``mnist/`` and ``cifar10/``."""
    folder = os.environ.get("SADDLE_TEST_DATA")
    if not folder:
        pytest.skip("SADDLE_TEST_DATA names no folder with mnist/ and cifar10/")
    return Path(folder)


@dataclass
class Server:
    """A server on this machine; the folder of an address says in what manner it serves.

    They are good, missing, wrong (zeros), no-range (the whole file always), drops (half of what was asked for)
    and drops-once (half of a whole file).

    Attributes:
        url: without a slash at its end.
        files: content by name.
        asked: path and range of each request.
    """

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def address(self, manner: str, name: str = "file") -> str:
        """Return where a file is served in a manner."""
        return f"{self.url}/{manner}/{name}"


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of few files, which stops with the test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            found.asked.append((self.path, wanted))
            _, manner, name = self.path.split("/")
            content = found.files.get(name)
            start = int(wanted.split("=")[1].rstrip("-")) if wanted and manner != "no-range" else 0
            if content is None or manner == "missing":
                self.send_error(404)
                return
            if start >= len(content):
                self.send_error(416)
                return
            body = bytes(len(content) - start) if manner == "wrong" else content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            drops = manner == "drops" or (manner == "drops-once" and not start)
            self.wfile.write(body[: len(body) // 2] if drops else body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        found = Server(f"http://127.0.0.1:{listening.server_port}")
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        listening.shutdown()
        thread.join()
