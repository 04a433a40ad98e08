"""Thousands of spoilt delivery files through the command's way in and the page's, and what they must never do.

Run `python tests/simulation/fuzz_deliveries.py --files 5000`; it takes a quarter of an hour on two cores. Each file is
one of the corpus with bytes or cells changed, one in five with a made-up CPR number put in. It goes

- through `api.jobs.check`, which is what `tavle check` runs, as text or as JSON, and every hundredth through the real
  command in a process of its own;
- through `etl.pipeline.check` and the page's own words for its report, with random mends and choices, and back to the
  person as the annotated file;
- one in five through `etl.pipeline.deliver`.

It counts, and ends with 1 if any of these is above zero: errors nobody handled; rows in any table after a check that
were not there before; deliveries of which a part was stored; CPR numbers in an answer, a page, an annotated file, the
log or the store; files with an untouched CPR number in a cell that were not refused.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from api import jobs
from dashboards.presenters import deliver as page
from dashboards.text import use_language
from data import catalogue, schema
from data.access import Viewer, load_viewer
from data.store import Store
from etl import pipeline
from etl.extract import Edits, ReadAs
from etl.extract.columns import FIELDS
from etl.limits import Limits
from etl.report import Report
from settings import Settings
from tests.etl.conftest import _add_local, _add_people
from tests.etl.corpus.make import Case, corpus

ROOT = Path(__file__).resolve().parents[2]
SEED = 20220207
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LIMITS = Limits(max_bytes=2_000_000, max_rows=5_000)
WHO = "admin@tavle.dk"
BY_COMMAND_EVERY = 100

NASTY = [
    *(
        "",
        " ",
        "0",
        "-0",
        "1e9",
        "9" * 40,
        "1.050",
        "1,050",
        "1.050,5",
        "-1",
        "NaN",
        "inf",
        "½",
        "٣",
        "..",
        "<5",
        "n/a",
    ),
    *("2026-13", "99-99-9999", "46296", "1900-02-29", "uge 53 2021", "0001-01-01", "9999-12", "okt-26", "1K20"),
    *("=1+1", "@SUM(A1)", "'", '"', '""', "a\nb", "\t", ";", ",", "{}", "{row}", "%s", "%(x)s", "<script>", "</td>"),
    *(
        "\u202e",
        "\u200b",
        "\ufeff",
        "\u0000",
        "\x1a",
        "\x0b",
        "\u2028",
        "🦠",
        "é" * 300,
        "Æ",
        "Copenhagen",
        "101",
        "NOH",
    ),
    *("tæller", "nævner", "indikator", "periode", "værdi", "kommentar", "TRYKSAAR", "sep=,", "# Tavle: x"),
]


Offered = dict[str, list[dict[str, str]]]


@dataclass
class Tally:
    """What the run has seen; `wrong` holds one line for each thing that must never be."""

    files: int = 0
    refused: int = 0
    accepted: int = 0
    with_findings: int = 0
    planted: int = 0
    stopped: int = 0
    delivered: int = 0
    by_command: int = 0
    edited: int = 0
    annotated: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Count what another process has seen too."""
        for name, value in vars(other).items():
            if isinstance(value, int):
                setattr(self, name, getattr(self, name) + value)
        self.codes.update(other.codes)
        for kind, found in other.wrong.items():
            self.wrong.setdefault(kind, []).extend(found)

    def fault(self, kind: str, about: str) -> None:
        self.wrong.setdefault(kind, []).append(about)


# ------------------------------------------------------------------------------------------------------- spoiling files


def cpr_number(draw: random.Random) -> str:
    """A made-up number: a date that there is, and four digits that mean nothing."""
    six = f"{draw.randint(1, 28):02d}{draw.randint(1, 12):02d}{draw.randint(0, 99):02d}"
    # Digits that stand in no other place of the corpus, so that finding them means they were echoed.
    return f"{six}{draw.choice(['-', '', ' '])}{draw.choice('6789')}{draw.randint(0, 999):03d}"


