"""What the command line prints: reports, receipts and series as plain text, JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence

from etl.report import SEVERITY_NAMES, Finding, Receipt, Report, RowStatus
from indicators.words import Words

MOST_SHOWN = 100

_VALUE = Words("Værdi:", "Value:")
_MEND = Words("Ret:", "Fix:")
_MORE = Words("… og {count} fund mere.", "… and {count} more findings.")
_ERRORS = Words(
    "Fejl: {errors}, advarsler: {warnings}, rækker: {rows}. Intet er gemt.",
    "Errors: {errors}, warnings: {warnings}, rows: {rows}. Nothing is saved.",
)
_REFUSED = Words("Filen er afvist. Intet er gemt.", "The file is refused. Nothing is saved.")
_ACCEPTED = Words(
    "Ingen fejl, advarsler: {warnings}. Rækker: nye {new}, ændrede {changed}, uændrede {same}.",
    "No errors, warnings: {warnings}. Rows: new {new}, changed {changed}, unchanged {same}.",
)
_ONLY_CHECKED = Words("Filen er kun kontrolleret; intet er gemt.", "The file was only checked; nothing is saved.")


def findings(found: Sequence[Finding], language: str) -> list[str]:
    """Each finding on lines of its own, aligned: place and reason, the cell as it was written, how to mend it."""
    labels = [words.say(language) for words in SEVERITY_NAMES.values()]
    margin = max(len(label) for label in labels) + 2
    keys = [_VALUE.say(language), _MEND.say(language)]
    width = max(len(key) for key in keys) + 1
    lines = []
    for finding in found[:MOST_SHOWN]:
        label = SEVERITY_NAMES[finding.severity].say(language)
        lines.append(f"{label:<{margin}}{finding.sentence(language)}")
        if finding.value:
            lines.append(f"{'':<{margin}}{keys[0]:<{width}}{' '.join(finding.value.split())}")
        lines.append(f"{'':<{margin}}{keys[1]:<{width}}{finding.mend_text(language)}")
    if len(found) > MOST_SHOWN:
        lines.append(_MORE.say(language, count=len(found) - MOST_SHOWN))
    return lines


def report(checked: Report, language: str, receipt: Receipt | None = None) -> str:
    """The whole answer to `tavle check` (no receipt) and `tavle load`."""
    lines = []
    if checked.reading:
        lines.append(checked.reading.sentence(language))
    lines += [note.say(language) for note in checked.notes]
    lines += findings(checked.findings, language)
    if not checked.is_accepted:
        if checked.rows:
            counts = {"errors": len(checked.errors), "warnings": len(checked.warnings), "rows": len(checked.rows)}
            lines.append(_ERRORS.say(language, **counts))
        else:
            lines.append(_REFUSED.say(language))
    elif receipt is None:
        lines.append(_ACCEPTED.say(language, warnings=len(checked.warnings), **_changes(checked)))
        lines.append(_ONLY_CHECKED.say(language))
    else:
        lines.append(receipt.sentence(language))
    return "\n".join(lines) + "\n"


def _changes(checked: Report) -> dict[str, int]:
    def count(status: RowStatus) -> int:
        return sum(row.change is status for row in checked.rows)

    return {
        "new": count(RowStatus.NEW),
        "changed": count(RowStatus.CHANGED),
        "same": count(RowStatus.UNCHANGED),
    }


def report_json(checked: Report, language: str, receipt: Receipt | None = None) -> str:
    """The same answer for programs. Findings carry their code; words are in `language`."""
    content: dict[str, object] = {
        "accepted": checked.is_accepted,
        "file_name": checked.file_name,
        "reading": checked.reading.sentence(language) if checked.reading else None,
        "notes": [note.say(language) for note in checked.notes],
        "findings": [
            {
                "code": finding.code,
                "severity": str(finding.severity),
                "row": finding.row,
                "column": finding.column,
                "value": finding.value,
                "reason": finding.reason(language),
                "mend": finding.mend_text(language),
            }
            for finding in checked.findings
        ],
        "rows": {"read": len(checked.rows), **_changes(checked)},
    }
    if receipt is not None:
        content["receipt"] = {
            "number": receipt.number,
            "earlier": receipt.earlier,
            "new": receipt.n_new,
            "changed": receipt.n_changed,
            "unchanged": receipt.n_unchanged,
            "recorded_at": receipt.recorded_at.isoformat() + "Z",
            "series": [list(pair) for pair in receipt.touched],
        }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
