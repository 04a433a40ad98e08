"""Mail that Tavle has to send: queued in the transaction of the thing itself, handed over as files after it.

A mail never holds a figure of a unit: it may lie in a mailbox, be forwarded and be read on a telephone. So a reason
with digits in it stays on the page, and the mail says so. Tavle sends nothing itself. `hand_over` writes each mail as
an `.eml` file for whatever sends the organisation's mail; a file that cannot be written stays in the queue and is tried
again.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Row, insert, select, update

from data.naming import Names
from data.reading import Pair
from data.schema import account, outbox
from data.store import Store, stored_moment
from indicators.words import Words

SENDER = "tavle@localhost"
MOST_LISTED = 20
MOST_AT_ONCE = 500


class Kind(StrEnum):
    RECEIPT = "receipt"
    REMINDER = "reminder"
    RETURNED = "returned"
    DEFINITION_PROPOSED = "definition-proposed"
    DEFINITION_RETURNED = "definition-returned"
    DEFINITION_APPROVED = "definition-approved"
    MINUTES = "minutes"
    DIGEST = "digest"


SUBJECTS: Mapping[Kind, Words] = {
    Kind.RECEIPT: Words("Tavle: kvittering {about}", "Tavle: receipt {about}"),
    Kind.REMINDER: Words("Tavle: {unit} mangler at indberette", "Tavle: {unit} has figures to deliver"),
    Kind.RETURNED: Words("Tavle: tal er sendt tilbage til {unit}", "Tavle: figures are returned to {unit}"),
    Kind.DEFINITION_PROPOSED: Words("Tavle: kontrollér definitionen {about}", "Tavle: check the definition {about}"),
    Kind.DEFINITION_RETURNED: Words(
        "Tavle: din definition {about} er sendt tilbage", "Tavle: your definition {about} is returned"
    ),
    Kind.DEFINITION_APPROVED: Words(
        "Tavle: din definition {about} er godkendt", "Tavle: your definition {about} is approved"
    ),
    Kind.MINUTES: Words("Tavle: referat af tavlemøde, {unit}", "Tavle: minutes of the board meeting, {unit}"),
    Kind.DIGEST: Words("Tavle: nyt siden sidst, {unit}", "Tavle: new since last time, {unit}"),
}
BODIES: Mapping[Kind, Words] = {
    Kind.RECEIPT: Words(
        "Hej {name}\n\nDin levering er modtaget og gemt. Kvittering: {about}.\n\nDen vedrører:\n{lines}\n\n"
        "Du kan fortryde leveringen i 24 timer på siden Indberet under Kvitteringer.",
        "Dear {name}\n\nYour delivery is received and stored. Receipt: {about}.\n\nIt concerns:\n{lines}\n\n"
        "You can undo the delivery for 24 hours on the page Deliver under Receipts.",
    ),
    Kind.RETURNED: Words(
        "Hej {name}\n\n{author} har sendt tal fra {unit} tilbage:\n{lines}\n\nBegrundelse: {reason}\n\n"
        "Ret tallene, og indberet dem igen på siden Indberet.",
        "Dear {name}\n\n{author} has returned figures from {unit}:\n{lines}\n\nReason: {reason}\n\n"
        "Correct the figures and deliver them again on the page Deliver.",
    ),
    Kind.DEFINITION_PROPOSED: Words(
        "Hej {name}\n\n{author} har sendt en definition til kontrol: {indicator} ({about}), {unit}.\n\n"
        "Læs den, og godkend den eller send den tilbage på siden Indikatorer. Den gælder først, når en anden end "
        "{author} har godkendt den.",
        "Dear {name}\n\n{author} has sent a definition to be checked: {indicator} ({about}), {unit}.\n\n"
        "Read it, and approve it or return it on the page Indicators. It holds only once somebody else than {author} "
        "has approved it.",
    ),
    Kind.DEFINITION_RETURNED: Words(
        "Hej {name}\n\n{author} har sendt din definition tilbage: {indicator} ({about}), {unit}.\n\n"
        "Kommentar: {reason}\n\nRet den, og send den til kontrol igen på siden Indikatorer.",
        "Dear {name}\n\n{author} has returned your definition: {indicator} ({about}), {unit}.\n\n"
        "Comment: {reason}\n\nCorrect it and send it to be checked again on the page Indicators.",
    ),
    Kind.DEFINITION_APPROVED: Words(
        "Hej {name}\n\n{author} har godkendt din definition: {indicator} ({about}), {unit}. Den gælder fra {day}.",
        "Dear {name}\n\n{author} has approved your definition: {indicator} ({about}), {unit}. It holds from {day}.",
    ),
    Kind.MINUTES: Words(
        "Hej {name}\n\nReferatet af tavlemødet {day} i {unit} er klar. Mødet tog disse målinger op:\n{lines}\n\n"
        "Aftalt:\n{decisions}\n\nTallene står i referatet i Tavle.",
        "Dear {name}\n\nThe minutes of the board meeting of {day}, {unit}, are ready. These measures were treated:\n"
        "{lines}\n\nDecided:\n{decisions}\n\nThe figures stand in the minutes in Tavle.",
    ),
    Kind.DIGEST: Words(
        "Hej {name}\n\nDet er nyt på jeres tavle siden sidste mail:\n\n{lines}\n\n"
        "Tallene og forklaringen står i Tavle. Mailen kommer højst én gang om måneden og kun, når der er nyt. Den kan "
        "slås fra på siden Min konto.",
        "Dear {name}\n\nThis is new on your board since the last mail:\n\n{lines}\n\n"
        "The figures and the explanation stand in Tavle. The mail comes once a month at most, and only when there is "
        "news. It can be switched off on the page My account.",
    ),
}
PAGES: Mapping[Kind, str] = {
    Kind.RECEIPT: "/indberet/kvitteringer/{about}",
    Kind.RETURNED: "/indberet?v=1&enhed={about}",
    Kind.DEFINITION_PROPOSED: "/indikatorer/{about}/om",
    Kind.DEFINITION_RETURNED: "/indikatorer/{about}/om",
    Kind.DEFINITION_APPROVED: "/indikatorer/{about}/om",
    Kind.MINUTES: "/tavlemoede/referat/{about}",
    Kind.DIGEST: "/?v=1&enhed={about}",
}
"""Where the reader goes on from here, once the installation has said at which address people reach it. A reminder has
the address in its text already."""
ON_THE_PAGE = Words("(den indeholder tal og står kun i Tavle)", "(it holds numbers and stands in Tavle only)")
SIGNED = Words(
    "\n\nMailen er lavet af Tavle. Den kan ikke besvares.\n",
    "\n\nThis mail was made by Tavle. It cannot be answered.\n",
)
DECISION = Words("- {indicator}: {what} ({who})", "- {indicator}: {what} ({who})")
DECISION_BY = Words("- {indicator}: {what} ({who}, senest {day})", "- {indicator}: {what} ({who}, by {day})")
NOTHING_DECIDED = Words("- Intet", "- Nothing")
MORE = Words("- og {n} mere", "- and {n} more")
NOT_YOURS_TO_REMIND = Words(
    "Du kan kun sende påmindelser til enheder, du leder eller indberetter for.",
    "You can only send reminders to units that you lead or deliver for.",
)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in the queue, or already handed over (`written_at`). Moments are UTC."""

    id: int
    kind: Kind
    recipient: str
    subject: str
    body: str
    language: str
    about: str
    author: str
    created_at: datetime
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many mails were written, and how many are left because the folder could not be written to, and why."""

    n_written: int
    n_left: int
    why: str = ""


# ------------------------------------------------------------------------------------------------------------- queueing


def queue(
    connection: Connection,
    kind: Kind,
    *,
    recipient: str,
    language: str,
    about: str,
    author: str,
    now: datetime,
    values: Mapping[str, object],
) -> int:
    """Put one mail in the queue, inside the transaction of what it tells of, and return its number.

    `values` fills the places in the kind's subject and body; a value that is `Words` is said in `language`.
    """
    said = {key: value.say(language) if isinstance(value, Words) else value for key, value in values.items()}
    new = connection.scalar(
        insert(outbox)
        .values(
            kind=kind.value,
            recipient=_one_line(recipient),
            subject=_one_line(SUBJECTS[kind].say(language, about=about, **said)),
            body=BODIES[kind].say(language, about=about, **said) + SIGNED.say(language),
            language=language,
            about=about,
            author=author,
            created_at=stored_moment(now),
        )
        .returning(outbox.c.id)
    )
    return int(new or 0)


def queue_receipt(
    connection: Connection, *, account_id: int, receipt: str, touched: Iterable[Pair], now: datetime
) -> bool:
    """Queue the receipt for whoever delivered; False where that is nobody with an address."""
    person = connection.execute(select(account).where(account.c.id == account_id)).one_or_none()
    if person is None or not _has_address(person):
        return False
    pairs = sorted(set(touched))
    names = Names.read(connection, pairs[:MOST_LISTED])
    language = person.language or "da"
    lines = [f"- {names.indicator(code).say(language)}, {names.unit(unit).say(language)}" for code, unit in pairs]
    queue(
        connection,
        Kind.RECEIPT,
        recipient=person.email,
        language=language,
        about=receipt,
        author="Tavle",
        now=now,
        values={"name": person.name, "lines": _listed(lines, language)},
    )
    return True


def queue_returned(
    connection: Connection,
    months: Iterable[tuple[str, str, date, int]],
    *,
    reason: str,
    author: str,
    now: datetime,
) -> int:
    """Queue one mail per deliverer and unit about months sent back; `months` are (indicator, unit, period, account).

    Returns how many mails there are.
    """
    by_person: dict[tuple[int, str], list[tuple[str, date]]] = {}
    for indicator, unit, period, account_id in months:
        by_person.setdefault((account_id, unit), []).append((indicator, period))
    people = _people(connection, {account_id for account_id, _ in by_person})
    names = Names.read(
        connection, [(indicator, unit) for (_, unit), some in by_person.items() for indicator, _ in some]
    )
    n = 0
    for (account_id, unit), some in sorted(by_person.items()):
        person = people.get(account_id)
        if person is None or not _has_address(person):
            continue
        language = person.language or "da"
        queue(
            connection,
            Kind.RETURNED,
            recipient=person.email,
            language=language,
            about=unit,
            author=author,
            now=now,
            values={
                "name": person.name,
                "author": author,
                "unit": names.unit(unit),
                "reason": without_figures(reason),
                "lines": _listed(_month_lines(names, some, language), language),
            },
        )
        n += 1
    return n


def queue_definition(
    connection: Connection,
    kind: Kind,
    recipients: Iterable[int],
    *,
    code: str,
    name: Words,
    unit: str,
    author: str,
    now: datetime,
    reason: str = "",
    day: date | None = None,
) -> int:
    """Queue one mail per account about a definition that was proposed, returned or approved by `author`.

    `unit` is the code of the unit it belongs to, `day` the first on which it holds. Returns how many mails there are:
    accounts that are closed or have no address get none.
    """
    people = _people(connection, set(recipients))
    names = Names.read(connection, [(code, unit)])
    n = 0
    for _, person in sorted(people.items()):
        if not _has_address(person):
            continue
        language = person.language or "da"
        queue(
            connection,
            kind,
            recipient=person.email,
            language=language,
            about=code,
            author=author,
            now=now,
            values={
                "name": person.name,
                "author": author,
                "indicator": name.say(language) or name.da,
                "unit": names.unit(unit),
                "reason": without_figures(reason),
                "day": day.strftime("%d-%m-%Y") if day else "",
            },
        )
        n += 1
    return n


def queue_minutes(
    connection: Connection,
    person: Row[Any],
    *,
    meeting_id: int,
    unit: Words,
    day: Words,
    series: Iterable[tuple[Words, Words]],
    decisions: Iterable[tuple[Words, str, str, date | None]],
    now: datetime,
) -> bool:
    """Queue the minutes of a board meeting for `person` (a row of `account`); False where there is no address.

    `series` are names of (indicator, unit), `decisions` are (indicator, what, who, by when). A decision with digits in
    it stands in Tavle only.
    """
    if not _has_address(person):
        return False
    language = person.language or "da"
    lines = [f"- {indicator.say(language)}, {where.say(language)}" for indicator, where in series]
    decided = []
    for indicator, what, who, due_on in decisions:
        told = without_figures(what)
        said = {
            "indicator": indicator.say(language),
            "what": told.say(language) if isinstance(told, Words) else told,
            "who": who,
        }
        decided.append(
            DECISION_BY.say(language, **said, day=due_on.strftime("%d-%m-%Y"))
            if due_on
            else DECISION.say(language, **said)
        )
    queue(
        connection,
        Kind.MINUTES,
        recipient=person.email,
        language=language,
        about=str(meeting_id),
        author="Tavle",
        now=now,
        values={
            "name": person.name,
            "unit": unit,
            "day": day,
            "lines": _listed(lines, language),
            "decisions": _listed(decided or [NOTHING_DECIDED.say(language)], language),
        },
    )
    return True


def queue_digest(
    connection: Connection, person: Row[Any], *, unit: Words, about: str, lines: str, now: datetime
) -> bool:
    """Queue what is new since the last digest for `person` (a row of `account`); False where there is no address.

    `lines` are words in the person's language, without figures (`data.digest` writes them), `about` the unit's code.
    """
    if not _has_address(person):
        return False
    queue(
        connection,
        Kind.DIGEST,
        recipient=person.email,
        language=person.language or "da",
        about=about,
        author="Tavle",
        now=now,
        values={"name": person.name, "unit": unit, "lines": lines},
    )
    return True


def without_figures(reason: str) -> Words | str:
    """What a mail says of a reason somebody wrote: all of it, or that it stands in Tavle because it has digits.

    A year is no figure of a unit.

    Examples
    --------
    >>> without_figures("Juni 2026 er fra et forkert afsnit"), without_figures("Skulle være 14 af 30").en
    ('Juni 2026 er fra et forkert afsnit', '(it holds numbers and stands in Tavle only)')
    """
    return ON_THE_PAGE if re.search(r"\d", re.sub(r"\b20\d\d\b", "", reason)) else reason


def _month_lines(names: Names, months: Iterable[tuple[str, date]], language: str) -> list[str]:
    by_indicator: dict[str, list[date]] = {}
    for indicator, period in sorted(set(months)):
        by_indicator.setdefault(indicator, []).append(period)
    return [
        f"- {names.indicator(code).say(language)}: "
        + ", ".join(names.period(code, period).say(language) for period in periods)
        for code, periods in by_indicator.items()
    ]


def _listed(lines: list[str], language: str) -> str:
    shown = lines[:MOST_LISTED]
    if len(lines) > len(shown):
        shown.append(MORE.say(language, n=len(lines) - len(shown)))
    return "\n".join(shown)


def _people(connection: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in connection.execute(select(account).where(account.c.id.in_(set(ids))))}


def _has_address(person: Any) -> bool:
    return bool(person.is_active and re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+", person.email))


def _one_line(text: str) -> str:
    """Text for a header: no line breaks or other control characters, so that nobody can add headers of their own.

    Examples
    --------
    >>> _one_line("Afdeling\\r\\nBcc: alle@example.dk")
    'Afdeling Bcc: alle@example.dk'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


