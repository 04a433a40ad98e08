"""What a report is about: the question, the frame, how the library was called, and what came out."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd

from dashboards.exports.evaluation.amounts import Amounts
from dashboards.presenters.evaluation_disclosure import coarse_effect, unsure_against
from dashboards.presenters.exported import Origin
from dashboards.text import language
from data.queries.evaluation import Flow
from indicators.definition import IndicatorDefinition
from indicators.drawn import family_of
from indicators.evaluation import (
    FunnelYear,
    MetaAnalysis,
    ProgrammeEffect,
    Sensitivity,
    funnel_years,
    measure_effect,
    meta_analysis,
    programme_effect,
    sensitivity,
    several_measures,
)
from indicators.evaluation.randomised_starts import DRAWS
from indicators.evaluation.several_measures import row_of
from indicators.words import Words

COLUMNS = ("unit", "period", "numerator", "denominator", "start", "cohort")
FEWEST_UNITS = 3
"""A mean of fewer units is withheld from those without the right to counts: it is near the figure of one of them."""
SEED = 20170515
FRAME = "frame.csv"
FUNNEL_FIGURES = ("target", "phi", "tau2")
FUNNEL_COLUMNS = ("value", "lower", "upper")


@dataclass(frozen=True, slots=True)
class Call:
    """How the library is called: enough to call it again, and nothing else.

    Examples
    --------
    >>> Call(family="linear", has_denominator=False, leave_out=3).arguments()["denominator"] is None
    True
    """

    family: str = "binomial"
    weights: str = "unit"
    leave_out: int | None = None  # six, where they change the effect
    cohort_trends: bool = False
    inference: str = "auto"
    has_denominator: bool = True
    months_left_out: tuple[str, ...] = ()
    draws: int = DRAWS

    @classmethod
    def of(cls, definition: IndicatorDefinition, **changes: Any) -> Call:
        """The scale that fits an indicator, as on every page of the evaluators."""
        return cls(family=family_of(definition), has_denominator=definition.has_denominator, **changes)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Call:
        """What `settings` wrote."""
        known = {name: settings[name] for name in cls.__dataclass_fields__ if name in settings}
        known["months_left_out"] = tuple(known.get("months_left_out", ()))
        return cls(**known)

    def settings(self) -> dict[str, Any]:
        return {**asdict(self), "months_left_out": list(self.months_left_out)}

    def arguments(self) -> dict[str, Any]:
        """The arguments that `programme_effect`, `sensitivity` and `measure_effect` share."""
        return {
            "denominator": "denominator" if self.has_denominator else None,
            "family": self.family,
            "weights": self.weights,
            "leave_out": self.leave_out,
            "cohort_trends": self.cohort_trends,
        }

    def run(
        self, frame: pd.DataFrame, on_row: Callable[[int, int], None] | None = None
    ) -> tuple[ProgrammeEffect, Sensitivity]:
        """The effect and its sensitivity table; `on_row` is told before each row of the table."""
        effect = programme_effect(frame, inference=self.inference, **self.arguments())
        more: dict[str, Any] = {"months_left_out": self.months_left_out, "draws": self.draws, "on_row": on_row}
        return effect, sensitivity(frame, effect, **more, **self.arguments())

    def measure(self, frame: pd.DataFrame) -> pd.Series:
        """The overall effect alone, as a row among other measures."""
        return measure_effect(frame, inference=self.inference, **self.arguments())


@dataclass(frozen=True, slots=True)
class Plan:
    """The analysis card behind the report. `locked` is a day in words, empty where the card is not locked."""

    question: str
    limitations: str
    locked: str = ""
    code: str = ""
    departures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """Another measure of the same groups: how it was computed and its overall effect, in its own natural units.

    `overall` is what `measure_effect` gave. `frame` is None where only its figures were frozen; `shared_frame` is what
    may leave of it.
    """

    definition: IndicatorDefinition
    call: Call
    overall: pd.Series
    frame: pd.DataFrame | None = None
    shared_frame: pd.DataFrame | None = None

    @property
    def code(self) -> str:
        return self.definition.code

    @property
    def amounts(self) -> Amounts:
        return Amounts.of(self.definition)


@dataclass(frozen=True)
class Analysis:
    """All that a report says comes from here.

    `frame` has the columns unit, period ("2024-03"), numerator, denominator, start ("2025-01" or "") and cohort (a
    code, named in `group_names`). `has_counts` says whether the reader may have the counts; without, small groups are
    withheld and the frame that travels with the script is `shared_frame`.

    `others` are the other measures of the declared family and `primary` the code of its primary one; `placebo` is the
    measure the programme should not move, which `effect` and `sensitivity` have already been judged with.
    """

    definition: IndicatorDefinition
    frame: pd.DataFrame
    call: Call
    effect: ProgrammeEffect
    sensitivity: Sensitivity
    origin: Origin
    programme: Words
    has_counts: bool
    flow: Flow | None = None
    group_names: Mapping[str, Words] = field(default_factory=dict)
    others: tuple[Measure, ...] = ()
    primary: str = ""
    placebo: Measure | None = None
    plan: Plan | None = None
    snapshot: str = ""  # the 12 characters of a frozen set
    frozen: str = ""  # the day it was frozen, in words
    versions: Mapping[str, str] = field(default_factory=lambda: versions())
    shared_frame: pd.DataFrame | None = None

    @cached_property
    def amounts(self) -> Amounts:
        return Amounts.of(self.definition)

    @cached_property
    def family(self) -> pd.DataFrame | None:
        """The declared family as `several_measures` gives it; None where one measure is asked about alone."""
        if not self.others:
            return None
        own = {self.definition.code: row_of(self.effect.overall, self.effect.not_identified)}
        effects = own | {one.code: one.overall for one in self.others}
        return several_measures(effects, primary=self.primary or self.definition.code)

    def measure_of(self, code: str) -> IndicatorDefinition:
        """The definition of a measure of the family."""
        return {one.code: one.definition for one in self.others}.get(code, self.definition)

    @cached_property
    def across(self) -> MetaAnalysis | None:
        """The units' effects taken together, and how much they differ: for those with the right to counts, because it
        stands on every unit's own effect; None with fewer than three units."""
        units = self.effect.by_unit
        if not self.has_counts or int(units["se"].notna().sum()) < FEWEST_UNITS:
            return None
        return meta_analysis(units["estimate"], units["se"])

    @property
    def funnel_kind(self) -> str:
        """The kind of funnel the measure has; empty for a mean, whose limits do not follow from its denominator."""
        if self.definition.is_percent and self.definition.has_denominator:
            return "proportion"
        return "ratio" if family_of(self.definition) == "poisson" else ""

    @cached_property
    def funnels(self) -> tuple[FunnelYear, ...]:
        """Both funnels, or none: from what the reader may know of single units."""
        seen = self.frame if self.has_counts else self.shared_frame
        if seen is None or not self.funnel_kind:
            return ()
        found = funnel_years(seen, kind=self.funnel_kind, multiply=self.definition.per)
        return found if len(found) == 2 and all(one.funnel.recipe is not None for one in found) else ()

    @cached_property
    def csv(self) -> bytes:
        """The frame that was analysed."""
        return csv_of(self.frame)

    @property
    def shared_csv(self) -> bytes:
        """The frame that may leave; a reader without the right to counts never gets the exact one."""
        if self.has_counts:
            return self.csv
        if self.shared_frame is None:
            raise ValueError("a frame that may leave is needed for readers without the right to counts")
        return csv_of(self.shared_frame)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the frame that was analysed, as it stands in `frame.csv`."""
        return hashlib.sha256(self.csv).hexdigest()

    @property
    def told_fingerprint(self) -> str:
        """`fingerprint` for those with the right to counts, else of the frame that leaves; empty where none does.

        The fingerprint of all figures would tell which value a single hidden one has to whoever tries them.
        """
        if self.has_counts:
            return self.fingerprint
        return "" if self.shared_frame is None else hashlib.sha256(self.shared_csv).hexdigest()

    @cached_property
    def unsure(self) -> float:
        """How uncertain a hidden figure stays: see `evaluation_disclosure`."""
        return unsure_against(self.frame, is_share=self.definition.is_percent)

    @cached_property
    def told(self) -> Analysis:
        """The analysis as its reader may be told it: without the right to counts no finer than hides the small ones."""
        if self.has_counts:
            return self
        return replace(self, effect=coarse_effect(self.effect, self.unsure))

    @property
    def cohort_names(self) -> Mapping[str, str]:
        """Names of the groups by the month of their start ("2024-03"); several that start at once share a line."""
        started = self.frame[self.frame["start"].astype(str) != ""]
        names = started.groupby("start")["cohort"].unique()
        told = {
            str(start): [
                self.group_names[code].say(language()) if code in self.group_names else str(code) for code in found
            ]
            for start, found in names.items()
        }
        return {start: ", ".join(sorted(found)) for start, found in told.items()}

    @cached_property
    def withheld(self) -> frozenset[str]:
        """Starts of the groups that are not told: too few units, and the next smallest where one alone could be
        worked out from the total and the rest."""
        if self.has_counts:
            return frozenset()
        sizes = self.effect.by_cohort.set_index(self.effect.by_cohort["cohort"].astype(str))["n_units"]
        told = sizes[sizes > 0]
        small = told[told < FEWEST_UNITS]
        if len(small) and small.sum() < FEWEST_UNITS and len(small) < len(told):
            small = pd.concat([small, told.drop(index=small.index).nsmallest(1)])
        return frozenset(map(str, small.index))


def versions() -> dict[str, str]:
    """What the digits depend on, beside the data."""
    named = {name: metadata.version(name) for name in ("numpy", "pandas", "scipy", "statsmodels")}
    return {"tavle": metadata.version("tavle"), "python": platform.python_version(), **named}


def csv_of(frame: pd.DataFrame) -> bytes:
    """The frame as a file whose numbers come back to the last bit."""
    columns = [column for column in COLUMNS if column in frame.columns]
    content: str = frame[columns].to_csv(index=False, lineterminator="\n")
    return content.encode()


def read_frame(content: bytes) -> pd.DataFrame:
    """What `csv_of` wrote."""
    import io

    return pd.read_csv(
        io.BytesIO(content),
        dtype={"unit": str, "period": str, "start": str, "cohort": str},
        keep_default_na=False,
        na_values={"numerator": [""], "denominator": [""]},
    )


def numbers_of(
    effect: ProgrammeEffect,
    rows: Sensitivity,
    family: pd.DataFrame | None = None,
    years: Sequence[FunnelYear] = (),
    across: MetaAnalysis | None = None,
) -> dict[str, str]:
    """Every figure of a report with all its digits, by a name that says where it stands; missing ones are "nan".

    Examples
    --------
    >>> written(0.1), written(float("nan")), written(3)
    ('0.1', 'nan', '3.0')
    """
    found = {f"overall.{name}": written(value) for name, value in effect.overall.items()}
    tables = [
        ("cohort", effect.by_cohort, "cohort"),
        ("month", effect.by_time, "since"),
        ("check", effect.checks, "check"),
        ("row", rows.rows, "key"),
    ]
    if family is not None:
        tables.append(("measure", family, "measure"))
    if across is not None:
        named = (*across.overall.items(), *across.heterogeneity.items())
        found |= {f"units.{name}": written(value) for name, value in named}
        found |= {f"units.new_{name}": written(value) for name, value in across.prediction.loc["hts"].items()}
    for year in years:
        name = f"funnel.{year.first}"
        for field_name in FUNNEL_FIGURES:
            found[f"{name}.{field_name}"] = written(getattr(year.funnel, field_name))
        tables.append((name, year.funnel.units[["unit", *FUNNEL_COLUMNS]], "unit"))
    for name, table, key in tables:
        for record in table.to_dict("records"):
            for column, value in record.items():
                if isinstance(value, (float, int, np.number)) and not isinstance(value, bool) and column != key:
                    found[f"{name}.{record[key]}.{column}"] = written(value)
    return found


def written(value: Any) -> str:
    """A figure so that nothing is lost."""
    return repr(float(value))
