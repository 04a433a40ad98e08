"""The glossary: both languages, keys that hold, and a word that opens its explanation."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dashboards.components.term import FORMS, term, with_terms
from dashboards.pages.glossary import page_markup
from dashboards.presenters.glossary import glossary_view
from dashboards.text import use_language
from data.catalogue.glossary import PARTS, terms


def test_every_word_stands_in_both_languages_with_a_sentence() -> None:
    assert len(terms()) > 80
    for one in terms():
        assert one.part in PARTS and one.name.da and one.name.en, one.key
        assert one.text.da.endswith(".") and one.text.en.endswith("."), one.key
    keys = [one.key for one in terms()]
    assert len(set(keys)) == len(keys) and all(key.isascii() and " " not in key for key in keys)


def test_the_words_of_improvement_work_are_all_carried_over(shared_dir: Path) -> None:
    with (shared_dir / "domain" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        given = {row["term_en"].casefold() for row in csv.DictReader(file)}
    known = {one.name.en.casefold() for one in terms()} | {also.casefold() for one in terms() for also in one.also}
    renamed = {
        "control chart (spc chart)", "random (common cause) variation", "non-random (special cause) variation",
        "run length / longest run", "phase change / split", "disclosure control (suppression)", "crossing",
        "direction of improvement", "board meeting / improvement board", "coverage (completeness)",
    }  # fmt: skip
    assert sorted(given - known - renamed) == []


def test_the_page_sorts_by_the_readers_alphabet_and_shows_the_other_language() -> None:
    with use_language("da"):
        names = [one.name for one in glossary_view().parts[0].entries]
        html = str(page_markup(glossary_view()))
    assert names.index("Landstal") < names.index("Længste serie") < names.index("Median")
    assert 'id="aaben-maaned"' in html and '<small lang="en">Open month</small>' in html
    with use_language("en"):
        assert glossary_view().parts[0].entries[1].name == "Annotation"


def test_a_term_is_a_link_to_its_word_and_an_unknown_one_is_a_fault() -> None:
    with use_language("en"):
        link = str(term("fase", "a <new> phase"))
    assert 'href="/ordliste#fase"' in link and ">a &lt;new&gt; phase</a>" in link and 'data-term-name="Phase"' in link
    with pytest.raises(KeyError):
        term("findes-ikke")


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_forms_of_words_in_sentences_are_of_words_that_exist(language: str) -> None:
    assert FORMS.keys() <= {one.key for one in terms()}
    with use_language(language):
        for key, forms in FORMS.items():
            assert f'data-term="{key}"' in with_terms(f"x {forms.say(language).split('|')[0]} y", key)


def test_a_sentence_links_the_first_mention_of_a_word_and_escapes_the_rest() -> None:
    with use_language("da"):
        said = str(with_terms("Længste serie < 9, og serien krydser medianen", "laengste-serie", "kryds", "median"))
    assert said.count('class="term"') == 3 and ">Længste serie</a> &lt; 9" in said and ">krydser</a>" in said
