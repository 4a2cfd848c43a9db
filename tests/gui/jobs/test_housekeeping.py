from __future__ import annotations

import gc
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication

from cpsam_gui import app
from cpsam_gui.jobs import collector as garbage

if TYPE_CHECKING:
    import pytest

    from cpsam_gui.window.window import Window


def test_garbage_waits_until_the_mouse_rests(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    now, done, interval, young = 1000.0, [], sys.getswitchinterval(), 10**4
    fake = SimpleNamespace(
        freeze=lambda: done.append("freeze"),
        collect=lambda *young: done.append(young or "all"),
        unfreeze=lambda: done.append("unfreeze"),
        get_count=lambda: (young, 10**6, 10**6),
        get_threshold=gc.get_threshold,
        enable=gc.enable,
        isenabled=gc.isenabled,
    )
    monkeypatch.setattr(app, "gc", fake)
    monkeypatch.setattr(garbage, "gc", fake)
    monkeypatch.setattr(garbage, "monotonic", lambda: now)
    monkeypatch.setattr(garbage, "FULL_TICKS", 0)
    monkeypatch.setattr(garbage.Collector, "_gathered", 0)
    monkeypatch.setattr(garbage.Collector, "_put_off", 0)
    state = Qt.ApplicationState.ApplicationActive
    monkeypatch.setattr(QGuiApplication, "applicationState", lambda: state)
    try:
        app.keep_strokes_smooth(window)
        assert sys.getswitchinterval() < 0.002
    finally:
        sys.setswitchinterval(interval)
    collector = window.session.collector
    window.canvas.pointed.emit(1.0, 1.0)
    now += 1
    collector.tick()
    now += garbage.REST_SECONDS
    collector.tick()
    assert done == ["freeze", (1,), "all"]
    # So many, as torch brings, are not looked at while somebody may see the window stand still.
    done.clear()
    young = 10**6
    collector.tick()
    assert done == ["freeze"]
    young = 10**4
    collector.tick()
    assert done == ["freeze", "all"]
    done.clear()
    state = Qt.ApplicationState.ApplicationInactive
    collector.tick()
    assert done == ["unfreeze", "all", "freeze"]
    # Many little ones come to the same.
    done.clear()
    state = Qt.ApplicationState.ApplicationActive
    window.canvas.pointed.emit(1.0, 1.0)
    for _ in range(5):
        collector.tick()
    assert done == [(1,), (1,), "freeze", (1,), (1,)]
    now += garbage.LONG_REST_SECONDS + 1
    done.clear()
    collector.tick()
    assert done == ["unfreeze", "all", "freeze"]
    # Memory does not wait for that.
    done.clear()
    young = garbage.MOST_PUT_OFF + 1
    window.canvas.pointed.emit(1.0, 1.0)
    collector.tick()
    now += garbage.REST_SECONDS + 1
    young = 10**4
    collector.tick()
    assert done == ["freeze", "unfreeze", "all", "freeze"]
