"""A new tool, panel, format or training option is one class or field and one row; nothing else has to know of it."""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QDoubleSpinBox, QLabel, QToolBar

from cpsam_core.cli.train_options import add_setting_options, settings_given
from cpsam_core.finetune.option import option
from cpsam_core.finetune.settings import TrainSettings
from cpsam_core.images import readers
from cpsam_gui import panels, tools
from cpsam_gui.actions.install import install
from cpsam_gui.actions.make import ACTIONS
from cpsam_gui.actions.tools import tool_rows, toolbar_rows
from cpsam_gui.panels import Host, Panel, Place
from cpsam_gui.panels.train.options import TrainingOptions
from cpsam_gui.tools import Tool, ToolEntry, ToolSection
from cpsam_gui.window.file_dialogs import image_filter
from cpsam_gui.window.window import Window

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session


class Measure(Tool):
    """A tool that nobody needs."""

    key = "dummy"
    title = "Measure a distance"
    hint = "Drag from one place to another"
    entry = ToolEntry("ruler", "Ctrl+Alt+Shift+M", ToolSection.EDIT)


class Notes(Panel):
    """A panel that nobody needs."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self.session, self.host = session, host
        self.followed: list[bool] = []
        self.stays = False

    def follow(self, on: bool) -> None:
        """Note whether the panel is in view."""
        self.followed.append(on)

    def may_close(self) -> bool:
        """Ask nobody."""
        return not self.stays


def test_a_tool_is_one_class_and_one_row(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tools.TOOLS, Measure.key, Measure)
    rows = tuple(tool_rows(tools.TOOLS.values()))
    (row,) = [row for row in rows if row.tool == Measure.key]
    assert row.key in tuple(toolbar_rows(tools.TOOLS.values()))
    # What a start of the program builds from the table of tools.
    others = tuple(action for action in ACTIONS if action.menu != "Tools" or not action.tool)
    window = Window(session)
    qtbot.addWidget(window)
    installed = install(window, (*rows, *others), tuple(toolbar_rows(tools.TOOLS.values())))
    action = installed.by_key["tool_dummy"]
    bar = window.findChild(QToolBar, "toolbar")
    assert bar is not None and action in bar.actions()
    assert action.shortcut().toString() == "Ctrl+Alt+Shift+M"
    action.setEnabled(True)
    action.trigger()
    assert isinstance(window.session.gestures.tool, Measure)
    assert installed.tool_options.name.text() == "Measure a distance"
    assert action.isChecked()


def test_a_panel_is_one_class_and_one_row(session: Session, qtbot: QtBot) -> None:
    window = Window(session, places=(*panels.PLACES, Place("Notes", Notes, "bottom")))
    install(window)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    panel = window.panel(Notes)
    assert panel.session is session and panel.host is window
    menu = window.menuBar()
    assert menu is not None
    switch = window.docks["Notes"].toggleViewAction()
    assert switch is not None and switch.text() == "Notes"
    window.show_panel("Notes")
    qtbot.waitUntil(lambda: panel.followed[-1:] == [True])
    assert panel.mapTo(window, QPoint(0, 0)).x() > window.canvas.width() // 2
    window.hide_panel("Notes")
    assert panel.followed[-1] is False
    panel.stays = True
    assert not window.close()
    panel.stays = False
    assert window.close()


def test_a_kind_of_image_is_one_file_and_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "*.dummy" not in image_filter()
    monkeypatch.setattr(readers, "_READERS", list(readers._READERS))
    readers.register(readers.Reader("a dummy", (".dummy",), readers.read_raw))
    assert "*.dummy" in image_filter()
    assert readers.can_read("cells.dummy")


FORMAT = """
import sys, types
from pathlib import Path
from cpsam_core import formats
from cpsam_core.formats import kinds, registry

module = types.ModuleType("cpsam_core.formats.dummy")
exec('''
import numpy as np
from cpsam_core.formats.objects import ObjectSet

def write_dummy(path, objects, options):
    path.write_text(str(len(objects.ids)))

def read_dummy(path, hints):
    yield ObjectSet(np.eye(4, dtype=np.uint32))
''', module.__dict__)
sys.modules["cpsam_core.formats.dummy"] = module
row = kinds.Format("dummy", "A dummy", "_dummy.dum", (".dum",), "dummy", stacks=True)
# As if the row stood in the table of kinds.py.
formats.FORMATS = registry.FORMATS = kinds.FORMATS = (*kinds.FORMATS, row)

from cpsam_core.cli import main
from cpsam_core.cli.kinds import ALL, KINDS
from cpsam_core.formats import format_of, read_objects
from cpsam_gui.storage.companions import holds_objects

assert "dummy" in KINDS and "dummy" in ALL
main(["segment", "--demo", "--save", "dummy", "--out", "out"])
(written, *_) = sorted(Path("out").glob("*_dummy.dum"))
assert int(written.read_text()) > 0
assert read_objects(written).labels.shape == (4, 4)
assert holds_objects(written)
assert main(["convert", str(written), "--to", "tif", "--out", "tif"]) == 0
assert list(Path("tif").iterdir())
"""


@dataclass(frozen=True)
class MoreSettings(TrainSettings):
    """Settings with an option that nobody needs."""

    wobble: float = field(
        default=0.5, metadata=option("Wobble", "How much the rate wobbles", "numbers", 0, 1, decimals=2)
    )


def test_a_training_option_is_one_field(qtbot: QtBot) -> None:
    parser = argparse.ArgumentParser()
    add_setting_options(parser, MoreSettings)
    assert "how much the rate wobbles" in parser.format_help()
    assert settings_given(parser.parse_args(["--wobble", "0.25"]), MoreSettings) == {"wobble": 0.25}
    panel = TrainingOptions(MoreSettings)
    qtbot.addWidget(panel)
    shown = panel.fields["wobble"]
    assert isinstance(shown, QDoubleSpinBox)
    assert (shown.minimum(), shown.maximum(), shown.decimals()) == (0, 1, 2)
    assert shown.toolTip() == "How much the rate wobbles"
    assert "Wobble" in [label.text() for label in panel.findChildren(QLabel)]


def test_a_format_of_objects_is_one_file_and_one_row(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FORMAT], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_window_names_no_panel() -> None:
    source = Path(sys.modules[Window.__module__].__file__ or "").read_text(encoding="utf-8")
    assert not [kind for kind in dir(panels) if kind.endswith("Panel") and kind != "Panel" and kind in source]
