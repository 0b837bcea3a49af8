from saddlepoint.data.layout import arrange, is_hidden


def test_flat_images_have_neither_splits_nor_classes():
    assert arrange(["b.png", "a.png"]) == (["", ""], [-1, -1], ())


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
