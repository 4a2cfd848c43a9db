"""Projects and masks are bound to their image, and files of other programs are not replaced unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from pytestqt.qtbot import QtBot

from cpsam_core.images import write_picture
from cpsam_core.images.document_key import DocumentKey
from cpsam_core.images.project_files import read_project_file
from cpsam_core.images.project_summary import project_keys
from cpsam_gui import operations
from cpsam_gui.session.questions import Question
from cpsam_gui.state.box import Box
from cpsam_gui.storage.journal_heads import part_of
from cpsam_gui.tasks import AxesReading
from cpsam_gui.window.window import Window

PIXELS = np.random.default_rng(0).integers(0, 255, (100, 100)).astype(np.uint8)


@pytest.fixture
def asked(window: Window) -> list[Question]:
    """Collect the questions of the window; each gets its safe answer."""
    questions: list[Question] = []

    def ask(question: Question) -> str:
        questions.append(question)
        return question.safe

    window.session.persistence.ask = ask
    return questions


@pytest.fixture
def shown(window: Window, qtbot: QtBot) -> Callable[..., int]:
    """Open an image and return how many objects it has."""

    def open_image(path: Path, reading: AxesReading | None = None) -> int:
        with qtbot.waitSignal(window.session.image_changed):
            window.session.images.open(path, reading=reading)
        qtbot.wait(50)
        qtbot.waitUntil(lambda: window.session.jobs.idle)
        return len(window.session.document.objects)

    return open_image


def draw(window: Window, count: int) -> None:
    document = window.session.document
    for number in range(1, count + 1):
        with document.step("x"):
            document.write(
                Box(0, 1, 10 * number, 10 * number + 5, 5, 20), np.full((1, 5, 15), number, np.uint32)
            )


def test_images_of_one_stem_keep_their_own_work(
    window: Window, tmp_path: Path, asked: list[Question], shown: Callable[..., int]
) -> None:
    tifffile.imwrite(tmp_path / "cells.tif", PIXELS)
    shown(tmp_path / "cells.tif")
    draw(window, 5)
    assert window.session.persistence.save_now()
    write_picture(tmp_path / "cells.png", 255 - PIXELS)
    assert shown(tmp_path / "cells.png") == 0
    draw(window, 1)
    operations.clear(window.session.document)
    assert window.session.persistence.save_now()
    assert (tmp_path / "cells.png.cpsam").exists()
    assert shown(tmp_path / "cells.tif") == 5
    assert not asked


def test_a_project_of_other_pixels_is_asked_about(
    window: Window, tmp_path: Path, asked: list[Question], shown: Callable[..., int], qtbot: QtBot
) -> None:
    path = tmp_path / "cells.tif"
    tifffile.imwrite(path, PIXELS)
    shown(path)
    draw(window, 5)
    assert window.session.persistence.save_now()
    (tmp_path / "cells.tif").rename(tmp_path / "renamed.tif")
    (tmp_path / "cells.cpsam").rename(tmp_path / "renamed.cpsam")
    assert shown(tmp_path / "renamed.tif") == 5, "the same pixels under another name"
    assert not asked
    tifffile.imwrite(tmp_path / "renamed.tif", 255 - PIXELS)
    assert shown(tmp_path / "renamed.tif") == 0
    assert "another image" in asked[0].text
    draw(window, 1)
    assert not window.session.persistence.save_now(), "not replaced without an answer"
    assert len(np.unique(read_project_file(tmp_path / "renamed.cpsam").labels)) == 6
    window.session.persistence.discard()
    window.session.persistence.ask = lambda question: "use"
    shown(tmp_path / "renamed.tif")
    qtbot.waitUntil(lambda: len(window.session.document.objects) == 5)


def test_masks_that_another_program_wrote_are_not_replaced_unasked(
    window: Window, tmp_path: Path, asked: list[Question], shown: Callable[..., int]
) -> None:
    path = tmp_path / "cells.tif"
    tifffile.imwrite(path, PIXELS)
    shown(path)
    draw(window, 2)
    assert window.session.persistence.save_now()
    tifffile.imwrite(tmp_path / "cells_masks.tif", np.full((100, 100), 7, np.uint16))
    draw(window, 3)
    assert not window.session.persistence.save_now()
    assert "cells_masks.tif was changed by another program" in asked[0].text
    assert tifffile.imread(tmp_path / "cells_masks.tif").max() == 7
    window.session.persistence.ask = lambda question: "aside"
    assert window.session.persistence.save_now()
    assert tifffile.imread(tmp_path / "cells_masks.tif").max() == 3
    aside = [one for one in tmp_path.iterdir() if one.name.startswith("cells_masks (")]
    assert [tifffile.imread(one).max() for one in aside] == [7]


def test_each_time_point_has_masks_of_its_own(
    window: Window, tmp_path: Path, asked: list[Question], shown: Callable[..., int]
) -> None:
    path = tmp_path / "movie.tif"
    tifffile.imwrite(
        path,
        np.stack([PIXELS, 255 - PIXELS, PIXELS // 2]),
        photometric="minisblack",
        metadata={"axes": "TYX"},
    )
    assert shown(path, AxesReading("TYX", 0)) == 0
    draw(window, 2)
    assert window.session.persistence.save_now()
    assert shown(path, AxesReading("TYX", 2)) == 0, "masks of another time point are none of this one"
    draw(window, 4)
    assert window.session.persistence.save_now()
    assert shown(path, AxesReading("TYX", 0)) == 2
    assert shown(path, AxesReading("TYX", 2)) == 4
    assert project_keys(tmp_path / "movie.cpsam") == (DocumentKey(time=0), DocumentKey(time=2))
    assert (tmp_path / "movie_t002_masks.tif").exists() and not asked


def test_a_journal_belongs_to_its_time_point(
    window: Window, tmp_path: Path, shown: Callable[..., int], qtbot: QtBot
) -> None:
    path = tmp_path / "movie.tif"
    frames = np.stack([PIXELS, 255 - PIXELS, PIXELS // 2])
    tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TYX"})
    shown(path, AxesReading("TYX", 2))
    draw(window, 3)
    journal = window.session.persistence.journal
    assert journal is not None
    journal.flush()
    left = tmp_path / "left.journal"
    left.write_bytes(journal.path.read_bytes())
    assert part_of(left) == "_t002"
    window.session.persistence.discard()
    assert shown(path, AxesReading("TYX", 0)) == 0
    window.session.recovery.recover(left)

    def is_back() -> bool:
        image = window.session.image
        return image is not None and image.time == 2 and len(window.session.document.objects) == 3

    qtbot.waitUntil(is_back)
