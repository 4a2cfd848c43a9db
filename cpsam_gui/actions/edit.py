"""History, selection and edits of the selected objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui import operations
from cpsam_gui.tools.outline import Polygon

from .table import Action, with_image, with_objects, with_selection, with_two

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.window import Window

    from .table import Do


def _change(operation: Callable[..., str | None], *args: object) -> Do:
    """Return an action that applies an operation to the selected objects."""

    def do(window: Window) -> None:
        session = window.session
        session.change(lambda document: operation(document, sorted(session.view.selection), *args))

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


ACTIONS: tuple[Action, ...] = (
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
)  # fmt: skip
