"""Frozen data sets of evaluations: what was analysed, how, with what, and what came out, named by its own hash.

A snapshot is never changed. Its hash covers settings, versions, results and every cell of the frame, so that anybody
can see that what is cited is what was frozen; a row that was tampered with is refused when it is read. Units stand
under their pseudonyms in all of it, whoever froze it.

A hash alone would tell small numbers: whoever knows all but one of the figures tries the few values the last one can
have until the hash comes out. So the content holds a seal made with a key that never leaves the store.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import math
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, insert, select

from data import audit, cpr, typed
from data.access import Viewer
from data.errors import NotAllowed, NotFound, Refused
from data.queries import evaluation
from data.queries.evaluation import Group, UnitLabel
from data.schema import analysis_plan_event, evaluation_snapshot
from data.store import Store, read_info, stored_moment, write_info
from indicators.words import Words

SHOWN = 12
"""Signs of the hash that are shown."""
LEAST = 6
"""Signs a look-up needs at least."""
LONGEST_TITLE = 200
SEAL = "seal"
"""Where the settings hold the seal; nothing shows it."""
SEAL_KEY = "snapshot_key"

NO_SNAPSHOT = Words("Der er intet frosset datasæt {id}.", "There is no frozen data set {id}.")
AMBIGUOUS = Words(
    "Flere frosne datasæt begynder med {id}. Skriv flere tegn.",
    "Several frozen data sets begin with {id}. Write more characters.",
)
TOO_SHORT = Words(
    "Skriv mindst {least} tegn af datasættets nummer.", "Write at least {least} characters of the data set's number."
)
OUT_OF_SIGHT = Words(
    "Det frosne datasæt {id} har enheder, du ikke kan evaluere. Bed en administrator om adgang.",
    "The frozen data set {id} has units you cannot evaluate. Ask an administrator for access.",
)
TAMPERED = Words(
    "Det frosne datasæt {id} er ikke, som det blev frosset: indholdet passer ikke til nummeret. Hent det fra en "
    "sikkerhedskopi.",
    "The frozen data set {id} is not as it was frozen: its content does not fit its number. Get it from a backup.",
)
EMPTY = Words(
    "Der er ingen tal at fryse. Vælg en måling, som enhederne følger.",
    "There are no figures to freeze. Choose a measure the units follow.",
)
UNKNOWN_UNIT = Words(
    "1 enhed i datasættet kendes ikke. Læs det igen, og frys det så.",
    "1 unit of the data set is not known. Read it again, and then freeze it.",
)
UNKNOWN_UNITS = Words(
    "{n} enheder i datasættet kendes ikke. Læs det igen, og frys det så.",
    "{n} units of the data set are not known. Read it again, and then freeze it.",
)
LONG_TITLE = Words("Titlen er for lang: højst {most} tegn.", "The title is too long: {most} characters at most.")
NO_PLAN = Words("Der er ingen analyseplan {id}.", "There is no analysis plan {id}.")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One frozen data set, its frame aside: see `frame_of`.

    `settings` has what the caller gave and `indicator`, `groups` (codes), `members` (pseudonyms of those that take
    part) and `small_number`. `frozen_at` is UTC.
    """

    hash: str
    title: str
    indicator_code: str
    plan_id: int | None
    settings: Mapping[str, Any]
    versions: Mapping[str, Any]
    results: Mapping[str, Any]
    n_rows: int
    author: str
    frozen_at: datetime

    @property
    def id(self) -> str:
        """The beginning of the hash, which is what people cite."""
        return self.hash[:SHOWN]


