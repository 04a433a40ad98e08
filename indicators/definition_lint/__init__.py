"""Reads a definition as a critical colleague would: what is missing, unclear, or will not show what is hoped for.

>>> from datetime import date
>>> from indicators.definition_content import DefinitionContent
>>> from indicators.words import Words
>>> content = DefinitionContent(name=Words("Smertevurdering", ""), denominator=Words("Patienter", ""))
>>> remarks = lint(content, Surroundings(today=date(2026, 11, 23)))
>>> [remark.sentence("en") for remark in remarks if remark.code == "denominator_unclear"]
['“Patienter” does not say who. Write who, where and when, e.g. “Patients aged 65 or over, discharged in the month”.']
>>> has_errors(remarks)
True
"""

from __future__ import annotations

from collections.abc import Iterable

from indicators.definition_content import DefinitionContent
from indicators.definition_lint import number_rules, purpose_rules, reach, target_rules, text_rules
from indicators.definition_lint.folding import fold
from indicators.definition_lint.record import Hit, Remark, Rule, Surroundings, Weight

__all__ = ["RULES", "Hit", "Remark", "Rule", "Surroundings", "Weight", "fold", "has_errors", "lint"]

RULES: tuple[Rule, ...] = (
    *text_rules.RULES,
    *number_rules.RULES,
    *target_rules.RULES,
    *purpose_rules.RULES,
    *reach.RULES,
)
"""Every rule, in the order of the form."""

_ORDER = {weight: place for place, weight in enumerate(Weight)}


def lint(content: DefinitionContent, around: Surroundings) -> list[Remark]:
    """What is to be said about a definition, errors first, then in the order of the rules."""
    found = [
        Remark(
            rule.code, hit.weight or rule.weight, hit.field, hit.words or rule.words, hit.mend or rule.mend, hit.values
        )
        for rule in RULES
        for hit in rule.find(content, around)
    ]
    return sorted(found, key=lambda remark: _ORDER[remark.weight])


def has_errors(remarks: Iterable[Remark]) -> bool:
    """Whether the definition cannot be sent to be checked as it is."""
    return any(remark.weight is Weight.ERROR for remark in remarks)
