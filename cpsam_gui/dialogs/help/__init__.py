"""Pages of help that come with the program; that of the keys is made from the actions, so that it is never stale."""

from __future__ import annotations

from cpsam_gui.dialogs.help.browser import PAGES, HelpBrowser, page_html

__all__ = ["PAGES", "HelpBrowser", "page_html"]
