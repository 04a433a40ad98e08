"""A definition as YAML and back, in the form of the catalogue's own files, with what a local indicator has besides.

What is written reads back as the same content, and is written again as the same bytes. What is read comes from
strangers: its size and depth are limited, nothing in it is run or expanded, a key nobody knows is refused with the
nearest one that is known, and a CPR number anywhere stops all of it without being repeated.

>>> from indicators.definition_content import DefinitionContent
>>> content = DefinitionContent(code="FALD", name=Words("Fald med skade", "Falls with injury"), goal=3)
>>> read_definition(write_definition(content).encode()).content == content
True
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from data import cpr
from data.errors import DataError
from indicators.chart_choice import KindOfData, kind_of_chart
from indicators.definition import Direction, PeriodKind, Role
from indicators.definition_content import (
    COMPARISONS,
    NOTHING,
    WORD_FIELDS,
    DefinitionContent,
    Follower,
    LocalTarget,
)
from indicators.words import Words

MOST_BYTES = 64_000
"""A definition is two pages. More is not one."""

DEEPEST = 6
MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing that is wrong with a definition file: line, key, why, how to mend it."""

    line: int | None
    key: str
    words: Words
    mend: Words
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The whole message, beginning with the place.

        >>> FileProblem(3, "per", NOT_A, NUMBER_MEND, {"value": "ti", "kind": NUMBER}).sentence("en")
        'Line 3, “per”: “ti” is not a number. Write it with a decimal point and no thousands separator.'
        """
        place = []
        if self.line is not None:
            place.append(LINE.say(language, line=self.line))
        if self.key:
            place.append(KEY.say(language, key=self.key))
        values = {name: one.say(language) if isinstance(one, Words) else one for name, one in self.values.items()}
        said = f"{self.words.say(language, **values)} {self.mend.say(language, **values)}".strip()
        return f"{', '.join(place)}: {said}" if place else said


class DefinitionFileError(DataError):
    """A definition file that was refused; `problems` says all that is wrong with it, `reason(language)` in one text."""

    def __init__(self, *problems: FileProblem) -> None:
        self.problems = problems
        super().__init__(Words(*("\n".join(one.sentence(said) for one in problems) for said in ("da", "en"))))

    def reason(self, language: str) -> str:
        return self.words.say(language)


LINE = Words("Linje {line}", "Line {line}")
KEY = Words("»{key}«", "“{key}”")
TOO_LARGE = Words(
    "Filen fylder {size} kB; en definition må fylde {limit}.",
    "The file holds {size} kB; a definition may hold {limit}.",
)
TOO_LARGE_MEND = Words("Gem én indikator pr. fil.", "Keep one indicator in a file.")
NOT_UTF8 = Words("Filen er ikke UTF-8.", "The file is not UTF-8.")
NOT_UTF8_MEND = Words("Gem den som UTF-8.", "Save it as UTF-8.")
HAS_CPR = Words(
    "Her står noget, der ligner et CPR-nummer. Filen er afvist, og intet er gemt.",
    "Something here looks like a CPR number. The file is refused and nothing is kept.",
)
HAS_CPR_MEND = Words("Fjern det. Skriv aldrig om enkelte patienter.", "Remove it. Never write about single patients.")
NOT_YAML = Words("Det er ikke gyldig YAML.", "This is not valid YAML.")
NOT_YAML_MEND = Words(
    "Ret indrykning, kolon eller anførselstegn her.", "Correct the indentation, colon or quotes here."
)
NO_TEXT = Words("Her står tegn, der ikke er tekst.", "There are characters here that are no text.")
NO_TEXT_MEND = Words("Slet dem, og skriv teksten igen.", "Delete them and write the text again.")
# YAML can write halves of characters ("\ud800"): they cannot be stored, shown or searched for.
_NO_TEXT = re.compile("[\ud800-\udfff]")
NOT_ONE = Words("Filen skal være én definition med nøgler.", "The file must be one definition with keys.")
NOT_ONE_MEND = Words(
    "Hent en definition fra Tavle, og ret i den.", "Download a definition from Tavle and change that one."
)
REFERENCE = Words("Henvisninger i YAML (& og *) læses ikke.", "References in YAML (& and *) are not read.")
REFERENCE_MEND = Words("Skriv teksten, hvor den hører til.", "Write the text where it belongs.")
TOO_DEEP = Words("Filen er for dybt indrykket.", "The file is indented too deeply.")
UNKNOWN_KEY = Words("Nøglen kendes ikke.", "There is no such key.")
DID_YOU_MEAN = Words("Mente I »{near}«?", "Did you mean “{near}”?")
KNOWN_KEYS = Words("Kendte nøgler: {known}.", "Known keys: {known}.")
TWICE = Words("Nøglen står to gange.", "The key stands twice.")
TWICE_MEND = Words("Behold den ene.", "Keep one of them.")
NOT_A = Words("»{value}« er ikke {kind}.", "“{value}” is not {kind}.")
NUMBER = Words("et tal", "a number")
NUMBER_MEND = Words(
    "Skriv det med punktum og uden tusindskilletegn.", "Write it with a decimal point and no thousands separator."
)
INTEGER = Words("et helt tal", "a whole number")
INTEGER_MEND = Words("Skriv et helt tal.", "Write a whole number.")
DAY = Words("en dato", "a date")
DAY_MEND = Words("Skriv den som åååå-mm-dd.", "Write it as yyyy-mm-dd.")
FLAG = Words("true eller false", "true or false")
FLAG_MEND = Words("Skriv true eller false.", "Write true or false.")
CHOICE = Words("en af {known}", "one of {known}")
CHOICE_MEND = Words("Skriv en af dem.", "Write one of them.")
NEEDS_LIST = Words("Her skal stå en liste.", "A list belongs here.")
NEEDS_LIST_MEND = Words("Begynd hver linje med en bindestreg.", "Begin each line with a hyphen.")
NEEDS_KEYS = Words("Her skal stå nøgler.", "Keys belong here.")
NEEDS_KEYS_MEND = Words("Skriv fx »da:« og »en:« på linjerne under.", "Write e.g. “da:” and “en:” on the lines below.")
NEEDS_TEXT = Words("Her skal stå en enkelt værdi.", "A single value belongs here.")
NEEDS_TEXT_MEND = Words("Skriv den på samme linje.", "Write it on the same line.")


# ------------------------------------------------------------------------------------------------------------- writing


def write_definition(content: DefinitionContent, *, version: int = 1) -> str:
    """The content as YAML, every key in its fixed place, texts in quotes where YAML wants them."""
    document = _document(content, version)
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118, default_flow_style=False)


class _Dumper(yaml.SafeDumper):
    """Lists under a key are indented, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text_node(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Signs that a line could be broken at, or that are not seen, only survive in double quotes."""
    is_plain = text.isprintable() and text == text.strip() and "  " not in text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain else '"')


_Dumper.add_representer(str, _text_node)


def _document(content: DefinitionContent, version: int) -> dict[str, Any]:
    def words(value: Words) -> dict[str, str]:
        return {"da": value.da, "en": value.en}

    found: dict[str, Any] = {"code": content.code, "version": version, "scope": "local"}
    found |= {"goal": content.goal, "contributes_to": content.contributes_to}
    found |= {name: words(getattr(content, name)) for name in ("name", "definition", "numerator", "denominator")}
    found |= {
        "kind": content.kind.value if content.kind else None,
        "has_denominator": content.has_denominator,
        "per": _short(content.per),
        "unit_of_measure": words(content.unit_of_measure),
        "decimals": content.decimals,
        "minimum": _short(content.minimum),
        "maximum": _short(content.maximum),
        "direction": content.direction.value if content.direction else None,
        "role": content.role.value if content.role else None,
        "chart": content.chart,
        "profile": content.profile,
        "period": content.period.value,
        "open_periods": content.open_periods,
        "verification": "own",
        "targets": [
            {
                "comparison": one.comparison,
                "value": _short(one.value),
                "from": one.valid_from,
                "to": one.valid_to,
                "unit": one.unit_code,
                "text": words(one.text),
            }
            for one in content.targets
        ],
        "expected": {
            "n": _short(content.expected_n),
            "level": _short(content.expected_level),
            "hoped": _short(content.hoped_level),
        },
        "unit": content.unit_code,
        "followers": [{"unit": one.unit_code, "from": one.starts_on} for one in content.followers],
        "owner": content.owner,
        "review_on": content.review_on,
        "valid_from": content.valid_from,
        "data_source": content.data_source,
        "note": words(content.note),
        "is_break": content.is_break,
        "break_reason": content.break_reason,
    }
    return found


def _short(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value


# ------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """What a file held. `left_out` are keys of the catalogue's own files that a local definition has no use for."""

    content: DefinitionContent
    left_out: tuple[str, ...] = ()


_NOT_OURS = ("version", "scope", "verification", "levels", "frequency", "sources", "in_use_from", "in_use_to")
_WORDS = ("da", "en")
_PLAIN = (
    "code", "goal", "contributes_to", "kind", "has_denominator", "per", "decimals", "minimum", "maximum", "direction",
    "role", "chart", "profile", "period", "open_periods", "unit", "owner", "review_on", "valid_from", "data_source",
    "is_break", "break_reason",
)  # fmt: skip
_TARGET = ("comparison", "value", "from", "to", "unit", "text")
_FOLLOWER = ("unit", "from")
_EXPECTED = ("n", "level", "hoped")
KEYS = (*_PLAIN, *WORD_FIELDS, "targets", "followers", "expected", *_NOT_OURS)
"""Every key of a definition file."""


def read_definition(data: bytes) -> DefinitionFile:
    """The definition a file holds, checked for form; whether it is a good one is the linter's business.

    Raises
    ------
    DefinitionFileError
        With every problem found, at most 20.
    """
    if len(data) > MOST_BYTES:
        raise DefinitionFileError(
            FileProblem(
                None, "", TOO_LARGE, TOO_LARGE_MEND, {"size": len(data) // 1000 + 1, "limit": MOST_BYTES // 1000}
            )
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DefinitionFileError(FileProblem(None, "", NOT_UTF8, NOT_UTF8_MEND)) from None
    if found := list(cpr.lines_with_numbers(text)):
        raise DefinitionFileError(*(FileProblem(line, "", HAS_CPR, HAS_CPR_MEND) for line, _ in found[:MOST_PROBLEMS]))
    reading = _Reading()
    root = _compose(text)
    if not isinstance(root, yaml.MappingNode):
        raise DefinitionFileError(FileProblem(1, "", NOT_ONE, NOT_ONE_MEND))
    content, left_out = reading.definition(root)
    if reading.problems:
        raise DefinitionFileError(*reading.problems[:MOST_PROBLEMS])
    # A number may have been hidden from the lines by YAML's own way of writing signs ("\u0031").
    for name, written in content.texts().items():
        if cpr.count(written):
            raise DefinitionFileError(FileProblem(None, name, HAS_CPR, HAS_CPR_MEND))
    return DefinitionFile(content, left_out)


def _compose(text: str) -> yaml.Node | None:
    """The document as nodes: never objects, and never through the C parser, whose depth has no limit."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else None
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise DefinitionFileError(FileProblem(line, "", REFERENCE, REFERENCE_MEND))
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise DefinitionFileError(FileProblem(line, "", TOO_DEEP, NOT_YAML_MEND))
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                depth -= 1
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DefinitionFileError(FileProblem(mark.line + 1 if mark else None, "", NOT_YAML, NOT_YAML_MEND)) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise DefinitionFileError(FileProblem(None, "", NOT_YAML, NOT_YAML_MEND)) from None


class _Reading:
    """Walks the nodes of one file and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[FileProblem] = []

    def definition(self, root: yaml.MappingNode) -> tuple[DefinitionContent, tuple[str, ...]]:
        nodes = self._keys(root, "", KEYS)
        text = {name: self._text(nodes[name], name) if name in nodes else "" for name in _PLAIN}
        given: dict[str, Any] = {
            "code": text["code"],
            "contributes_to": text["contributes_to"] or None,
            "chart": text["chart"],
            "profile": text["profile"] or "anhoej",
            "unit_code": text["unit"],
            "owner": text["owner"],
            "data_source": text["data_source"],
            "break_reason": text["break_reason"],
        }
        read = self._parsed
        given |= {name: read(nodes, text, name, _number, NUMBER, NUMBER_MEND) for name in ("per", "minimum", "maximum")}
        given |= {name: read(nodes, text, name, _integer, INTEGER, INTEGER_MEND) for name in ("goal", "decimals")}
        given |= {name: read(nodes, text, name, _day, DAY, DAY_MEND) for name in ("review_on", "valid_from")}
        given["open_periods"] = read(nodes, text, "open_periods", _integer, INTEGER, INTEGER_MEND) or 0
        given["is_break"] = read(nodes, text, "is_break", _flag, FLAG, FLAG_MEND)
        has_denominator = read(nodes, text, "has_denominator", _flag, FLAG, FLAG_MEND)
        given["has_denominator"] = True if has_denominator is None else has_denominator
        for name, kind in (("kind", KindOfData), ("direction", Direction), ("role", Role)):
            given[name] = self._choice(nodes, text, name, kind)
        given["period"] = self._choice(nodes, text, "period", PeriodKind) or PeriodKind.MONTH
        given |= {name: self._words(nodes[name], name) if name in nodes else NOTHING for name in WORD_FIELDS}
        given["targets"] = tuple(self._target(one, name) for one, name in self._items(nodes, "targets"))
        given["followers"] = tuple(self._follower(one, name) for one, name in self._items(nodes, "followers"))
        given |= self._expected(nodes)
        content = DefinitionContent(**given)
        if "kind" not in nodes and content.chart:
            # A file of the catalogue says by its chart what the figures are.
            meant = kind_of_chart(content.chart, has_denominator=content.has_denominator, per=content.per or 1)
            content = content.but(kind=meant)
        left_out = tuple(
            name for name in _NOT_OURS if name in nodes and name not in ("version", "scope", "verification")
        )
        return content, left_out

    # -------------------------------------------------------------------------------------------------- parts

    def _target(self, node: yaml.Node, name: str) -> LocalTarget:
        nodes = self._keys(node, name, _TARGET)
        text = {
            key: self._text(nodes[key], f"{name}.{key}") if key in nodes else "" for key in _TARGET if key != "text"
        }
        if text["comparison"] and text["comparison"] not in COMPARISONS:
            self._wrong(
                nodes["comparison"], f"{name}.comparison", NOT_A, CHOICE_MEND,
                value=text["comparison"], kind=_one_of(COMPARISONS),
            )  # fmt: skip
        return LocalTarget(
            value=self._parsed(nodes, text, "value", _number, NUMBER, NUMBER_MEND, name),
            comparison=text["comparison"],
            valid_from=self._parsed(nodes, text, "from", _day, DAY, DAY_MEND, name),
            valid_to=self._parsed(nodes, text, "to", _day, DAY, DAY_MEND, name),
            text=self._words(nodes["text"], f"{name}.text") if "text" in nodes else NOTHING,
            unit_code=text["unit"] or None,
        )

    def _follower(self, node: yaml.Node, name: str) -> Follower:
        nodes = self._keys(node, name, _FOLLOWER)
        text = {key: self._text(nodes[key], f"{name}.{key}") if key in nodes else "" for key in _FOLLOWER}
        return Follower(text["unit"], self._parsed(nodes, text, "from", _day, DAY, DAY_MEND, name))

    def _expected(self, nodes: Mapping[str, yaml.Node]) -> dict[str, float | None]:
        inner = self._keys(nodes["expected"], "expected", _EXPECTED) if "expected" in nodes else {}
        text = {key: self._text(inner[key], f"expected.{key}") if key in inner else "" for key in _EXPECTED}
        read = {key: self._parsed(inner, text, key, _number, NUMBER, NUMBER_MEND, "expected") for key in _EXPECTED}
        return {"expected_n": read["n"], "expected_level": read["level"], "hoped_level": read["hoped"]}

    def _words(self, node: yaml.Node, name: str) -> Words:
        nodes = self._keys(node, name, _WORDS)
        return Words(*(self._text(nodes[key], f"{name}.{key}") if key in nodes else "" for key in _WORDS))

    def _items(self, nodes: Mapping[str, yaml.Node], name: str) -> Iterator[tuple[yaml.Node, str]]:
        node = nodes.get(name)
        if node is None or _is_empty(node):
            return
        if not isinstance(node, yaml.SequenceNode):
            self._wrong(node, name, NEEDS_LIST, NEEDS_LIST_MEND)
            return
        for place, item in enumerate(node.value, start=1):
            yield item, f"{name}[{place}]"

    # -------------------------------------------------------------------------------------------------- values

    def _keys(self, node: yaml.Node, name: str, known: tuple[str, ...]) -> dict[str, yaml.Node]:
        if _is_empty(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, name, NEEDS_KEYS, NEEDS_KEYS_MEND)
            return {}
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            whole = f"{name}.{key}" if name else key
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
                mend = DID_YOU_MEAN if near else KNOWN_KEYS
                self._wrong(
                    key_node, whole[:80], UNKNOWN_KEY, mend, near=near[0] if near else "", known=", ".join(known)
                )
            elif key in found:
                self._wrong(key_node, whole, TWICE, TWICE_MEND)
            else:
                found[key] = value
        return found

    def _text(self, node: yaml.Node, name: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._wrong(node, name, NEEDS_TEXT, NEEDS_TEXT_MEND)
            return ""
        if _NO_TEXT.search(str(node.value)):
            self._wrong(node, name, NO_TEXT, NO_TEXT_MEND)
            return ""
        return "" if _is_empty(node) else str(node.value)

    def _parsed(
        self,
        nodes: Mapping[str, yaml.Node],
        text: Mapping[str, str],
        name: str,
        parse: Callable[[str], Any],
        kind: Words,
        mend: Words,
        within: str = "",
    ) -> Any:
        if not text[name].strip():
            return None
        try:
            return parse(text[name].strip())
        except ValueError:
            whole = f"{within}.{name}" if within else name
            self._wrong(nodes[name], whole, NOT_A, mend, value=text[name][:40], kind=kind)
            return None

    def _choice(self, nodes: Mapping[str, yaml.Node], text: Mapping[str, str], name: str, kind: type) -> Any:
        known = tuple(one.value for one in kind)  # type: ignore[attr-defined]
        return self._parsed(nodes, text, name, kind, _one_of(known), CHOICE_MEND)

    def _wrong(self, node: yaml.Node, key: str, words: Words, mend: Words, **values: object) -> None:
        self.problems.append(FileProblem(node.start_mark.line + 1, key, words, mend, values))


def _one_of(known: tuple[str, ...]) -> Words:
    return Words(CHOICE.da.format(known=", ".join(known)), CHOICE.en.format(known=", ".join(known)))


def _is_empty(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?(e-\d{1,2})?", text):
        raise ValueError(text)
    return float(text)


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise ValueError(text)
    return int(text)


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _flag(text: str) -> bool:
    try:
        return {"true": True, "yes": True, "false": False, "no": False}[text.casefold()]
    except KeyError as error:
        raise ValueError(text) from error
