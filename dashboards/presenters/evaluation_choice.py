"""What the evaluators' pages are about: the groups and the indicator of the address. No Dash here."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from dashboards.presenters.completeness import Choice
from dashboards.selection import ALL_MONTHS, Selection
from dashboards.text import _, language, ngettext
from data.access import Viewer
from data.queries import evaluation
from data.queries.evaluation import COHORT, LEARNING_TEAM, OWN_LIST, REGION, SECTOR, Group
from data.store import Store
from indicators.words import Words

KINDS = (COHORT, LEARNING_TEAM, REGION, SECTOR, OWN_LIST)


@dataclass(frozen=True, slots=True)
class EvaluationChoice:
    """The groups of one kind, and what they may be followed by.

    `indicators` are code, name and how many members follow it, those that are the main one of most members first.
    `code` is the indicator of the address; None where it names none, or one that no member follows.
    """

    kind: str
    groups: tuple[Group, ...]
    programmes: tuple[Choice, ...]
    indicators: tuple[tuple[str, Words, int], ...]
    code: str | None

    def indicator_choices(self, all_text: str = "") -> tuple[Choice, ...]:
        """The list of indicators; with `all_text` one may also choose none of them."""
        first = (Choice(ALL_MONTHS, all_text, self.code is None),) if all_text else ()
        said = language()
        chosen = self.code or ("" if all_text or not self.indicators else self.indicators[0][0])
        return (*first, *(Choice(code, name.say(said), code == chosen) for code, name, _n in self.indicators))


def read_choice(store: Store, viewer: Viewer, selection: Selection) -> EvaluationChoice:
    """The groups `selection.programme` names (the cohorts, where it names none that there are) and their indicators.

    Raises
    ------
    NotAllowed
        The viewer does not evaluate.
    """
    evaluation.require_evaluator(viewer)
    who = viewer_key(viewer)
    offered = store.until_written(("evaluation_groups", who), lambda: tuple(evaluation.groups(store, viewer)))
    kinds = [kind for kind in KINDS if any(one.kind == kind for one in offered)]
    kind = selection.programme if selection.programme in kinds else (kinds[0] if kinds else COHORT)
    groups = tuple(one for one in offered if one.kind == kind)
    indicators: tuple[tuple[str, Words, int], ...] = ()
    if groups:
        indicators = store.until_written(
            ("evaluation_indicators", who, kind), lambda: tuple(evaluation.indicators_of(store, viewer, groups))
        )
    return EvaluationChoice(
        kind=kind,
        groups=groups,
        programmes=tuple(
            Choice(one, programme_name([group for group in offered if group.kind == one]), one == kind) for one in kinds
        ),
        indicators=indicators,
        code=selection.indicator if selection.indicator in {code for code, _name, _n in indicators} else None,
    )


def programme_name(groups: Sequence[Group]) -> str:
    """What groups of one kind are called together: "Hold 1–4", "Læringsteam", "5 regioner"."""
    kind = groups[0].kind
    if kind == COHORT:
        return cohorts_name([one.code for one in groups])
    if len(groups) == 1 and kind != SECTOR:
        return groups[0].name.say(language())
    return {
        LEARNING_TEAM: _("Læringsteams"),
        REGION: _("Regioner"),
        SECTOR: _("Sektorer"),
        OWN_LIST: _("Egne lister"),
    }.get(kind, kind)


def cohorts_name(codes: Sequence[str]) -> str:
    """The cohorts in a row where their codes are numbers in a row, else one by one.

    Examples
    --------
    >>> cohorts_name(["1", "2", "3", "4"]), cohorts_name(["1", "3"]), cohorts_name(["2"])
    ('Hold 1–4', 'Hold 1, 3', 'Hold 2')
    >>> from dashboards.text import use_language
    >>> with use_language("en"):
    ...     cohorts_name(["1", "3"]), cohorts_name(["2"])
    ('Cohorts 1, 3', 'Cohort 2')
    """
    numbers = [int(code) for code in codes if code.isdigit()]
    is_run = len(numbers) == len(codes) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    which = f"{numbers[0]}–{numbers[-1]}" if is_run else ", ".join(codes)
    return ngettext("Hold {cohorts}", "Hold {cohorts}", len(codes)).format(cohorts=which)


def groups_key(groups: Sequence[Group]) -> Hashable:
    """The part of a key of remembered answers that stands for the groups: their members and when each began."""
    return tuple((one.code, one.kind, _starts(one.starts), tuple(sorted(one.compared))) for one in groups)


def _starts(starts: Mapping[str, object]) -> Hashable:
    return tuple(sorted((code, str(start)) for code, start in starts.items()))


def viewer_key(viewer: Viewer) -> Hashable:
    """The part that stands for who asks: what is shown, and whether by name."""
    return viewer.rights, viewer.grants


def owner_of(viewer: Viewer) -> int:
    """Who may fetch the answer of work: the person, with the very rights it was worked out under."""
    return hash((viewer.account_id, viewer_key(viewer)))
