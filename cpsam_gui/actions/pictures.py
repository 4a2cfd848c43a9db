"""What is shown of an image: channels, planes, pictures of the last run, orthogonal views and slabs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_gui.actions.facts import (
    CHANNELS,
    OBJECTS,
    PICTURE,
    PLANES,
    SECTIONS,
    SLAB,
    WITH_FLOWS,
    WITH_IMAGE,
    WITH_OBJECTS,
    WITH_STACK,
    Condition,
)
from cpsam_gui.actions.parts import on_view
from cpsam_gui.actions.table import Action, in_submenu
from cpsam_gui.program.channel_names import channel_words
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.view import Picture, View

if TYPE_CHECKING:
    from cpsam_gui.actions.table import Do
    from cpsam_gui.window.window import Window

# That a slab shows the brightest pixels of.
SLAB_PLANES = 5


def _plane(by: int) -> Do:
    def do(window: Window) -> None:
        view, document = window.session.view, window.session.document
        view.plane = min(max(view.plane + by, 0), document.shape[0] - 1)

    return do


def _page(by: int) -> Do:
    """Return an action that goes to another plane of a stack, time point of a movie, or picture of a flat image."""

    def do(window: Window) -> None:
        if WITH_STACK(window.session):
            _plane(by)(window)
        elif window.session.images.times > 1:
            window.documents.step(by)
        else:
            _turn(by)(window)

    return do


def _turn(by: int) -> Do:
    """Return an action that shows the next of the pictures that there are."""

    def do(window: Window) -> None:
        session, view = window.session, window.session.view
        there = [picture for picture in Picture if _exists(picture)(session)]
        place = there.index(view.picture) if view.picture in there else 0
        view.picture = there[(place + by) % len(there)]
        if len(there) == 1:
            notices = session.notices
            notices.message.emit(translate("Flows and cell probability can be shown after a run"))

    return do


def _exists(picture: Picture) -> Condition:
    """Return whether there is something to show as this picture."""
    if picture is Picture.IMAGE:
        return WITH_IMAGE
    return WITH_OBJECTS if picture is Picture.FLOW_ERROR else WITH_FLOWS


def _picture(picture: Picture, text: str, *, first: bool = False) -> Action:
    def do(view: View) -> None:
        view.picture = picture

    return Action(
        f"show_{picture.name.lower()}",
        text,
        on_view(do),
        (),
        "",
        _exists(picture),
        "View",
        checked=Condition((PICTURE,), lambda shown: shown is picture),
        break_before=first,
    )


def _sections(window: Window) -> None:
    """Show or hide the orthogonal views; they cut through the selected object where it is not in sight."""
    document, view = window.session.document, window.session.view
    row = document.objects.get(next(iter(view.selection), 0))
    if not view.sections and row is not None:
        view.cross = (row.box.y0 + row.box.y1) / 2, (row.box.x0 + row.box.x1) / 2
    view.sections = not view.sections


def _slab(name: str, text: str, planes: int, shortcut: str) -> Action:
    """Return an action that shows the brightest pixels of so many planes, or the plane alone again."""

    def do(window: Window) -> None:
        view = window.session.view
        view.slab = 1 if view.slab == planes else planes

    return Action(
        name,
        text,
        do,
        (shortcut,),
        "",
        WITH_STACK,
        "View",
        checked=Condition((SLAB,), lambda shown: shown == planes),
    )


def _only_channel(index: int) -> Do:
    """Return an action that shows one channel alone, or all where it is alone already."""

    def do(window: Window) -> None:
        view, say = window.session.view, window.session.notices.message.emit
        if index < len(view.channels):
            alone = all(channel.visible == (i == index) for i, channel in enumerate(view.channels))
            view.channels = tuple(
                replace(c, visible=alone or i == index) for i, c in enumerate(view.channels)
            )
            if len(view.channels) > 1:
                only = translate("Only {channel} is shown; the same key shows all channels again")
                say(
                    translate("All channels are shown")
                    if alone
                    else only.format(channel=channel_words(view.channels[index].name))
                )

    return do


ACTIONS: tuple[Action, ...] = (
    *in_submenu(
        "Channels",
        Action(
            "red", "First channel only", _only_channel(0), ("R",), "", WITH_IMAGE, "View", break_before=True
        ),
        Action(
            "green",
            "Second channel only",
            _only_channel(1),
            ("G",),
            "",
            Condition((CHANNELS,), lambda count: count > 1),
            "View",
        ),
        Action(
            "blue",
            "Third channel only",
            _only_channel(2),
            ("Shift+B",),
            "",
            Condition((CHANNELS,), lambda count: count > 2),
            "View",
        ),
    ),
    Action(
        "plane_up",
        "Next plane or time point, or next view",
        _page(1),
        ("PgUp",),
        "",
        WITH_IMAGE,
        "View",
        break_before=True,
    ),
    Action(
        "plane_down",
        "Previous plane or time point, or previous view",
        _page(-1),
        ("PgDown",),
        "",
        WITH_IMAGE,
        "View",
    ),
    *in_submenu(
        "Image, flows, probability",
        Action("view_next", "Next view", _turn(1), ("Ctrl+PgUp",), "", WITH_IMAGE, "View"),
        Action("view_previous", "Previous view", _turn(-1), ("Ctrl+PgDown",), "", WITH_IMAGE, "View"),
        _picture(Picture.IMAGE, "Image", first=True),
        _picture(Picture.FLOWS, "Flows of the last run"),
        _picture(Picture.PROBABILITY, "Cell probability of the last run"),
        _picture(Picture.FLOW_ERROR, "Flow error of the objects"),
    ),
    Action(
        "sections",
        "Orthogonal views",
        _sections,
        ("Ctrl+Alt+O",),
        "view_quilt_outline",
        WITH_STACK,
        "View",
        checked=Condition((SECTIONS,)),
        break_before=True,
    ),
    Action(
        "bodies_3d",
        "Bodies in 3D",
        lambda w: w.pages.show_bodies(),
        ("Ctrl+Alt+3",),
        "cube_scan",
        Condition((PLANES, OBJECTS), lambda planes, objects: planes > 1 and bool(objects)),
        "View",
    ),
    _slab("slab", "Brightest of five planes", SLAB_PLANES, "Ctrl+Alt+B"),
    _slab("projection", "Maximum projection of all planes", 0, "Ctrl+Alt+M"),
)
