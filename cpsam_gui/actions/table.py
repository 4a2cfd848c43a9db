"""What an action is, and when it may be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window

    Do: TypeAlias = Callable[["Window"], object]
    Test: TypeAlias = Callable[[Session], bool]


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


def with_copy(session: Session) -> bool:
    """Allow where an object was copied, into any image."""
    return session.image is not None and session.options.clipboard is not None


def with_stack(session: Session) -> bool:
    """Allow in z-stacks."""
    return session.document.shape[0] > 1


def busy(session: Session) -> bool:
    """Allow while a job runs."""
    return session.jobs.busy


def can_run(session: Session) -> bool:
    """Allow while an image is open and nothing runs."""
    return session.image is not None and not session.jobs.busy


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
