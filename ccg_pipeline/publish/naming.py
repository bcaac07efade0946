"""Names as people write them: of a partition, of what a reference or a layout is.

Belongs here: turning keys into the words that stand in tables, sentences and prints.
Does not belong here: reading what somebody typed (partitions.py), laying out a print (printed.py).
"""

REFERENCES = {
    "standard": "the national standard",
    "england_published": "England, as published",
    "england_from_ccgs": "England, from the CCGs' figures",
    "none": "none",
}
"""What a reference value is, by `reference_basis`."""

LAYOUTS = {
    "published": "in its publisher's own layout",
    "assumed": "in an assumed layout",
    "made_up": "in a made-up layout",
}
"""How a file was laid out, by `layout`."""


def words(lane: str, partition_key: str) -> str:
    """Return a lane's partition as people write it: `2017-03`, or `2016-17` for a financial year."""
    if lane == "interim":
        return partition_key
    begin = int(partition_key[:4])
    return f"{begin}-{(begin + 1) % 100:02d}"
