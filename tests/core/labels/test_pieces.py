import numpy as np
import pytest
import tifffile

from cpsam_core.cli import main
from cpsam_core.images import read_labels
from cpsam_core.labels import ids_in_pieces, is_binary, separate_pieces, tells_kinds


def apart(value=255, dtype=np.uint8):
    y, x = np.mgrid[:128, :128]
    discs = [(y - r) ** 2 + (x - c) ** 2 < 81 for r in (20, 60, 100) for c in (20, 60, 100)]
    return (sum(discs) * value).astype(dtype)


def test_which_objects_are_in_pieces():
    labels = np.zeros((3, 8, 9), np.uint16)
    labels[0, 1, 1] = labels[1, 2, 2] = 3  # they touch at a corner
    labels[0, 5, 1] = labels[0, 5, 3] = 7
    labels[2, 7:, :3] = 9
    assert ids_in_pieces(labels).tolist() == [7]
    found = separate_pieces(labels)
    assert found[0, 5, 1] == 7 and found[0, 5, 3] == 10
    assert ((found == labels) | (found == 10)).all() and np.array_equal(found > 0, labels > 0)


def test_the_largest_piece_keeps_the_number():
    labels = np.zeros((6, 20), np.uint32)
    labels[0, 0:2] = labels[2, 0:9] = labels[4, 0:3] = 5
    labels[5, 19] = 8
    found = separate_pieces(labels)
    assert [int(found[row, 0]) for row in (0, 2, 4)] == [9, 5, 10] and found[5, 19] == 8
    assert np.array_equal(separate_pieces(found), found)


def test_binary_masks():
    assert is_binary(apart()) and is_binary(apart(1)) and is_binary(apart().astype(bool))
    assert not is_binary(np.zeros((5, 5), np.uint8))
    labels = separate_pieces(apart())
    assert not is_binary(labels) and len(np.unique(labels)) == 10
    assert not is_binary(np.pad(np.ones((3, 3), np.uint8), 2))


@pytest.mark.parametrize(("choice", "objects"), [("auto", 9), ("yes", 9), ("no", 1)])
def test_commands_say_what_they_do_with_binary_masks(tmp_path, monkeypatch, capsys, choice, objects):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("a.tif", apart())
    tifffile.imwrite("a_masks.tif", apart())
    option = ["--separate-parts", choice]
    assert main(["measure", "a.tif", "--out", "a.csv", *option]) == 0
    assert f"{objects} object" in capsys.readouterr().out
    assert main(["convert", "a_masks.tif", "--to", "png", "--out", "o", *option]) == 0
    said = capsys.readouterr()
    assert len(np.unique(read_labels("o/a_masks.png"))) == objects + 1
    warned = "binary masks do: each piece is taken for an object. Options: --separate-parts no" in said.err
    assert warned == (choice == "auto")
    tifffile.imwrite("true.tif", separate_pieces(apart()))
    assert main(["evaluate", "true.tif", "a_masks.tif", "--json", *option]) == 0


def kinds():
    """Nine discs of two kinds, numbered by their kind."""
    labels = separate_pieces(apart(1))
    return np.where(labels > 4, 2, np.minimum(labels, 1)).astype(np.uint8)


def test_masks_of_kinds():
    assert tells_kinds(apart()) and tells_kinds(kinds())
    numbered = separate_pieces(apart())
    assert not tells_kinds(numbered) and not tells_kinds(np.zeros((5, 5), np.uint8))
    # Of one object that was cut, and of what moves through the planes of a movie, the numbers stay.
    numbered[18:22] = 0
    assert not tells_kinds(numbered)
    assert not tells_kinds(np.stack([np.roll(kinds(), 40 * t, 1) for t in range(3)]))


@pytest.mark.parametrize(("choice", "objects"), [("auto", 9), ("yes", 9), ("no", 2)])
def test_commands_say_what_they_do_with_masks_of_kinds(tmp_path, monkeypatch, capsys, choice, objects):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("a.tif", apart())
    tifffile.imwrite("a_masks.tif", kinds())
    assert main(["measure", "a.tif", "--out", "a.csv", "--separate-parts", choice]) == 0
    said = capsys.readouterr()
    assert f"{objects} object" in said.out
    assert said.err.count("2 numbers in 9 pieces") == (choice == "auto")