def spoilt_bytes(content: bytes, other: bytes, draw: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        if not data:
            break
        at = draw.randrange(len(data))
        length = draw.randint(1, 40)
        kind = draw.randrange(7)
        if kind == 0:
            data[at] = draw.randrange(256)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = bytes(draw.randrange(256) for _ in range(length))
        elif kind == 3:
            data[at:at] = data[max(0, at - 200) : at]
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            start = draw.randrange(len(other) or 1)
            data[at : at + length] = other[start : start + length]
        else:
            data[at:at] = draw.choice([b";", b",", b"\t", b'"', b"\r\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf"])
    return bytes(data)


def spoilt_text(content: bytes, draw: random.Random, planted: str) -> bytes:
    """A text file with cells changed; a planted number takes the place of a whole cell or stands in one."""
    # Without its mark, UTF-16 can be read out of any bytes at all.
    has_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeError):
            said = content.decode(encoding)
            break
    else:
        return content
    sep = max(";,\t|", key=said.count)
    lines = [line.split(sep) for line in said.splitlines()] or [[""]]
    if draw.random() < 0.4:
        # New figures and nothing else: such a file is handed in.
        for line in lines[1:]:
            line[:] = [str(draw.randint(1, 9)) + cell[1:] if re.fullmatch(r"\d{1,4}", cell) else cell for cell in line]
    for _ in range(0 if draw.random() < 0.3 else draw.randint(1, 3)):
        line = draw.choice(lines[1:] if len(lines) > 1 and draw.random() < 0.8 else lines)
        kind = draw.randrange(6)
        if kind < 3 and line:
            line[draw.randrange(len(line))] = draw.choice(NASTY)
        elif kind == 3:
            line.insert(draw.randint(0, len(line)), draw.choice(NASTY))
        elif kind == 4 and len(line) > 1:
            line.pop(draw.randrange(len(line)))
        else:
            lines.insert(draw.randint(0, len(lines)), list(draw.choice(lines)))
    if planted:
        line = draw.choice([line for line in lines if line] or lines)
        line.insert(0, "") if not line else None
        at = draw.randrange(len(line))
        line[at] = draw.choice([planted, f"pt. {planted}", f"{planted} x"])
    joined = "\r\n".join(sep.join(line) for line in lines)
    return joined.encode(draw.choice(["utf-8", "utf-8-sig", "utf-16"]), "replace")


