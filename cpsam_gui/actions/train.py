"""Retraining, and the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.actions.table import Action, with_file, with_image
from cpsam_gui.tools import forget_regions

if TYPE_CHECKING:
    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


def can_train(session: Session) -> bool:
    """Allow where an image has a folder to learn from and nothing is trained yet."""
    return session.path is not None and not session.training.running


def training(session: Session) -> bool:
    """Allow while a training runs."""
    return session.training.running


def _pause(window: Window) -> None:
    train = window.session.training
    if train.paused:
        train.resume()
    else:
        train.pause()


ACTIONS: tuple[Action, ...] = (
    Action(
        "train",
        "Retrain on corrected images",
        lambda w: w.retrain(),
        ("Ctrl+T",),
        "school_outline",
        can_train,
        "Train",
    ),
    Action("train_pause", "Pause or continue training", _pause, (), "pause", training, "Train"),
    Action(
        "train_stop",
        "Stop training, keep the best",
        lambda w: w.session.training.stop(),
        (),
        "stop",
        training,
        "Train",
    ),
    Action(
        "train_cancel",
        "Cancel training",
        lambda w: w.session.training.cancel(),
        (),
        "close",
        training,
        "Train",
    ),
    Action(
        "train_resume",
        "Continue an interrupted training…",
        lambda w: w.training_pages.offer_interrupted(),
        (),
        "restore",
        lambda s: not s.training.running,
        "Train",
        break_before=True,
    ),
    Action(
        "tool_complete",
        "Mark complete regions",
        lambda w: w.session.use("complete"),
        ("Shift+R",),
        "selection_marker",
        with_image,
        "Train",
        "complete",
        break_before=True,
    ),
    Action(
        "all_complete",
        "All of the image is complete",
        lambda w: w.session.change(forget_regions),
        (),
        "",
        lambda s: bool(s.document.facts.complete),
        "Train",
    ),
    Action(
        "suggest",
        "Which image next?",
        lambda w: w.training_pages.suggest(),
        ("Ctrl+Shift+N",),
        "lightbulb_outline",
        with_file,
        "Train",
        break_before=True,
    ),
    Action(
        "models",
        "Models…",
        lambda w: w.training_pages.show_models(),
        ("Ctrl+Shift+M",),
        "family_tree",
        menu="Train",
        break_before=True,
    ),
)
