"""Statistical process control: run charts, control charts, their rules.

>>> import pandas as pd
>>> from indicators import spc
>>> frame = pd.DataFrame({
...     "period": pd.date_range("2024-01-01", periods=12, freq="MS"),
...     "numerator": [31, 28, 35, 30, 33, 29, 36, 30, 32, 34, 27, 60],
...     "denominator": [100] * 12,
... })
>>> result = spc.analyse(frame, chart="p", multiply=100)
>>> result.phases[["n_useful", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min"]].iloc[0].to_list()
[12, 3, 7, 7, 3]
>>> [(signal.rule.value, signal.rows) for signal in result.signals]
[('outside_limits', (11,))]
"""

from __future__ import annotations

from indicators.spc.adviser import Advice, advise, advise_many
from indicators.spc.aggregate import AGGREGATES
from indicators.spc.analysis import ENGINES, analyse, analyse_arrays, analyse_each, analyse_many, summarise_arrays
from indicators.spc.calendar import on_calendar
from indicators.spc.charts import CHARTS, ChartRecord, ValueKind
from indicators.spc.detectability import detectability
from indicators.spc.diagnostics import Caution, diagnose, diagnose_many
from indicators.spc.discovery import discoveries, q_values, series_p_values
from indicators.spc.displays import DISPLAYS, Display, funnel
from indicators.spc.errors import InputError
from indicators.spc.explanation import Explanation, explain
from indicators.spc.false_alarms import expected_false_signals, false_alarm_probability
from indicators.spc.judgement import Assurance, Judgement, Variation, judge
from indicators.spc.next_value import next_value
from indicators.spc.phases import Mark
from indicators.spc.profiles import PROFILES, Profile, Reading
from indicators.spc.reasons import Reason
from indicators.spc.result import KERNEL_VERSION, Signal, SpcResult
from indicators.spc.rules import RULES, Rule, RuleRecord
from indicators.spc.runs import METHODS, RunsMethod

__all__ = [
    "AGGREGATES",
    "CHARTS",
    "DISPLAYS",
    "ENGINES",
    "KERNEL_VERSION",
    "METHODS",
    "PROFILES",
    "RULES",
    "Advice",
    "Assurance",
    "Caution",
    "ChartRecord",
    "Display",
    "Explanation",
    "InputError",
    "Judgement",
    "Mark",
    "Profile",
    "Reading",
    "Reason",
    "Rule",
    "RuleRecord",
    "RunsMethod",
    "Signal",
    "SpcResult",
    "ValueKind",
    "Variation",
    "advise",
    "advise_many",
    "analyse",
    "analyse_arrays",
    "analyse_each",
    "analyse_many",
    "detectability",
    "diagnose",
    "diagnose_many",
    "discoveries",
    "expected_false_signals",
    "explain",
    "false_alarm_probability",
    "funnel",
    "judge",
    "next_value",
    "on_calendar",
    "q_values",
    "series_p_values",
    "summarise_arrays",
]
