"""Ctrl+K: units, series, indicators, goals, pages, words and actions by name, code or alias, in Danish or English.

Only what the viewer may see is looked through, and what is the viewer's own comes first. The question itself is kept
nowhere. No Dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from dashboards.pages import PageRecord, Registry
from dashboards.presenters.glossary import PATH as GLOSSARY
from dashboards.presenters.indicator_library import LIST
from dashboards.presenters.unit_names import kind_words
from dashboards.presenters.word_index import WordIndex, parts_of
from dashboards.selection import Selection
from dashboards.text import LANGUAGES, _, language, ngettext, use_language
from data.access import NotAllowed, NotFound, Viewer
from data.catalogue.glossary import Term, terms
from data.queries import catalogue, search, units
from data.queries.units import Unit
from data.store import Store
from indicators.definition import IndicatorDefinition
from indicators.words import Words

NOWHERE = Words("", "")
MOST_HITS = 12
LONGEST = 120  # characters of a question that are looked at
MOST_INDICATORS = 8  # whose series are looked up
MOST_UNITS = 40
OWN = 16.0  # points for what is the viewer's own
# A word of the glossary is called many things, among them what pages and goals are called: it comes after those.
KINDS = {"page": 9.0, "unit": 8.0, "action": 6.0, "series": 5.0, "goal": 3.0, "indicator": 2.0, "word": -30.0}

# What pages are called besides their name. Found by tests to name pages that exist.
ALSO = {
    "/": "forside hjem start home front board tavle",
    "/maal": "mål termometer goals thermometer",
    "/indberet": "aflever indtast upload data deliver report",
    "/indberet/kvitteringer": "leveringer fortryd deliveries undo receipts",
    "/indberet/komplethed": "mangler missing",
    "/indikatorer": "bibliotek definitioner library definitions",
    "/konto": "adgangskode sprog nøgle password token profile",
    "/tavlemoede": "møde referat meeting minutes",
    GLOSSARY: "ord begreber forklaring glossary terms words",
}
WITHIN = ("department", "ward", "practice")  # kinds of units that are told apart by where they lie
LEAST_OF_VERB = 3  # letters
ACCESSIBILITY = "/tilgaengelighed"
DELIVER_WORDS = ("indberet", "indberetning", "aflever", "deliver", "report")
MEETING_WORDS = ("tavlemoede", "moede", "hold", "meeting", "board")
DELIVER, MEETING = "/indberet", "/tavlemoede"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the answer. `do` is something the browser does itself (theme, language, keys, print) instead."""

    kind: str
    label: str
    detail: str
    href: str
    icon: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, best first, and the sentence that says how much."""

    hits: tuple[Hit, ...]
    said: str


@dataclass(frozen=True, slots=True)
class _Thing:
    """What can be found: one of these fields is filled, by `kind`."""

    kind: str
    names: tuple[str, ...]
    is_own: bool = False
    unit: Unit | None = None
    above: Words = NOWHERE
    indicator: IndicatorDefinition | None = None
    goal: int = 0
    page: PageRecord | None = None
    path: str = ""
    word: Term | None = None
    do: str = ""


@dataclass(frozen=True, slots=True)
class _Everything:
    things: tuple[_Thing, ...]
    index: WordIndex
    units: tuple[int, ...]
    indicators: tuple[int, ...]


def find(store: Store, viewer: Viewer, registry: Registry, question: str, *, here: Selection, today: date) -> Answer:
    """What `question` may mean to the viewer, at most twelve lines; an empty one gives what one usually goes to.

    `here` carries the reader's unit and period into the links.
    """
    carried = Selection(unit=here.unit, months=here.months)
    everything = store.remember(
        ("search", viewer.rights, tuple(sorted(_roles(viewer))), today),
        partial(_read, store, viewer, registry, today),
        about=(),  # names alone: a delivery changes none
    )
    parts = parts_of(question[:LONGEST])
    if not parts:
        hits = _usual(everything, viewer, carried)
        return Answer(tuple(hits), "")
    asked = _Asked(everything.index)
    ranked = _ranked(everything, asked, parts)
    ranked += _series(store, viewer, everything, asked, parts)
    ranked += _asked_actions(everything, asked, viewer, registry, parts)
    ranked.sort(key=lambda one: (-one[0], one[1].kind, one[2]))
    hits = []
    seen = set()
    for _score, thing, _name in ranked:
        hit = _hit(thing, carried)
        if (hit.href, hit.do) in seen:
            continue
        seen.add((hit.href, hit.do))
        hits.append(hit)
        if len(hits) == MOST_HITS:
            break
    if not hits:
        return Answer((), _("Intet fundet. Prøv en anden stavemåde, en kode eller færre ord."))
    return Answer(tuple(hits), ngettext("{count} fund", "{count} fund", len(hits)).format(count=len(hits)))


class _Asked:
    """The scores of the parts of one question, each worked out once and forgotten with the question."""

    def __init__(self, index: WordIndex) -> None:
        self._index = index
        self._plain: dict[str, dict[int, float]] = {}
        self._near: dict[str, dict[int, float]] = {}

    def scores(self, part: str, *, nearly: bool = True) -> dict[int, float]:
        if part not in self._plain:
            self._plain[part] = self._index.scores(part, nearly=False)
        return self._plain[part] or (self.near(part) if nearly else {})

    def near(self, part: str) -> dict[int, float]:
        if part not in self._near:
            self._near[part] = self._index.near(part)
        return self._near[part]


def _roles(viewer: Viewer) -> set[str]:
    return {grant.role.value for grant in viewer.grants}


# ------------------------------------------------------------------------------------------------ what there is to find


def _both(message: str) -> tuple[str, ...]:
    found = []
    for code in LANGUAGES:
        with use_language(code):
            found.append(_(message))
    return tuple(found)


def _read(store: Store, viewer: Viewer, registry: Registry, today: date) -> _Everything:
    things = [*_pages(store, viewer, registry), *_actions(), *_units(store, viewer, today)]
    for goal in catalogue.goals(store, viewer):
        former = goal.former_name
        names = (goal.name.da, goal.name.en, f"mål {goal.number}", f"goal {goal.number}")
        things.append(_Thing("goal", names + ((former.da, former.en) if former else ()), goal=goal.number))
    for one in catalogue.indicators(store, viewer):
        things.append(_Thing("indicator", (one.name.da, one.name.en, one.code), indicator=one))
    for word in terms():
        things.append(_Thing("word", (word.name.da, word.name.en, *word.also), word=word))
    of_kind = {kind: tuple(i for i, one in enumerate(things) if one.kind == kind) for kind in ("unit", "indicator")}
    return _Everything(tuple(things), WordIndex([one.names for one in things]), of_kind["unit"], of_kind["indicator"])


def _pages(store: Store, viewer: Viewer, registry: Registry) -> Iterable[_Thing]:
    for page in registry.pages:
        if "<" in page.path or (page.roles and not any(viewer.has(role) for role in page.roles)):
            continue
        try:
            there = page.exists(store, viewer, {}, Selection(unit=next(iter(viewer.home_units), None)))
        except (NotFound, NotAllowed):
            continue
        if there is not False:
            yield _Thing("page", (*_both(page.name), *ALSO.get(page.path, "").split()), page=page, path=page.path)
    names = (*_both("Tilgængelighed"), "webtilgængelighedserklæring", "accessibility statement", "wcag")
    yield _Thing("page", names, path=ACCESSIBILITY)


def _actions() -> Iterable[_Thing]:
    for do, names in (
        ("theme", (*_both("Skift tema"), "mørkt lyst kontrast dark light contrast theme")),
        ("language", (*_both("Skift sprog"), "dansk engelsk english danish language")),
        ("keys", (*_both("Vis tastaturgenveje"), "genvej tastatur hjælp shortcuts keyboard help")),
        ("print", (*_both("Udskriv siden"), "print papir paper")),
    ):
        yield _Thing("action", names, do=do)


def _units(store: Store, viewer: Viewer, today: date) -> Iterable[_Thing]:
    others = search.other_names(store, viewer)
    there = units.visible(store, viewer, on=today)
    by_code = {unit.code: unit for unit in there}
    for unit in there:
        above = by_code.get(unit.parent_code or "") if unit.kind in WITHIN else None
        names = [unit.name.da, unit.name.en, unit.code, unit.short_name, *others.get(unit.code, ())]
        if above is not None:  # »kirurgisk nordsjælland«
            names += [above.name.da, *others.get(above.code, ())]
        yield _Thing("unit", tuple(names), is_own=unit.is_own, unit=unit, above=above.name if above else NOWHERE)


def _usual(everything: _Everything, viewer: Viewer, carried: Selection) -> list[Hit]:
    """Before anything is typed: where one works, the pages, what one can do."""
    home = viewer.home_units[:2]
    mine = [one for one in everything.things if one.unit is not None and one.unit.code in home]
    pages = [one for one in everything.things if one.kind == "page" and one.page and one.page.order is not None]
    actions = [one for one in everything.things if one.kind == "action"]
    return [_hit(one, carried) for one in [*mine, *pages, *actions]][:MOST_HITS]


# ---------------------------------------------------------------------------------------------------------- the ranking

_Ranked = tuple[float, _Thing, str]


def _ranked(everything: _Everything, asked: _Asked, parts: Sequence[str]) -> list[_Ranked]:
    """The things every part of the question fits, with their points."""
    found = _fitting(asked, parts, nearly=False) or _fitting(asked, parts, nearly=True)
    question = " ".join(parts)
    ranked = []
    for number, points in found.items():
        thing = everything.things[number]
        score = points + KINDS[thing.kind] + everything.index.bonus(number, question) + (OWN if thing.is_own else 0.0)
        ranked.append((score, thing, thing.names[0]))
    return ranked


def _fitting(asked: _Asked, parts: Sequence[str], *, nearly: bool) -> dict[int, float]:
    by_part = [asked.scores(part, nearly=nearly) for part in parts]
    if nearly and len(parts) > 1 and not set.intersection(*(set(scores) for scores in by_part)):
        # Each part fits something, but nothing fits them all: one of them may be misspelt into another word.
        by_part = [asked.near(part) | scores for part, scores in zip(parts, by_part, strict=True)]
    common = set.intersection(*(set(scores) for scores in by_part))
    return {number: sum(scores[number] for scores in by_part) / len(parts) for number in common}


def _series(
    store: Store, viewer: Viewer, everything: _Everything, asked: _Asked, parts: Sequence[str]
) -> list[_Ranked]:
    """Indicators in units: some parts name the indicator, the rest the unit; without a unit, the viewer's own."""
    is_indicator, is_unit = set(everything.indicators), set(everything.units)
    scores = [asked.scores(part) for part in parts]
    of_indicator: dict[int, list[float]] = {}
    for at, by_thing in enumerate(scores):
        for number in by_thing.keys() & is_indicator:
            of_indicator.setdefault(number, [0.0] * len(parts))[at] = by_thing[number]
    best = sorted(of_indicator, key=lambda number: -sum(of_indicator[number]))[:MOST_INDICATORS]
    wanted: dict[tuple[str, str], float] = {}
    named: dict[str, _Thing] = {}
    for number in best:
        one = everything.things[number]
        rest = [at for at, points in enumerate(of_indicator[number]) if not points]
        if rest:
            fits = set.intersection(*(scores[at].keys() & is_unit for at in rest))
        else:
            fits = {at for at in everything.units if everything.things[at].is_own} or set(everything.units[:MOST_UNITS])
        # The viewer's own first, then what fits best.
        ranked = sorted(
            fits, key=lambda at: (not everything.things[at].is_own, -sum(scores[i].get(at, 0.0) for i in rest), at)
        )
        for at in ranked[:MOST_UNITS]:
            where = everything.things[at]
            points = sum(max(of_indicator[number][i], scores[i].get(at, 0.0)) for i in range(len(parts))) / len(parts)
            assert where.unit is not None and one.indicator is not None
            named[where.unit.code], named[one.indicator.code] = where, one
            wanted[one.indicator.code, where.unit.code] = points
    there = search.series_among(
        store, viewer, {code for code, _unit in wanted}, {unit_code for _code, unit_code in wanted}
    )
    number_of = {named_by.code: number for number in best if (named_by := everything.things[number].indicator)}
    question = " ".join(parts)
    found = []
    for pair in there:
        if pair not in wanted:
            continue
        one, where = named[pair[0]], named[pair[1]]
        home = 4.0 if pair[1] in viewer.home_units else 0.0
        whole = everything.index.bonus(number_of[pair[0]], question)
        score = wanted[pair] + whole + KINDS["series"] + home + (OWN if where.is_own else 0.0)
        found.append((score, replace(where, kind="series", indicator=one.indicator), where.names[0]))
    return found


