"""What runs the analysis again: a script, a notebook and the frame in one ZIP file.

The script reads the frame, checks that it is the very file, calls the library as the report did and prints every figure
with all its digits. A report's own figures travel along in `numbers.txt`, so that nobody has to compare by eye.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from typing import Any

from dashboards.exports.evaluation.analysis import FRAME, Analysis, Call, Measure, csv_of, numbers_of, written
from dashboards.exports.evaluation.methods import estimand
from dashboards.presenters.evaluation_disclosure import LEVELS, coarse, coarse_row
from dashboards.presenters.exported import safe_name
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

from indicators.evaluation import {names}{words}
"""
_READ = """def read(file, fingerprint):
    found = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    if found != fingerprint:
        raise SystemExit(f"{{file}} is not the file of the report: its SHA-256 is {{found}}")
    return pd.read_csv(
        file,
        dtype={{"unit": str, "period": str, "start": str, "cohort": str}},
        keep_default_na=False,
        na_values={{"numerator": [""], "denominator": [""]}},
    )


frame = read("{file}", "{fingerprint}")
"""
_CALL = """settings = {settings}
effect = programme_effect(frame, inference={inference!r}, **settings)
rows = sensitivity(frame, effect, months_left_out={left_out!r}, draws={draws!r}, **settings)
"""
_MEASURE = """measure_effect(
    read("{file}", "{fingerprint}"),
    inference={inference!r},
{settings})"""
_FIGURES = """pd.Series({{  # as they were frozen; the frame of this measure was not
{figures}}})"""
_PLACEBO = """placebo = {measure}
effect, rows = with_placebo_outcome(effect, rows, placebo, Words({da!r}, {en!r}))
"""
_FAMILY = """measures = {{{own!r}: measure_effect(frame, inference={inference!r}, **settings)}}
{others}
family = several_measures(measures, primary={primary!r})
"""
_FUNNELS = """years = funnel_years(frame, kind={kind!r}, multiply={multiply!r})
"""
_ACROSS = """across = meta_analysis(effect.by_unit["estimate"], effect.by_unit["se"])
"""
_PRINT_ACROSS = """for name, value in (*across.overall.items(), *across.heterogeneity.items()):
    show(f"units.{name}", value)
for name, value in across.prediction.loc["hts"].items():
    show(f"units.new_{name}", value)
"""
_PRINT = """def show(name, value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        print(name, repr(float(value)))


for name, value in effect.overall.items():
    show(f"overall.{name}", value)
tables = [
    ("cohort", effect.by_cohort, "cohort"),
    ("month", effect.by_time, "since"),
    ("check", effect.checks, "check"),
    ("row", rows.rows, "key"),
]
"""
_PRINT_FAMILY = """tables.append(("measure", family, "measure"))
"""
_PRINT_FUNNELS = """for year in years:
    for figure in ("target", "phi", "tau2"):
        show(f"funnel.{year.first}.{figure}", getattr(year.funnel, figure))
    tables.append((f"funnel.{year.first}", year.funnel.units[["unit", "value", "lower", "upper"]], "unit"))
"""
_PRINT_TABLES = """for name, table, key in tables:
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
    rows = sensitivity(frame, effect, months_left_out=(), draws=499, **settings)
    print(effect.overall, rows.verdict)
    """
    imported = "from indicators.evaluation import programme_effect, sensitivity"
    return f"{imported}\n\n{_called(call)}print(effect.overall, rows.verdict)"


def _called(call: Call) -> str:
    settings = "".join(f'    "{name}": {value!r},\n' for name, value in call.arguments().items())
    return _CALL.format(
        settings=f"{{\n{settings}}}", inference=call.inference, left_out=call.months_left_out, draws=call.draws
    )