def spoilt_workbook(content: bytes, draw: random.Random, planted: str) -> bytes:
    """A workbook with parts of its sheets changed: cells, references, types, or the XML itself."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            if sum(one.file_size for one in old.infolist()) > 2_000_000:
                return content
            sheets = [name for name in old.namelist() if "worksheets/sheet" in name or "sharedStrings" in name]
            chosen = draw.choice(sheets) if sheets else ""
            for name in old.namelist():
                part = old.read(name)
                if name == chosen:
                    part = _spoilt_part(part.decode("utf-8", "replace"), draw).encode()
                if planted and name == "xl/sharedStrings.xml":
                    said = part.decode("utf-8", "replace")
                    part = re.sub(r"(<t[^>]*>)[^<]*(</t>)", rf"\g<1>{planted}\g<2>", said, count=1).encode()
                new.writestr(name, part)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        return content
    return out.getvalue()


def _spoilt_part(said: str, draw: random.Random) -> str:
    kind = draw.randrange(6)
    nasty = draw.choice(NASTY).replace("&", "&amp;").replace("<", "&lt;").replace("\0", "")
    if kind == 0:
        return re.sub(r"<v>[^<]*</v>", f"<v>{nasty}</v>", said, count=draw.randint(1, 3))
    if kind == 1:
        return re.sub(r'r="([A-Z]+)(\d+)"', lambda m: f'r="{m[1]}{int(m[2]) + draw.choice([0, 1, 50])}"', said, count=4)
    if kind == 2:
        return re.sub(r' t="\w+"', draw.choice(["", ' t="e"', ' t="b"', ' t="str"', ' t="d"']), said, count=2)
    if kind == 3:
        return re.sub(r"<t[^>]*>[^<]*</t>", lambda m: f"<t>{nasty}</t>", said, count=draw.randint(1, 3))
    if kind == 4:
        return re.sub(r"<c ([^>]*)>", r"<c \1><f>1+1</f>", said, count=2)
    at = draw.randrange(len(said) or 1)
    return said[:at] + said[at + draw.randint(1, 30) :]


@dataclass(frozen=True)
class Spoilt:
    """A file to try: what it was made from, its bytes, and the CPR number put in, if any.

    `is_whole` where the number stands in a cell that nothing was done to afterwards.
    """

    case: Case
    content: bytes
    planted: str = ""
    is_whole: bool = False


def spoilt(cases: list[Case], draw: random.Random) -> Spoilt:
    # Half of them begin as files without an error, or most would be refused for what the corpus put in.
    good = [case for case in cases if case.rows]
    case, other = draw.choice(good if draw.random() < 0.5 else cases), draw.choice(cases)
    planted = cpr_number(draw) if draw.random() < 0.2 else ""
    is_book = case.content.startswith(b"PK")
    content, by_cells = case.content, draw.random() < 0.6 or bool(planted)
    if by_cells:
        content = (spoilt_workbook if is_book else spoilt_text)(content, draw, planted)
    is_whole = bool(planted) and by_cells and not is_book and content != case.content
    if not by_cells or draw.random() < 0.15:
        content, is_whole = spoilt_bytes(content, other.content, draw), False
    return Spoilt(case, content, planted, is_whole)


def choices(draw: random.Random) -> tuple[ReadAs, Edits]:
    """What somebody at the page might choose and mend, sensible or not."""
    read_as, edits = ReadAs(), Edits()
    if draw.random() < 0.25:
        # One thing is chosen at a time; now and then it is nothing the page offers.
        chosen = draw.choice(
            [
                *({"delimiter": one} for one in (";", ",", "\t", "::", "")),
                *({"encoding": one} for one in ("utf-8", "cp1252", "utf-16", "klingon")),
                *({"decimal": one} for one in ("comma", "dot")),
                *({"sheet": one} for one in ("Data", "{x}", "Ærø")),
                *({"shape": one} for one in ("long", "wide", "indicators")),
                *({"columns": one} for one in ({"unit": "enhed"}, {"note": ""}, {"value": "nævner"})),
                *({"epoch": one} for one in (1900, 1904)),
            ]
        )
        read_as = replace(read_as, **chosen)
    if draw.random() < 0.3:
        rows = [draw.randint(1, 9) for _ in range(3)]
        fields = [draw.choice([*FIELDS, "2026-10", "okt-26", "x"]) for _ in rows]
        edits = Edits(
            cells={(row, name): draw.choice(NASTY) for row, name in zip(rows, fields, strict=True)},
            left_out=frozenset(draw.sample(range(1, 9), draw.randint(0, 2))),
            confirmed=frozenset({(draw.randint(1, 9), "empty_row")}),
        )
    return read_as, edits


# ------------------------------------------------------------------------------------------------- what is watched


class Watch:
    """The store's tables by the number of their rows, and everything that was logged."""

    def __init__(self, store: Store) -> None:
        self.store = store
        tables = [table.name for table in schema.metadata.sorted_tables]
        self._count = text(" union all ".join(f"select '{name}', count(*) from \"{name}\"" for name in tables))
        self.log = io.StringIO()
        handler = logging.StreamHandler(self.log)
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.DEBUG)

    def counts(self) -> dict[str, int]:
        with self.store.read() as connection:
            return {name: int(n) for name, n in connection.execute(self._count)}

    def logged(self) -> str:
        said = self.log.getvalue()
        self.log.truncate(0)
        self.log.seek(0)
        return said


def echoes(planted: str, *said: str) -> bool:
    """Whether a planted number stands anywhere in what was said, with or without what is between its digits."""
    digits = re.sub(r"\D", "", planted)
    forms = {planted, digits, f"{digits[:6]}-{digits[6:]}", f"{digits[:6]} {digits[6:]}"}
    return any(form in text for form in forms for text in said)


def everything(report: Report) -> str:
    """All a report holds, in words and as it stands in memory."""
    said = [repr(report.findings), repr(report.reading), report.file_name, report.sha256]
    for finding in report.findings:
        said += [finding.sentence(one) + finding.mend_text(one) for one in ("da", "en")]
    said += [repr(report.rows[at]) for at in range(min(len(report.rows), 50))]
    if report.reading:
        said += [report.reading.sentence("da"), report.reading.sentence("en")]
    return "\n".join(said)


# ------------------------------------------------------------------------------------------------------------- the run


