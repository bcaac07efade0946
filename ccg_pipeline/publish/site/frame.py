"""What all pages of a site share: the Jinja environment, links, title and menu, words that are explained.

Belongs here: these. Does not belong here: which pages there are (pages.py), markup (templates/).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader
from markupsafe import Markup

from ccg_pipeline.publish.naming import day_in_words, grade_in_words, plural
from ccg_pipeline.publish.site import maps, pictures
from ccg_pipeline.publish.site.addresses import slug
from ccg_pipeline.publish.site.content import Round
from ccg_pipeline.publish.site.register import REGISTER_PAGE

PEOPLE = {"CCG": "local health bodies", "trust": "NHS trusts"}
"""What readers call organisations of a kind, where its noun is a word of the trade."""
CONTACT = (
    "Whoever publishes this site names an address here with `ccg publish --contact`; none was named "
    "for this copy."
)
GLOSSARY = (
    ("Rating", "A grade in words that the rules of a framework give for the published figures."),
    ("95 % interval", "Where the true value lies with 95 % certainty, given how many people were counted."),
    ("Panel", "The body that verifies ratings before any of them is published, where a framework has one."),
    ("Withheld", "Not published, because its panel has not verified it; the reason is given."),
    ("Release", "What was published at one time. It is never changed, only superseded."),
    ("Set of places", "The places that one may have: in 95 of 100 draws the sets of all are right at once."),
)


@cache
def environment() -> Environment:
    """Return the environment in which all pages are made."""
    made = Environment(
        loader=ChoiceLoader(
            [PackageLoader("ccg_pipeline.publish.site"), PackageLoader("nhsuk_frontend_jinja")]
        ),
        autoescape=True,
        undefined=ChainableUndefined,  # the macros of NHS.UK frontend ask for it
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"slug": slug, "heading": _heading, "graded": grade_in_words, "moment": moment_in_words}
    made.globals |= {
        "class_of": maps.class_of,
        "dot": lambda one, subject: Markup(pictures.dot(one, subject)),
        "spark": lambda trend: Markup(pictures.spark(trend)),
        "place_bar": lambda one, n: Markup(pictures.place_bar(one, n)),
    }
    return made


def _heading(word: str) -> str:
    """Return the plural of a level, with a capital: `Clinical areas`."""
    many = plural(word)
    return many[:1].upper() + many[1:]


def moment_in_words(text: str) -> str:
    """Return a time of the record as people write it: `29 November 2026, 21.26`; '' for none."""
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    return f"{day_in_words(at)}, {at:%H.%M}"


def title_of(rounds: Sequence[Round]) -> str:
    """Return the title of a site: of whom its rounds tell."""
    whom = list(dict.fromkeys(PEOPLE.get(one.noun, one.nouns) for one in rounds)) or [PEOPLE["CCG"]]
    named = " and ".join([", ".join(whom[:-1]), whom[-1]] if len(whom) > 1 else whom)
    return f"How {named} are doing"


def menu_of(has_register: bool) -> list[tuple[str, str]]:
    """Return what every page links to: words and addresses."""
    register = [("Special measures", REGISTER_PAGE)] if has_register else []
    return [("Home", "index.html"), ("Calendar", "calendar.html"), *register, ("About", "about.html")]


def link_from(path: str) -> Callable[[str], str]:
    """Return what makes a link to an address as the page at `path` writes it, no longer than it must be."""
    here = path.split("/")[:-1]

    def link(address: str) -> str:
        parts = address.split("/")
        common = 0
        while common < min(len(here), len(parts) - 1) and here[common] == parts[common]:
            common += 1
        return "../" * (len(here) - common) + "/".join(parts[common:])

    return link