def _asked_actions(
    everything: _Everything, asked: _Asked, viewer: Viewer, registry: Registry, parts: Sequence[str]
) -> list[_Ranked]:
    """»indberet kirurgisk«, »tavlemøde kirurgisk«: something to do in a unit, once a verb is there."""
    found: list[_Ranked] = []
    for path, verbs in ((DELIVER, DELIVER_WORDS), (MEETING, MEETING_WORDS)):
        page = registry.find(path)
        if page is None or (page.page.roles and not any(viewer.has(role) for role in page.page.roles)):
            continue
        verb = [part for part in parts if len(part) >= LEAST_OF_VERB and any(word.startswith(part) for word in verbs)]
        rest = [part for part in parts if part not in verb and part not in FILLERS]
        if not verb:
            continue
        if rest:
            fitting = _fitting(asked, rest, nearly=True)
        else:
            fitting = {
                number: 0.0
                for number in everything.units
                if (unit := everything.things[number].unit) is not None and unit.code in viewer.home_units
            }
        for number, points in fitting.items():
            thing = everything.things[number]
            if thing.unit is None or not _may(viewer, path, thing.unit.code):
                continue
            score = (80.0 + points) / 2 + 20.0 + KINDS["action"] + (OWN if thing.is_own else 0.0)
            found.append((score, replace(thing, kind="action", path=path), thing.names[0]))
    return found


