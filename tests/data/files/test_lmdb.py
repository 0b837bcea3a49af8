"""LMDB without its library: a database that the library wrote is read whole, a damaged one refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.core.errors import UserError
from saddlepoint.data.files.lmdb import FILE, Lmdb

STORED = (
    Path(__file__).parent / "lmdb"
)  # 60 images by LMDB 0.9: small ones in leaves, every twentieth on its own pages


def test_every_key_comes_in_order_with_what_belongs_to_it():
    database = Lmdb(STORED)
    entries = list(database.entries())
    assert [int(entry.key, 16) for entry in entries] == list(range(60))
    contents = [database.content(entry) for entry in entries]
    assert all(content[:4] == b"RIFF" and content[8:12] == b"WEBP" for content in contents)
    lengths = [int.from_bytes(content[4:8], "little") + 8 for content in contents]
    assert lengths == [entry.size for entry in entries]
    assert max(lengths) > 2_048 > min(lengths)  # of both kinds


@given(data=st.data())
def test_a_changed_file_is_read_or_refused_in_a_sentence(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    content = bytearray((STORED / FILE).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    (folder / FILE).write_bytes(bytes(content[:cut]))
    said = ""
    try:
        database = Lmdb(folder)
        for entry in database.entries():
            database.content(entry)
    except UserError as error:
        said = str(error)
    assert "\n" not in said
    assert not said or str(folder / FILE) in said


def test_what_is_no_database_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*data\.mdb as an LMDB database"):
        Lmdb(tmp_path)
    for content, why in ((b"", "empty"), (b"no database" * 99, "it is none of LMDB's")):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(UserError, match=why):
            Lmdb(tmp_path)
    whole = (STORED / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:20] + b"\x02" + whole[21:])
    with pytest.raises(UserError, match="version 2, where 1 is read"):
        Lmdb(tmp_path)


def test_a_tree_that_begins_beyond_the_end_is_refused(tmp_path):
    content = bytearray((STORED / FILE).read_bytes())
    for first in (0, 4096):
        content[first + 16 + 112 : first + 16 + 120] = (2**63).to_bytes(8, "little")
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UserError, match="page 9,223,372,036,854,775,808 is beyond its end"):
        list(Lmdb(tmp_path).entries())


def test_a_page_below_itself_does_not_go_round_for_ever(tmp_path):
    content = bytearray((STORED / FILE).read_bytes())
    (tmp_path / FILE).write_bytes(content)
    root = Lmdb(tmp_path)._root
    start = root * 4096
    node = start + int.from_bytes(content[start + 16 : start + 18], "little")
    content[node : node + 6] = root.to_bytes(6, "little")
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UserError, match="a page is below itself"):
        list(Lmdb(tmp_path).entries())


def test_what_the_library_writes_is_read(tmp_path):
    lmdb = pytest.importorskip("lmdb", reason="the library is no part of the project's tests")
    rng = np.random.default_rng(0)
    pairs = {rng.bytes(20): rng.bytes(int(rng.integers(1, 6_000))) for _ in range(700)}
    with lmdb.open(str(tmp_path), map_size=2**24) as written:
        for key, value in pairs.items():
            with written.begin(write=True) as writing:
                writing.put(key, value)
        with written.begin(write=True) as writing:
            for key in list(pairs)[:100]:
                writing.delete(key)
                del pairs[key]
    database = Lmdb(tmp_path)
    assert {entry.key: database.content(entry) for entry in database.entries()} == pairs