def script(analysis: Analysis) -> str:
    """`analysis.py`, for the frames that travel with it. Its own words are English: it is read by machines too."""
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
    """The cells, one after another: what is imported, read, called and printed."""
    names = ["programme_effect", "sensitivity"]
    called, printed = [_called(analysis.call)], [_PRINT]
    placebo, others = analysis.placebo, analysis.others
    if placebo is not None:
        names += [*(["measure_effect"] if placebo.frame is not None else []), "with_placebo_outcome"]
        name = placebo.definition.name
        called.append(_PLACEBO.format(measure=_measured(placebo, analysis), da=name.da, en=name.en))
    if others:
        names += ["measure_effect", "several_measures"]
        called.append(_FAMILY.format(
            own=analysis.definition.code,
            inference=analysis.call.inference,
            others="\n".join(f"measures[{one.code!r}] = {_measured(one, analysis)}" for one in others),
            primary=analysis.primary or analysis.definition.code,
        ))  # fmt: skip
        printed.append(_PRINT_FAMILY)
    if analysis.across is not None:
        names.append("meta_analysis")
        called.append(_ACROSS)
        printed.append(_PRINT_ACROSS)
    if analysis.funnels:
        names.append("funnel_years")
        called.append(_FUNNELS.format(kind=analysis.funnel_kind, multiply=analysis.definition.per))
        printed.append(_PRINT_FUNNELS)
    words = "\nfrom indicators.words import Words" if "with_placebo_outcome" in names else ""
    named = ", ".join(sorted(set(names)))
    if len(named) > 80:
        named = f"(\n{''.join(f'    {name},{chr(10)}' for name in sorted(set(names)))})"
    return [
        _IMPORTS.format(names=named, words=words).rstrip("\n"),
        _READ.format(file=FRAME, fingerprint=_print_of(analysis.shared_csv)).rstrip("\n"),
        "\n".join(called).rstrip("\n"),
        "".join([*printed, _PRINT_TABLES]),
    ]


def _measured(one: Measure, analysis: Analysis) -> str:
    """The call on the measure's own frame; the frozen figures themselves where the frame was not frozen with them."""
    if one.frame is None:
        overall = one.overall if analysis.has_counts else coarse_row(one.overall, analysis.unsure)
        figures = "".join(f"    {name!r}: {_literal(value)},\n" for name, value in overall.items())
        return _FIGURES.format(figures=figures)
    settings = "".join(f"    {name}={value!r},\n" for name, value in one.call.arguments().items())
    return _MEASURE.format(
        file=_file_of(one),
        fingerprint=_print_of(_shared(one, analysis)),
        inference=one.call.inference,
        settings=settings,
    )


def _literal(value: Any) -> str:
    """A figure that Python reads back to the last bit."""
    if isinstance(value, str):
        return repr(value)
    return repr(float(value)) if math.isfinite(value) else f'float("{float(value)}")'


def _file_of(one: Measure) -> str:
    return f"measure-{safe_name(one.code)}.csv"


def _shared(one: Measure, analysis: Analysis) -> bytes:
    """The frame of another measure that may leave, as `Analysis.shared_csv`."""
    frame = one.frame if analysis.has_counts else one.shared_frame
    if frame is None:
        raise ValueError(f"a frame of {one.code} that may leave is needed")
    return csv_of(frame)


def _print_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
    """What the script prints where it has the full frame; figures of withheld groups are left out.

    Without the right to counts also the digits that would tell which value a hidden figure has.
    """
    told = analysis.told
    found = numbers_of(told.effect, told.sensitivity, told.family, told.funnels, told.across)
    if not analysis.has_counts:
        found = {name: _rounded(name, value, told) for name, value in found.items() if _may_tell(name, analysis)}
    lines = [f"{name} {value}" for name, value in found.items()]
    return "\n".join([*lines, f"verdict {analysis.sensitivity.verdict.code}"]) + "\n"


def _rounded(name: str, value: str, analysis: Analysis) -> str:
    """A figure with no more digits than hides small numbers; those of the funnels rest on what may leave anyway."""
    kind, field = name.split(".")[0], name.rsplit(".", 1)[-1]
    figure = float(value)
    if kind == "funnel" or field.startswith("n_") or not math.isfinite(figure):
        return value
    if kind in ("row", "check", "measure") and field in LEVELS:
        figure = coarse(figure, float(analysis.effect.overall["n_cells"]), analysis.unsure)
    return written(float(f"{figure:.3g}"))


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


def _travelling(analysis: Analysis) -> tuple[Measure, ...]:
    """The other measures whose frames go along: the family, and the placebo measure."""
    measures = (*analysis.others, *((analysis.placebo,) if analysis.placebo is not None else ()))
    return tuple(one for one in measures if one.frame is not None)


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
        **{_file_of(one): _shared(one, analysis) for one in _travelling(analysis)},
        SCRIPT: script(analysis).encode(),
        NOTEBOOK: notebook(analysis).encode(),
        NUMBERS: numbers(analysis).encode(),
    }
