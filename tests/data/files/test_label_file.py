"""Classes from a file beside the images, as people and public sets have them."""

import json
import zipfile

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.label_file import read_labels
from saddlepoint.data.files.labelling import arranged
from saddlepoint.families.conditional import count_classes
from tests.data.files.test_zip_archive import png

NAMES = ("set/a/00.png", "set/a/01.png", "set/b/02.jpg")


def write(folder, names):
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png(seed))
    return folder


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "file,label\n00.png,cat\n01.png,dog\n02.jpg,cat\n"),
        ("a.csv", "label,file\ncat,00.png\ndog,01.png\ncat,02.jpg\n"),
        ("a.csv", "\ufeffid;category;size\r\n00;cat;3\r\n01;dog;3\r\n02;cat;4\r\n"),
        ("a.csv", "00.png,cat\n01.png,dog\n02.jpg,cat\n"),
        ("a.tsv", 'path\tlabel\nset/a/00.png\tcat\n.\\set\\a\\01.png\t"dog"\n/data/set/b/02.png\tcat\n'),
        ("a.txt", "00.png cat\n01.png   dog\n02.jpg cat\n"),
        ("a.json", '{"00.png": "cat", "01.png": "dog", "set/b/02.jpg": "cat"}'),
        ("a.json", '[["00.png", "cat"], ["01.png", "dog"], ["02.jpg", "cat"]]'),
        ("a.json", '{"labels": {"00": "cat", "01": "dog", "02": "cat"}}'),
        ("a.json", '[{"f": "00", "y": "cat"}, {"y": "dog", "f": "01", "z": 1}, {"f": "02", "y": "cat"}]'),
        ("a.json", '{"00.png": {"label": "cat"}, "01.png": {"label": "dog"}, "02.jpg": {"label": "cat"}}'),
        ("a.jsonl", '{"file_name": "00.png", "label": "cat"}\n{"file_name": "01.png", "label": "dog"}\n'
         '{"file_name": "02.jpg", "label": "cat"}\n'),
    ],
)  # fmt: skip
def test_the_usual_forms(name, text):
    assert read_labels(text.encode(), name, NAMES) == ["cat", "dog", "cat"]


def test_lists_of_attributes_as_celeba_has_them():
    text = "3\nMale Smiling\n00.png -1  1\n01.png  1  1\n02.jpg  1 -1\n"
    assert read_labels(text.encode(), "list_attr.txt", NAMES, "Male") == ["-1", "1", "1"]
    assert read_labels(text.encode(), "list_attr.txt", NAMES, "Smiling") == ["1", "1", "-1"]
    with pytest.raises(
        UserError, match=r"2 columns of labels \(Male, Smiling\); choose .* --labels l.txt:Male"
    ):
        read_labels(text.encode(), "l.txt", NAMES)


def test_labels_that_are_numbers_like_the_images_do_not_name_them():
    names = [f"{i}.png" for i in range(20)]
    text = "label,id\n" + "".join(f"{i % 3},{i}\n" for i in range(20))
    assert read_labels(text.encode(), "a.csv", names) == [str(i % 3) for i in range(20)]


def test_images_of_one_name_are_told_by_their_folders():
    names = ("a/1.png", "b/1.png", "b/2.png")
    assert read_labels(b"b/1.png,x\na/1.png,y\n2.png,z\n", "a.csv", names) == ["y", "x", "z"]
    assert read_labels(b"1.png,x\n2.png,z\n", "a.csv", names) == [None, None, "z"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "it is empty"),
        ("a.csv", b"file,label\nx.png,1\n", "names none of the 3 images, for example set/a/00.png"),
        ("a.csv", b"file\n00.png\n", "0 columns of labels"),
        ("a.csv", b"file,kind,kind\n00.png,x,y\n", "has 2 columns 'kind'; give each a name of its own"),
        ("a.csv", b"file,class,other,class\n00.png,x,y,z\n", "has 2 columns 'class'"),
        ("a.csv", b"00.png,1,2\n01.png,3,4\n", "has no header"),
        ("a.csv", b"00.png,1\n00.png,2\n", "gives set/a/00.png two classes, 1 and 2"),
        ("a.json", b"{", "cannot read labels from a.json"),
        ("a.json", b"3", "neither pairs nor objects"),
        ("a.json", b'{"00.png": [0, 1]}', r"a label like '\[0, 1\]'"),
        ("a.json", b"[" * 100_000, "cannot read labels"),
    ],
)
def test_what_holds_no_labels_gets_one_sentence(name, content, said):
    with pytest.raises(UserError, match=said) as error:
        read_labels(content, name, NAMES)
    assert "\n" not in str(error.value)


def test_numbers_are_classes_however_large():
    content = b'[["set/a/00.png", 1%s], ["set/a/01.png", 2.0]]' % (b"0" * 400)
    assert read_labels(content, "a.json", ["set/a/00.png", "set/a/01.png"]) == ["1" + "0" * 400, "2"]


def test_a_column_of_measurements_is_refused():
    names = [f"{i}.png" for i in range(40)]
    text = "file,age\n" + "".join(f"{i}.png,{i * 1.5}\n" for i in range(40))
    with pytest.raises(UserError, match=r"column 'age' of a\.csv has 40 values for 40 images"):
        read_labels(text.encode(), "a.csv", names)


