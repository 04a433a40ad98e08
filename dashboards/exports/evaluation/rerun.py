"""What runs the analysis again: a script, a notebook and the frame in one ZIP file.

The script reads the frame, checks that it is the very file, calls the library as the report did and prints every figure
with all its digits. A report's own figures travel along in `numbers.txt`, so that nobody has to compare by eye.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

from dashboards.exports.evaluation.analysis import FRAME, Analysis, Call, numbers_of
from dashboards.exports.evaluation.methods import estimand
from dashboards.text import _
from indicators.words import Words

SCRIPT, NOTEBOOK, NUMBERS, README = "analysis.py", "analysis.ipynb", "numbers.txt", "README.txt"

_HEAD = '''"""{title}

{about}

    python analysis.py            (needs Tavle {version} and the versions below)
"""
'''
_IMPORTS = """import hashlib
from pathlib import Path

import pandas as pd

from indicators.evaluation import programme_effect, sensitivity
"""
_READ = """content = Path("{file}").read_bytes()
fingerprint = hashlib.sha256(content).hexdigest()
if fingerprint != "{fingerprint}":
    raise SystemExit(f"{file} is not the file of the report: its SHA-256 is {{fingerprint}}")

frame = pd.read_csv(
    "{file}",
    dtype={{"unit": str, "period": str, "start": str, "cohort": str}},
    keep_default_na=False,
    na_values={{"numerator": [""], "denominator": [""]}},
)
"""
_CALL = """settings = {settings}
effect = programme_effect(frame, inference={inference!r}, **settings)
rows = sensitivity(frame, effect, months_left_out={left_out!r}, **settings)
"""
_PRINT = """def show(name, value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        print(name, repr(float(value)))


for name, value in effect.overall.items():
    show(f"overall.{name}", value)
for name, table, key in (
    ("cohort", effect.by_cohort, "cohort"),
    ("month", effect.by_time, "since"),
    ("check", effect.checks, "check"),
    ("row", rows.rows, "key"),
):
    for record in table.to_dict("records"):
        for column, value in record.items():
            if column != key:
                show(f"{name}.{record[key]}.{column}", value)
print("verdict", rows.verdict.code)
"""


def python_call(call: Call) -> str:
    """The call alone, for the button »Kopiér som Python«: `frame` is there already.

    Examples
    --------
    >>> print(python_call(Call(leave_out=3)))
    from indicators.evaluation import programme_effect, sensitivity
    <BLANKLINE>
    settings = {
        "denominator": 'denominator',
        "family": 'binomial',
        "weights": 'unit',
        "leave_out": 3,
        "cohort_trends": False,
    }
    effect = programme_effect(frame, inference='auto', **settings)
    rows = sensitivity(frame, effect, months_left_out=(), **settings)
    print(effect.overall, rows.verdict)
    """
    return f"{_IMPORTS.splitlines()[-1]}\n\n{_called(call)}print(effect.overall, rows.verdict)"


def _called(call: Call) -> str:
    settings = "".join(f'    "{name}": {value!r},\n' for name, value in call.arguments().items())
    return _CALL.format(settings=f"{{\n{settings}}}", inference=call.inference, left_out=call.months_left_out)


def script(analysis: Analysis) -> str:
    """`analysis.py`, for the frame that travels with it. Its own words are English: it is read by machines too."""
    return "\n\n".join([_head(analysis), *_parts(analysis)])


def _head(analysis: Analysis) -> str:
    named = ", ".join(f"{name} {version}" for name, version in analysis.versions.items())
    about = [_wrapped(estimand(analysis)), f"Versions: {named}."]
    if not analysis.has_counts:
        about.append(_wrapped(SMALL_LEFT_OUT.en))
    title = analysis.definition.name.en
    # A docstring ends at three quotes and reads backslashes; names of people's measures may hold either.
    safe = [text.replace("\\", "/").replace('"""', "'''") for text in (title, "\n\n".join(about))]
    return _HEAD.format(title=safe[0], about=safe[1], version=analysis.versions["tavle"]).rstrip("\n")


def _wrapped(text: str) -> str:
    from textwrap import fill

    return fill(text, 110)


def _parts(analysis: Analysis) -> list[str]:
    fingerprint = hashlib.sha256(analysis.shared_csv).hexdigest()
    return [
        _IMPORTS.rstrip("\n"),
        _READ.format(file=FRAME, fingerprint=fingerprint).rstrip("\n"),
        _called(analysis.call).rstrip("\n"),
        _PRINT,
    ]


SMALL_LEFT_OUT = Words(
    "Små tal er udeladt i frame.csv, så cifrene bliver andre end rapportens. Kør »tavle evaluate« på serveren for de "
    "samme.",
    "Small numbers are left out of frame.csv, so the digits will differ from those of the report. Run `tavle evaluate` "
    "on the server to get the same.",
)


def notebook(analysis: Analysis) -> str:
    """`analysis.ipynb` with the cells of the script."""
    words = _head(analysis).strip().strip('"').strip()
    cells: list[dict[str, Any]] = [_cell("markdown", "head", words)]
    cells += [_cell("code", f"cell-{at}", part.rstrip("\n")) for at, part in enumerate(_parts(analysis), start=1)]
    document = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, name: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def numbers(analysis: Analysis) -> str:
    """What the script prints where it has the full frame; figures of withheld groups are left out."""
    found = numbers_of(analysis.effect, analysis.sensitivity)
    if not analysis.has_counts:
        found = {name: value for name, value in found.items() if _may_tell(name, analysis)}
    lines = [f"{name} {value}" for name, value in found.items()]
    return "\n".join([*lines, f"verdict {analysis.sensitivity.verdict.code}"]) + "\n"


def _may_tell(name: str, analysis: Analysis) -> bool:
    kind, key, *_rest = name.split(".")
    if kind == "cohort":
        return key not in analysis.withheld
    if kind == "row" and key.startswith("without_cohort_"):
        return key.removeprefix("without_cohort_") not in analysis.withheld
    if kind == "month":
        from dashboards.exports.evaluation.content import FEWEST_UNITS

        table = analysis.effect.by_time
        return bool((table.loc[table["since"] == int(key), "n_units"] >= FEWEST_UNITS).all())
    return True


def package(analysis: Analysis) -> bytes:
    """Frame, script, notebook and the report's figures as a ZIP file; the same content gives the same bytes."""
    file = io.BytesIO()
    moment = analysis.origin.now.timetuple()[:6]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in _files(analysis).items():
            info = zipfile.ZipInfo(name, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return file.getvalue()


def _files(analysis: Analysis) -> dict[str, bytes]:
    from dashboards.text import language

    said = [
        _("Kør »python analysis.py« i denne mappe. Scriptet udskriver hvert tal med alle cifre."),
        _("numbers.txt er rapportens tal i samme form."),
    ]
    if not analysis.has_counts:
        said.append(SMALL_LEFT_OUT.say(language()))
    if analysis.origin.is_demo:
        said.insert(0, _("DEMO: alle tal er simulerede."))
    return {
        README: ("\n".join(said) + "\n").encode(),
        FRAME: analysis.shared_csv,
        SCRIPT: script(analysis).encode(),
        NOTEBOOK: notebook(analysis).encode(),
        NUMBERS: numbers(analysis).encode(),
    }
