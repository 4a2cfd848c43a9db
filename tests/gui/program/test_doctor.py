from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PyQt6.QtGui import QGuiApplication

from cpsam_core import doctor as engine
from cpsam_gui.program.doctor import as_text, verdict

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

FACTS: dict[str, Any] = {
    "cpsam": "1",
    "python": "3.11",
    "system": "Linux",
    "packages": {"numpy": "2", "tifffile": ""},
    "processor": "P",
    "cores": 4,
    "usable_cores": 2,
    "threads": 2,
    "memory": 16e9,
    "free_memory": 1e9,
    "bfloat16_on_cpu": False,
    "graphics": [],
    "mps": False,
    "device": "cpu",
    "precision": "float32",
    "advice": "Update the driver.",
}


def test_every_trouble_has_an_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_free", lambda folder: 1_000_000)
    found = {one.title: one for one in engine.diagnose(FACTS)}
    assert found["Memory"].level == "note" and "Close" in found["Memory"].advice
    assert found["Libraries"].advice == "pip install tifffile"
    assert found["Graphics"].advice == "Update the driver."
    assert found["Disk of your models"].level == "problem"
    assert found["Model cpsam-lite"].level == "good"
    assert all(one.advice for one in found.values() if one.level == "problem")
    problems, notes = verdict(tuple(found.values()))
    assert problems == 3 and notes >= 2
    assert "[PROBLEM] Libraries: numpy 2, tifffile missing\n    -> pip install tifffile" in as_text(
        tuple(found.values())
    )


def test_cards_of_graphics() -> None:
    card = {"device": "cuda", "name": "H", "memory": 80e9, "free_memory": 1e9, "bfloat16": True}
    facts = FACTS | {"graphics": [card], "device": "cuda", "advice": "", "mps": True}
    found = [one for one in engine.diagnose(facts) if one.title == "Graphics"]
    assert [one.level for one in found] == ["note", "good"]
    assert "Other programs" in found[0].advice


@pytest.mark.parametrize(
    ("machine", "built", "words"),
    [("x86_64", True, "arm64"), ("arm64", False, "without MPS"), ("arm64", True, "macOS 12.3")],
)
def test_a_mac_without_its_graphics(
    monkeypatch: pytest.MonkeyPatch, machine: str, built: bool, words: str
) -> None:
    import torch

    monkeypatch.setattr(engine, "SYSTEM", "Darwin")
    monkeypatch.setattr(engine.platform, "machine", lambda: machine)
    monkeypatch.setattr(torch.backends.mps, "is_built", lambda: built)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert words in engine._mps_advice(torch)


def test_the_page_fills_in_the_background(window: Window, qtbot: QtBot) -> None:
    page = window.pages.doctor()
    assert not page.copy.isEnabled()
    qtbot.waitUntil(lambda: bool(page.findings), timeout=60_000)
    assert any(one.title == "Windows" and "offscreen" in one.text for one in page.findings)
    page.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert "Computes on" in clipboard.text()
    page.close()
