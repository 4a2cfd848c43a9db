"""The open image and everything done with it: the only code that knows document, view and jobs.

`Session` holds the state of one window; `Runs` segments, `Keeping` saves and recovers, `Look` has the colours of
the masks. Panels and actions call their methods and listen to signals; they never reach into each other.
"""

from __future__ import annotations

from cpsam_gui.session.session import Session

__all__ = ["Session"]
