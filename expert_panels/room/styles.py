"""The stylesheets that a page of ours may wear: NHS.UK frontend's where they were built, our own where not.

Belongs here: where they lie, and handing them to whoever else makes pages of NHS.UK frontend's components.
Does not belong here: pages (pages/), how they are built (Makefile).
"""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
BUILT_STYLES = "nhsuk.css"
"""NHS.UK frontend's styles, which `make styles` builds; without them the pages use PLAIN_STYLES."""
PLAIN_STYLES = "plain.css"


def styles_in_use() -> str:
    """Return the name of the stylesheet in STATIC that pages use."""
    return BUILT_STYLES if (STATIC / BUILT_STYLES).is_file() else PLAIN_STYLES


def files_of_styles() -> dict[str, bytes]:
    """Return the stylesheet in use and its images, by their name below STATIC, the sheet first."""
    name = styles_in_use()
    images = sorted((STATIC / "images").glob("*.svg")) if name == BUILT_STYLES else []
    return {
        name: (STATIC / name).read_bytes(),
        **{f"images/{one.name}": one.read_bytes() for one in images},
    }
