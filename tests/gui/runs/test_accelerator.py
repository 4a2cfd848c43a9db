from __future__ import annotations

from threading import Event, Thread

import pytest

from cpsam_core.progress import Cancelled, silent
from cpsam_gui.runs.accelerator import Accelerator


def test_background_gives_way_between_two_steps_and_goes_on() -> None:
    device, order = Accelerator(), []
    started, finished = Event(), Event()

    def background() -> None:
        with device.background(silent, lambda: False) as report:
            for step in range(3):
                order.append(f"tile {step}")
                started.set()
                if step == 0:
                    finished.wait(0.2)  # time for the foreground to ask
                report(step, 3, "tiles")

    thread = Thread(target=background)
    thread.start()
    assert started.wait(5)
    with device.foreground(silent):
        order.append("foreground")
        assert order == ["tile 0", "foreground"]
    thread.join(5)
    assert order == ["tile 0", "foreground", "tile 1", "tile 2"]


def test_paused_work_holds_nothing_and_can_be_cancelled() -> None:
    device, paused, stop, ended = Accelerator(), Event(), Event(), Event()
    paused.set()

    def progress(done: int, total: int, note: str = "") -> None:
        if stop.is_set():
            raise Cancelled

    def background() -> None:
        with pytest.raises(Cancelled), device.background(progress, paused.is_set) as report:
            report(0, 1, "tiles")
        ended.set()

    thread = Thread(target=background)
    thread.start()
    with device.foreground(silent):
        pass
    stop.set()
    assert ended.wait(5)
    with device.foreground(silent):  # nobody left it held
        pass
    thread.join(5)


def test_waiting_for_the_device_can_be_cancelled() -> None:
    device = Accelerator()

    def refuse(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with device.foreground(silent), pytest.raises(Cancelled), device.foreground(refuse):
        pytest.fail("held twice")
    with device.foreground(silent):
        pass


def test_an_error_gives_the_device_back() -> None:
    device = Accelerator()
    with pytest.raises(ValueError, match="no"), device.foreground(silent):
        raise ValueError("no")
    with pytest.raises(ValueError, match="no"), device.background(silent, lambda: False):
        raise ValueError("no")
    with device.foreground(silent):
        pass
