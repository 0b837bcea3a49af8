import hashlib
import threading

import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data.download import fetch

CONTENT = bytes(range(256)) * 4096
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


@pytest.fixture
def server(server):
    server.files["file"] = CONTENT
    return server


def test_a_file_is_fetched_once_and_whole(server, tmp_path):
    calls = []
    for _ in range(2):
        path = fetch([server.address("good")], tmp_path / "file", MD5, report=lambda *call: calls.append(call))
    assert path.read_bytes() == CONTENT
    assert len(server.asked) == 1
    assert calls[-1] == ("downloading file", len(CONTENT), len(CONTENT))
    assert not (tmp_path / "file.part").exists()


def test_a_dropped_connection_is_resumed_where_it_broke(server, tmp_path):
    path = fetch([server.address("drops-once")], tmp_path / "file", MD5)
    assert path.read_bytes() == CONTENT
    assert server.asked == [("/drops-once/file", None), ("/drops-once/file", f"bytes={len(CONTENT) // 2}-")]


def test_a_part_from_an_earlier_call_is_resumed(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    assert fetch([server.address("good")], tmp_path / "file", MD5).read_bytes() == CONTENT
    assert server.asked == [("/good/file", "bytes=1000-")]


def test_a_server_that_ignores_ranges_starts_again(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    assert fetch([server.address("no-range")], tmp_path / "file", MD5).read_bytes() == CONTENT


@pytest.mark.parametrize("part", [b"\0" * 1000, CONTENT, CONTENT + b"more", b"\0" * len(CONTENT)])
def test_a_part_that_is_wrong_or_whole_does_no_harm(server, tmp_path, part):
    (tmp_path / "file.part").write_bytes(part)
    assert fetch([server.address("good")], tmp_path / "file", MD5).read_bytes() == CONTENT


def test_mirrors_stand_in_for_each_other(server, tmp_path):
    urls = [
        server.address("missing"),
        "http://127.0.0.1:9/refused",
        server.address("wrong"),
        server.address("drops"),
        server.address("good"),
    ]
    assert fetch(urls, tmp_path / "file", MD5).read_bytes() == CONTENT


def test_a_damaged_file_is_replaced(server, tmp_path):
    (tmp_path / "file").write_bytes(b"damaged")
    assert fetch([server.address("good")], tmp_path / "file", MD5).read_bytes() == CONTENT


def test_when_all_fail_the_message_names_each_with_its_reason(server, tmp_path):
    with pytest.raises(UserError) as error:
        fetch(
            [server.address("missing"), server.address("wrong")],
            tmp_path / "file",
            MD5,
            help=", or give --data x:FOLDER",
        )
    assert "HTTP 404" in str(error.value)
    assert "another checksum" in str(error.value)
    assert "--data x:FOLDER" in str(error.value)
    assert not (tmp_path / "file").exists()
    assert not (tmp_path / "file.part").exists()


def test_what_arrived_is_kept_when_the_connection_keeps_dropping(server, tmp_path):
    with pytest.raises(UserError, match="the connection"):
        fetch([server.address("drops")], tmp_path / "file", MD5)
    kept = (tmp_path / "file.part").read_bytes()
    assert len(server.asked) == 3
    assert kept == CONTENT[: len(kept)]
    assert len(kept) == len(CONTENT) * 7 // 8


def test_simultaneous_calls_fetch_once(server, tmp_path):
    threads = [
        threading.Thread(target=fetch, args=([server.address("good")], tmp_path / "file", MD5))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert len(server.asked) == 1
