"""Files are written whole or not at all."""

import json
import threading

import pytest

from saddlepoint.core.files import atomic_path, remove, write_bytes, write_json, write_text


class TroubleError(Exception):
    pass


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_nothing_is_left_of_a_file_that_failed_and_the_old_one_stays(tmp_path):
    target = tmp_path / "file"
    write_text(target, "old")
    with pytest.raises(TroubleError), atomic_path(target) as temporary:  # noqa: PT012
        temporary.write_text("half of the ne")
        raise TroubleError
    assert target.read_text() == "old"
    assert names(tmp_path) == ["file"]


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "folder"
    for name in ("one", "two"):
        with atomic_path(target) as temporary:
            temporary.mkdir()
            (temporary / name).write_text(name)
            assert not (target / name).exists()
    assert names(target) == ["two"]
    with pytest.raises(TroubleError), atomic_path(target) as temporary:  # noqa: PT012
        temporary.mkdir()
        raise TroubleError
    assert names(target) == ["two"]
    assert names(tmp_path) == ["folder"]


def test_readers_see_one_of_the_two_contents(tmp_path):
    target, seen, done = tmp_path / "file", set(), threading.Event()
    contents = [bytes([value]) * 100_000 for value in (1, 2)]
    write_bytes(target, contents[0])

    def read():
        while not done.is_set():
            seen.add(target.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(30):
        write_bytes(target, contents[turn % 2])
    done.set()
    reader.join()
    assert seen
    assert seen <= set(contents)


def test_json_is_read_back_whatever_its_names(tmp_path):
    value = {"naïve": [1, 2.5, None], "path": "caf\udce9"}
    write_json(tmp_path / "value.json", value)
    assert json.loads((tmp_path / "value.json").read_bytes()) == value
    with pytest.raises(TypeError):
        write_json(tmp_path / "value.json", {"bad": object()})
    assert json.loads((tmp_path / "value.json").read_bytes()) == value


def test_removing_what_is_not_there_is_no_error_and_links_are_not_followed(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("")
    (tmp_path / "link").symlink_to(kept)
    for name in ("missing", "link"):
        remove(tmp_path / name)
    assert names(tmp_path) == ["kept"]
    assert names(kept) == ["file"]
    remove(kept)
    assert names(tmp_path) == []


def test_a_folder_does_not_give_way_to_a_file(tmp_path):
    (tmp_path / "grid.png").mkdir()
    (tmp_path / "grid.png" / "notes.txt").write_text("precious")
    with pytest.raises(IsADirectoryError):
        write_bytes(tmp_path / "grid.png", b"picture")
    assert names(tmp_path) == ["grid.png"]
    assert (tmp_path / "grid.png" / "notes.txt").read_text() == "precious"


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("precious")
    (tmp_path / "to-folder").symlink_to(tmp_path / "folder")
    (tmp_path / "to-file").symlink_to(tmp_path / "file")
    with atomic_path(tmp_path / "to-folder") as temporary:
        temporary.mkdir()
        (temporary / "inside").write_text("new")
    write_bytes(tmp_path / "to-file", b"new")
    assert (tmp_path / "file").read_text() == "precious"
    assert names(tmp_path / "folder") == []
    assert names(tmp_path / "to-folder") == ["inside"]
    assert (tmp_path / "to-file").read_text() == "new"
    assert not any(path.is_symlink() for path in tmp_path.iterdir())