@dataclass(frozen=True, slots=True)
class Change:
    """A month of a unit that is not as it was: `before` and `after` are numerator and denominator (None: no figure).

    Both are None as well where the viewer may not take exact counts away; `kind` (changed, added, removed) says which.
    """

    kind: str
    pseudonym: str
    label: UnitLabel
    period: str
    before: tuple[float, float] | None
    after: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What has happened to the figures of a snapshot since.

    `n_later` counts figures of months after the last frozen one, which are no change. `regrouped` are the pseudonyms of
    units whose start or group is another. `now` is the frame as it would be frozen now, for running it again here.
    """

    changes: tuple[Change, ...]
    regrouped: tuple[str, ...]
    n_later: int
    now: pd.DataFrame

    @property
    def n_changed(self) -> int:
        return self._count("changed")

    @property
    def n_added(self) -> int:
        return self._count("added")

    @property
    def n_removed(self) -> int:
        return self._count("removed")

    def _count(self, kind: str) -> int:
        return sum(one.kind == kind for one in self.changes)


# -------------------------------------------------------------------------------------------------------------- freeze


def freeze(
    store: Store,
    viewer: Viewer,
    *,
    indicator_code: str,
    groups: Sequence[Group],
    frame: pd.DataFrame,
    settings: Mapping[str, Any],
    results: Mapping[str, Any],
    versions: Mapping[str, Any],
    now: datetime,
    title: str = "",
    plan_id: int | None = None,
) -> Snapshot:
    """Freeze a frame of `evaluation.frame` with what was done to it; the same content again gives the same snapshot.

    `settings`, `results` and `versions` are values that JSON can hold (numbers of numpy and days are turned into it,
    what is no number into null). Names of units are turned into pseudonyms.

    Raises
    ------
    NotAllowed
        The viewer does not evaluate, or not these units.
    NotFound
        There is no such plan.
    Refused
        The frame is empty or names units that do not exist, or a text holds a CPR-like number or is too long.
    """
    evaluation.require_evaluator(viewer)
    title = typed.on_one_line(title)
    cpr.refuse(title)
    if len(title) > LONGEST_TITLE:
        raise Refused(LONG_TITLE, most=LONGEST_TITLE)
    if frame.empty:
        raise Refused(EMPTY)
    aliases = evaluation.pseudonyms_by_text(store, viewer)
    unknown = {text for text in frame["unit"].unique() if text not in aliases}
    if unknown:
        raise Refused(Words.by_count(len(unknown), UNKNOWN_UNIT, UNKNOWN_UNITS), n=len(unknown))
    aliases = {text: aliases[text] for text in frame["unit"].unique()}
    kept = frame[evaluation.FRAME].assign(
        unit=frame["unit"].astype(object).map(aliases),
        # One way of writing: 5 and 5.0 are the same figure and must have the same number.
        **{name: frame[name].astype("Float64").astype(np.float64) for name in ("numerator", "denominator")},
        **{name: frame[name].astype(object).where(frame[name].notna(), "") for name in ("start", "cohort")},
    )
    kept = kept.sort_values(["unit", "period"], ignore_index=True)
    content = {
        "settings": _plain(settings, aliases)
        | {
            "indicator": indicator_code,
            "groups": [one.code for one in groups],
            "members": sorted(kept.loc[kept["start"] != "", "unit"].unique()),
            "small_number": store.small_number,
        },
        "versions": _plain(versions, {}),
        "results": _plain(results, aliases),
    }
    _require_sight(store, viewer, content["settings"]["members"], "")
    text = _text_of(kept)

    def write(connection: Connection) -> Row[Any]:
        content["settings"][SEAL] = _seal_of(connection, content, text)
        found = _hash_of(content, text)
        there = _row(connection, found)
        if there is not None:
            return there
        if plan_id is not None and not connection.scalar(
            select(analysis_plan_event.c.id).where(analysis_plan_event.c.plan_id == plan_id).limit(1)
        ):
            raise NotFound(NO_PLAN, id=plan_id)
        connection.execute(
            insert(evaluation_snapshot).values(
                hash=found,
                title=title,
                indicator_code=indicator_code,
                plan_id=plan_id,
                **content,
                frame=zlib.compress(text, 9),
                n_rows=len(kept),
                account_id=viewer.account_id,
                author=viewer.name,
                frozen_at=stored_moment(now),
            )
        )
        detail = {"indicator": indicator_code, "rows": len(kept), "plan": plan_id}
        audit.append(
            connection, at=now, actor=viewer.email, action="evaluation.frozen", subject=found[:SHOWN], detail=detail
        )
        made = _row(connection, found)
        assert made is not None
        return made

    return _snapshot(store.write(write, changes_data=False))


# ---------------------------------------------------------------------------------------------------------------- read


def get(store: Store, viewer: Viewer, snapshot_id: str) -> Snapshot:
    """The snapshot whose hash begins like that; checked against its hash.

    Raises
    ------
    NotFound
        There is none, or several.
    NotAllowed
        It has units the viewer may not evaluate.
    Refused
        The id is too short to look for, or the row has been tampered with.
    """
    return _snapshot(_checked(store, viewer, snapshot_id))


def listed(store: Store, viewer: Viewer) -> list[Snapshot]:
    """The snapshots whose units the viewer may evaluate, newest first."""
    evaluation.require_evaluator(viewer)
    columns = [one for one in evaluation_snapshot.c if one.name != "frame"]
    with store.read() as connection:
        rows = connection.execute(select(*columns).order_by(evaluation_snapshot.c.frozen_at.desc(), columns[0])).all()
    sight = evaluation.evaluated_pseudonyms(store, viewer)
    return [one for one in map(_snapshot, rows) if sight.issuperset(one.settings["members"])]


def frame_of(store: Store, viewer: Viewer, snapshot_id: str) -> pd.DataFrame:
    """The frozen frame with exact counts and pseudonyms, for working out on the server; raises like `get`."""
    return _frame(_checked(store, viewer, snapshot_id))


def take_away(store: Store, viewer: Viewer, snapshot_id: str, *, now: datetime) -> tuple[pd.DataFrame, bool]:
    """The frozen frame as the viewer may take it away, and whether it is exact; the audit trail says who took it.

    Without the right to counts small numbers are left out, and what would give them away: digits of an analysis of it
    differ. `tavle evaluate` runs the exact one on the server. Raises like `get`.
    """
    row = _checked(store, viewer, snapshot_id)
    frame, is_exact = _seen(store, viewer, row), viewer.may_take_counts
    detail = {"exact": is_exact, "rows": len(frame)}

    def write(connection: Connection) -> None:
        audit.append(
            connection,
            at=now,
            actor=viewer.email,
            action="evaluation.taken_away",
            subject=row.hash[:SHOWN],
            detail=detail,
        )

    store.write(write, changes_data=False)
    return frame, is_exact


def seen_frame(store: Store, viewer: Viewer, snapshot_id: str) -> pd.DataFrame:
    """The frozen frame as the viewer may know single units of it, for figures on a page; raises like `get`."""
    return _seen(store, viewer, _checked(store, viewer, snapshot_id))


def _seen(store: Store, viewer: Viewer, row: Row[Any]) -> pd.DataFrame:
    """The frozen frame without what was hidden then, is hidden now, or is small as it stands: a figure that came in
    while somebody froze, and was mended since, is small at neither moment."""
    frame = _frame(row)
    if viewer.may_take_counts:
        return frame
    hidden = evaluation.hidden_pseudonyms(store, viewer, row.indicator_code, row.frozen_at)
    is_small = evaluation.small_figures(store, viewer, row.indicator_code, frame)
    keep = [(unit, period) not in hidden for unit, period in zip(frame["unit"], frame["period"], strict=True)]
    return frame[np.array(keep, dtype=bool) & ~is_small].reset_index(drop=True)


def difference(store: Store, viewer: Viewer, snapshot: Snapshot) -> Difference:
    """What is no longer as it was frozen; raises like `get`.

    The frame is made again from the same indicator, groups and members: a group that is gone leaves its units out. A
    unit that was compared with when it had begun by what is known now has joined since, and is a member then.
    """
    frozen = frame_of(store, viewer, snapshot.hash)
    wanted = {one.code: one for one in evaluation.groups(store, viewer, with_closed=True)}
    groups = [wanted[code] for code in snapshot.settings["groups"] if code in wanted]
    members = set(evaluation.codes_of(store, viewer, snapshot.settings["members"]).values())
    outside = frozen[frozen["start"] == ""].groupby("unit")["period"].max()
    until = {code: outside[alias] for alias, code in evaluation.codes_of(store, viewer, outside.index).items()}

    def takes_part(code: str, start: date | None) -> bool:
        return code in members or (start is not None and until.get(code, "") >= f"{start:%Y-%m}")

    kept = [
        replace(one, starts={code: start for code, start in one.starts.items() if takes_part(code, start)})
        for one in groups
    ]
    now = evaluation.frame(store, viewer, snapshot.indicator_code, kept, pseudonyms=True)
    # Units of the groups that the frozen frame has nowhere were left out of it, or were not in sight.
    away = {code for one in groups for code in one.starts} - members - set(until)
    now = now[~now["unit"].isin(evaluation.aliases_of(store, viewer, away).values())].reset_index(drop=True)
    last = frozen["period"].max()
    within = now[now["period"] <= last]
    both = frozen.merge(within, on=["unit", "period"], how="outer", suffixes=("", "_now"), indicator=True)
    is_same = (both["_merge"] == "both") & _same(both, "numerator") & _same(both, "denominator")
    different = both[~is_same].sort_values(["unit", "period"])
    labels = evaluation.labels_of(store, viewer, different["unit"].unique())
    kinds = {"left_only": "removed", "right_only": "added", "both": "changed"}
    changes = []
    for row in different.itertuples():
        kind = kinds[str(different.at[row.Index, "_merge"])]
        before = (row.numerator, row.denominator) if kind != "added" and viewer.may_take_counts else None
        after = (row.numerator_now, row.denominator_now) if kind != "removed" and viewer.may_take_counts else None
        changes.append(Change(kind, row.unit, labels[row.unit], row.period, before, after))
    there = both[both["_merge"] == "both"]
    moved = there[(there["start"] != there["start_now"]) | (there["cohort"] != there["cohort_now"])]
    return Difference(tuple(changes), tuple(sorted(moved["unit"].unique())), int((now["period"] > last).sum()), now)


def _same(both: pd.DataFrame, column: str) -> pd.Series:
    before, after = both[column], both[f"{column}_now"]
    return (before == after) | (before.isna() & after.isna())


# --------------------------------------------------------------------------------------------------------------- inner


def _checked(store: Store, viewer: Viewer, snapshot_id: str) -> Row[Any]:
    evaluation.require_evaluator(viewer)
    wanted = snapshot_id.strip().lower()
    if len(wanted) < LEAST:
        raise Refused(TOO_SHORT, least=LEAST)
    if not set(wanted) <= set("0123456789abcdef"):
        raise NotFound(NO_SNAPSHOT, id=cpr.unsaid(wanted[:SHOWN]))
    with store.read() as connection:
        rows = connection.execute(
            select(evaluation_snapshot).where(evaluation_snapshot.c.hash.startswith(wanted)).limit(2)
        ).all()
    if not rows:
        raise NotFound(NO_SNAPSHOT, id=cpr.unsaid(wanted[:SHOWN]))
    if len(rows) > 1:
        raise NotFound(AMBIGUOUS, id=wanted)
    row = rows[0]
    _require_sight(store, viewer, row.settings["members"], row.hash)
    content = {"settings": row.settings, "versions": row.versions, "results": row.results}
    text = zlib.decompress(row.frame)
    is_whole = row.indicator_code == row.settings.get("indicator") and row.n_rows == text.count(b"\n") - 1
    if not is_whole or _hash_of(content, text) != row.hash:
        raise Refused(TAMPERED, id=row.hash[:SHOWN])
    return row


def _require_sight(store: Store, viewer: Viewer, members: Sequence[str], found: str) -> None:
    if not evaluation.evaluated_pseudonyms(store, viewer).issuperset(members):
        raise NotAllowed(OUT_OF_SIGHT, id=found[:SHOWN])


def _row(connection: Connection, found: str) -> Row[Any] | None:
    return connection.execute(select(evaluation_snapshot).where(evaluation_snapshot.c.hash == found)).one_or_none()


def _snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(
        hash=row.hash,
        title=row.title,
        indicator_code=row.indicator_code,
        plan_id=row.plan_id,
        settings=row.settings,
        versions=row.versions,
        results=row.results,
        n_rows=row.n_rows,
        author=row.author,
        frozen_at=row.frozen_at,
    )


def _text_of(frame: pd.DataFrame) -> bytes:
    """The frame as CSV with every digit."""
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _frame(row: Row[Any]) -> pd.DataFrame:
    content = io.BytesIO(zlib.decompress(row.frame))
    frame = pd.read_csv(content, dtype="str", keep_default_na=False)
    # Python reads back the very number that was written; readers of CSV may be a digit off.
    for name in ("numerator", "denominator"):
        frame[name] = np.array([float(text or "nan") for text in frame[name]])
    return frame


def _hash_of(content: Mapping[str, Any], text: bytes) -> str:
    """SHA-256 over the canonical content: keys in order, no spaces, then every cell of the frame."""
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(said.encode() + b"\n" + text).hexdigest()


def _seal_of(connection: Connection, content: Mapping[str, Any], text: bytes) -> str:
    """What only this store can make of the content, and always makes of the same."""
    key = read_info(connection, SEAL_KEY)
    if key is None:
        key = secrets.token_hex(32)
        write_info(connection, SEAL_KEY, key)
    settings = {name: value for name, value in content["settings"].items() if name != SEAL}
    return hmac.digest(key.encode(), _hash_of({**content, "settings": settings}, text).encode(), "sha256").hex()


def _plain(value: Any, aliases: Mapping[str, str]) -> Any:
    """A value as JSON can hold it, names of units as pseudonyms."""
    if isinstance(value, Mapping):
        return {aliases.get(str(key), str(key)): _plain(one, aliases) for key, one in value.items()}
    if isinstance(value, str):
        return aliases.get(value, value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int)):
        return value
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), aliases)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(one, aliases) for one in (value if isinstance(value, Sequence) else sorted(value))]
    return str(value)
