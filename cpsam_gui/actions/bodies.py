"""Edits of bodies through the planes of a stack; none of them can be done on a flat image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.actions.facts import SCOPE, WITH_BODY, WITH_STACK, Condition
from cpsam_gui.actions.parts import on_edits, on_gestures
from cpsam_gui.actions.table import Action
from cpsam_gui.operations import Scope

if TYPE_CHECKING:
    from cpsam_gui.actions.table import Do


def _copy(by: int) -> Do:
    return on_edits(lambda edits: edits.copy_to_plane(by))


def _delete(above: bool | None) -> Do:
    return on_edits(lambda edits: edits.delete_beyond(above))


ACTIONS: tuple[Action, ...] = (
    Action(
        "scope",
        "Edit whole bodies, not just this plane",
        on_gestures(lambda gestures: gestures.options.other_scope()),
        ("Shift+T",),
        "cube_outline",
        WITH_STACK,
        "Objects",
        checked=Condition((SCOPE,), lambda scope: scope is Scope.BODY),
        break_before=True,
    ),
    Action(
        "interpolate",
        "Interpolate planes",
        on_edits(lambda edits: edits.interpolate()),
        ("Ctrl+I",),
        "layers_plus",
        WITH_BODY,
        "Objects",
    ),
    Action(
        "copy_up",
        "Copy to the next plane",
        _copy(1),
        ("Ctrl+Alt+PgUp",),
        "arrow_up",
        WITH_BODY,
        "Objects",
    ),
    Action(
        "copy_down",
        "Copy to the previous plane",
        _copy(-1),
        ("Ctrl+Alt+PgDown",),
        "arrow_down",
        WITH_BODY,
        "Objects",
    ),
    Action(
        "follow_planes",
        "Follow through the planes",
        on_edits(lambda edits: edits.follow_planes()),
        ("Ctrl+Alt+F",),
        "layers_search_outline",
        WITH_BODY,
        "Objects",
    ),
    Action("delete_plane", "Delete in this plane", _delete(None), ("Ctrl+Del",), "", WITH_BODY, "Objects"),
    Action(
        "delete_above",
        "Delete in the planes after this one",
        _delete(True),
        ("Ctrl+Shift+PgUp",),
        "",
        WITH_BODY,
        "Objects",
    ),
    Action(
        "delete_below",
        "Delete in the planes before this one",
        _delete(False),
        ("Ctrl+Shift+PgDown",),
        "",
        WITH_BODY,
        "Objects",
    ),
)
