"""How the image and the masks are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_gui import theme
from cpsam_gui.view import Overlay

from .table import Action, with_image, with_stack

if TYPE_CHECKING:
    from cpsam_gui.window import Window

    from .table import Do


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


ACTIONS: tuple[Action, ...] = (
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
)  # fmt: skip
