"""The job of the window without a window: segment one image, write masks and an overlay picture."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cpsam_core.errors import CpsamError
from cpsam_core.system.ending import ending_in_order
from cpsam_core.system.paths import as_given, make_folder
from cpsam_core.system.streams import drop_output, say


def missing_display() -> str:
    """Return why no window can be shown, in a few words; empty where one can."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and not has_display and not chosen:
        return "no display was found"
    return ""


def run(image: Path | None, *, demo: bool, model: str, out: Path, why: str) -> int:
    """Segment an image and report the files written; return the exit code.

    Parameters
    ----------
    image
        The image; None takes the shipped one.
    demo
        Take the shipped image in any case.
    model
        Model by name or path.
    out
        Folder for the results.
    why
        Why there is no window, in words.
    """
    try:
        say(f"No window: {why}. Doing the same job without one.")
        with ending_in_order():
            for path in segment_file(_choose(image, demo=demo), model, out):
                say(f"wrote {path}")
    except KeyboardInterrupt:
        sys.stderr.write("cpsam-gui: cancelled\n")
        return 130
    except BrokenPipeError:
        # Whoever read our lines has gone.
        drop_output()
        return 1
    except CpsamError as error:
        drop_output()
        sys.stderr.write(f"cpsam-gui: {error}\n")
        return 1
    return 0


def _choose(image: Path | None, *, demo: bool) -> Path:
    if image is not None and not demo:
        return image
    from cpsam_core.demo import demo_image

    return demo_image()


def segment_file(path: Path, model: str, out: Path) -> list[Path]:
    """Segment one file into `out`; return the paths of the masks and of the overlay picture."""
    from cpsam_core import Segmenter, Settings
    from cpsam_core.images import overlay_picture, read_image, write_labels, write_picture

    image = read_image(path)
    make_folder(out)
    result = Segmenter.load(model).segment(image, Settings())
    say(f"{path.name}: {len(result.objects.ids)} objects")
    masks, overlay = out / f"{path.stem}_masks.tif", out / f"{path.stem}_overlay.png"
    write_labels(masks, result.labels, companion=True)
    write_picture(overlay, overlay_picture(image, result.labels), is_result=True)
    return [as_given(masks), as_given(overlay)]
