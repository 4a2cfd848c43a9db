"""Two packages of one name overwrite each other's files: say so before anything strange happens."""

from __future__ import annotations

from importlib import metadata

OURS = "The stand-in of cpsam-cellpose"


def refuse_the_real_one() -> None:
    """Stop where the real Cellpose is installed in the same environment.

    Raises
    ------
    ImportError
        It is; the message says what to do.
    """
    for found in metadata.distributions(name="cellpose"):
        if not (found.metadata["Summary"] or "").startswith(OURS):
            raise ImportError(
                f"Cellpose {found.version} and cpsam-cellpose are both installed, and Python can import only one "
                "of them. Remove both with `pip uninstall cellpose cpsam-cellpose`, then install the one that you want."
            )
