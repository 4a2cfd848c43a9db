import errno
import os
import stat
import subprocess
import sys

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images import read_labels, saving, write_labels, write_picture, write_text, write_tiff
from cpsam_core.images.label_files import is_as_written
from cpsam_core.images.result_mark import mark_of, mark_read
from cpsam_core.system import atomic

OLD = np.eye(5, dtype=np.uint16)
NEW = OLD * 3


def only_old_left(folder):
    """The old file is whole and nothing lies beside it, hidden or not."""
    assert [path.name for path in folder.iterdir()] == ["a.tif"]
    assert np.array_equal(read_labels(folder / "a.tif"), OLD)


@pytest.fixture
def folder(tmp_path):
    write_labels(tmp_path / "a.tif", OLD)
    return tmp_path


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EFBIG, "disk is full"),
        (errno.EACCES, "no permission to write in"),
        (errno.EROFS, "no permission to write in"),
        (errno.EIO, "Input/output error"),
        (None, "perhaps because the disk is full"),
    ],
)
def test_a_failure_while_writing_leaves_the_old_file(folder, code, words):
    with pytest.raises(ImageError, match=words) as caught, saving(folder / "a.tif") as temporary:
        temporary.write_bytes(b"half")
        raise OSError(code, os.strerror(code)) if code else OSError("100 requested and 50 written")
    assert str(caught.value).endswith("Nothing was overwritten.")
    only_old_left(folder)


def test_a_failure_while_flushing_leaves_the_old_file(folder, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(ImageError, match="disk is full"):
        write_labels(folder / "a.tif", NEW)
    only_old_left(folder)


def test_other_errors_pass_and_leave_the_old_file(folder):
    with pytest.raises(KeyboardInterrupt), saving(folder / "a.tif") as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    only_old_left(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.npy", "a_seg.npy", "a_rois.zip", "a_cp_outlines.txt"])
def test_a_real_limit_on_file_size(folder, name):
    program = """
import resource, sys
import numpy as np
from cpsam_core import images
from cpsam_core.errors import ImageError

noise = np.random.default_rng(0).integers(0, 60000, (300, 300)).astype(np.uint32)
path = sys.argv[1]
write = {
    "a_seg.npy": lambda: images.write_seg(path, images.SegFile(noise)),
    "a_rois.zip": lambda: images.write_rois(path, noise[:60, :60]),
    "a_cp_outlines.txt": lambda: images.write_outlines(path, noise),
}.get(path.replace("\\\\", "/").rsplit("/", 1)[-1], lambda: images.write_labels(path, noise))
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
try:
    write()
except ImageError as error:
    sys.exit(str(error))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, folder / name], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "disk is full" in done.stderr and done.stderr.count("\n") == 1, done.stderr
    only_old_left(folder)


def test_a_folder_that_is_missing_or_in_the_way(tmp_path):
    with pytest.raises(ImageError, match="does not exist"):
        write_labels(tmp_path / "none" / "a.tif", NEW)
    (tmp_path / "a.tif").mkdir()
    with pytest.raises(ImageError, match="there is a folder of that name"):
        write_labels(tmp_path / "a.tif", NEW)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(folder):
    (folder / "a.tif").chmod(0o444)
    with pytest.raises(ImageError, match="write-protected"):
        write_labels(folder / "a.tif", NEW)
    (folder / "a.tif").chmod(0o644)
    folder.chmod(0o555)
    try:
        with pytest.raises(ImageError, match="no permission to write in"):
            write_labels(folder / "a.tif", NEW)
    finally:
        folder.chmod(0o755)
    only_old_left(folder)


def test_a_write_protected_file_stays(folder, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ImageError, match="write-protected"):
        write_labels(folder / "a.tif", NEW)
    only_old_left(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions on Windows")
def test_new_files_have_the_usual_permissions(tmp_path):
    before = os.umask(0o022)
    try:
        write_text(tmp_path / "a.txt", "größe\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644
    assert (tmp_path / "a.txt").read_bytes() == "größe\n".encode()


def test_long_names_have_room_for_the_temporary_one(tmp_path):
    path = tmp_path / ("n" * 240 + ".tif")
    write_labels(path, NEW)
    assert np.array_equal(read_labels(path), NEW)


def test_pictures_are_png(tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (5, 6, 3)).astype(np.uint8)
    with pytest.raises(ImageError, match=r"end in \.png"):
        write_picture(tmp_path / "a.jpg", picture)
    write_picture(tmp_path / "a.png", picture)
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("top", [2, 70_000])
@pytest.mark.parametrize("shape", [(30, 40), (1, 30, 40), (3, 30, 40), (5, 30, 40)])
@pytest.mark.parametrize(
    "options", [{}, {"compression": None, "tiled": True, "pixel_size": 0.5, "z_step": 2.0}]
)
def test_masks_are_known_as_written_until_a_pixel_is_changed(tmp_path, top, shape, options):
    labels = np.zeros(shape, np.int64)
    labels[..., 2:9, :] = top
    path = tmp_path / "a_masks.tif"
    write_labels(path, labels, companion=True, **options)
    assert is_as_written(path)
    labels[..., 9, 0] = top
    mark = mark_read(path)
    compact = labels.astype(np.uint16 if top < 65_536 else np.uint32)
    write_tiff(path, compact, "ZYX"[-labels.ndim :], mark=mark)
    assert mark_read(path) == mark
    assert not is_as_written(path)


def test_masks_of_others_are_never_as_written(tmp_path):
    write_tiff(tmp_path / "a.tif", OLD.astype(np.uint16), "YX")
    for name in ("a.npy", "a.png"):
        write_labels(tmp_path / name, OLD)
        assert not is_as_written(tmp_path / name)
    write_labels(tmp_path / "b.png", OLD, companion=True)
    assert not is_as_written(tmp_path / "a.tif")
    assert is_as_written(tmp_path / "b.png")
    # As earlier versions marked what a model drew.
    write_tiff(
        tmp_path / "c.tif",
        OLD.astype(np.uint16),
        "YX",
        mark=mark_of(OLD).replace("result ", "result of a model "),
    )
    assert is_as_written(tmp_path / "c.tif")
