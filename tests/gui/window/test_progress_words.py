"""How far a job is never goes back; what it does is told in plain words."""

from __future__ import annotations

from cpsam_gui.window.progress_words import ProgressWords


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
    assert said[2] == "Segmenting: looking at the image, about 20 s left"
    assert said[3].startswith("Segmenting: tracing the cells")
    assert said[4].startswith("Segmenting: making objects")
    assert words.start("Saving") == "Saving"
    assert words.part == 0
