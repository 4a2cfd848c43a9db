"""Opening and saving."""

from __future__ import annotations

from cpsam_gui.actions.facts import REVIEW_STATE, SAVED, WITH_FILE, WITH_IMAGE, Condition
from cpsam_gui.actions.table import Action
from cpsam_gui.program.file_manager import show_folder
from cpsam_gui.state.image_facts import ReviewState

ACTIONS: tuple[Action, ...] = (
    Action(
        "open",
        "Open image…",
        lambda w: w.file_dialogs.image(),
        ("Ctrl+O", "Ctrl+L"),
        "folder_open_outline",
        menu="File",
    ),
    Action(
        "open_folder",
        "Open folder…",
        lambda w: w.file_dialogs.folder(),
        ("Ctrl+Shift+O",),
        "folder_multiple_image",
        menu="File",
    ),
    Action("demo", "Open the demo image", lambda w: w.open_demo(), icon="image_outline", menu="File"),
    Action("samples", "Open a folder of sample images", lambda w: w.pages.open_samples(), menu="File"),
    Action(
        "next", "Next image", lambda w: w.open_neighbour(1), ("D", "Right"), "arrow_right", WITH_FILE, "File"
    ),
    Action(
        "previous",
        "Previous image",
        lambda w: w.open_neighbour(-1),
        ("A", "Left"),
        "arrow_left",
        WITH_FILE,
        "File",
    ),
    Action(
        "axes", "Change axes…", lambda w: w.file_dialogs.other_axes(), (), "axis_arrow", WITH_FILE, "File"
    ),
    Action(
        "import",
        "Import masks…",
        lambda w: w.pages.import_masks(),
        ("Ctrl+M", "Ctrl+P"),
        "file_import_outline",
        WITH_IMAGE,
        "File",
    ),
    Action(
        "import_folder",
        "Import OME-Zarr labels…",
        lambda w: w.pages.import_folder(),
        (),
        "",
        WITH_IMAGE,
        "File",
    ),
    Action(
        "save",
        "Save",
        lambda w: w.save(),
        ("Ctrl+S",),
        "content_save_outline",
        WITH_IMAGE,
        "File",
        break_before=True,
    ),
    Action(
        "save_elsewhere",
        "Save elsewhere…",
        lambda w: w.leaving.save_elsewhere(),
        (),
        "content_save_move_outline",
        WITH_FILE,
        "File",
    ),
    Action(
        "export",
        "Export masks…",
        lambda w: w.pages.export(),
        ("Ctrl+Shift+S", "Ctrl+N"),
        "file_export_outline",
        WITH_IMAGE,
        "File",
    ),
    Action(
        "show_saved",
        "Show in folder",
        lambda w: w.pages.show_saved(),
        (),
        "folder_search_outline",
        Condition((SAVED,)),
        "File",
    ),
    Action(
        "open_its_folder",
        "Open the folder of the image",
        lambda w: show_folder(w.session.path.parent) if w.session.path is not None else None,
        (),
        "",
        WITH_FILE,
        "File",
    ),
    Action(
        "export_seg", "Export for Cellpose…", lambda w: w.file_dialogs.seg_file(), (), "", WITH_IMAGE, "File"
    ),
    Action("recover", "Recover unsaved work…", lambda w: w.file_dialogs.recovery(), (), "", menu="File"),
    Action(
        "verified",
        "Verified",
        lambda w: w.session.facts.toggle_verified(),
        ("Ctrl+Shift+V",),
        "",
        WITH_IMAGE,
        "File",
        checked=Condition((REVIEW_STATE,), lambda state: state is ReviewState.VERIFIED),
    ),
    Action(
        "preferences",
        "Preferences…",
        lambda w: w.support.ask_preferences(),
        ("Ctrl+,",),
        "cog_outline",
        menu="File",
    ),
    Action("quit", "Quit", lambda w: w.close(), ("Ctrl+Q",), "exit_to_app", menu="File", break_before=True),
)