FILLERS = frozenset(("for", "i", "in", "til"))


def _may(viewer: Viewer, path: str, unit_code: str) -> bool:
    return viewer.may_deliver(unit_code) if path == DELIVER else viewer.is_own(unit_code)


# ------------------------------------------------------------------------------------------------------------ the lines


def _hit(thing: _Thing, carried: Selection) -> Hit:
    if thing.kind == "action":
        return _action(thing, carried)
    if thing.kind == "page":
        return Hit(
            _("Side"),
            _(thing.page.name) if thing.page else _("Tilgængelighed"),
            "",
            carried.href(thing.path) if thing.page else thing.path,
            (thing.page.icon if thing.page else "") or "file",
            do="" if thing.page else "load",
        )
    if thing.kind == "goal":
        name = thing.names[0] if language() == "da" else thing.names[1]
        return Hit(_("Nationalt mål"), f"{thing.goal}. {name}", "", carried.href(f"/maal/{thing.goal}"), "goal")
    if thing.word is not None:
        text = thing.word.text.say(language())
        return Hit(_("Ord"), thing.word.name.say(language()), text, f"{GLOSSARY}#{thing.word.key}", "info")
    indicator, unit = thing.indicator, thing.unit
    own = _("din enhed") if thing.is_own else ""
    if indicator is not None and unit is not None:
        address = carried.but(unit=unit.code).href(f"/indikator/{indicator.code}")
        detail = " · ".join(filter(None, (unit.name.say(language()), thing.above.say(language()), own)))
        return Hit(_("Måling"), indicator.name.say(language()), detail, address, "chart")
    if indicator is not None:
        address = carried.href(f"{LIST}/{indicator.code}/om")
        return Hit(_("Indikator"), indicator.name.say(language()), indicator.code, address, "table")
    assert unit is not None
    detail = " · ".join(filter(None, (thing.above.say(language()) or kind_words(unit.kind), unit.code, own)))
    return Hit(_("Enhed"), unit.name.say(language()), detail, carried.but(unit=unit.code).href("/"), "home")


def _action(thing: _Thing, carried: Selection) -> Hit:
    kind = _("Handling")
    if thing.unit is not None:
        name = thing.unit.name.say(language())
        detail = " · ".join(filter(None, (thing.above.say(language()), thing.unit.code)))
        address = carried.but(unit=thing.unit.code).href(thing.path)
        if thing.path == DELIVER:
            return Hit(kind, _("Indberet for {unit}").format(unit=name), detail, address, "upload")
        return Hit(kind, _("Hold tavlemøde i {unit}").format(unit=name), detail, address, "board")
    label, icon = {
        "theme": (_("Skift tema"), "moon"),
        "language": (_("Skift sprog"), "user"),
        "keys": (_("Vis tastaturgenveje"), "info"),
        "print": (_("Udskriv siden"), "print"),
    }[thing.do]
    return Hit(kind, label, "", "", icon, do=thing.do)