def by_job(store: Store, settings: Settings, one: Spoilt, draw: random.Random, tally: Tally) -> None:
    """As `tavle check` does, in words or as JSON."""
    as_json, language = draw.random() < 0.5, draw.choice(["da", "en"])
    request = jobs.FileRequest(
        one.content, one.case.file_name, WHO, today=TODAY.isoformat(), language=language, as_json=as_json
    )
    answer = jobs.run("check", store, settings, request)
    if one.planted and echoes(one.planted, answer.out, answer.err):
        tally.fault("echoed by the command", one.case.name)
    if answer.exit_code not in (jobs.ExitCode.DONE, jobs.ExitCode.REFUSED):
        tally.fault("other exit code", f"{one.case.name}: {answer.exit_code} {answer.err}")
    if as_json:
        json.loads(answer.out)


def by_page(store: Store, viewer: Viewer, offered: Offered, one: Spoilt, draw: random.Random, tally: Tally) -> Report:
    """As the page does: check with mends and choices, its words, and the annotated file."""
    read_as, edits = choices(draw)
    tally.edited += bool(edits) or read_as != ReadAs()
    source = page.Source("x", "file", one.case.file_name, one.content, len(one.content), read_as=read_as, edits=edits)
    report = pipeline.check(
        store, viewer, one.content, source.name, today=TODAY, limits=LIMITS, read_as=read_as, edits=edits
    )
    said = [everything(report)]
    with use_language(draw.choice(["da", "en"])):
        view = page.report_view(report, source, options=offered)
        said.append(str(view.markup) + view.why + view.why_more)
        name, content = page.remarks(source, report, LIMITS)
        tally.annotated += 1
        said += [name, content.decode("latin-1")]
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                said += [archive.read(part).decode("utf-8", "replace") for part in archive.namelist()]
    # A number that was spoilt afterwards is none; one that was stopped must stand nowhere.
    if one.planted and report.has_cpr and echoes(one.planted, *said):
        tally.fault("echoed by the page", one.case.name)
    if one.is_whole and report.reading is not None and not edits and read_as == ReadAs():
        tally.fault("a planted number was not stopped", one.case.name)
    tally.stopped += report.has_cpr
    tally.codes.update({finding.code for finding in report.findings})
    return report


def deliver(
    store: Store, viewer: Viewer, watch: Watch, one: Spoilt, before: dict[str, int], tally: Tally
) -> dict[str, int]:
    """All or nothing: a receipt and every row of it, or no row in any table. Returns how many rows there are then."""
    report, receipt = pipeline.deliver(
        store, viewer, one.content, one.case.file_name, today=TODAY, now=NOW, limits=LIMITS
    )
    after = watch.counts()
    if receipt is None or not receipt.number:
        if after != before:
            tally.fault("stored without a receipt", one.case.name)
        return after
    tally.delivered += 1
    grown = after["observation"] - before["observation"]
    if grown != receipt.n_changes or after["delivery"] - before["delivery"] != 1:
        tally.fault("a part was stored", f"{one.case.name}: {grown} of {receipt.n_changes}")
    if report.errors:
        tally.fault("stored with errors", one.case.name)
    return after


def by_command(folder: Path, one: Spoilt, tally: Tally) -> None:
    """The real command in its own process, on the catalogue that comes with Tavle."""
    tally.by_command += 1
    file = folder / f"fil{Path(one.case.file_name).suffix}"
    file.write_bytes(one.content)
    command = [sys.executable, "commands.py", "check", str(file), "--today", TODAY.isoformat()]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={"TAVLE_VAR": str(folder), "PATH": "/usr/bin:/bin"}
    )
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        tally.fault("the command failed", f"{one.case.name}: {done.returncode} {done.stderr[-300:]}")
    if one.planted and echoes(one.planted, done.stdout, done.stderr):
        tally.fault("echoed by the command", one.case.name)


def stored_texts(store: Store) -> str:
    """Every text the store holds, to look for planted numbers in."""
    with store.read() as connection:
        return "\n".join(
            str(tuple(row))
            for table in schema.metadata.sorted_tables
            for row in connection.execute(table.select())
            if table.name in ("delivery", "delivery_event", "observation", "audit_event", "outbox", "draft")
        )


