"""Every button of every dialog has a letter of its own, which presses it together with Alt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PyQt6.QtWidgets import QDialog, QPushButton

from cpsam_gui.actions.install import actions_of
from cpsam_gui.dialogs.axes import AxesDialog
from cpsam_gui.dialogs.before_after import BeforeAfterPage
from cpsam_gui.dialogs.preferences import PreferencesDialog
from cpsam_gui.dialogs.recovery import RecoveryDialog
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.style.number_fields import DecimalQuestion
from cpsam_gui.tasks.axes_reading import read_unsure
from cpsam_gui.window.review_pages import MethodsPage
from tests.gui.session.test_training import outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpsam_gui.window.window import Window


def dialogs(window: Window, image: Path) -> Iterator[QDialog]:
    session = window.session
    verdict = BeforeAfterPage(window, session.open_image, session.jobs, outcome_of(image, None))
    verdict.show_following(image)
    yield verdict
    methods = MethodsPage(window, "text")
    methods.copy.click()
    yield methods
    yield RecoveryDialog(window, [], lambda one: None)
    yield AxesDialog(window, read_unsure(image, lambda *_: None))
    yield PreferencesDialog(window, Preferences())
    yield DecimalQuestion(window, "title", "words")
    yield window.training_pages.show_models()
    yield window.pages.export()
    yield window.pages.updates()
    yield window.pages.about()
    yield window.pages.doctor()
    before = set(window.findChildren(QDialog))
    for key in ("shortcuts", "compare"):
        actions_of(window)[key].trigger()
    yield from set(window.findChildren(QDialog)) - before


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_button_has_a_letter_of_its_own(
    language: str, request: pytest.FixtureRequest, image_file: Path
) -> None:
    if language == "de":
        request.getfixturevalue("german")
    window: Window = request.getfixturevalue("segmented")
    seen = set()
    for dialog in dialogs(window, image_file):
        buttons = [one for one in dialog.findChildren(QPushButton) if one.text()]
        letters = [
            text[text.index("&") + 1].lower() for text in (one.text() for one in buttons) if "&" in text
        ]
        said = [one.text() for one in buttons]
        assert len(letters) == len(set(letters)) == len(buttons) > 0, (type(dialog).__name__, said)
        seen.add(type(dialog))
        dialog.close()
    assert len(seen) == 13
