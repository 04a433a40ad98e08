"""Every word on screen exists in Danish and English."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

from dashboards.text import FOLDER, _, catalogue_files, day_text, moment_text, month, number, percent, use_language

ROOT = FOLDER.parents[1]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
OPTIONS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]


def messages_in_code() -> dict[tuple[str | None, str], str]:
    found: dict[tuple[str | None, str], str] = {}
    for name, line, message, _comments, context in extract_from_dir(
        str(ROOT / "dashboards"), OPTIONS, keywords=KEYWORDS
    ):
        single = message[0] if isinstance(message, tuple) else message
        found[(context, single)] = f"dashboards/{name}:{line}"
    return found


def english() -> dict[tuple[str | None, str], str | tuple[str, ...]]:
    translated: dict[tuple[str | None, str], str | tuple[str, ...]] = {}
    for path in catalogue_files("en"):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    single = message.id[0] if isinstance(message.id, tuple) else message.id
                    translated[(message.context, single)] = message.string
    return translated


def test_every_message_has_an_english_twin() -> None:
    translated = english()
    missing = []
    for key, place in messages_in_code().items():
        text = translated.get(key, "")
        forms = text if isinstance(text, tuple | list) else (text,)
        if not forms or not all(forms):
            missing.append(f"{place}: {key[1]!r}")
    assert messages_in_code(), "no messages were found: the test looks in the wrong place"
    assert missing == []


def test_no_english_twin_is_left_over() -> None:
    """A translation nobody asks for is a word that changed in the code and not in the catalogue."""
    assert sorted(str(key[1]) for key in english().keys() - messages_in_code().keys()) == []


def test_twins_have_the_same_places_to_fill_in() -> None:
    wrong = []
    for (_context, danish), text in english().items():
        for form in text if isinstance(text, tuple | list) else (text,):
            plural = isinstance(text, tuple | list)
            if set(re.findall(r"{(\w*)", danish)) != set(re.findall(r"{(\w*)", form)) and not plural:
                wrong.append(f"{danish!r} / {form!r}")
    assert wrong == []


def test_english_has_no_danish_letters_except_in_names() -> None:
    names = re.compile("Anhøj|Sjælland|Østdanmark|Region|Kommune|Københavns|»|tæller|nævner|værdi|Måned|måned")
    wrong = []
    for (_context, danish), text in english().items():
        for form in text if isinstance(text, tuple | list) else (text,):
            if re.search("[æøåÆØÅ]", form) and not names.search(form):
                wrong.append(f"{danish!r} / {form!r}")
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("da", ["1.234,5", "−0,4", "72,0\u202f%", "okt. 2026", "3. november 2026", "23. november 2026 kl. 06.15"]),
        ("en", ["1,234.5", "−0.4", "72.0%", "Oct 2026", "3 November 2026", "23 November 2026, 06:15"]),
    ],
)
def test_numbers_and_dates_follow_the_language(code: str, expected: list[str]) -> None:
    with use_language(code):
        shown = [
            number(1234.5, 1),
            number(-0.4, 1),
            percent(72.04),
            month(date(2026, 10, 1)),
            day_text(date(2026, 11, 3)),
            moment_text(datetime(2026, 11, 23, 5, 15)),
        ]
    assert shown == expected


def test_an_unknown_message_stays_danish_rather_than_empty() -> None:
    with use_language("en"):
        assert _("Denne sætning findes ikke i kataloget") == "Denne sætning findes ikke i kataloget"


def test_catalogue_finds_messages_in_templates_too(tmp_path: Path) -> None:
    template = tmp_path / "page.html"
    template.write_text("<h1>{{ _('Log ind') }}</h1>", encoding="utf-8")
    assert [message for _line, message, *_rest in extract_from_file("jinja2.ext:babel_extract", str(template))] == [
        "Log ind"
    ]
