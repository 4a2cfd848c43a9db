"""Whether a battery is used up, by the files that Linux keeps of it."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pytest

from cpsam_core.system.power import discharging, on_battery

if TYPE_CHECKING:
    from pathlib import Path

MAINS = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}
BATTERY = {"type": "Battery", "status": "Discharging"}
MOUSE = {**BATTERY, "scope": "Device"}


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ([], False),
        ([MAINS], False),
        ([UNPLUGGED, BATTERY], True),
        ([MAINS, BATTERY], False),
        ([BATTERY], True),
        ([{"type": "Battery", "status": "Full"}], False),
        ([MOUSE], False),
    ],
)
def test_a_battery_of_the_computer_that_is_used_up(
    tmp_path: Path, supplies: list[dict[str, str]], expected: bool
) -> None:
    for number, supply in enumerate(supplies):
        folder = tmp_path / f"supply{number}"
        folder.mkdir()
        for name, text in supply.items():
            (folder / name).write_text(text + "\n")
    assert discharging(tmp_path) is expected


def test_a_system_that_does_not_say_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not discharging(tmp_path / "missing")
    monkeypatch.setattr(platform, "system", lambda: "Plan 9")
    assert not on_battery()
