from __future__ import annotations

import gc
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cpsam_gui import tidy

if TYPE_CHECKING:
    from cpsam_gui.window import Window


def test_garbage_waits_until_the_mouse_rests(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    now, done, interval = 100.0, [], sys.getswitchinterval()
    fake = SimpleNamespace(
        freeze=lambda: done.append("freeze"), collect=lambda: done.append("collect"),
        get_threshold=gc.get_threshold, set_threshold=lambda *values: done.append(values[2]),
    )  # fmt: skip
    monkeypatch.setattr(tidy, "gc", fake)
    monkeypatch.setattr(tidy, "monotonic", lambda: now)
    try:
        keeper = tidy.Tidy(window.canvas)
    finally:
        sys.setswitchinterval(interval)
    assert done == ["freeze", tidy.NEVER]
    window.canvas.pointed.emit(1.0, 1.0)
    now += 1
    assert not keeper.collect()
    now += tidy.REST
    assert keeper.collect()
    assert done[-1] == "collect"
