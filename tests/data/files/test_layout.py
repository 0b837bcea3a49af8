import pytest

from saddlepoint.data.files.layout import arrange, is_hidden


def test_flat_images_have_neither_splits_nor_classes():
    assert arrange(["b.png", "a.png"]) == (["", ""], [-1, -1], (), ())


def test_subfolders_are_classes_in_natural_order():
    found = arrange(["10/a.png", "2/a.png", "2/deep/b.png"])
    assert found.classes == ("2", "10")
    assert found.labels == [1, 0, 0]


def test_wrapping_folders_are_dropped():
    found = arrange(["set/images/cat/1.png", "set/images/dog/1.png"])
    assert found.classes == ("cat", "dog")


def test_one_subfolder_is_no_class():
    assert arrange(["faces/1.png", "faces/2.png"]).classes == ()


def test_loose_images_beside_folders_make_no_classes():
    assert arrange(["cat/1.png", "dog/1.png", "3.png"]).classes == ()


def test_train_and_test_folders_are_official_splits():
    found = arrange(["Train/cat/1.png", "Train/dog/1.png", "test/cat/2.png", "val/dog/3.png", "extra/4.png"])
    assert found.parts == ["train", "train", "test", "validation", None]
    assert found.classes == ("cat", "dog")
    assert found.labels[:4] == [0, 1, 0, 1]


def test_a_test_folder_without_classes_has_no_labels():
    found = arrange(["train/cat/1.png", "train/dog/1.png", "test/2.png"])
    assert found.labels == [0, 1, -1]
    assert found.parts == ["train", "train", "test"]


def test_train_alone_is_a_wrapper():
    found = arrange(["train/cat/1.png", "train/dog/1.png"])
    assert found.parts == ["", ""]
    assert found.classes == ("cat", "dog")


def test_a_class_called_test_without_train_is_a_class():
    assert arrange(["test/1.png", "other/1.png"]).classes == ("other", "test")


def test_what_operating_systems_leave_is_hidden():
    assert all(map(is_hidden, (".DS_Store", "__MACOSX", "Thumbs.db", "._photo.jpg")))
    assert not is_hidden("photo.jpg")


def test_what_network_drives_and_programs_leave_is_hidden():
    litter = (
        "@eaDir",
        "$RECYCLE.BIN",
        "System Volume Information",
        ".thumbnails",
        ".git",
        "lost+found",
        "THUMBS.DB",
    )
    assert all(map(is_hidden, litter))
    assert not any(map(is_hidden, ("@nasa", "$5", "#1", "thumbs")))


def test_a_stray_image_beside_class_folders_is_left_out_and_named():
    names = [f"{name}/{i}.png" for name in ("cat", "dog") for i in range(10)]
    found = arrange([*names, "preview.png"])
    assert found.classes == ("cat", "dog")
    assert found.parts == [""] * 20 + [None]
    assert found.labels[:20] == [0] * 10 + [1] * 10
    assert found.notes == ("left out 1 of 21 images that have no class: preview.png",)


def test_many_loose_images_beside_folders_say_why_there_are_no_classes():
    found = arrange(["old/1.png", "new/1.png", *(f"{i}.png" for i in range(8))])
    assert found.classes == ()
    assert found.parts == [""] * 10
    assert found.notes == ("the folders new, old are no classes, because 8 images lie beside them",)


@pytest.mark.parametrize(
    "folders",
    [
        {"00000": range(3), "00001": range(3, 5)},
        {"00000": range(1000, 1003), "01000": range(1003, 1005), "02000": range(1005, 1009)},
        {"images_001": range(2), "images_002": range(2)},
        {"part1": range(2), "part2": range(2), "part10": range(2)},
    ],
)
def test_folders_that_number_parts_of_a_set_are_no_classes(folders):
    found = arrange([f"{folder}/img{i:05d}.png" for folder, files in folders.items() for i in files])
    assert found.classes == ()
    assert set(found.parts) == {""}
    assert len(found.notes) == 1
    assert all(folder in found.notes[0] for folder in folders)


@pytest.mark.parametrize(
    "folders",
    [
        {"00000": range(3), "00001": range(3)},  # traffic signs: the files of every class are numbered anew
        {"0": range(3), "1": range(3, 6)},
        {"000": range(0, 8, 2), "001": range(1, 8, 2)},
        {"00000": range(3), "cats": range(3, 6)},
    ],
)
def test_classes_that_are_numbers_stay_classes(folders):
    found = arrange([f"{folder}/img{i:05d}.png" for folder, files in folders.items() for i in files])
    assert found.classes == tuple(folders)
    assert found.notes == ()


def test_folders_of_two_domains_are_splits_and_classes():
    names = [f"{part}{domain}/{i}.jpg" for part in ("train", "test") for domain in "AB" for i in range(2)]
    found = arrange(names)
    assert found.parts == ["train"] * 4 + ["test"] * 4
    assert found.classes == ("A", "B")
    assert found.labels == [0, 0, 1, 1] * 2
    assert "trainA, trainB" in found.notes[0]
    assert "the classes A, B are the kinds of train folders" in found.notes[1]


@pytest.mark.parametrize(
    ("train", "held", "part"),
    [
        ("train2017", "val2017", "validation"),
        ("train_images", "test_images", "test"),
        ("train", "test1", "test"),
        ("DIV2K_train_HR", "DIV2K_valid_HR", "validation"),
        ("seg_train", "seg_test", "test"),
        ("TrainingSet", "TestSet", "test"),
    ],
)
def test_folders_whose_names_hold_a_split_are_splits(train, held, part):
    found = arrange([f"{train}/a/1.png", f"{train}/b/1.png", f"{held}/a/2.png", f"{held}/2.png"])
    assert found.parts == ["train", "train", part, part]
    assert found.classes == ("a", "b")
    assert found.labels == [0, 1, 0, -1]
    assert train in found.notes[0]


def test_names_that_only_look_like_splits_are_classes():
    names = ("train station", "test tube", "cat")
    found = arrange([f"{name}/1.png" for name in names])
    assert set(found.classes) == set(names)
    assert found.parts == [""] * 3


def test_splits_within_every_class():
    found = arrange(["cat/train/1.png", "dog/train/1.png", "cat/test/2.png", "dog/test/2.png"])
    assert found.parts == ["train", "train", "test", "test"]
    assert found.classes == ("cat", "dog")
    assert found.labels == [0, 1, 0, 1]


def test_classes_of_folders_left_out_are_none():
    found = arrange(["train/a/1.png", "train/b/1.png", "test/a/2.png", "extra/c/1.png"])
    assert found.classes == ("a", "b")
    assert found.parts[-1] is None
    assert found.notes == ("left out 1 of 4 images outside train and test: extra/c/1.png",)


def test_classes_given_from_elsewhere_go_before_folders():
    found = arrange(["00000/1.png", "00000/2.png", "00001/3.png"], ["10", "-1", None])
    assert found.classes == ("-1", "10")
    assert found.labels == [1, 0, -1]
    assert found.parts == ["", "", None]
