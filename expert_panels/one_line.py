"""Text from data as a part of one line: in a log, a header of a message, a sentence.

Belongs here: making what somebody wrote harmless to whoever reads line by line.
Does not belong here: markup (the templates escape it), formulas in an export.
"""

import unicodedata

_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, marks that reorder or hide what is shown, halves of characters, separators of lines."""


def one_line(text: str, longest: int = 500) -> str:
    r"""Return `text` with every sign that could end or disguise a line written out (\n, \u202e), and cut."""
    shown = "".join(
        sign.encode("unicode_escape").decode("ascii") if unicodedata.category(sign) in _UNSAFE else sign
        for sign in text[: longest + 1]
    )
    return shown if len(text) <= longest else shown[: longest - 1] + "…"
