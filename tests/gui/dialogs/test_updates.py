"""The check for updates asks first, and then says what it found."""

from __future__ import annotations

from typing import Any

import pytest

from cpsam_core.errors import CpsamError
from cpsam_gui.dialogs import updates
from cpsam_gui.window.window import Window


@pytest.mark.parametrize(
    ("newest", "words"), [("99.0", "Version 99.0 is available"), ("0.0.1", "is the newest")]
)
def test_nothing_is_asked_before_the_button(
    window: Window, qtbot: Any, monkeypatch: pytest.MonkeyPatch, newest: str, words: str
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(updates, "newest_version", lambda: asked.append(True) or newest)
    page = window.pages.updates()
    assert not asked
    page.ask.click()
    qtbot.waitUntil(lambda: words in page.words.text())
    assert asked == [True]
    page.close()


def test_a_failure_is_said_and_can_be_tried_again(
    window: Window, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise CpsamError("The package index cannot be reached.")

    monkeypatch.setattr(updates, "newest_version", fail)
    page = window.pages.updates()
    page.ask.click()
    qtbot.waitUntil(lambda: "cannot be reached" in page.words.text())
    assert page.ask.isEnabled()
    page.close()