@pytest.mark.parametrize("packed", [False, True])
def test_a_set_of_stylegans_tools(tmp_path, packed):
    names = [f"{i // 20:05d}/img{i:08d}.png" for i in range(40)]
    about = {"labels": [[name, 3 if i % 2 else 1] for i, name in enumerate(names)]}
    if packed:
        files = {name: png(i) for i, name in enumerate(names)} | {"dataset.json": json.dumps(about).encode()}
        place = pack(tmp_path / "set.zip", files)
    else:
        place = write(tmp_path / "set", names)
        (place / "dataset.json").write_text(json.dumps(about))
    data = load(str(place))
    assert data.classes == ("1", "3")
    assert data.train.label is not None
    assert data.train.label.tolist() == [0, 1] * 20
    assert "classes are read from dataset.json" in data.notes


@pytest.mark.parametrize(
    ("labels", "note"),
    [(None, ""), ([["00000/0.png", [0.1, 0.2]], ["00001/1.png", [0, 1]]], "numbers or vectors")],
)
def test_a_set_of_stylegans_tools_without_classes(tmp_path, labels, note):
    place = write(tmp_path / "set", ["00000/0.png", "00001/1.png"])
    (place / "dataset.json").write_text(json.dumps({"labels": labels}))
    data = load(str(place))
    assert data.classes == ()
    assert any(note in own for own in data.notes) or not note


def test_labels_are_offered_and_read_where_they_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = write(tmp_path / "set", [f"images/{i:02d}.png" for i in range(20)])
    (place / "labels.csv").write_text("file,label\n" + "".join(f"{i:02d}.png,{i % 2}\n" for i in range(19)))
    (place / "a.csv").write_text("a,b\nc,d\n")
    for i in range(20):  # one for each image, as detectors have them
        (place / f"images/{i:02d}.json").write_text(json.dumps([["00.png", 1], ["01.png", 2]]))
    assert load("set").classes == ()
    assert f"--labels {place / 'labels.csv'}" in load("set").notes[0]
    assert f"--labels {place / 'labels.csv'}" in load("set/images").notes[0]
    with pytest.raises(UserError, match=r"'set' has no labels; to read classes from .*labels\.csv$"):
        count_classes(load("set").spec, "cgan")
    for asked in ("labels.csv", "set/labels.csv", "labels.csv:label"):
        data = load("set", labels=asked)
        assert data.labels == asked.removeprefix("set/")
        assert data.classes == ("0", "1")
        assert data.train.label is not None
        assert data.train.label.tolist() == [i % 2 for i in range(19)]
        assert data.notes[1] == "left out 1 of 20 images that have no class: images/19.png"
    assert load("set/images", labels="set/labels.csv").labels == str(place / "labels.csv")
    with pytest.raises(UserError, match=r"there is no file 'none\.csv' of labels"):
        load("set", labels="none.csv")
    with pytest.raises(UserError, match="--labels gives classes to a folder or zip of images, and 'digits'"):
        load("digits", labels="set/labels.csv")


def test_a_run_remembers_its_labels(tmp_path):
    place = write(tmp_path / "set", [f"{i:02d}.png" for i in range(20)])
    table = place / "labels.json"
    table.write_text(json.dumps({f"{i:02d}.png": "odd" if i % 2 else "even" for i in range(20)}))
    settings: dict = {"batch": 4, "size": 8, "card": False, "quiet": True, "kernels": "library"}
    run = sp.train("cgan", str(place), labels=str(table), steps=2, out=tmp_path / "run", **settings)
    assert run.config["data"]["labels"] == "labels.json"
    assert run.config["data"]["classes"] == ["even", "odd"]
    label = run.data().train.label
    assert label is not None
    assert np.array_equal(label, np.arange(20) % 2)
    place.rename(tmp_path / "moved")
    run = sp.resume(run.path, data=str(tmp_path / "moved"), steps=3, quiet=True)
    assert run.data().classes == ("even", "odd")
    (tmp_path / "moved" / "labels.json").write_text(json.dumps({f"{i:02d}.png": f"{i % 3}" for i in range(20)}))
    with pytest.raises(UserError, match="have changed"):
        run.data()


def test_members_with_backslashes_and_dots_are_read_like_others(tmp_path):
    names = ["set\\cat\\0.png", "./set/cat/1.png", "set//dog/./2.png", "set/dog\\3.png", ".\\set\\dog\\4.png"]
    members = {chr(97 + i) * len(name): (name, png(i)) for i, name in enumerate(names)}
    path = pack(tmp_path / "set.zip", {fake: content for fake, (_, content) in members.items()})
    content = path.read_bytes()
    for fake, (name, _) in members.items():  # the library cleans names as it writes
        content = content.replace(fake.encode(), name.encode())
    path.write_bytes(content)
    data = load(str(path), size=5)
    assert data.classes == ("cat", "dog")
    assert data.train.label is not None
    assert data.train.label.tolist() == [0, 0, 1, 1, 1]


def test_a_file_that_nobody_asked_for_and_nobody_can_read_costs_nothing():
    def read(name, most):
        raise UserError(f"cannot read {name}")

    layout = arranged(["a/1.png", "b/2.png"], ["dataset.json"], read, "faces", None)
    assert layout.classes == ("a", "b")
    assert "no labels are read, as cannot read dataset.json" in layout.notes