# --------------------------------------------------------------------------------------------------------- handing over


def waiting(store: Store, *, after: int = 0) -> list[Mail]:
    """The oldest 500 mails with a number above `after` that have not been handed over. For the product itself alone:
    no page shows other people's mail."""
    query = (
        select(outbox)
        .where(outbox.c.written_at.is_(None), outbox.c.id > after)
        .order_by(outbox.c.id)
        .limit(MOST_AT_ONCE)
    )
    with store.read() as connection:
        return [Mail(**{**row._mapping, "kind": Kind(row.kind)}) for row in connection.execute(query)]


def hand_over(store: Store, folder: Path, now: datetime, *, sender: str = SENDER, public_url: str = "") -> HandedOver:
    """Write every waiting mail to `folder` as `<number>-<kind>.eml`, and mark those that are written.

    They are sent by `sender`; with `public_url` (without a slash at its end) each says where its reader goes on.

    A mail that was written just before a power cut is written again with the same name and the same bytes. Nothing
    raises because of the disk or an address nobody can send to: what cannot be written stays in the queue, and `why`
    says what was in the way.
    """
    n_written, n_left, after, why = 0, 0, 0, ""
    while mails := waiting(store, after=after):
        after = mails[-1].id
        done = []
        for mail in mails:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                _write(folder / f"{mail.id:08d}-{mail.kind.value}.eml", as_bytes(mail, sender, public_url))
                done.append(mail.id)
            except OSError as error:
                why = error.strerror or type(error).__name__
                break
            except (ValueError, HeaderParseError) as error:
                # Type only: the text may repeat the address.
                why = type(error).__name__
        if done:
            _mark(store, done, now)
        n_written, n_left = n_written + len(done), n_left + len(mails) - len(done)
        if len(mails) < MOST_AT_ONCE:
            break
    return HandedOver(n_written, n_left, why)


def _mark(store: Store, ids: list[int], now: datetime) -> None:
    store.write(
        lambda connection: connection.execute(
            update(outbox).where(outbox.c.id.in_(ids)).values(written_at=stored_moment(now))
        ),
        changes_data=False,
    )


def as_bytes(mail: Mail, sender: str = SENDER, public_url: str = "") -> bytes:
    """The mail as it stands in its file: the same bytes every time, with no header from the clock or the machine."""
    body = mail.body
    if public_url and mail.kind in PAGES:
        signed = SIGNED.say(mail.language)
        body = f"{body.removesuffix(signed)}\n\n{public_url}{PAGES[mail.kind].format(about=quote(mail.about))}{signed}"
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Tavle", addr_spec=sender)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = mail.created_at.replace(tzinfo=UTC)
    message["Message-ID"] = f"<{mail.created_at:%Y%m%d%H%M%S}.{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = mail.language  # after the content, which begins by taking such headers away
    return message.as_bytes()


def _write(path: Path, content: bytes) -> None:
    # Under another name first: whoever empties the folder never sees half a mail.
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
