"""What a report is about: the question, the frame, how the library was called, and what came out."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd

from dashboards.exports.evaluation.amounts import Amounts
from dashboards.presenters.exported import Origin
from dashboards.text import language
from data.queries.evaluation import Flow
from indicators.definition import IndicatorDefinition
from indicators.drawn import family_of
from indicators.evaluation import ProgrammeEffect, Sensitivity, programme_effect, sensitivity
from indicators.words import Words

COLUMNS = ("unit", "period", "numerator", "denominator", "start", "cohort")
FEWEST_UNITS = 3
"""A mean of fewer units is withheld from those without the right to counts: it is near the figure of one of them."""
SEED = 20170515
FRAME = "frame.csv"


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
    leave_out: int = 6
    cohort_trends: bool = False
    inference: str = "auto"
    has_denominator: bool = True
    months_left_out: tuple[str, ...] = ()

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
        """The arguments that `programme_effect` and `sensitivity` share."""
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
        rows = sensitivity(frame, effect, months_left_out=self.months_left_out, on_row=on_row, **self.arguments())
        return effect, rows


@dataclass(frozen=True, slots=True)
class Plan:
    """The analysis card behind the report. `locked` is a day in words, empty where the card is not locked."""

    question: str
    limitations: str
    locked: str = ""
    code: str = ""
    departures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """One indicator of a declared family, with its p-value before and after adjustment."""

    name: Words
    is_primary: bool
    p_value: float
    holm: float
    bh: float


@dataclass(frozen=True)
class Analysis:
    """All that a report says comes from here.

    `frame` has the columns unit, period ("2024-03"), numerator, denominator, start ("2025-01" or "") and cohort (a
    code, named in `group_names`). `has_counts` says whether the reader may have the counts; without, small groups are
    withheld and the frame that travels with the script is `shared_frame`.
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
    family: tuple[FamilyMember, ...] = ()
    plan: Plan | None = None
    snapshot: str = ""  # the 12 characters of a frozen set
    frozen: str = ""  # the day it was frozen, in words
    versions: Mapping[str, str] = field(default_factory=lambda: versions())
    shared_frame: pd.DataFrame | None = None

    @cached_property
    def amounts(self) -> Amounts:
        return Amounts.of(self.definition)

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


def numbers_of(effect: ProgrammeEffect, rows: Sensitivity) -> dict[str, str]:
    """Every figure of a report with all its digits, by a name that says where it stands; missing ones are "nan".

    Examples
    --------
    >>> written(0.1), written(float("nan")), written(3)
    ('0.1', 'nan', '3.0')
    """
    found = {f"overall.{name}": written(value) for name, value in effect.overall.items()}
    for name, table, key in (
        ("cohort", effect.by_cohort, "cohort"),
        ("month", effect.by_time, "since"),
        ("check", effect.checks, "check"),
        ("row", rows.rows, "key"),
    ):
        for record in table.to_dict("records"):
            for column, value in record.items():
                if isinstance(value, (float, int, np.number)) and not isinstance(value, bool) and column != key:
                    found[f"{name}.{record[key]}.{column}"] = written(value)
    return found


def written(value: Any) -> str:
    """A figure so that nothing is lost."""
    return repr(float(value))
