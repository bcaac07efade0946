"""The made-up year: a landing folder of source files for every indicator, from a seed, and the truth with it.

Belongs here: which measure goes into which file, writing the folder, the record of the truth.
Does not belong here: drawing figures, how a publication is laid out (``layouts``), reading (``sources``).

Every file says that it is made up, in the way its layout has room for. Equal seeds give equal bytes.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ccg_pipeline.demo.country import Country, the_country
from ccg_pipeline.demo.delays import Delays, draw_delays
from ccg_pipeline.demo.earlier import draw_earlier
from ccg_pipeline.demo.figures import Figures, Measure, draw_figures, of_plans
from ccg_pipeline.demo.latent import Floats, draw_factors
from ccg_pipeline.demo.layouts.assumed import chc_file, ncmp_file
from ccg_pipeline.demo.layouts.cancer_stage import cancer_stage_file
from ccg_pipeline.demo.layouts.ccg_ois import ccg_ois_file
from ccg_pipeline.demo.layouts.declared import declared_file
from ccg_pipeline.demo.layouts.dementia_diagnoses import dementia_diagnoses_file
from ccg_pipeline.demo.layouts.dtoc import dtoc_file
from ccg_pipeline.demo.layouts.iapt import iapt_file
from ccg_pipeline.demo.layouts.lsoa_admissions import lsoa_admissions_file
from ccg_pipeline.demo.layouts.mar import mar_file
from ccg_pipeline.demo.layouts.rtt import rtt_file
from ccg_pipeline.demo.layouts.text import csv_bytes, number, sidecar
from ccg_pipeline.demo.national import judgement_shares, national_values, releases
from ccg_pipeline.demo.neighbourhoods import SmallAreas, draw_small_areas
from ccg_pipeline.demo.pathways import draw_pathways
from ccg_pipeline.demo.periods import Period, periods_of
from ccg_pipeline.demo.referrals import MEASURE as REFERRALS
from ccg_pipeline.demo.referrals import draw_activity
from ccg_pipeline.framework.load import load_edition
from ccg_pipeline.framework.model import Edition
from expert_panels.foundation.fault import WrongUse
from expert_panels.foundation.whole_file import whole_name, write_whole

TRUTH, LATENT = "_truth", "latent.csv"
TRUTH_HEADER = ("indicator_code", "ccg_code", "period_end", "latent")
README = (
    "Made up: the latent values behind the files of this folder, drawn from a seed before any noise; "
    "no figure here is real. Judgements have a position on a standard normal scale.\n"
)
YEARS = ("2015-16", "2016-17")  # the two whole years in which the 209 CCGs of 2016 existed
WITH_EARLIER = ("2015-16",)  # the year of the frameworks before
PLAN_PROGRESS, PLAN_JUDGEMENT = "stp_progress", "161a"
BOOKINGS = "105a"  # whose denominators are the referrals of the Monthly Activity Return

Contents = Callable[[], bytes]
Latent = tuple[str, tuple[str, ...], tuple[Period, ...], Floats]


def make_year(
    folder: Path,
    seed: int = 2016,
    year: str = "2016-17",
    edition: Edition | None = None,
    progress: Callable[[str], None] | None = None,
    has_earlier: bool = False,
    expect: Callable[[int], None] | None = None,
) -> list[Path]:
    """Write a made-up financial year into ``folder`` and return the paths written, in order.

    ``folder`` is made if need be; one that holds any file that a made-up year did not write there is refused
    with WrongUse, so that made-up figures never lie among real ones, nor replace them. ``progress`` is told
    each file's name, `expect` their number before. `has_earlier`: also the judgements that the frameworks
    before asked for.
    """
    if year not in YEARS:
        raise WrongUse(
            f"No year {year!r} can be made up; the CCGs known here are those of {' and '.join(YEARS)}."
        )
    contents = year_files(seed, year, edition or load_edition(), has_earlier)
    _refuse_other_files(folder, set(contents))
    for path in [one for one in folder.rglob("*") if whole_name(one.name) != one.name]:
        path.unlink()  # left by a run that was killed
    (folder / TRUTH).mkdir(parents=True, exist_ok=True)  # by which the folder is known as ours from now on
    (folder / TRUTH / LATENT).unlink(missing_ok=True)
    if expect is not None:
        expect(len(contents))
    written = []
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content())
        written.append(path)
        if progress is not None:
            progress(name)
    return written


def is_made_up_year(folder: Path) -> bool:
    """Whether ``folder`` holds a made-up year, whole or cut short."""
    return (folder / TRUTH).is_dir()


def is_unfinished(folder: Path) -> bool:
    """Whether a made-up year has yet to be written into ``folder``, or its writing was cut short.

    Not so for a folder that holds files of somebody's own.
    """
    if is_made_up_year(folder):
        return not (folder / TRUTH / LATENT).is_file()  # which is written last
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def year_files(seed: int, year: str, edition: Edition, has_earlier: bool = False) -> dict[str, Contents]:
    """What the year's folder holds: from relative path to a function that lays the file out."""
    country = the_country()
    factors = draw_factors(seed, country.plan)
    calendar, values, shares = releases(), national_values(), judgement_shares()
    latents: list[Latent] = []
    files: dict[str, Contents] = {}
    by_publication: dict[str, list[Figures]] = {}
    for measure, publication in _measures(edition):
        value, release = values[measure.code], calendar[publication]
        if publication == "dtoc":
            delays = draw_delays(seed, country, factors, measure, value, release, year)
            files |= _dtoc(country, delays)
            latents.append((measure.code, country.codes, delays.periods, delays.latent))
        elif publication == "lsoa_admissions":
            areas, slopes = draw_small_areas(seed, country, factors, measure, value, release, year)
            files |= _lsoa_admissions(country, areas)
            latents.append((measure.code, country.codes, tuple(one.period for one in areas), slopes))
        else:
            labels = shares.get(measure.code, ())
            figures = draw_figures(seed, country, factors, measure, value, labels, release, year)
            by_publication.setdefault(publication, []).append(figures)
            latents.append((measure.code, country.codes, figures.periods, figures.latent))
            if measure.code == PLAN_JUDGEMENT:
                by_publication[PLAN_PROGRESS] = [of_plans(figures, country, PLAN_PROGRESS)]
            if measure.code == BOOKINGS:
                files |= _mar(seed, country, figures, periods_of(calendar["mar"], year))
    if has_earlier:
        earlier = draw_earlier(seed, country, factors, year)
        by_publication |= earlier
        latents += [
            (one.measure.code, country.codes, one.periods, one.latent)
            for own in earlier.values()
            for one in own
        ]
    for publication, measures in by_publication.items():
        files |= _publication_files(seed, country, publication, measures)
    truth: dict[str, Contents] = {
        f"{TRUTH}/README.txt": README.encode,
        f"{TRUTH}/{LATENT}": partial(_truth, latents),
    }
    return {**dict(sorted(files.items())), **truth}


