"""History, selection and edits of the selected objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui import operations
from cpsam_gui.actions.facts import (
    CAN_REDO,
    CAN_UNDO,
    GESTURE,
    SELECTED,
    TOOL,
    WITH_COPY,
    WITH_IMAGE,
    WITH_OBJECTS,
    WITH_SELECTION,
    WITH_TWO,
    Condition,
)
from cpsam_gui.actions.parts import on_edits, on_gestures
from cpsam_gui.actions.table import Action
from cpsam_gui.operations import scope
from cpsam_gui.tools.classify import ClassStamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.actions.table import Do
    from cpsam_gui.session.edits import Edits
    from cpsam_gui.window.window import Window


CAN_CLASS = Condition((SELECTED, TOOL), lambda count, tool: count > 0 or tool == ClassStamp.key)
"""A class is given to what is selected, or chosen for the tool that gives it."""
CAN_DELETE = Condition((SELECTED, GESTURE), lambda count, gesture: count > 0 or gesture)
"""The selected objects are deleted, or the last point of what is being drawn."""


def _change(operation: Callable[..., str | None], *args: object) -> Do:
    """Return an action that applies an operation to the selected objects."""

    def do(edits: Edits) -> None:
        edits.change(lambda document: operation(document, edits.selected, *args))

    return on_edits(do)


def _reshape(operation: Callable[..., str | None], *args: object) -> Do:
    """Return an action that changes the shape of the selected objects, as far as the scope reaches."""

    def do(edits: Edits) -> None:
        ids, reach = edits.selected, edits.reach
        edits.change(lambda document: operation(document, ids, *args, reach))

    return on_edits(do)


def _backspace(window: Window) -> None:
    gestures = window.session.gestures
    if not gestures.back():
        _change(operations.delete)(window)


def _select_all(window: Window) -> None:
    view, document = window.session.view, window.session.document
    view.selection = frozenset(document.objects)


def _number(class_id: int) -> Action:
    """Return the action of a number key."""
    text = f"Class {class_id}" if class_id else "No class"
    give = _change(operations.set_class, class_id)

    def do(window: Window) -> None:
        gestures = window.session.gestures
        if gestures.tool.key == ClassStamp.key:
            gestures.options.class_id = class_id
        else:
            give(window)

    return Action(
        f"class_{class_id}",
        text,
        do,
        (str(class_id),),
        "",
        CAN_CLASS,
        "Objects",
        break_before=class_id == 0,
    )


ACTIONS: tuple[Action, ...] = (
    Action(
        "undo",
        "Undo",
        on_edits(lambda edits: edits.undo()),
        ("Ctrl+Z",),
        "undo",
        Condition((CAN_UNDO,)),
        "Edit",
    ),
    Action(
        "redo",
        "Redo",
        on_edits(lambda edits: edits.redo()),
        ("Ctrl+Y", "Ctrl+Shift+Z"),
        "redo",
        Condition((CAN_REDO,)),
        "Edit",
    ),
    Action(
        "copy",
        "Copy objects",
        on_edits(lambda edits: edits.copy()),
        ("Ctrl+C",),
        "content_copy",
        WITH_SELECTION,
        "Edit",
        break_before=True,
    ),
    Action(
        "paste",
        "Paste",
        on_edits(lambda edits: edits.paste()),
        ("Ctrl+V",),
        "content_paste",
        WITH_COPY,
        "Edit",
    ),
    Action(
        "paste_here",
        "Paste at the same place",
        on_edits(lambda edits: edits.paste_in_place()),
        ("Ctrl+Alt+V",),
        "",
        WITH_COPY,
        "Edit",
    ),
    Action(
        "duplicate",
        "Duplicate",
        on_edits(lambda edits: edits.duplicate()),
        ("Ctrl+D",),
        "content_duplicate",
        WITH_SELECTION,
        "Edit",
    ),
    Action(
        "select_all",
        "Select all",
        _select_all,
        ("Ctrl+A",),
        "selection",
        WITH_OBJECTS,
        "Edit",
        break_before=True,
    ),
    Action(
        "finish",
        "Accept, finish",
        on_gestures(lambda gestures: gestures.finish_gesture()),
        ("Return", "Enter"),
        "",
        WITH_IMAGE,
        "Edit",
        break_before=True,
    ),
    Action(
        "cancel",
        "Cancel, clear the selection",
        on_gestures(lambda gestures: gestures.cancel_gesture()),
        ("Esc",),
        "",
        WITH_IMAGE,
        "Edit",
    ),
    Action(
        "clear",
        "Clear all masks",
        on_edits(lambda edits: edits.change(operations.clear)),
        ("Ctrl+0",),
        "close",
        WITH_OBJECTS,
        "Edit",
        break_before=True,
    ),
    Action("delete", "Delete", _backspace, ("Del", "Backspace"), "delete_outline", CAN_DELETE, "Objects"),
    Action(
        "merge", "Merge selected", _change(operations.merge), ("Ctrl+G",), "set_merge", WITH_TWO, "Objects"
    ),
    Action(
        "separate_pieces",
        "Separate pieces",
        lambda w: w.session.pieces.separate(),
        ("Shift+G",),
        "set_split",
        WITH_OBJECTS,
        "Objects",
    ),
    Action(
        "fill_holes",
        "Fill holes",
        _reshape(scope.fill_holes),
        ("F",),
        "circle_double",
        WITH_SELECTION,
        "Objects",
        break_before=True,
    ),
    Action(
        "grow",
        "Grow",
        _reshape(scope.grow, 1),
        ("Ctrl+Up",),
        "plus_circle_outline",
        WITH_SELECTION,
        "Objects",
    ),
    Action(
        "shrink",
        "Shrink",
        _reshape(scope.grow, -1),
        ("Ctrl+Down",),
        "minus_circle_outline",
        WITH_SELECTION,
        "Objects",
    ),
    Action(
        "smooth",
        "Smooth",
        _reshape(scope.smooth),
        ("Shift+F",),
        "water_outline",
        WITH_SELECTION,
        "Objects",
    ),
    Action(
        "lock",
        "Lock or unlock",
        _change(operations.set_locked),
        ("L",),
        "lock_outline",
        WITH_SELECTION,
        "Objects",
        break_before=True,
    ),
    Action(
        "uncertain",
        "Mark uncertain or certain",
        _change(operations.set_uncertain),
        ("U",),
        "help_circle_outline",
        WITH_SELECTION,
        "Objects",
    ),
    *(_number(class_id) for class_id in range(10)),
)
