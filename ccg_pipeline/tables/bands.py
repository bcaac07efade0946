"""The shape of indicator bands: every indicator of the edition for every CCG, in one lane and partition.

Belongs here: columns, codes, ranges and keys of that frame, and that a row has either points or a reason.
Does not belong here: how a band comes about (method), how a schema is held against a frame (conform.py).
"""

from collections.abc import Collection

import pandera.pandas as pa

from ccg_pipeline.framework.model import Edition
from ccg_pipeline.tables.conform import build, date, flag, key, number, rule, text, whole
from ccg_pipeline.tables.lanes import lane_columns, once_for_every
from ccg_pipeline.tables.observations import FIGURES, LAYOUTS, STATUSES

STATISTICAL = ("plain", "overdispersed", "range")


def band_schema(edition: Edition, ccg_codes: Collection[str]) -> pa.DataFrameSchema:
    """Make the schema of the bands of one lane and partition: len(indicators) × len(ccg_codes) rows."""
    columns = [
        *lane_columns(),
        text("indicator_code", edition.indicator_codes),
        text("area_code", [one.code for one in edition.areas]),
        text("ccg_code", ccg_codes),
        date("period_start", may_be_missing=True),
        date("period_end", may_be_missing=True),
        *(number(figure) for figure in FIGURES),
        text("judgement"),
        text("status", STATUSES),
        text("direction", ("higher_is_better", "lower_is_better", "no_direction")),
        number("reference_value"),
        text("reference_basis", ("standard", "england_published", "england_from_ccgs", "none")),
        text("reference_provenance", ("found", "derived", "memory", "assumed", "")),
        number("standard_error", at_least=0),
        number("z"),
        text("limits", (*STATISTICAL, "points", "none")),
        number("phi", at_least=0),
        number("tau2", at_least=0),
        whole("band", 0, 2, may_be_missing=True),
        number("points", 0, 2),
        text("why_no_band"),
        text("publication", [*(one.key for one in edition.publications), ""]),
        *(text(name) for name in ("source_name", "source_sha256", "sheet", "cell", "note")),
        text("layout", (*LAYOUTS, "")),
        flag("is_made_up"),
    ]
    rules = [
        key("lane", "partition_key", "indicator_code", "ccg_code"),
        once_for_every("indicator and CCG", len(edition.indicator_codes) * len(ccg_codes)),
        rule(
            "must have points or say why there is no band",
            lambda rows: rows["points"].notna() == (rows["why_no_band"] == ""),
        ),
        rule(
            "must have as its band the points, where these are whole",
            lambda rows: (
                rows["band"].astype("Float64").fillna(-1)
                == rows["points"].where(rows["points"] % 1 == 0, -1).astype("Float64")
            ),
        ),
        rule(
            "must have points only for a published figure",
            lambda rows: rows["points"].isna() | (rows["status"] == "published"),
        ),
        rule(
            "must have z, reference and standard error where statistical limits were used",
            lambda rows: (
                ~rows["limits"].isin(STATISTICAL)
                | rows[["z", "reference_value", "standard_error", "phi", "tau2"]].notna().all(axis=1)
            ),
        ),
        rule(
            "must have the basis and provenance of its reference, and only with one",
            lambda rows: (
                (rows["reference_value"].notna() == (rows["reference_basis"] != "none"))
                & (rows["reference_value"].notna() == (rows["reference_provenance"] != ""))
            ),
        ),
    ]
    return build("indicator bands", columns, rules)
