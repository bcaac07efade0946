"""The organisations about which the made-up year tells: real codes, names and populations, as arrays.

Belongs here: one look at ``reference`` in the order that every draw uses (CCGs by code).
Does not belong here: figures, layouts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ccg_pipeline.demo.latent import Floats
from ccg_pipeline.reference.authorities import authority_weights, dtoc_authorities
from ccg_pipeline.reference.organisations import ccgs, stps
from ccg_pipeline.reference.populations import adults_mid_2015, population_mid_2015

Names = tuple[str, ...]
Groups = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Country:
    """The 209 CCGs of 2016 in order of code, with their plans, local offices and populations (arrays of 209).

    ``plan`` and ``office`` number each CCG's plan (in order of ``plan_codes``) and NHS England local office.
    ``lsoas`` counts LSOAs by authority (rows, in order of ``authorities``) and CCG (columns).
    """

    codes: Names
    ons_codes: Names
    names: Names
    region_codes: Names
    region_names: Names
    plan: Groups
    plan_codes: Names
    plan_names: Names
    office: Groups
    population: Floats
    adults: Floats
    authorities: pd.DataFrame
    lsoas: Floats


def _numbered(values: "pd.Series[str]", order: list[str]) -> Groups:
    return np.array([order.index(value) for value in values], dtype=np.int64)


def the_country() -> Country:
    """The organisations of April 2016, from the project's own reference tables."""
    frame = ccgs().sort_values("ccg_code")
    codes = [str(code) for code in frame["ccg_code"]]
    plans = stps().sort_values("stp_code")
    plan_codes = [str(code) for code in plans["stp_code"]]
    authorities = dtoc_authorities().sort_values(["region_name", "authority_name"], ignore_index=True)
    lsoas = (
        authority_weights()
        .pivot(index="authority_code", columns="ccg_code", values="n_lsoas")
        .reindex(index=authorities["authority_code"], columns=codes)
        .fillna(0)
    )
    return Country(
        codes=tuple(codes),
        ons_codes=tuple(frame["ons_code"]),
        names=tuple(frame["ccg_name"]),
        region_codes=tuple(frame["region_code"]),
        region_names=tuple(frame["region_name"]),
        plan=_numbered(frame["stp_code"], plan_codes),
        plan_codes=tuple(plan_codes),
        plan_names=tuple(plans["stp_name"]),
        office=_numbered(frame["local_office_code"], sorted(frame["local_office_code"].unique())),
        population=population_mid_2015().reindex(codes).to_numpy().astype(np.float64),
        adults=adults_mid_2015().reindex(codes).to_numpy().astype(np.float64),
        authorities=authorities,
        lsoas=lsoas.to_numpy(dtype=float),
    )
