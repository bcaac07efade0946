"""The pictures of docs/site_*.png: pages of a site in a real Chromium.

Belongs here: which page is shown how large.
Does not belong here: the site itself (`ccg publish`), pictures of the room and of Dagster (tests/browser with
`--screenshots docs`).

`python -m tests.support.documents.site_pictures SITE` takes them from a folder that `ccg publish` wrote of
the made-up year.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parents[3] / "docs"
ROUND = "iaf_2016_17/annual/2016-17"
PICTURES = (
    ("site_home", "index.html", "", (1000, 1300)),
    ("site_organisation", f"{ROUND}/organisation/02N.html", "", (1000, 1400)),
    ("site_indicator", f"{ROUND}/indicator/122b.html", "", (1000, 1200)),
    ("site_map", f"{ROUND}/overall/overall.html", "#map", (1000, 760)),
    ("site_phone", f"{ROUND}/organisation/02N.html", "", (320, 640)),
)
"""Name of the picture, page, what is at its top, and its size in pixels."""


def main(site: Path) -> None:
    """Write each picture of the site in a folder into docs/."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, address, at, (width, height) in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{(site / address).absolute().as_uri()}{at}")
            page.screenshot(path=DOCS / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
