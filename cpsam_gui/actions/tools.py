"""Taking up a tool, and the settings of the tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction

from cpsam_gui.actions.facts import BY_INTENSITY, WITH_IMAGE, Condition
from cpsam_gui.actions.parts import on_edits, on_gestures
from cpsam_gui.actions.table import Action
from cpsam_gui.tools import TOOLS, ToolSection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cpsam_gui.actions.table import Do
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.tools import Tool
    from cpsam_gui.window.window import Window


def _tool(key: str) -> Do:
    def do(window: Window) -> None:
        action = window.findChild(QAction, f"tool_{key}")
        # The key in force, which may be one of the user's own: the tool is held for as long as it is.
        gestures = window.session.gestures
        gestures.use_by_key(key, action.shortcut().toString() if action is not None else "")

    return do


def _divide(gestures: Gestures) -> None:
    options = gestures.options
    options.by_intensity = not options.by_intensity


def tool_rows(tools: Iterable[type[Tool]]) -> Iterator[Action]:
    """Yield an action for each tool that has an entry, section by section."""
    offered = [(tool, tool.entry) for tool in tools if tool.entry is not None]
    for section in ToolSection:
        mine = [(tool, entry) for tool, entry in offered if entry.section is section]
        for place, (tool, entry) in enumerate(mine):
            yield Action(
                f"tool_{tool.key}",
                tool.title,
                _tool(tool.key),
                (entry.shortcut,),
                entry.icon,
                WITH_IMAGE,
                "Tools",
                tool.key,
                break_before=place == 0,
            )


def toolbar_rows(tools: Iterable[type[Tool]]) -> Iterator[str | None]:
    """Yield the keys of the actions of the tool bar, None where a new section begins."""
    offered = [(tool, tool.entry) for tool in tools if tool.entry is not None and tool.entry.in_bar]
    for section in ToolSection:
        yield None
        yield from (f"tool_{tool.key}" for tool, entry in offered if entry.section is section)


TOOLBAR = tuple(toolbar_rows(TOOLS.values()))

ACTIONS: tuple[Action, ...] = (
    *tool_rows(TOOLS.values()),
    Action(
        "smaller",
        "Smaller brush, less tolerance",
        on_gestures(lambda gestures: gestures.adjust(-1)),
        ("[", ","),
        "",
        WITH_IMAGE,
        "Tools",
        break_before=True,
    ),
    Action(
        "larger",
        "Larger brush, more tolerance",
        on_gestures(lambda gestures: gestures.adjust(1)),
        ("]", "."),
        "",
        WITH_IMAGE,
        "Tools",
    ),
    Action(
        "write_mode",
        "Next write mode",
        on_edits(lambda edits: edits.next_mode()),
        ("T",),
        "",
        WITH_IMAGE,
        "Tools",
    ),
    Action(
        "divide_by",
        "Seeds divide by intensity",
        on_gestures(_divide),
        ("Shift+I",),
        "",
        WITH_IMAGE,
        "Tools",
        checked=Condition((BY_INTENSITY,)),
    ),
)
