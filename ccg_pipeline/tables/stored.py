"""The tables of the pipeline's database, in one list.

Belongs here: which tables there are.
Does not belong here: their definitions (a module each family), SQL (storage/sql.py), the panels' own tables.
"""

from ccg_pipeline.tables.areas import AREA_SCORE
from ccg_pipeline.tables.bands import INDICATOR_BAND
from ccg_pipeline.tables.candidates import CANDIDATE_RATING
from ccg_pipeline.tables.gates import GATE, KEPT, LANE_FINGERPRINT, RELEASE, RELEASE_TIME
from ccg_pipeline.tables.observations import OBSERVATION, SOURCE_OBSERVATION
from ccg_pipeline.tables.organisations import ORGANISATION_ATTRIBUTE
from ccg_pipeline.tables.overall import OVERALL_RATING
from ccg_pipeline.tables.records import (
    AMENDMENT,
    BLOCKING_FINDING,
    DATABASE_KIND,
    FILE_LANDED,
    LET_THROUGH,
    OBSERVED,
    PLAUSIBILITY,
    QUARANTINE,
    SOURCE_FILE,
)
from ccg_pipeline.tables.scores import GRADE_CHANCE, MEASURE_CHANGE, PLACE, SCORE
from ccg_pipeline.tables.uncertainty import CERTAINTY

STORED = (
    DATABASE_KIND,
    SOURCE_FILE,
    FILE_LANDED,
    SOURCE_OBSERVATION,
    OBSERVATION,
    ORGANISATION_ATTRIBUTE,
    OBSERVED,
    PLAUSIBILITY,
    QUARANTINE,
    AMENDMENT,
    BLOCKING_FINDING,
    LET_THROUGH,
    INDICATOR_BAND,
    CERTAINTY,
    AREA_SCORE,
    CANDIDATE_RATING,
    OVERALL_RATING,
    SCORE,
    PLACE,
    GRADE_CHANCE,
    MEASURE_CHANGE,
    LANE_FINGERPRINT,
    GATE,
    KEPT,
    RELEASE,
    RELEASE_TIME,
)
