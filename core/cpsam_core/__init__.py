"""The engine of cpsam-gui: Cellpose-SAM without a window.

Importing this package is cheap: names load on first use, and torch only when a network is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cpsam_core.segment.segmenter import Segmentation, Segmenter, Settings

__all__ = ["Segmentation", "Segmenter", "Settings"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in __all__:
        from cpsam_core.segment import segmenter as segment

        return getattr(segment, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
