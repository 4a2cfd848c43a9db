"""How far a job is never goes back; what it does is told in plain words."""

from __future__ import annotations

from cpsam_core.data import device_images
from cpsam_gui.program.i18n import translate_said
from cpsam_gui.program.progress_words import ProgressWords
from cpsam_gui.runs import accelerator


def test_progress_never_goes_back_and_tells_what_and_how_long() -> None:
    now = [0.0]
    words = ProgressWords(lambda: now[0])
    assert words.start("Segmenting") == "Segmenting"
    parts, said = [], []
    for second, (done, total, note) in enumerate(
        [
            (0, 1, "Loading the model"),
            (1, 10, "tiles"),
            (5, 10, "tiles"),
            (1, 100, "following flows"),
            (0, 1, "Objects"),
        ]
    ):
        now[0] = 10.0 * second
        said.append(words.go_on(done, total, note))
        parts.append(words.part)
    assert parts == sorted(parts)
    assert said[0] == "Segmenting: Loading the model"
    assert said[1] == "Segmenting: looking at the image, about 2 min left"
    assert said[2] == "Segmenting: looking at the image, about 24 s left"
    assert said[3].startswith("Segmenting: tracing the cells")
    assert said[4].startswith("Segmenting: making objects")
    assert words.start("Saving") == "Saving"
    assert words.part == 0


def test_what_work_waits_for_is_told_in_german(german: None) -> None:
    for note in (accelerator.WAITING, device_images.READING):
        assert translate_said(note) != note


def follow(*reports: tuple[float, int, int, str]) -> tuple[list[str], list[float]]:
    """Return words and part after each of the reports: second, done, total, note."""
    now = [0.0]
    words = ProgressWords(lambda: now[0])
    words.start("Segmenting")
    said, parts = [], []
    for now[0], done, total, note in reports:
        said.append(words.go_on(done, total, note).removeprefix("Segmenting: "))
        parts.append(words.part)
    assert parts == sorted(parts)
    return said, parts


def test_the_size_of_the_cells_does_not_stand_for_the_run() -> None:
    said, parts = follow(
        (1, 0, 1, "Loading the model"),
        (2, 1, 1, "cell size"),
        (3, 2, 2, "cell size"),
        (33, 30, 300, "YX plane 31 of 100"),
        (63, 60, 300, "YX plane 61 of 100"),
        (303, 300, 300, "ZY plane 100 of 100"),
        (304, 50, 100, "following flows"),
        (305, 0, 1, "Objects"),
    )
    assert parts[2] == 0.1 and "left" not in said[2]
    assert 0.1 < parts[3] < parts[4] < 0.3 and parts[5] < parts[6] < 1
    assert said[3] == "seen from above, 31 %, about 5 min left"
    assert said[5].startswith("seen from the side, 100 %")
    assert said[6].startswith("tracing the cells")


def test_what_is_fetched_first_tells_its_own_time() -> None:
    said, parts = follow(
        (0, 0, 1, "Loading the model"),
        (10, 10, 100, "cpsam_v2"),
        (100, 100, 100, "cpsam_v2"),
        (110, 5, 10, "tiles"),
    )
    assert said[1] == "cpsam_v2, about 2 min left"
    assert parts[2] == 0.1 and 0.5 < parts[3] < 0.6
    assert said[3] == "looking at the image, about 12 s left"


def test_thresholds_and_work_without_a_model_have_the_whole_bar() -> None:
    assert follow((1, 50, 100, "following flows"), (2, 0, 1, "Objects"))[1] == [0.5, 0.5]
    assert follow((1, 1, 4, "a.tif"), (2, 4, 4, ""))[1] == [0.25, 1]
    assert follow((1, 0, 1, "Loading the model"), (2, 3, 4, "blocks: objects"))[1] == [0, 0.75]


def test_waiting_for_another_run_changes_nothing() -> None:
    said, parts = follow((1, 0, 10, "tiles"), (2, 5, 10, "tiles"), (3, 0, 1, "Waits"), (4, 6, 10, "tiles"))
    assert parts[2] == parts[1] and parts[3] == 0.9 * 0.6 and said[2].startswith("Waits")
