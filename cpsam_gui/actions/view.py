"""Where the view is, and the menu View as a whole."""

from __future__ import annotations

from cpsam_gui.actions import mask_display, pictures
from cpsam_gui.actions.facts import LIGHT_THEME, MINIMAP, WITH_IMAGE, Condition
from cpsam_gui.actions.parts import on_view
from cpsam_gui.actions.table import Action, in_submenu
from cpsam_gui.state.view import View

# Share of the canvas that a key moves the view by.
PAN = 0.2


def _minimap(view: View) -> None:
    view.minimap = not view.minimap


ACTIONS: tuple[Action, ...] = (
    Action(
        "fit", "Fit image", lambda w: w.canvas.fit(), ("Home",), "fit_to_screen_outline", WITH_IMAGE, "View"
    ),
    Action(
        "zoom_in",
        "Zoom in",
        lambda w: w.canvas.zoom(1.5),
        ("=", "+", "Ctrl++"),
        "magnify_plus_outline",
        WITH_IMAGE,
        "View",
    ),
    Action(
        "zoom_out",
        "Zoom out",
        lambda w: w.canvas.zoom(1 / 1.5),
        ("-", "Ctrl+-"),
        "magnify_minus_outline",
        WITH_IMAGE,
        "View",
    ),
    *mask_display.ACTIONS,
    *pictures.ACTIONS,
    Action(
        "minimap",
        "Overview while zoomed in",
        on_view(_minimap),
        (),
        "",
        WITH_IMAGE,
        "View",
        checked=Condition((MINIMAP,)),
        break_before=True,
    ),
    *in_submenu(
        "Move the view",
        Action(
            "pan_left",
            "Move the view left",
            lambda w: w.canvas.pan(0, -PAN),
            ("Shift+Left",),
            "",
            WITH_IMAGE,
            "View",
        ),
        Action(
            "pan_right",
            "Move the view right",
            lambda w: w.canvas.pan(0, PAN),
            ("Shift+Right",),
            "",
            WITH_IMAGE,
            "View",
        ),
        Action(
            "pan_up",
            "Move the view up",
            lambda w: w.canvas.pan(-PAN, 0),
            ("Shift+Up",),
            "",
            WITH_IMAGE,
            "View",
        ),
        Action(
            "pan_down",
            "Move the view down",
            lambda w: w.canvas.pan(PAN, 0),
            ("Shift+Down",),
            "",
            WITH_IMAGE,
            "View",
        ),
    ),
    Action(
        "theme",
        "Light theme",
        lambda w: w.toggle_theme(),
        (),
        "theme_light_dark",
        menu="View",
        checked=Condition((LIGHT_THEME,)),
        break_before=True,
    ),
)
