"""The made-up year, made once for all tests of its room, and read back with plain readers of our own.

Belongs here: the folder, its declared files as one frame, its truth, and cells of its workbooks.
Does not belong here: the pipeline's readers (``sources``) and methods, on which the truth must not lean.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from ccg_pipeline.demo.layouts.declared import HEADER
from ccg_pipeline.demo.year import make_year
from tests.support.made_once import made_once

SEED = 2016
ASSUMED = {  # publication: indicator, sheet, header row, columns of the declared layout
    "chc": (
        "131a",
        "Standard NHS CHC",
        14,
        {
            "Organisation Code": "organisation_code",
            "Number eligible at the end of the quarter (snapshot)": "numerator",
            "Population": "denominator",
            "Number eligible per 50,000 population": "value",
        },
    ),
    "ncmp": (
        "102a",
        "Year 6 by CCG",
        5,
        {
            "CCG code": "organisation_code",
            "Number overweight or obese": "numerator",
            "Number of children measured": "denominator",
            "Prevalence": "value",
        },
    ),
}


@dataclass(frozen=True)
class MadeUpYear:
    folder: Path
    written: list[Path]
    told: list[str]

    @cached_property
    def declared(self) -> pd.DataFrame:
        """All rows in the declared layout and in those that are assumed, as rows of the declared one.

        Figures are numbers, NaN where hidden, and ``mark`` says why.
        """
        first_line = ",".join(HEADER)
        frames = [
            pd.read_csv(path, dtype=str, keep_default_na=False)
            for path in self.written
            if path.suffix == ".csv" and path.read_text(encoding="utf-8").startswith(first_line)
        ]
        names = [path.relative_to(self.folder).as_posix() for path in self.written]
        frames += [self._assumed(name) for name in names if name.split("/")[0] in ASSUMED]
        rows = pd.concat(frames, ignore_index=True).fillna("")
        rows["mark"] = rows["value"].where(rows["value"].isin(["*", "-"]), "")
        for column in ("numerator", "denominator", "value", "lower_95", "upper_95"):
            rows[column] = pd.to_numeric(rows[column], errors="coerce")
        return rows

    def _assumed(self, name: str) -> pd.DataFrame:
        """A workbook in an assumed layout, as rows of the declared one; its name ends with a month."""
        indicator, sheet, header_row, columns = ASSUMED[name.split("/")[0]]
        rows = self.table(name, sheet, header_row).rename(columns=columns)
        rows = rows[rows["numerator"].ne("")][list(columns.values())].astype(str)
        rows["organisation_code"] = rows["organisation_code"].replace("-", "ENG")
        end = pd.Period(name.removesuffix(".xls")[-8:]).end_time.date().isoformat()
        made_up = {"layout": "made_up", "publication": name.split("/")[0], "indicator": indicator}
        return rows.assign(period_end=end, **made_up)

    @cached_property
    def truth(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "_truth/latent.csv")

    @cached_property
    def with_truth(self) -> pd.DataFrame:
        """Declared rows of CCGs next to their latent values."""
        keys = ["indicator", "organisation_code", "period_end"]
        truth = self.truth.set_axis([*keys, "latent"], axis=1)
        return self.declared.merge(truth, on=keys, validate="one_to_one")

    def of(self, code: str) -> pd.DataFrame:
        """Declared rows of one measure, without England."""
        rows = self.declared
        return rows[(rows["indicator"] == code) & (rows["organisation_code"] != "ENG")]

    def shown(self, code: str) -> pd.DataFrame:
        """Declared rows of one indicator whose figures are not hidden, next to their latent values."""
        rows = self.with_truth
        return rows[(rows["indicator"] == code) & (rows["mark"] == "")]

    def latent(self, code: str, period_end: str) -> "pd.Series[float]":
        """Latent values of one indicator and period by CCG."""
        rows = self.truth[(self.truth["indicator_code"] == code) & (self.truth["period_end"] == period_end)]
        return rows.set_index("ccg_code")["latent"]

    def sheet(self, name: str, sheet: str) -> list[list[object]]:
        return cells(self.folder / name, sheet)

    def table(self, name: str, sheet: str, header_row: int) -> pd.DataFrame:
        """The table below row ``header_row`` (as Excel counts) of a sheet."""
        rows = self.sheet(name, sheet)
        columns = [str(cell) for cell in rows[header_row - 1]]
        frame = pd.DataFrame(rows[header_row:], columns=columns)
        return frame.loc[:, [column for column in columns if column]].copy()


def cells(path: Path, sheet: str) -> list[list[object]]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return [list(row) for row in rows]


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> MadeUpYear:
    base = made_once(tmp_path_factory, "made_up", _made_and_told)
    told, written = json.loads((base / "said.json").read_text(encoding="utf-8"))
    return MadeUpYear(base / "landing", [base / "landing" / one for one in written], told)


def _made_and_told(base: Path) -> None:
    folder, told = base / "landing", list[str]()
    written = [str(path.relative_to(folder)) for path in make_year(folder, SEED, progress=told.append)]
    (base / "said.json").write_text(json.dumps([told, written]), encoding="utf-8")
