"""The assessment asset: checks everything again, then releases what the panels have verified.

Belongs here: one thin step. Does not belong here: what may be released (release/header.py), putting the parts
together (release/tables.py), the rules of a decision (expert_panels).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine

from ccg_pipeline.assets.candidates import open_key
from ccg_pipeline.assets.lane import Lane
from ccg_pipeline.assets.metadata import in_the_room, materialize_result, on_the_site, picture_of, table_of
from ccg_pipeline.framework.rounds import words
from ccg_pipeline.publish.site.addresses import address_of
from ccg_pipeline.release.archive import release_new
from ccg_pipeline.release.committee import bodies_of
from ccg_pipeline.release.header import NothingToRelease, check_ledger, checked_header
from ccg_pipeline.release.released import kept_part
from ccg_pipeline.release.tables import SHOWN, is_overridden
from ccg_pipeline.storage.database import reading
from ccg_pipeline.storage.fingerprint import canonical_json
from expert_panels.terms import Terms


def assessment_asset(lane: Lane) -> dg.AssetsDefinition:
    """Build `<lane>/assessment`: the released table, verified again whoever launches it."""
    edition, rule = lane.edition, lane.rule
    confirmed = f" and the {rule.overall_gate.name.lower()} has confirmed." if rule.overall_gate else "."
    together = f"; nothing before all panels have decided{confirmed}"
    one_by_one = "; an area that its panel has not verified stands as awaiting the panel."

    @lane.asset(
        lane.spec(
            "assessment",
            group="release",
            made_by=["ccg_pipeline.release", "expert_panels"],
            description=(
                f"{rule.title}: one row a CCG, {len(edition.areas)} areas, {len(edition.panels)} panel "
                f"ratings{', the overall rating' if rule.has_overall_rating else ''}"
                f"{together if rule.release == 'together' else one_by_one}"
            ),
        ),
        deps=[*(lane.key("gate", body) for body in bodies_of(edition, rule)), open_key(lane)],
    )
    def assessment(
        context: dg.AssetExecutionContext,
        database: dg.ResourceParam[Engine],
        terms: dg.ResourceParam[Mapping[str, Terms]],
    ) -> dg.MaterializeResult:
        keys = context.partition_keys
        try:
            check_ledger(database)
            headers = [checked_header(database, edition, rule, key, terms) for key in keys]
        except NothingToRelease as reason:
            raise dg.Failure(str(reason), allow_retries=False) from None
        news = release_new(database, headers, datetime.now(UTC))
        return materialize_result(
            [],
            about=pd.DataFrame({"header": [canonical_json(header) for header in headers]}),
            metadata={
                "new releases": news,
                **_described(lane, headers),
                **(_grades(database, lane, headers[0]) if len(headers) == 1 else {}),
                **in_the_room(),
                **on_the_site(*(address_of(edition.key, lane.name, words(lane.name, key)) for key in keys)),
            },
        )

    return assessment


def _grades(database: Engine, lane: Lane, header: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many CCGs have which rating, of each panel and overall, as far as a release shows them."""
    entries = {**header["panels"], **({"overall": header["overall"]} if header["overall"] else {})}
    counts = []
    with reading(database) as connection:
        for body, entry in entries.items():
            if entry["verification"] in SHOWN:
                part = kept_part(connection, str(entry["subject"]))
                ratings = part["overall_rating" if body == "overall" else "candidate_rating"]["rating"]
                counts.append({"of": body, **ratings.replace("", "no rating").value_counts().to_dict()})
    labels = [*lane.edition.labels(lane.name), "no rating"]
    shown = pd.DataFrame(counts).reindex(columns=["of", *labels]).fillna(dict.fromkeys(labels, 0))
    return {"grades": table_of(shown.astype(dict.fromkeys(labels, "int64")))} if counts else {}


def _described(lane: Lane, headers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the UI shows of the headers of some releases."""
    names = {rule.key: rule.name for rule in lane.edition.panels}
    said = [
        {"partition": words(lane.name, header["partition_key"])}
        | {names[panel]: entry["verification"] for panel, entry in header["panels"].items()}
        | ({"overall": header["overall"]["verification"]} if header["overall"] else {})
        for header in headers
    ]
    of_panels = [entry["verification"] for header in headers for entry in header["panels"].values()]
    overridden = sum(is_overridden(word) for word in of_panels)
    verified = sum(word in SHOWN for word in of_panels) - overridden
    counts = {
        "verified": verified,
        "overridden": overridden,
        "withheld": len(of_panels) - verified - overridden,
    }
    return {
        "panels": table_of(pd.DataFrame(said)),
        "verified": picture_of("Panel areas", counts),
        "let through": "; ".join(
            f"{one['about']} ({one['expectation']}) by {one['actor']}: {one['reason']}"
            for header in headers
            for one in header.get("let_through", ())
        ),
        "ledger head": headers[-1]["ledger_head"],
        "is_made_up": any(header["is_made_up"] for header in headers),
    }
