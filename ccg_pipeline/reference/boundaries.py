"""Where organisations lie on a map: simplified outlines, and a tile each of the same size.

Belongs here: the outlines and tiles of the CCGs of 2016, and whose boundaries they are.
Does not belong here: drawing a map (publish/site/maps.py), who the organisations are (organisations.py).

The outlines are those of Clinical Commissioning Groups, July 2016, ultra generalised and clipped to the
coastline, in British National Grid: simplified with mapshaper (Visvalingam, weighted, 40 % of points kept,
borders shared), then rounded to 500 m. A tile is the free cell of a grid of 15 by 19 that lies nearest to a
CCG's centre, such that the sum of squares is least.
"""

from functools import cache

import pandas as pd

from ccg_pipeline.reference.tables import read_table

MAPS = {"ccg_2016": "boundaries_2016"}
"""The maps that there are, and the tables in which they are."""

ATTRIBUTION = (
    "Boundaries: Office for National Statistics licensed under the Open Government Licence v.3.0. "
    "Contains OS data © Crown copyright and database right 2016."
)
SIZE = (1043, 1291)
"""Width and height of the frame of the outlines, in steps of 500 m from its upper left corner."""

TILES = (15, 19)
"""Columns and rows of the grid of tiles."""


@cache
def _boundaries(key: str) -> pd.DataFrame:
    table = read_table(MAPS[key], counts=("tile_column", "tile_row"))
    return table.rename(columns={"ccg_code": "organisation_code"})


def boundaries(key: str) -> pd.DataFrame:
    """Return a map of MAPS by organisation_code: tile_column and tile_row (from 0), outline.

    ``outline`` is a closed path in the notation of SVG, in steps of 500 m within SIZE. KeyError for
    another map.
    """
    return _boundaries(key).copy()
