"""Every action of the window in one table; menus, tool bar, shortcuts and tests are built from it.

One module for each menu holds its rows; `make` turns them into Qt actions.
"""

from __future__ import annotations

from cpsam_gui.actions.make import ACTIONS, MENUS, TOOLBAR, decorate, make
from cpsam_gui.actions.table import Action

__all__ = ["ACTIONS", "MENUS", "TOOLBAR", "Action", "decorate", "make"]
