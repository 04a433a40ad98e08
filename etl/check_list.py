"""The list of everything that can be wrong with a delivery, as it stands in docs/deliveries.md.

`python -m etl.check_list` prints it; a test compares the page with it.
"""

from __future__ import annotations

import sys

from etl.checks import all_checks
from etl.extract import refusals
from indicators.words import Words


def tables() -> str:
    """Two Markdown tables: what refuses a file before its rows are looked at, and the checks of rows."""
    seen: dict[str, tuple[Words, Words]] = {}
    for refusal in refusals.ALL:
        seen.setdefault(refusal.code, (refusal.words, refusal.mend))
    whole = [_row(code, words, mend) for code, (words, mend) in sorted(seen.items())]
    rows = [_row(check.code, check.words, check.mend, str(check.severity)) for check in all_checks()]
    return "\n".join(
        [
            "| code | what is wrong | how to mend it |",
            "|---|---|---|",
            *whole,
            "",
            "| code | severity | what is wrong | how to mend it |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def _row(code: str, words: Words, mend: Words, severity: str = "") -> str:
    cells = [f"`{code}`", *([severity] if severity else []), _both(words), _both(mend)]
    return f"| {' | '.join(cells)} |"


def _both(words: Words) -> str:
    text = words.da if words.da == words.en else f"{words.da}<br>*{words.en}*"
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(tables() + "\n")
