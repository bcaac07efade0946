"""The Atom feed of a site: every release and correction, the newest first.

Belongs here: the feed (RFC 4287). Does not belong here: what a release changed (revisions.py), the pages.

An entry is known by a tag (RFC 4151), since the site does not know its own address; links are relative.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from ccg_pipeline.publish.site.content import Publication

NEVER = "2013-04-01T00:00:00Z"
"""The time of a release of before times were kept, and of a feed without any: CCGs began on that day."""


def feed(publications: Sequence[Publication], title: str) -> bytes:
    """Return the feed of all releases of these publications."""
    entries = []
    for one in publications:
        for release in one.releases:
            changed = " ".join(release.changes) or (
                "The first release." if release.serial == 1 else "No rating or score changed."
            )
            kind = "Release" if release.serial == 1 else "Correction, release"
            at = release.made_at or NEVER
            address = f"{one.round.address}/release/{release.serial}.html"
            entries.append(
                (
                    at,
                    "<entry>"
                    f"<id>tag:ccg-pipeline,2017:{escape(one.round.address)}/{release.serial}</id>"
                    f"<title>{escape(one.round.title)}: {kind} {release.serial}</title>"
                    f'<updated>{at}</updated><link href="{escape(address)}"/>'
                    f"<summary>{escape(changed)} State: {escape(release.state)}.</summary></entry>",
                )
            )
    entries.sort(key=lambda one: one[0], reverse=True)
    updated = entries[0][0] if entries else NEVER
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>tag:ccg-pipeline,2017:releases</id><title>{escape(title)}: releases and corrections</title>"
        f"<updated>{updated}</updated><author><name>{escape(title)}</name></author>\n"
        + "\n".join(text for _, text in entries)
        + "\n</feed>\n"
    ).encode("utf-8")
