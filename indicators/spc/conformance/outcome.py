"""What holding one reference case against the library came to, whatever system it is from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    AGREES = "agrees"
    BY_CONVENTION = "differs by convention"
    DISAGREES = "disagrees"


@dataclass(frozen=True)
class Outcome:
    """`differences` names columns, or the refusal; `convention` the convention of the project that explains them."""

    system: str
    chart: str
    case_id: str
    verdict: Verdict
    convention: str = ""
    differences: tuple[str, ...] = ()


def outcome(
    system: str, chart: str, case_id: str, differences: tuple[str, ...], convention: str, is_explained: bool
) -> Outcome:
    """The verdict: no difference agrees; a named one that is there and is the meant one differs by convention.

    A named difference that is not there, or is another one, is a disagreement too.
    """
    if not convention:
        verdict = Verdict.DISAGREES if differences else Verdict.AGREES
    elif differences and is_explained:
        verdict = Verdict.BY_CONVENTION
    else:
        verdict = Verdict.DISAGREES
        differences = differences or ("no difference where one is named",)
    return Outcome(system, chart, case_id, verdict, convention, differences)
