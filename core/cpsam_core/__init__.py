"""The engine of cpsam-gui: Cellpose-SAM without a window.

Importing this package is cheap: names load on first use, and torch only when a network is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    from cpsam_core.segment.segmenter import Segmentation, Segmenter, Settings

__all__ = ["Segmentation", "Segmenter", "Settings"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from cpsam_core.segment import segmenter as segment

        return getattr(segment, name)
    if name == "__version__":
        return _version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version() -> str:
    """Return the version that the build took from the git tag."""
    from importlib import metadata

    try:
        return metadata.version("cpsam-gui")
    except metadata.PackageNotFoundError:
        # Run from a folder of sources that was never installed.
        return "0+unknown"
