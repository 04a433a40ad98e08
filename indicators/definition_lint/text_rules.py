"""Rules about the words: names, what is counted, among whom, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators.chart_choice import KindOfData
from indicators.definition_content import WORD_FIELDS, DefinitionContent
from indicators.definition_lint.folding import fold, stems
from indicators.definition_lint.record import Hit, Rule, Surroundings, Weight
from indicators.words import Words

LONGEST_NAME, LONGEST_HEADING = 90, 60
LONGEST_TEXT = 1500
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")
RESERVED = frozenset(("NY", "RET"))
"""Words of addresses under /indikatorer."""

VAGUE = (
    "patienter", "patienterne", "borgere", "borgerne", "forløb", "personer", "personale", "medarbejdere", "indlagte",
    "indlæggelser", "kontakter", "tilfælde", "alle", "sager", "skemaer", "målinger", "patients", "citizens", "cases",
)  # fmt: skip
"""Words that do not say who is counted: a denominator of these alone means another thing to each who counts."""


def _name_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.name.da.strip():
        yield Hit("name_da")


def _name_too_long(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    for language in ("da", "en"):
        length = len(content.name.say(language))
        if length > LONGEST_HEADING:
            is_error = length > LONGEST_NAME and not around.is_shipped
            yield Hit(
                f"name_{language}",
                {"length": length, "limit": LONGEST_HEADING},
                weight=Weight.ERROR if is_error else Weight.WARNING,
            )


def _name_taken(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    for language in ("da", "en"):
        name = fold(content.name.say(language))
        other = around.names.get(name)
        if name and other and other.casefold() != content.code.casefold():
            yield Hit(f"name_{language}", {"other": other})


def _code_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.code:
        yield Hit("code")


def _code_wrong(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.code and (not CODE.fullmatch(content.code) or content.code in RESERVED):
        yield Hit("code", {"code": content.code})


def _code_taken(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.code and fold(content.code) in around.codes:
        yield Hit("code", {"code": content.code})


def _definition_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.definition.da.strip():
        yield Hit("definition_da", weight=_lighter(around))


def _numerator_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.numerator.da.strip():
        yield Hit("numerator_da", weight=_lighter(around))


def _denominator_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.has_denominator and not content.denominator.da.strip():
        yield Hit("denominator_da", weight=_lighter(around))


def _denominator_not_used(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if not content.has_denominator and content.denominator.da.strip():
        yield Hit("denominator_da")


def _denominator_unclear(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    words = re.findall(r"\w+", content.denominator.da.casefold())
    if content.has_denominator and words and all(word in VAGUE for word in words):
        yield Hit("denominator_da", {"text": content.denominator.da.strip()})


def _denominator_is_numerator(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    if content.has_denominator and content.numerator.da.strip() and _same(content.numerator.da, content.denominator.da):
        yield Hit("denominator_da", weight=_lighter(around))


def _same(one: str, other: str) -> bool:
    return fold(one) == fold(other)


def _numerator_outside(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    """Of a share, what is counted above must be told as some of those below."""
    if content.kind is not KindOfData.SHARE or not content.has_denominator:
        return
    above, below = stems(content.numerator.da), stems(content.denominator.da)
    if above and below and not above & below:
        yield Hit("numerator_da", {"denominator": content.denominator.da.strip()})


def _english_missing(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    for name in WORD_FIELDS:
        words: Words = getattr(content, name)
        if words.da.strip() and not words.en.strip():
            yield Hit(f"{name}_en")
    for place, target in enumerate(content.targets, start=1):
        if target.text.da.strip() and not target.text.en.strip():
            yield Hit(f"targets_{place}_text_en")


def _text_too_long(content: DefinitionContent, around: Surroundings) -> Iterator[Hit]:
    for name, text in content.texts().items():
        if len(text) > LONGEST_TEXT:
            yield Hit(name, {"length": len(text), "limit": LONGEST_TEXT})


def _lighter(around: Surroundings) -> Weight | None:
    return Weight.WARNING if around.is_shipped else None


RULES = (
    Rule(
        "name_missing",
        Weight.ERROR,
        Words("Indikatoren har intet navn.", "The indicator has no name."),
        Words("Skriv det, en leder skal læse over diagrammet.", "Write what a leader is to read above the chart."),
        _name_missing,
    ),
    Rule(
        "name_too_long",
        Weight.WARNING,
        Words("Navnet er på {length} tegn.", "The name has {length} characters."),
        Words(
            "Hold det på højst {limit}; resten hører til i definitionen.",
            "Keep it to {limit} at most; the rest belongs in the definition.",
        ),
        _name_too_long,
    ),
    Rule(
        "name_taken",
        Weight.ERROR,
        Words("Indikatoren {other} hedder det samme.", "The indicator {other} has the same name."),
        Words(
            "Brug den, eller giv denne et navn, så en fil ikke kan tage fejl.",
            "Use that one, or give this one a name so that a file cannot confuse the two.",
        ),
        _name_taken,
    ),
    Rule(
        "code_missing",
        Weight.ERROR,
        Words("Indikatoren har ingen kode.", "The indicator has no code."),
        Words("Skriv et kort ord med store bogstaver, fx SMERTE.", "Write a short word in capitals, e.g. PAIN."),
        _code_missing,
    ),
    Rule(
        "code_wrong",
        Weight.ERROR,
        Words("»{code}« kan ikke være en kode.", "“{code}” cannot be a code."),
        Words(
            "Brug 2-20 tegn af A-Z, 0-9 og bindestreg, men ikke bindestreg først; æ, ø og å skrives AE, OE og AA.",
            "Use 2-20 signs of A-Z, 0-9 and hyphens, but no hyphen first.",
        ),
        _code_wrong,
    ),
    Rule(
        "code_taken",
        Weight.ERROR,
        Words("Koden {code} er allerede i brug.", "The code {code} is in use already."),
        Words("Vælg en anden; koder kan ikke bruges igen.", "Choose another one; codes are not used twice."),
        _code_taken,
    ),
    Rule(
        "definition_missing",
        Weight.ERROR,
        Words("Definitionen mangler.", "The definition is missing."),
        Words(
            "Skriv i én eller to sætninger, hvad der måles, hos hvem og hvornår det tælles.",
            "Write in one or two sentences what is measured, among whom, and when it is counted.",
        ),
        _definition_missing,
    ),
    Rule(
        "numerator_missing",
        Weight.ERROR,
        Words("Det står ikke, hvad der tælles.", "It does not say what is counted."),
        Words(
            "Skriv tælleren med ord, fx »Udskrevne med en plan«.",
            "Write the numerator in words, e.g. “Discharged with a plan”.",
        ),
        _numerator_missing,
    ),
    Rule(
        "denominator_missing",
        Weight.ERROR,
        Words("Nævneren er tom.", "The denominator is empty."),
        Words(
            "Skriv, hvem eller hvad der kunne være talt med, fx »Udskrevne i måneden fra afdelingen«.",
            "Write who or what could have been counted, e.g. “Patients discharged from the ward in the month”.",
        ),
        _denominator_missing,
    ),
    Rule(
        "denominator_not_used",
        Weight.WARNING,
        Words("Der står en nævner, men tallene har ingen.", "There is a denominator, but the figures have none."),
        Words("Slet teksten, eller vælg en anden slags tal.", "Delete the text, or choose another kind of figure."),
        _denominator_not_used,
    ),
    Rule(
        "denominator_unclear",
        Weight.WARNING,
        Words("»{text}« siger ikke hvem.", "“{text}” does not say who."),
        Words(
            "Skriv hvem, hvor og hvornår, fx »Patienter på 65 år eller derover, udskrevet i måneden«.",
            "Write who, where and when, e.g. “Patients aged 65 or over, discharged in the month”.",
        ),
        _denominator_unclear,
    ),
    Rule(
        "denominator_is_numerator",
        Weight.ERROR,
        Words("Tæller og nævner siger det samme.", "Numerator and denominator say the same."),
        Words(
            "Nævneren er alle, der kunne være talt med; tælleren er dem, der blev det.",
            "The denominator is all who could have been counted; the numerator those who were.",
        ),
        _denominator_is_numerator,
    ),
    Rule(
        "numerator_outside_denominator",
        Weight.NOTE,
        Words(
            "Det fremgår ikke, at det talte er en del af nævneren »{denominator}«.",
            "It does not show that what is counted is part of the denominator “{denominator}”.",
        ),
        Words("Begynd tælleren med: de af dem, der …", "Begin the numerator with: those of them who …"),
        _numerator_outside,
    ),
    Rule(
        "english_missing",
        Weight.WARNING,
        Words("Den engelske tekst mangler.", "The English text is missing."),
        Words("Uden den står den danske på den engelske side.", "Without it the Danish stands on the English page."),
        _english_missing,
    ),
    Rule(
        "text_too_long",
        Weight.ERROR,
        Words(
            "Teksten er på {length} tegn; grænsen er {limit}.",
            "The text has {length} characters; the limit is {limit}.",
        ),
        Words("Kort den af.", "Shorten it."),
        _text_too_long,
    ),
)
