"""Pages of help that come with the program; that of the keys is made from the actions, so that it is never stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.dialogs.help.browser import PAGES, HelpBrowser, page_html

if TYPE_CHECKING:
    from cpsam_gui.dialogs.help.browser import KeyRows

__all__ = ["PAGES", "HelpBrowser", "KeyRows", "page_html"]