def _measures(edition: Edition) -> Iterator[tuple[Measure, str]]:
    """Indicators and supplementary measures that are drawn by CCG, with the publication that carries each.

    Two are not drawn but follow from others: the plans' progress and the referrals.
    """
    for one in edition.indicators:
        yield Measure(one.code, one.kind, one.scale, one.standard_error == "interval"), one.publication
    for other in edition.supplementary:
        if other.code not in (PLAN_PROGRESS, REFERRALS):
            yield Measure(other.code, "proportion", 100, False), other.publication


def _publication_files(
    seed: int, country: Country, publication: str, measures: list[Figures]
) -> dict[str, Contents]:
    figures = measures[0]
    files: dict[str, Contents] = {}
    for at, period in enumerate(figures.periods):
        if publication == "rtt":
            files[f"rtt/Incomplete-Commissioner-{period.end:%b%y}.xls"] = partial(
                lambda at, period: rtt_file(country, period, draw_pathways(seed, figures, at)), at, period
            )
        elif publication == "ccg_ois":
            files[f"ccg_ois/CCG_1_25_{period.end.year}.xls"] = partial(ccg_ois_file, country, figures, at)
        elif publication == "cancer_stage":
            name = f"cancer_stage/stg1and2detection_{period.end.year}.json"
            files |= _with_sidecar(name, partial(cancer_stage_file, figures, at), period)
        elif publication == "iapt":
            name = f"iapt/iapt_ccg_{period.start.year}-{period.end:%y}.csv"
            files |= _with_sidecar(name, partial(iapt_file, seed, figures, at), period)
        elif publication == "dementia_diagnoses":
            name = f"dementia_diagnoses/rec-dem-diag-{period.end:%b-%Y}.csv".lower()
            files |= _with_sidecar(name, partial(dementia_diagnoses_file, figures, at), period)
        elif publication == "chc":
            files[f"chc/NHS-CHC-{period.end:%b-%Y}.xls"] = partial(chc_file, figures, at)
        elif publication == "ncmp":
            files[f"ncmp/NCMP-Year-6-by-CCG-{period.end:%b-%Y}.xls"] = partial(
                ncmp_file, country, figures, at
            )
        else:
            files[f"{publication}/{publication}_{period.end}.csv"] = partial(
                declared_file, publication, measures, at
            )
    return files


def _dtoc(country: Country, delays: Delays) -> dict[str, Contents]:
    return {
        f"dtoc/LA_{period.end:%B_%y}.xls": partial(dtoc_file, country, period, days)
        for period, days in zip(delays.periods, delays.days, strict=True)
    }


def _mar(seed: int, country: Country, bookings: Figures, periods: tuple[Period, ...]) -> dict[str, Contents]:
    return {
        f"mar/Commissioner_{period.end:%b_%y}.xls": partial(
            lambda period: mar_file(country, draw_activity(seed, bookings, period)), period
        )
        for period in periods
    }


def _lsoa_admissions(country: Country, areas: tuple[SmallAreas, ...]) -> dict[str, Contents]:
    files: dict[str, Contents] = {}
    for one in areas:
        start, end = one.period.start, one.period.end
        name = f"lsoa_admissions/ccg_lsoa_data_{start.year}-{end:%y}.csv"
        files[name] = partial(lsoa_admissions_file, country, one)
        files[f"{name}.meta.yaml"] = partial(sidecar, one.period.published_on, start, end)
    return files


def _with_sidecar(name: str, content: Contents, period: Period) -> dict[str, Contents]:
    return {name: content, f"{name}.meta.yaml": partial(sidecar, period.published_on)}


def _truth(latents: list[Latent]) -> bytes:
    rows = (
        (indicator, code, period.end.isoformat(), number(latent[at, column]))
        for indicator, codes, periods, latent in latents
        for at, period in enumerate(periods)
        for column, code in enumerate(codes)
    )
    return csv_bytes(TRUTH_HEADER, rows)


def _refuse_other_files(folder: Path, names: set[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is a file; name a folder to write the made-up year into.")
    ours = {folder / name for name in names}
    is_ours = (folder / TRUTH).is_dir()  # a publisher's file may have a name that we use
    for path in sorted(folder.rglob("*")):
        whole = path.with_name(whole_name(path.name))
        if not path.is_dir() and not (is_ours and whole in ours):
            raise WrongUse(
                f"{folder} already holds {path.relative_to(folder).as_posix()}, which is not of this "
                "made-up year; name an empty folder."
            )
