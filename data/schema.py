"""The tables, each with its grain. DuckDB takes no foreign keys with ALTER: keys between tables are checked in code."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    String,
    Table,
)

metadata = MetaData()


def _id(table: str) -> Column:
    return Column("id", BigInteger, Sequence(f"{table}_id_seq", metadata=metadata), primary_key=True)


# ------------------------------------------------------------------------------------------------- the catalogue

# One row per organisation or place of care in a validity period.
unit = Table(
    "unit",
    metadata,
    Column("code", String, primary_key=True),
    Column("kind", String, nullable=False),  # nation region municipality hospital department ward practice
    Column("sector", String, nullable=False),  # national regional municipal
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("short_name", String, nullable=False),
    Column("parent_code", String),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("successor_code", String),
    Column("is_demo", Boolean, nullable=False),
    Column("note", String, nullable=False),
    Column("source", String, nullable=False),
)

# One row per other name a unit is known by. `alias_key` is the name folded for look-up.
unit_alias = Table(
    "unit_alias",
    metadata,
    Column("alias_key", String, primary_key=True),
    Column("alias", String, nullable=False),
    Column("unit_code", String, nullable=False),
)

# One row per grouping of units that is not the hierarchy: health council, landsdel, learning team.
unit_group = Table(
    "unit_group",
    metadata,
    Column("code", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("note", String, nullable=False),
    Column("source", String, nullable=False),
)

# One row per unit and grouping, with dates.
unit_group_member = Table(
    "unit_group_member",
    metadata,
    Column("group_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("never_starts", Boolean),  # of a list evaluators made: only compared with
)

# One row per learning team or list that evaluators made here: whose it is, and since when nobody offers it any more.
made_group = Table(
    "made_group",
    metadata,
    Column("code", String, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("author", String, nullable=False),
    Column("made_at", DateTime, nullable=False),  # UTC
    Column("changed_by", String, nullable=False),
    Column("changed_at", DateTime, nullable=False),  # UTC
    Column("closed_at", DateTime),  # UTC
    Column("closed_by", String, nullable=False),
)

# One row per national goal.
goal = Table(
    "goal",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("former_name_da", String),
    Column("former_name_en", String),
    Column("former_name_note_da", String),
    Column("former_name_note_en", String),
    Column("valid_from", Date, nullable=False),
    Column("source", String, nullable=False),
)

# One row per version of an indicator's definition, national or local.
indicator = Table(
    "indicator",
    metadata,
    Column("code", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("scope", String, nullable=False),
    Column("goal_number", Integer),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("definition_da", String, nullable=False),
    Column("definition_en", String, nullable=False),
    Column("numerator_da", String, nullable=False),
    Column("numerator_en", String, nullable=False),
    Column("denominator_da", String, nullable=False),
    Column("denominator_en", String, nullable=False),
    Column("has_denominator", Boolean, nullable=False),
    Column("per", Double, nullable=False),
    Column("unit_of_measure_da", String, nullable=False),
    Column("unit_of_measure_en", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("role", String, nullable=False),
    Column("chart", String, nullable=False),
    Column("profile", String, nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("open_periods", Integer, nullable=False),
    Column("period", String, nullable=False),
    Column("minimum", Double),
    Column("maximum", Double),
    Column("contributes_to", String),
    Column("verification", String, nullable=False),
    Column("levels", String, nullable=False),
    Column("frequency", String, nullable=False),
    Column("data_source", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("checker", String, nullable=False),
    Column("review_on", Date),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("is_demo", Boolean, nullable=False),
    Column("note_da", String, nullable=False),
    Column("note_en", String, nullable=False),
    Column("source", String, nullable=False),
)

# One row per target of an indicator: level, area, legal kind, dates. `value` in the indicator's unit of measure.
target = Table(
    "target",
    metadata,
    _id("target"),
    Column("indicator_code", String, nullable=False),
    Column("unit_code", String),  # empty: everywhere
    Column("level", String, nullable=False),
    Column("legal_kind", String, nullable=False),
    Column("comparison", String, nullable=False),
    Column("value", Double),
    Column("unit_of_measure_da", String, nullable=False),
    Column("unit_of_measure_en", String, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("validity_note_da", String, nullable=False),
    Column("validity_note_en", String, nullable=False),
    Column("text_da", String, nullable=False),
    Column("text_en", String, nullable=False),
    Column("is_demo", Boolean, nullable=False),
    Column("source", String, nullable=False),
)

# One row per published figure: indicator, breakdown, area, period.
national_figure = Table(
    "national_figure",
    metadata,
    _id("national_figure"),
    Column("indicator_code", String, nullable=False),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("breakdown_da", String, nullable=False),
    Column("breakdown_en", String, nullable=False),
    Column("period_label", String, nullable=False),
    Column("period_type", String, nullable=False),
    Column("period_start", Date),
    Column("period_end", Date),
    Column("area_level", String, nullable=False),
    Column("area_code", String, nullable=False),
    Column("area_name", String, nullable=False),
    Column("value", Double),
    Column("unit_of_measure_da", String, nullable=False),
    Column("unit_of_measure_en", String, nullable=False),
    Column("n", Double),
    Column("note_da", String, nullable=False),
    Column("note_en", String, nullable=False),
    Column("source", String, nullable=False),
)

# One row per yearly status report on the national goals.
status_report = Table(
    "status_report",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("published_on", Date),
    Column("compares_da", String, nullable=False),
    Column("compares_en", String, nullable=False),
    Column("indicators", Integer),
    Column("positive", Double),
    Column("unchanged", Double),
    Column("negative", Double),
    Column("not_measurable", Double),
    Column("is_percent", Boolean, nullable=False),
    Column("note_da", String, nullable=False),
    Column("note_en", String, nullable=False),
    Column("source", String, nullable=False),
)

# One row per class (hold) of leaders in the programme.
cohort = Table(
    "cohort",
    metadata,
    Column("code", String, primary_key=True),
    Column("number", Integer),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("dates_as_published", String, nullable=False),
    Column("participants", Integer),
    Column("is_demo", Boolean, nullable=False),
    Column("note", String, nullable=False),
    Column("source", String, nullable=False),
)

# One row per leader in a cohort.
participant = Table(
    "participant",
    metadata,
    _id("participant"),
    Column("cohort_code", String, nullable=False),
    Column("name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("is_demo", Boolean, nullable=False),
)

# One row per unit that takes part with a cohort.
cohort_unit = Table(
    "cohort_unit",
    metadata,
    Column("cohort_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
)

# ------------------------------------------------------------------------------------------------- what is delivered

# One row per series that is expected: an indicator followed in a unit.
series = Table(
    "series",
    metadata,
    Column("indicator_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("owner", String, nullable=False),
)

# One row per file, grid or API call of observations; kept for ever.
delivery = Table(
    "delivery",
    metadata,
    _id("delivery"),
    Column("receipt", String, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("file_name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("origin", String, nullable=False),  # file grid paste api demo
    Column("state", String, nullable=False),  # committed withdrawn
    Column("note", String, nullable=False),
    Column("n_new", Integer, nullable=False),
    Column("n_changed", Integer, nullable=False),
    Column("n_unchanged", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("recorded_at", DateTime, nullable=False),  # UTC
    Column("withdrawn_at", DateTime),
)

# One row per indicator, unit, period and delivery that said something new about it. Append-only.
observation = Table(
    "observation",
    metadata,
    _id("observation"),
    Column("indicator_code", String, nullable=False),
    Column("indicator_version", Integer, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_kind", String, nullable=False),
    Column("numerator", Double),
    Column("denominator", Double),
    Column("value", Double),
    Column("sd", Double),
    Column("note", String, nullable=False),
    Column("delivery_id", BigInteger, nullable=False),
    Column("recorded_at", DateTime, nullable=False),  # UTC, the same for all rows of a delivery
    CheckConstraint("denominator IS NULL OR denominator > 0", name="observation_denominator_positive"),
    CheckConstraint("numerator IS NULL OR numerator >= 0", name="observation_numerator_not_negative"),
    Index("observation_series", "indicator_code", "unit_code"),
)

# One row per time a delivery was taken back or put in again. The newest says whether it counts; "as of" reads them all.
delivery_event = Table(
    "delivery_event",
    metadata,
    _id("delivery_event"),
    Column("delivery_id", BigInteger, nullable=False),
    Column("kind", String, nullable=False),  # withdrawn restored
    Column("reason", String, nullable=False),
    Column("author", String, nullable=False),
    Column("at", DateTime, nullable=False),  # UTC
)

# One row per step a month of a series takes after it was delivered. The newest says where it stands; no row: submitted.
month_state = Table(
    "month_state",
    metadata,
    _id("month_state"),
    Column("indicator_code", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("state", String, nullable=False),  # submitted returned approved locked; without figures: no_figures empty
    Column("reason", String, nullable=False),
    Column("author", String, nullable=False),
    Column("at", DateTime, nullable=False),  # UTC
    Index("month_state_series", "indicator_code", "unit_code"),
)

# One row per month of a series that somebody has begun to type: texts as written, counted in nothing.
draft = Table(
    "draft",
    metadata,
    Column("indicator_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("period_start", Date, primary_key=True),
    Column("numerator", String, nullable=False),
    Column("denominator", String, nullable=False),
    Column("value", String, nullable=False),
    Column("sd", String, nullable=False),
    Column("note", String, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("saved_at", DateTime, nullable=False),  # UTC
)

# One row per proposed version of a local indicator's definition, from draft to what a second person decided.
definition_proposal = Table(
    "definition_proposal",
    metadata,
    _id("definition_proposal"),
    Column("indicator_code", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("unit_code", String, nullable=False),  # whose indicator it is; the units below may follow it
    Column("content", JSON, nullable=False),  # the definition, its targets and the units that follow it
    Column("state", String, nullable=False),  # draft proposed returned approved withdrawn
    Column("author_id", BigInteger, nullable=False),
    Column("author", String, nullable=False),
    Column("checker_id", BigInteger),
    Column("checker", String, nullable=False),
    Column("comment", String, nullable=False),
    Column("created_at", DateTime, nullable=False),  # UTC
    Column("changed_at", DateTime, nullable=False),  # UTC
)

# ------------------------------------------------------------------------------------------------- units over time

# One row per name a unit had before the one in `unit`, with the last day of it.
former_name = Table(
    "former_name",
    metadata,
    Column("unit_code", String, primary_key=True),
    Column("valid_to", Date, primary_key=True),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("short_name", String, nullable=False),
)

# One row per unit and what became of it on a date: a merger of two is two rows, a split into three is three. Rows of
# one decision share its number. Nothing is deleted: `withdrawn_at` ends a change that was undone.
unit_change = Table(
    "unit_change",
    metadata,
    _id("unit_change"),
    Column("decision", BigInteger, nullable=False),  # the id of its first row
    Column("kind", String, nullable=False),  # renamed merged split closed moved task_moved
    Column("valid_from", Date, nullable=False),  # first day of the new
    Column("unit_code", String, nullable=False),  # the old
    Column("to_code", String),  # the new, or the new parent; empty: closed without successor
    Column("indicator_code", String),  # of a moved task; empty: everything
    Column("reason", String, nullable=False),
    Column("author", String, nullable=False),
    Column("at", DateTime, nullable=False),  # UTC
    Column("before", JSON, nullable=False),  # on the first row: what stood before, for undoing it
    Column("withdrawn_at", DateTime),  # UTC
)

# ------------------------------------------------------------------------------------------------- what people decide
# Nothing here is deleted: `withdrawn_at` (UTC) ends it, so that an old date gives back the chart of that day. At most
# one phase of a series that is not withdrawn starts on a date (checked in code).

# One row per phase of a series after its first, or per freeze of the first (starts_on = first period).
phase = Table(
    "phase",
    metadata,
    _id("phase"),
    Column("indicator_code", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("freeze_until", Date),
    Column("is_break", Boolean, nullable=False),
    Column("reason_da", String, nullable=False),
    Column("reason_en", String, nullable=False),
    Column("author", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("withdrawn_at", DateTime),
)

# One row per point left out of the calculation.
exclusion = Table(
    "exclusion",
    metadata,
    _id("exclusion"),
    Column("indicator_code", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("reason", String, nullable=False),
    Column("author", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("withdrawn_at", DateTime),
)

# One row per dated note on a series, a unit or everything.
annotation = Table(
    "annotation",
    metadata,
    _id("annotation"),
    Column("kind", String, nullable=False),  # change event data decision comment
    Column("indicator_code", String),  # empty: all indicators of the unit
    Column("unit_code", String),  # empty: everywhere
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("text_da", String, nullable=False),
    Column("text_en", String, nullable=False),
    Column("author", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("withdrawn_at", DateTime),
    Column("visibility", String),  # empty: whoever sees the unit; own: only those whose unit it is
)

# One row per series: what the last calculation said. The one stored signal every view reads.
series_state = Table(
    "series_state",
    metadata,
    Column("indicator_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("variation", String, nullable=False),
    Column("rising", Boolean),
    Column("rule", String),
    Column("assurance", String, nullable=False),
    Column("met", Integer),
    Column("counted", Integer),
    Column("latest_period", Date),
    Column("latest_value", Double),
    Column("latest_numerator", Double),
    Column("latest_denominator", Double),
    Column("centre", Double),
    Column("lower", Double),
    Column("upper", Double),
    Column("n_useful", Integer, nullable=False),
    Column("longest_run", Integer),
    Column("longest_run_max", Integer),
    Column("n_crossings", Integer),
    Column("n_crossings_min", Integer),
    Column("n_outside_limits", Integer, nullable=False),
    Column("n_signal_points", Integer, nullable=False),  # of the signal that leads
    Column("signal_first", Date),
    Column("signal_last", Date),
    Column("reason", String),
    Column("sparkline", JSON, nullable=False),  # see data.states.Sparkline
    Column("chart", String, nullable=False),
    Column("profile", String, nullable=False),
    Column("data_version", BigInteger, nullable=False),  # newest observation that was read
    Column("kernel_version", String, nullable=False),
    Column("computed_at", DateTime, nullable=False),
)

# ------------------------------------------------------------------------------------------------- the board at work

# One row per person and series: the signal the person has marked as seen (its kind, rule and first period).
signal_seen = Table(
    "signal_seen",
    metadata,
    Column("account_id", BigInteger, primary_key=True),
    Column("indicator_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("signal", String, nullable=False),
    Column("seen_at", DateTime, nullable=False),  # UTC
)

# One row per person and series the person keeps at the top.
pin = Table(
    "pin",
    metadata,
    Column("account_id", BigInteger, primary_key=True),
    Column("indicator_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("pinned_at", DateTime, nullable=False),  # UTC
)

# One row per time a series was put on a unit's board meeting. A standing item stays until it is taken off.
agenda_item = Table(
    "agenda_item",
    metadata,
    _id("agenda_item"),
    Column("board_unit", String, nullable=False),  # whose meeting it is
    Column("indicator_code", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("is_standing", Boolean, nullable=False),
    Column("author", String, nullable=False),
    Column("added_at", DateTime, nullable=False),  # UTC
    Column("taken_off_at", DateTime),  # UTC; a meeting that has treated it takes it off
)

# One row per board meeting that was begun.
meeting = Table(
    "meeting",
    metadata,
    _id("meeting"),
    Column("board_unit", String, nullable=False),
    Column("author", String, nullable=False),
    Column("started_at", DateTime, nullable=False),  # UTC
    Column("ended_at", DateTime),  # UTC
)

# One row per series of a meeting, in the order shown, with what was said of it that day.
meeting_item = Table(
    "meeting_item",
    metadata,
    _id("meeting_item"),
    Column("meeting_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("indicator_code", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("why", String, nullable=False),  # picked new standing decision
    Column("finding_da", String, nullable=False),
    Column("finding_en", String, nullable=False),
)

# One row per decision of a meeting: at most one that is not withdrawn per meeting and series (checked in code).
decision = Table(
    "decision",
    metadata,
    _id("decision"),
    Column("meeting_id", BigInteger, nullable=False),
    Column("indicator_code", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("what", String, nullable=False),
    Column("who", String, nullable=False),
    Column("due_on", Date),
    Column("state", String, nullable=False),  # open done not_done
    Column("settled_at", DateTime),  # UTC
    Column("settled_by", String, nullable=False),
    Column("annotation_id", BigInteger),  # the note on the chart it became
    Column("author", String, nullable=False),
    Column("created_at", DateTime, nullable=False),  # UTC
    Column("withdrawn_at", DateTime),
)

# One row per pathway across sectors.
pathway = Table(
    "pathway",
    metadata,
    Column("code", String, primary_key=True),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("description_da", String, nullable=False),
    Column("description_en", String, nullable=False),
    Column("is_demo", Boolean, nullable=False),
    Column("source", String, nullable=False),
)

# One row per step of a pathway with the series that follows it; without a series the step is not measured yet.
pathway_step = Table(
    "pathway_step",
    metadata,
    _id("pathway_step"),
    Column("pathway_code", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name_da", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("sector", String, nullable=False),  # hospital municipal practice
    Column("indicator_code", String),
    Column("unit_code", String),
    Column("owner", String, nullable=False),
    Column("note_da", String, nullable=False),
    Column("note_en", String, nullable=False),
)

# One row per address that was long enough to be given a short one. The same address always has the same code.
short_address = Table(
    "short_address",
    metadata,
    Column("code", String, primary_key=True),
    Column("address", String, nullable=False),  # path and query, of this board alone
    Column("created_at", DateTime, nullable=False),  # UTC
)

# One row per person who has had a digest: what it told, so that the next one is sent only when something changed.
digest = Table(
    "digest",
    metadata,
    Column("account_id", BigInteger, primary_key=True),
    Column("told_at", DateTime, nullable=False),  # UTC
    # month: the last one told; signals: "indicator unit" -> the signal; missing: "indicator unit period"; is_off
    Column("told", JSON, nullable=False),
)

# --------------------------------------------------------------------------------------------- evaluating the programme
# Nothing here is changed once written, but for `project`: what was frozen and planned is there to be held against.

# One row per participating unit: the main indicator it declared, and when and why it left, where it did. A unit of no
# cohort has the code of the learning team or list it is in.
project = Table(
    "project",
    metadata,
    Column("cohort_code", String, primary_key=True),
    Column("unit_code", String, primary_key=True),
    Column("main_indicator", String),
    Column("declared_on", Date),
    Column("left_on", Date),
    Column("left_reason", String, nullable=False),
)

# One row per score (0.5 to 5) a team was given on a day; of several in a month the newest that stands counts.
team_score = Table(
    "team_score",
    metadata,
    _id("team_score"),
    Column("unit_code", String, nullable=False),
    Column("scored_on", Date, nullable=False),
    Column("score", Double, nullable=False),
    Column("author", String, nullable=False),
    Column("recorded_at", DateTime, nullable=False),  # UTC
    Column("withdrawn_at", DateTime),  # UTC
)

# One row per unit that has been shown under a pseudonym; a number is never given again.
unit_pseudonym = Table(
    "unit_pseudonym",
    metadata,
    Column("unit_code", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

# One row per frozen data set, named by the hash of what it holds.
evaluation_snapshot = Table(
    "evaluation_snapshot",
    metadata,
    Column("hash", String, primary_key=True),  # SHA-256 of settings, versions, results and frame
    Column("title", String, nullable=False),
    Column("indicator_code", String, nullable=False),
    Column("plan_id", BigInteger),
    Column("settings", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("results", JSON, nullable=False),
    Column("frame", LargeBinary, nullable=False),  # CSV, compressed; units by pseudonym
    Column("n_rows", Integer, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("author", String, nullable=False),
    Column("frozen_at", DateTime, nullable=False),  # UTC
)

# One row per thing that happened to an analysis plan: written (again), data seen, locked, departed from.
analysis_plan_event = Table(
    "analysis_plan_event",
    metadata,
    _id("analysis_plan_event"),
    Column("plan_id", BigInteger, nullable=False),  # the id of its first row; 0: of no plan (who saw which results)
    Column("kind", String, nullable=False),  # written seen locked departure
    Column("content", JSON, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("author", String, nullable=False),
    Column("at", DateTime, nullable=False),  # UTC
)

# ------------------------------------------------------------------------------------------------- people and traces

# One row per person who may sign in.
account = Table(
    "account",
    metadata,
    _id("account"),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("language", String),
    Column("last_seen_at", DateTime),
    Column("previous_seen_at", DateTime),  # the last time on an earlier day than last_seen_at
    Column("created_at", DateTime, nullable=False),
)

# One row per role a person has, with its unit subtree or cohort.
role_grant = Table(
    "role_grant",
    metadata,
    _id("role_grant"),
    Column("account_id", BigInteger, nullable=False),
    Column("role", String, nullable=False),
    Column("unit_code", String),
    Column("cohort_code", String),
    Column("names", Boolean),  # of an evaluator: sees which units they are; else only pseudonyms
    Column("counts", Boolean),  # of an evaluator: may take exact counts away
)

# One row per key a machine delivers with. Only its hash is kept; `prefix` is what a list may show.
api_token = Table(
    "api_token",
    metadata,
    _id("api_token"),
    Column("account_id", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("prefix", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
    Column("created_at", DateTime, nullable=False),  # UTC
    Column("expires_at", DateTime),
    Column("last_used_at", DateTime),
    Column("revoked_at", DateTime),
)

# One row per mail Tavle has to send. Never any figures of units in it, so that it may lie in a mailbox.
outbox = Table(
    "outbox",
    metadata,
    _id("outbox"),
    Column("kind", String, nullable=False),  # see data.outbox.Kind
    Column("recipient", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", String, nullable=False),
    Column("language", String, nullable=False),
    Column("about", String, nullable=False),  # a receipt, or unit and month
    Column("author", String, nullable=False),
    Column("created_at", DateTime, nullable=False),  # UTC
    Column("written_at", DateTime),  # when it was handed over: by default as a file in var/outbox
)

# One row per thing somebody did, chained by hash so that a removed row shows.
audit_event = Table(
    "audit_event",
    metadata,
    _id("audit_event"),
    Column("at", DateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("hash", String, nullable=False),
)

# One row per fact about the store itself: is_demo, seed, catalogue hash.
store_info = Table(
    "store_info",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)
