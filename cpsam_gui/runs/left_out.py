"""What is said of objects that a run left out since a person deleted or refused them, in English. No Qt."""

from __future__ import annotations


def words_of_left_out(count: int) -> str:
    """Say how many objects stay away; nothing where there are none."""
    if not count:
        return ""
    if count == 1:
        return "1 object deleted or refused by hand stays away"
    return f"{count:,} objects deleted or refused by hand stay away"


def few_words_of_left_out(count: int) -> str:
    """Say it where the words above stand beside, and there is little room."""
    if not count:
        return ""
    return "1 stays away" if count == 1 else f"{count:,} stay away"


def with_way_back(count: int) -> str:
    """Say it where a choice of the panel brings them back; stacks and large images have no outlines to click on."""
    if not count:
        return ""
    if count == 1:
        return "1 object deleted or refused by hand stays away (Replace all brings it back)"
    return f"{count:,} objects deleted or refused by hand stay away (Replace all brings them back)"
