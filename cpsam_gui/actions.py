"""Every action of the window in one table; menus, tool bar, shortcuts and tests are built from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QAction, QActionGroup, QKeySequence

from . import operations, theme
from .tools.outline import Polygon
from .view import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable

    from .session import Session
    from .window import Window

    Do: TypeAlias = Callable[["Window"], object]
    Test: TypeAlias = Callable[[Session], bool]


def translate(text: str) -> str:
    """Return the words in the user's language."""
    return QCoreApplication.translate("actions", text)


def always(session: Session) -> bool:
    """Allow at any time."""
    return True


def with_image(session: Session) -> bool:
    """Allow while an image is open."""
    return session.image is not None


def with_file(session: Session) -> bool:
    """Allow where the open image has a file, and so a folder."""
    return session.path is not None


def with_objects(session: Session) -> bool:
    """Allow where there are masks."""
    return bool(session.document.objects)


def with_selection(session: Session) -> bool:
    """Allow while something is selected."""
    return bool(session.view.selection)


def with_two(session: Session) -> bool:
    """Allow while at least two objects are selected."""
    return len(session.view.selection) > 1


def with_stack(session: Session) -> bool:
    """Allow in z-stacks."""
    return session.document.shape[0] > 1


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do. The first shortcut is shown; the others work too."""

    key: str
    text: str
    do: Do
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    enabled: Test = always
    menu: str = ""
    tool: str = ""
    """Key of the tool that this action takes up; such actions exclude each other."""
    checked: Test | None = None
    """State of a switch."""
    break_before: bool = False


def _change(operation: Callable[..., str | None], *args: object) -> Do:
    """Return an action that applies an operation to the selected objects."""

    def do(window: Window) -> None:
        session = window.session
        session.change(lambda document: operation(document, sorted(session.view.selection), *args))

    return do


def _tool(key: str) -> Do:
    return lambda window: window.session.use(key)


def _masks(**fields: object) -> Do:
    return lambda window: window.session.view.set_masks(**fields)


def _toggle_masks(window: Window) -> None:
    view = window.session.view
    view.set_masks(visible=not view.masks.visible)


def _toggle_outlines(window: Window) -> None:
    view = window.session.view
    view.set_masks(overlay=Overlay.FILL if view.masks.overlay is not Overlay.FILL else Overlay.BOTH)


def _toggle_fill(window: Window) -> None:
    view = window.session.view
    view.set_masks(overlay=Overlay.OUTLINE if view.masks.overlay is not Overlay.OUTLINE else Overlay.BOTH)


def _solo(window: Window) -> None:
    view = window.session.view
    view.set_masks(solo=not view.masks.solo)


def _plane(by: int) -> Do:
    def do(window: Window) -> None:
        session = window.session
        session.view.plane = min(max(session.view.plane + by, 0), session.document.shape[0] - 1)

    return do


def _only_channel(index: int) -> Do:
    """Return an action that shows one channel alone, or all where it is alone already."""

    def do(window: Window) -> None:
        view = window.session.view
        if index < len(view.channels):
            alone = all(channel.visible == (i == index) for i, channel in enumerate(view.channels))
            view.channels = tuple(
                replace(c, visible=alone or i == index) for i, c in enumerate(view.channels)
            )

    return do


def _backspace(window: Window) -> None:
    session = window.session
    if isinstance(session.tool, Polygon) and session.tool.busy:
        session.tool.back()
        session.redraw.emit()
    else:
        _change(operations.delete)(window)


def _select_all(window: Window) -> None:
    window.session.view.selection = frozenset(window.session.document.objects)


def _busy(session: Session) -> bool:
    return session.jobs.busy


def _can_run(session: Session) -> bool:
    return session.image is not None and not session.jobs.busy


ACTIONS: tuple[Action, ...] = (
    Action("open", "Open image…", lambda w: w.ask_open(), ("Ctrl+O", "Ctrl+L"), "folder_open_outline",
           menu="File"),
    Action("demo", "Open the demonstration", lambda w: w.open_demo(), icon="image_outline", menu="File"),
    Action("next", "Next image", lambda w: w.open_neighbour(1), ("D", "Right"), "arrow_right", with_file, "File"),
    Action("previous", "Previous image", lambda w: w.open_neighbour(-1), ("A", "Left"), "arrow_left",
           with_file, "File"),
    Action("import", "Import masks…", lambda w: w.ask_import(), ("Ctrl+M", "Ctrl+P"), "file_import_outline",
           with_image, "File"),
    Action("save", "Save", lambda w: w.save(), ("Ctrl+S",), "content_save_outline", with_image, "File",
           break_before=True),
    Action("export", "Export masks…", lambda w: w.ask_save(), ("Ctrl+Shift+S", "Ctrl+N"),
           "file_export_outline", with_image, "File"),
    Action("export_seg", "Export for Cellpose…", lambda w: w.ask_save_seg(), (), "", with_image, "File"),
    Action("quit", "Quit", lambda w: w.close(), ("Ctrl+Q",), "exit_to_app", menu="File", break_before=True),
    Action("undo", "Undo", lambda w: w.session.undo(), ("Ctrl+Z",), "undo",
           lambda s: s.document.can_undo, "Edit"),
    Action("redo", "Redo", lambda w: w.session.redo(), ("Ctrl+Y", "Ctrl+Shift+Z"), "redo",
           lambda s: s.document.can_redo, "Edit"),
    Action("select_all", "Select all", _select_all, ("Ctrl+A",), "selection", with_objects, "Edit",
           break_before=True),
    Action("delete", "Delete", _backspace, ("Del", "Backspace"), "delete_outline", with_image, "Edit"),
    Action("merge", "Merge selected", _change(operations.merge), ("Ctrl+G",), "set_merge", with_two, "Edit"),
    Action("fill_holes", "Fill holes", _change(operations.fill_holes), ("F",), "circle_double",
           with_selection, "Edit"),
    Action("grow", "Grow", _change(operations.grow, 1), ("Ctrl+Up",), "plus_circle_outline",
           with_selection, "Edit"),
    Action("shrink", "Shrink", _change(operations.grow, -1), ("Ctrl+Down",), "minus_circle_outline",
           with_selection, "Edit"),
    Action("smooth", "Smooth", _change(operations.smooth), ("Shift+F",), "water_outline", with_selection,
           "Edit"),
    Action("lock", "Lock or unlock", _change(operations.set_locked), ("L",), "lock_outline",
           with_selection, "Edit"),
    Action("clear", "Clear all masks", lambda w: w.session.change(operations.clear), ("Ctrl+0",),
           "close", with_objects, "Edit", break_before=True),
    Action("finish", "Finish outline", lambda w: w.session.finish_gesture(), ("Return", "Enter"), "",
           with_image, "Edit", break_before=True),
    Action("cancel", "Give up outline or selection", lambda w: w.session.cancel_gesture(), ("Esc",), "",
           with_image, "Edit"),
    Action("tool_select", "Select and pan", _tool("select"), ("V",), "cursor_default_outline",
           with_image, "Tools", "select"),
    Action("tool_brush", "Brush", _tool("brush"), ("B",), "brush", with_image, "Tools", "brush"),
    Action("tool_eraser", "Eraser", _tool("eraser"), ("E",), "eraser", with_image, "Tools", "eraser"),
    Action("tool_outline", "Outline by hovering", _tool("outline"), ("O",), "gesture", with_image,
           "Tools", "outline"),
    Action("tool_lasso", "Lasso", _tool("lasso"), ("Q",), "lasso", with_image, "Tools", "lasso"),
    Action("tool_polygon", "Polygon", _tool("polygon"), ("P",), "vector_polygon", with_image, "Tools",
           "polygon"),
    Action("tool_split", "Split by a line", _tool("split"), ("K",), "box_cutter", with_image, "Tools",
           "split"),
    Action("smaller", "Smaller brush", lambda w: w.session.scale_brush(1 / 1.15), ("[", ","), "",
           with_image, "Tools", break_before=True),
    Action("larger", "Larger brush", lambda w: w.session.scale_brush(1.15), ("]", "."), "", with_image,
           "Tools"),
    Action("run", "Segment", lambda w: w.run(), ("Ctrl+Return",), "play", _can_run, "Segment"),
    Action("stop", "Cancel", lambda w: w.session.jobs.cancel(), ("Ctrl+.",), "stop", _busy, "Segment"),
    Action("fit", "Whole image", lambda w: w.canvas.fit(), ("Home",), "fit_to_screen_outline",
           with_image, "View"),
    Action("zoom_in", "Zoom in", lambda w: w.canvas.zoom(1.5), ("=", "+", "Ctrl++"),
           "magnify_plus_outline", with_image, "View"),
    Action("zoom_out", "Zoom out", lambda w: w.canvas.zoom(1 / 1.5), ("-", "Ctrl+-"),
           "magnify_minus_outline", with_image, "View"),
    Action("masks", "Show masks", _toggle_masks, ("X",), "layers_outline", with_image, "View",
           checked=lambda s: s.view.masks.visible, break_before=True),
    Action("outlines", "Show outlines", _toggle_outlines, ("Z",), "circle_outline", with_image, "View",
           checked=lambda s: s.view.masks.overlay is not Overlay.FILL),
    Action("fill", "Show fill", _toggle_fill, ("Shift+X",), "", with_image, "View",
           checked=lambda s: s.view.masks.overlay is not Overlay.OUTLINE),
    Action("solo", "Only the selected objects", _solo, ("S",), "eye_outline", with_image, "View",
           checked=lambda s: s.view.masks.solo),
    Action("red", "First channel alone", _only_channel(0), ("R",), "", with_image, "View", break_before=True),
    Action("green", "Second channel alone", _only_channel(1), ("G",), "",
           lambda s: len(s.view.channels) > 1, "View"),
    Action("blue", "Third channel alone", _only_channel(2), ("Shift+B",), "",
           lambda s: len(s.view.channels) > 2, "View"),
    Action("plane_up", "Next plane", _plane(1), ("PgUp",), "", with_stack, "View", break_before=True),
    Action("plane_down", "Previous plane", _plane(-1), ("PgDown",), "", with_stack, "View"),
    Action("theme", "Light theme", lambda w: w.toggle_theme(), (), "theme_light_dark", menu="View",
           checked=lambda s: theme.current() is theme.LIGHT, break_before=True),
    Action("about", "About cpsam-gui", lambda w: w.about(), (), "information_outline", menu="Help"),
)  # fmt: skip

TOOLBAR = (
    "open", "save", None, "tool_select", "tool_brush", "tool_eraser", "tool_outline", "tool_lasso",
    "tool_polygon", "tool_split", None, "undo", "redo", None, "masks", "fit",
)  # fmt: skip
MENUS = ("File", "Edit", "Tools", "Segment", "View", "Help")


def make(window: Window) -> dict[str, QAction]:
    """Build the Qt actions of a window."""
    made: dict[str, QAction] = {}
    tools = QActionGroup(window)
    for action in ACTIONS:
        made[action.key] = one = QAction(translate(action.text), window)
        one.setObjectName(action.key)
        one.setShortcuts([QKeySequence(shortcut) for shortcut in action.shortcuts])
        one.triggered.connect(partial(_trigger, action, window))
        if action.tool:
            one.setCheckable(True)
            tools.addAction(one)
        elif action.checked is not None:
            one.setCheckable(True)
        tip = f"{translate(action.text).removesuffix('…')}"
        one.setToolTip(f"{tip}  ({one.shortcut().toString()})" if action.shortcuts else tip)
    decorate(made)
    return made


def decorate(made: dict[str, QAction]) -> None:
    """Give the actions icons in the colours of the theme."""
    for action in ACTIONS:
        if action.icon:
            made[action.key].setIcon(theme.icon(action.icon))


def refresh(made: dict[str, QAction], session: Session) -> None:
    """Bring enabled and checked states up to date."""
    for action in ACTIONS:
        one = made[action.key]
        one.setEnabled(action.enabled(session))
        if action.tool:
            one.setChecked(session.tool.key == action.tool)
        elif action.checked is not None:
            one.setChecked(action.checked(session))


def _trigger(action: Action, window: Window, _checked: bool = False) -> None:
    action.do(window)
    refresh(window.actions_by_key, window.session)
