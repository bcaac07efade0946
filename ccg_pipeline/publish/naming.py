"""Names as people write them: of what a reference or a layout is.

Belongs here: turning keys into the words that stand in tables, sentences and prints.
Does not belong here: reading what somebody typed (framework/rounds.py), laying out a print (cli/prints/).
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
