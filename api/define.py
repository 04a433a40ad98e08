"""What `tavle definition …` says and does: a definition out as YAML, in as a draft, and read by the linter.

Nothing here puts a definition in force: what is read in is a draft of the person's, and somebody else checks it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from data import definitions
from data.access import Viewer
from data.definition_file import read_definition, write_definition
from data.queries import catalogue, units
from data.queries import definitions as library
from data.store import Store
from indicators.definition_content import DefinitionContent
from indicators.definition_lint import Remark, Weight, has_errors, lint
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class DefinitionRequest:
    """Something to do with definitions: `export`, `import`, `lint`, or `lint_file`. `text` is a file's content."""

    action: str
    code: str = ""
    text: str = ""
    email: str = ""
    unit: str = ""
    version: int = 0
    language: str = "da"


WEIGHTS = {
    Weight.ERROR: Words("FEJL", "ERROR"),
    Weight.WARNING: Words("ADVARSEL", "WARNING"),
    Weight.NOTE: Words("RÅD", "ADVICE"),
}
KEPT = Words(
    "Kladden til {code}, version {version}, er gemt for {unit}. Den gælder ikke, før en anden end {author} har "
    "godkendt den: /indikatorer/{code}/ret",
    "The draft of {code}, version {version}, is kept for {unit}. It does not hold before somebody else than {author} "
    "has approved it: /indikatorer/{code}/ret",
)
LEFT_OUT = Words("Sprunget over: {keys}.", "Left out: {keys}.")
NOTHING = Words("{code}: intet at bemærke.", "{code}: nothing to remark.")
COUNTED = Words(
    "{n} definitioner: {errors} fejl, {warnings} advarsler, {notes} råd.",
    "{n} definitions: {errors} errors, {warnings} warnings, {notes} pieces of advice.",
)


def run(store: Store, viewer: Viewer, request: DefinitionRequest, *, today: date, now: datetime) -> tuple[bool, str]:
    """Do what is asked, and say whether all is well and what there is to say.

    Raises
    ------
    DataError
        The file was refused, there is no such indicator, or the viewer may not.
    """
    if request.action == "export":
        return True, _export(store, viewer, request)
    if request.action == "import":
        return True, _import(store, viewer, request, today=today, now=now)
    return _lint(store, viewer, request, today)


def _export(store: Store, viewer: Viewer, request: DefinitionRequest) -> str:
    held = library.versions(store, viewer, request.code)
    version = request.version or held[0].version
    if version == held[0].version:
        content = library.in_force(store, viewer, request.code)
    else:
        content = library.version_content(store, viewer, request.code, version)
    return write_definition(content, version=version)


def _import(store: Store, viewer: Viewer, request: DefinitionRequest, *, today: date, now: datetime) -> str:
    read = read_definition(request.text.encode())
    content = read.content
    unit = units.find(store, viewer, request.unit).code if request.unit else content.unit_code
    unit = unit or next((code for code in viewer.home_units if viewer.may_deliver(code)), "")
    content = content.but(unit_code=unit)
    known = {definition.code for definition in catalogue.indicators(store, viewer)}
    if content.code in known:
        kept = definitions.begin_version(store, viewer, content.code, content, today=today, now=now)
    else:
        kept = definitions.begin(store, viewer, content, now=now)
    said = [
        KEPT.say(
            request.language, code=kept.indicator_code, version=kept.version, unit=kept.unit_code, author=kept.author
        )
    ]
    if read.left_out:
        said.append(LEFT_OUT.say(request.language, keys=", ".join(read.left_out)))
    around = library.surroundings(
        store, viewer, kept.content, today=today, version=kept.version, author_id=kept.author_id
    )
    said += _lines(lint(kept.content, around), request.language)
    return "\n".join(said) + "\n"


def _lint(store: Store, viewer: Viewer, request: DefinitionRequest, today: date) -> tuple[bool, str]:
    """A file's definition, one that is in force, or all of them."""
    if request.action == "lint_file":
        content = read_definition(request.text.encode()).content
        held = {one.code: one.n_versions for one in library.library(store, viewer, today=today)}
        version = 1 + held.get(content.code, 0)
        around = library.surroundings(store, viewer, content, today=today, version=version)
        found = {content.code: lint(content, around)}
    else:
        entries = [one for one in library.library(store, viewer, today=today) if one.definition is not None]
        wanted = [one for one in entries if not request.code or one.code == request.code]
        if request.code and not wanted:
            library.versions(store, viewer, request.code)  # says that there is none
        found = {one.code: _of_held(store, viewer, one, today) for one in wanted}
    lines: list[str] = []
    for code, remarks in found.items():
        lines += [f"{code}: {line}" for line in _lines(remarks, request.language)]
        if not remarks and len(found) == 1:
            lines.append(NOTHING.say(request.language, code=code))
    every = [remark for remarks in found.values() for remark in remarks]
    counts = {weight: sum(1 for one in every if one.weight is weight) for weight in Weight}
    if len(found) != 1:
        lines.append(
            COUNTED.say(
                request.language,
                n=len(found),
                errors=counts[Weight.ERROR],
                warnings=counts[Weight.WARNING],
                notes=counts[Weight.NOTE],
            )
        )
    return not has_errors(every), "\n".join(lines) + "\n"


def _of_held(store: Store, viewer: Viewer, entry: library.LibraryEntry, today: date) -> list[Remark]:
    """What is to be said about a definition in force: as of one that came with Tavle where nobody here wrote it."""
    content: DefinitionContent = library.in_force(store, viewer, entry.code)
    around = library.surroundings(store, viewer, content, today=today, version=1)
    own = {name: code for name, code in around.names.items() if code != entry.code}
    return lint(content, around.but(names=own, codes=frozenset(), is_shipped=not entry.unit_code))


def _lines(remarks: Iterable[Remark], language: str) -> list[str]:
    return [f"{WEIGHTS[one.weight].say(language)} {one.field}: {one.sentence(language)}" for one in remarks]
