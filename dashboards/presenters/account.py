"""Min konto: what the page shows of the person who asks, and what its forms about tokens do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from dashboards.preferences import CHOSEN, DIGEST_OFF, DIGEST_ON
from dashboards.presenters.receipts import alert
from dashboards.security.own_password import BLOCKED, CHANGED, IN_DEMO, REFUSALS
from dashboards.selection import Selection
from dashboards.text import _, language, moment_text, ngettext, number
from data import digest, tokens
from data.access import Role, Viewer
from data.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from data.errors import DataError
from data.queries import accounts
from data.queries.accounts import Reach
from data.store import Store
from data.tokens import LONGEST_DAYS, Token

DAYS = 365
MAKE, REVOKE = "make", "revoke:"
FIELDS = ("name", "days")


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token as the list shows it. `can_end`: it still opens something."""

    name: str
    prefix: str
    made: str
    expires: str
    used: str
    state: str
    can_end: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    name: str
    title: str
    email: str
    since: str
    message: Markup
    rights: tuple[str, ...]
    approving: str
    language: str
    is_demo: bool
    least: int
    most: int
    may_have_tokens: bool
    may_get_digest: bool
    wants_digest: bool
    token_words: str
    tokens: tuple[TokenRow, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a press in the tokens' form: words, the token itself where one was made, and what stays typed."""

    message: Markup
    text: str = ""
    name: str = ""
    is_done: bool = True


def account_view(
    store: Store, viewer: Viewer, selection: Selection, *, today: date, now: datetime, timezone: str, is_demo: bool
) -> AccountView:
    """Everything the page shows."""
    found = accounts.by_email(store, viewer, viewer.email)
    assert found is not None  # whoever asks has signed in
    has_tokens = may_have_tokens(viewer)
    return AccountView(
        name=viewer.name,
        title=viewer.title,
        email=viewer.email,
        since=moment_text(found.created_at, timezone, "day"),
        message=_message(selection.show),
        rights=tuple(_right(one) for one in accounts.reach(store, viewer, today=today)),
        approving=_approving(viewer),
        language=viewer.language or language(),
        is_demo=is_demo,
        least=SHORTEST_PASSWORD,
        most=LONGEST_PASSWORD,
        may_have_tokens=has_tokens,
        may_get_digest=digest.may_get(viewer),
        wants_digest=digest.wants(store, viewer),
        token_words=_token_words(viewer),
        tokens=token_rows(store, viewer, now=now, timezone=timezone) if has_tokens else (),
    )


def may_have_tokens(viewer: Viewer) -> bool:
    """A token does what its account does: without a unit there is nothing to read or deliver."""
    return viewer.delivers or viewer.sees_all or bool(viewer.readable_units)


def _message(code: str | None) -> Markup:
    if code == CHANGED:
        said = _("Adgangskoden er skiftet. Du er stadig logget ind her og på andre computere, til sessionerne udløber.")
        return alert("ok", "check", said)
    if code == CHOSEN:
        return alert("ok", "check", _("Sproget er gemt på din konto."))
    if code in (DIGEST_ON, DIGEST_OFF):
        on, off = _("Du får mailen, når der er nyt."), _("Du får ikke mailen mere.")
        return alert("ok", "check", on if code == DIGEST_ON else off)
    if code == IN_DEMO:
        return alert("warn", "warn", _("Adgangskoden er ikke skiftet: demoens adgangskoder kan ikke ændres."))
    if code == BLOCKED:
        return alert("warn", "warn", _("Adgangskoden er ikke skiftet: for mange forsøg. Vent lidt, og prøv igen."))
    refusal = REFUSALS.get(code or "")
    if refusal is None:
        return Markup("")
    reason = refusal.say(language(), least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    return alert("error", "warn", _("Adgangskoden er ikke skiftet. {reason}").format(reason=reason))


# ---------------------------------------------------------------------------------------------------------- the rights


def _right(one: Reach) -> str:
    """One role in a sentence."""
    said = language()
    unit = one.unit.say(said) if one.unit else ""
    below = ngettext("{count} enhed i alt", "{count} enheder i alt", one.n_units).format(count=number(one.n_units))
    if one.role is Role.LEADER:
        return _("Leder: du ser {unit} og alt derunder ({below}), også små tal. Du indberetter ikke selv.").format(
            unit=unit, below=below
        )
    if one.role is Role.QUALITY_TEAM:
        return _("Kvalitetsteam: du ser og indberetter for {unit} og alt derunder ({below}), også små tal.").format(
            unit=unit, below=below
        )
    if one.role is Role.EVALUATOR:
        which = one.cohort.say(said) if one.cohort else _("alle hold")
        if one.names:
            text = _("Evaluator: du ser enhederne på {cohort} ({below}). Små tal er skjult.")
        else:
            text = _("Evaluator: du evaluerer {cohort} ({below}) under pseudonymer. Små tal er skjult.")
        sentence = text.format(cohort=which, below=below)
        return f"{sentence} {_('Du må hente præcise tal til genberegning.')}" if one.counts else sentence
    if unit:
        return _(
            "Administrator: du ser og indberetter for alle enheder ({below}). Små tal ser du kun fra {unit} og alt "
            "derunder."
        ).format(unit=unit, below=below)
    return _("Administrator: du ser og indberetter for alle enheder ({below}). Små tal er skjult.").format(below=below)


def _approving(viewer: Viewer) -> str:
    if not viewer.own_units:
        return ""
    return _("Du kan godkende måneder, som andre har indsendt, og sende dem tilbage.")


# ---------------------------------------------------------------------------------------------------------- the tokens


def _token_words(viewer: Viewer) -> str:
    if viewer.delivers:
        return _(
            "Med en nøgle kan et program læse og indberette det samme som du, fx en natlig levering fra jeres "
            "BI-system."
        )
    return _("Med en nøgle kan et program læse det samme som du, fx til en rapport. Det kan ikke indberette.")


def token_rows(store: Store, viewer: Viewer, *, now: datetime, timezone: str) -> tuple[TokenRow, ...]:
    """The viewer's own tokens, those that work first."""
    found = sorted(tokens.listed(store, viewer), key=lambda one: not one.is_live(now))
    return tuple(_token_row(one, now, timezone) for one in found)


def _token_row(token: Token, now: datetime, timezone: str) -> TokenRow:
    is_live = token.is_live(now)
    if token.revoked_at is not None:
        state = _("Tilbagekaldt {day}").format(day=moment_text(token.revoked_at, timezone, "day"))
    else:
        state = _("Gælder") if is_live else _("Udløbet")
    return TokenRow(
        name=token.name,
        prefix=f"{token.prefix}…",
        made=moment_text(token.created_at, timezone, "day"),
        expires=moment_text(token.expires_at, timezone, "day") if token.expires_at else _("aldrig"),
        used=moment_text(token.last_used_at, timezone) if token.last_used_at else _("aldrig"),
        state=state,
        can_end=is_live,
    )


def press(store: Store, viewer: Viewer, pressed: Mapping[str, Any], *, now: datetime) -> Answer:
    """Make or revoke a token, as the pressed button says."""
    name, values = str(pressed.get("name", "")), pressed.get("values") or {}
    try:
        if name.startswith(REVOKE):
            ended = tokens.revoke(store, viewer, name.removeprefix(REVOKE), now=now)
            said = _("»{name}« er tilbagekaldt. Programmer, der bruger nøglen, kan ikke komme ind mere.")
            return Answer(alert("ok", "check", said.format(name=ended.name)))
        made = tokens.make(store, viewer, name=str(values.get("name", "")), days=_days(values.get("days")), now=now)
    except DataError as refusal:
        return Answer(alert("error", "warn", refusal.reason(language())), is_done=False)
    said = _("»{name}« er lavet. Kopiér nøglen nu: den vises kun denne ene gang.").format(name=made.token.name)
    return Answer(alert("ok", "check", said), made.text, made.token.name)


def _days(typed: object) -> int:
    """What was typed as a number of days; what is none is refused as too few."""
    text = str(typed or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LONGEST_DAYS)) else 0


def example(viewer: Viewer, base_url: str, text: str) -> str:
    """A command that tries the token against this address; whoever delivers checks a file, and nothing is stored.

    Examples
    --------
    >>> from data.access import SYSTEM
    >>> print(example(SYSTEM, "https://tavle.example", "tavle_X"))
    curl -H "Authorization: Bearer tavle_X" -H "Content-Type: text/csv" \\
      --data-binary @levering.csv "https://tavle.example/api/v1/deliveries?dry_run=true"
    """
    head = f'curl -H "Authorization: Bearer {text}"'
    if not viewer.delivers:
        return f'{head} "{base_url}/api/v1/units"'
    return (
        f'{head} -H "Content-Type: text/csv" \\\n'
        f'  --data-binary @levering.csv "{base_url}/api/v1/deliveries?dry_run=true"'
    )
