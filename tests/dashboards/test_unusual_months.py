"""Unusual calendar months: chosen in the address, told beside the settings, and left out for everybody in one row."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dashboards.components.unusual_months import unusual_months
from dashboards.exports.evaluation.analysis import Call
from dashboards.exports.evaluation.content import design_section
from dashboards.presenters.evaluation_report import call_of, settings_words
from dashboards.selection import MOST_UNUSUAL, Selection
from dashboards.text import use_language
from data.queries import catalogue
from data.store import Store
from indicators.evaluation import sensitivity
from tests.conftest import ViewerFor

PATH = "/evaluering/effekt"
COVID = Selection.from_query("?v=1&uden=2020-03&udentil=2021-06")


def test_the_choice_reaches_the_call_the_words_and_the_settings_that_are_frozen(
    store: Store, viewer_for: ViewerFor
) -> None:
    definition = catalogue.indicators(store, viewer_for("administrator"))[0]
    call = call_of(definition, COVID)
    assert (len(call.months_left_out), call.months_left_out[0], call.months_left_out[-1]) == (16, "2020-03", "2021-06")
    assert Call.from_settings(call.settings()) == call
    assert "én analyse uden marts 2020 til juni 2021" in settings_words(call)
    assert call_of(definition, Selection()).months_left_out == ()
    rows = dict(row for block in design_section(call).blocks for row in getattr(block, "rows", ()) if len(row) == 2)
    assert "marts 2020" in rows["Usædvanlige måneder, egen følsomhedsanalyse"]
    with use_language("en"):
        assert "one analysis without March 2020 to June 2021" in settings_words(call)


def test_the_fields_show_what_the_address_says_and_a_link_takes_it_away() -> None:
    shown = unusual_months(COVID, PATH)
    assert 'name="uden" value="2020-03"' in shown
    assert 'name="udentil" value="2021-06"' in shown
    assert f'href="{PATH}"' in shown
    assert "href" not in unusual_months(Selection(), PATH)


def test_months_that_make_no_sense_are_no_months() -> None:
    assert Selection.from_query("?v=1&uden=2021-06&udentil=2020-03").unusual_months == ()
    assert Selection.from_query("?v=1&uden=2020-13&udentil=marts").unusual_months == ()
    endless = Selection(without=date(2000, 1, 1), without_until=date(2199, 1, 1))
    assert len(endless.unusual_months) == MOST_UNUSUAL


def test_one_row_goes_without_the_months_for_everybody_and_the_main_analysis_keeps_them() -> None:
    rng = np.random.default_rng(4)
    months = [str(month) for month in pd.period_range("2019-09", periods=24, freq="M")]
    rows: list[dict[str, Any]] = [
        {
            "unit": f"U{unit:02d}", "period": month, "start": "2020-09" if unit < 8 else "",
            "numerator": 50 + unit % 4 + (5 if unit < 8 and month >= "2020-09" else 0)
            + (20 if unit < 8 and "2020-11" <= month <= "2021-01" else 0) + rng.normal(),
        }
        for unit in range(16) for month in months
    ]  # fmt: skip
    chosen = Selection(without=date(2020, 11, 1), without_until=date(2021, 1, 1)).unusual_months
    found = sensitivity(pd.DataFrame(rows), family="linear", leave_out=0, months_left_out=chosen)
    table = found.rows.set_index("key")
    assert table.loc["months_left_out", "about_da"] == "3 måneder fra 2020-11 til 2021-01 udeladt for alle"
    assert abs(table.loc["months_left_out", "estimate"] - 5) < 1
    assert table.loc["main", "estimate"] > 8
    without = sensitivity(pd.DataFrame(rows), family="linear", leave_out=0, months_left_out=("2010-01",))
    assert "months_left_out" not in set(without.rows["key"])