def run(n_files: int, seed: int, *, keep: Path | None = None) -> Tally:
    """Try `n_files` files; `keep` is a folder for those that went wrong."""
    draw, tally = random.Random(seed), Tally()
    cases = [case for case in corpus() if len(case.content) < 200_000]
    planted: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = Store.open(f"duckdb:///{folder / 'tavle.duckdb'}", create=True)
        store.migrate()
        for step in (catalogue.load, _add_local, _add_people):
            store.write(step)
        settings = Settings(var=folder, today=TODAY)
        (folder / "empty").mkdir()
        viewer = load_viewer(store, WHO)
        offered = page.choices(store, viewer, today=TODAY)
        watch = Watch(store)
        began, counts = time.perf_counter(), watch.counts()
        for at in range(n_files):
            one = spoilt(cases, draw)
            tally.files += 1
            tally.planted += bool(one.planted)
            planted += [one.planted] if one.planted else []
            out, err = io.StringIO(), io.StringIO()
            faults_before = sum(map(len, tally.wrong.values()))
            try:
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    by_job(store, settings, one, draw, tally)
                    report = by_page(store, viewer, offered, one, draw, tally)
                    is_last = at == n_files - 1
                    # Counting takes as long as checking; what a check stores would still be there five files later.
                    if (is_delivered := draw.random() < 0.2) or at % 5 == 0 or is_last:
                        if watch.counts() != counts:
                            tally.fault("a check stored something", one.case.name)
                        if is_delivered:
                            counts = deliver(store, viewer, watch, one, counts, tally)
                tally.refused += report.reading is None
                tally.accepted += report.is_accepted
                tally.with_findings += bool(report.findings)
                if at % BY_COMMAND_EVERY == 0:
                    by_command(folder / "empty", one, tally)
            except Exception:  # the whole point is to find them
                tally.fault("not handled", f"{one.case.name}\n{traceback.format_exc(limit=-4)}")
            if one.planted and echoes(one.planted, out.getvalue(), err.getvalue(), watch.logged()):
                tally.fault("echoed in the log", one.case.name)
            if keep and sum(map(len, tally.wrong.values())) > faults_before:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{at:05d}{Path(one.case.file_name).suffix}").write_bytes(one.content)
            if sys.stderr.isatty() and at % 100 == 99:
                print(f"{at + 1} of {n_files}, {time.perf_counter() - began:.0f} s", file=sys.stderr)
        kept = stored_texts(store)
        for number in planted:
            if echoes(number, kept):
                tally.fault("stored", "a planted number")
        store.close()
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2, help="processes, each with a store and a seed of its own")
    parser.add_argument("--keep", type=Path, help="folder for the files that went wrong")
    asked = parser.parse_args()
    began = time.perf_counter()
    shares = [asked.files // asked.workers + (at < asked.files % asked.workers) for at in range(asked.workers)]
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        work = [
            pool.submit(run, share, asked.seed + at, keep=asked.keep and asked.keep / str(at))
            for at, share in enumerate(shares)
        ]
        tally = Tally()
        for one in work:
            tally.add(one.result())
    print(f"files tried                    {tally.files}   (seed {asked.seed}, {asked.workers} processes)")
    print(f"  by the real command too      {tally.by_command}")
    print(f"  with mends or choices        {tally.edited}")
    print(f"  given back annotated         {tally.annotated}")
    print(f"  refused before their rows    {tally.refused}")
    print(f"  with findings                {tally.with_findings}")
    print(f"  accepted                     {tally.accepted}, delivered {tally.delivered}")
    print(f"CPR numbers planted            {tally.planted}, files stopped for CPR {tally.stopped}")
    print(f"different findings seen        {len(tally.codes)}")
    for kind in ("not handled", "a check stored something", "a part was stored", "stored without a receipt",
                 "stored with errors", "echoed by the command", "echoed by the page", "echoed in the log", "stored",
                 "a planted number was not stopped", "the command failed", "other exit code"):  # fmt: skip
        print(f"{kind:<34} {len(tally.wrong.get(kind, ()))}")
    print(f"took {time.perf_counter() - began:.0f} s")
    for kind, found in tally.wrong.items():
        for about in found[:10]:
            print(f"\n{kind}: {about}")
    sys.exit(1 if tally.wrong else 0)


if __name__ == "__main__":
    main()
