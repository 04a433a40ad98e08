"""A definition as YAML: the same content and the same bytes again, and nothing but a definition is let in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from data.catalogue import FOLDER
from data.definition_file import KEYS, MOST_BYTES, DefinitionFileError, read_definition, write_definition
from data.demo.measures import measures
from indicators.chart_choice import KindOfData
from indicators.definition import Direction, PeriodKind, Role
from indicators.definition_content import COMPARISONS, DefinitionContent, Follower, LocalTarget
from indicators.words import Words

CPR = "010190" + "-1234"
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Nd")), max_size=40)
words = st.builds(Words, texts, texts)
numbers = st.none() | st.floats(-1e6, 1e6).map(lambda value: round(value, 2))
days = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))
contents = st.builds(
    DefinitionContent,
    code=texts, name=words, definition=words, kind=st.none() | st.sampled_from(KindOfData), numerator=words,
    denominator=words, has_denominator=st.booleans(), per=numbers, unit_of_measure=words,
    decimals=st.none() | st.integers(0, 9), minimum=numbers, maximum=numbers,
    direction=st.none() | st.sampled_from(Direction), role=st.none() | st.sampled_from(Role),
    goal=st.none() | st.integers(1, 8), contributes_to=st.none() | st.just("NM3-02"),
    targets=st.lists(
        st.builds(
            LocalTarget, numbers, st.sampled_from(("", *COMPARISONS)), days, days, words, st.none() | st.just("NOH")
        ),
        max_size=2,
    ).map(tuple),
    expected_n=numbers, expected_level=numbers, hoped_level=numbers, chart=st.sampled_from(("", "run", "p")),
    profile=st.just("anhoej"), period=st.sampled_from(PeriodKind), open_periods=st.integers(0, 12), unit_code=texts,
    followers=st.lists(st.builds(Follower, texts, days), max_size=3).map(tuple), owner=texts, review_on=days,
    valid_from=days, data_source=texts, note=words, is_break=st.none() | st.booleans(), break_reason=texts,
)  # fmt: skip


@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(contents)
@example(
    DefinitionContent(
        code="\x85", owner="a\u2028b ", data_source=" \t\r\n", break_reason="- null: #x", note=Words("~", "0123")
    )
)
def test_what_is_written_reads_back_as_the_same_content_and_is_written_the_same_again(
    content: DefinitionContent,
) -> None:
    written = write_definition(content, version=3)
    again = read_definition(written.encode())
    assert again.content == content and again.left_out == ()
    assert write_definition(again.content, version=3) == written


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(data: bytes) -> None:
    try:
        read_definition(data)
    except DefinitionFileError as refused:
        assert refused.reason("da") and refused.reason("en")


def test_every_file_of_the_catalogue_can_be_read_and_says_what_was_left_out() -> None:
    paths = sorted((FOLDER / "indicators").glob("*.yaml"))
    assert len(paths) > 40
    for path in paths:
        read = read_definition(path.read_bytes())
        assert read.content.code == path.stem and read.content.kind is not None
        assert {"levels", "frequency", "sources"} <= set(read.left_out)


def test_the_demo_indicators_survive_the_trip() -> None:
    for measure in measures().values():
        content = DefinitionContent.of(measure.definition, targets=[measure.target] if measure.target else [])
        assert read_definition(write_definition(content).encode()).content == content


def reasons(text: str | bytes) -> list[str]:
    with pytest.raises(DefinitionFileError) as refused:
        read_definition(text if isinstance(text, bytes) else text.encode())
    return refused.value.reason("en").splitlines()


def test_an_unknown_key_is_refused_with_the_nearest_one_and_its_line() -> None:
    assert reasons("code: A\nnumeratr:\n  da: x\n") == [
        "Line 2, “numeratr”: There is no such key. Did you mean “numerator”?"
    ]
    (far,) = reasons("zzz: 1\n")
    assert all(key in far for key in KEYS)
    assert reasons("name:\n  dk: x\n")[0].startswith("Line 2, “name.dk”: There is no such key.")


def test_wrong_values_are_named_with_key_line_and_mend() -> None:
    said = reasons(
        "code: A\ncode: B\nper: 1.000,5\ngoal: to\nvalid_from: 1/12 2026\nhas_denominator: maybe\ndirection: sideways\n"
        "targets: 90\nfollowers:\n  - NOH\nname: x\nowner: [a]\n"
    )
    assert [line.split(":")[0] for line in said] == [
        "Line 2, “code”", "Line 12, “owner”", "Line 3, “per”", "Line 4, “goal”", "Line 5, “valid_from”",
        "Line 6, “has_denominator”", "Line 7, “direction”", "Line 11, “name”", "Line 8, “targets”",
        "Line 10, “followers[1]”",
    ]  # fmt: skip
    assert "“sideways” is not one of up, down, neither." in said[6]


def test_a_cpr_number_stops_the_file_and_is_not_repeated() -> None:
    for text in (f"code: A\nnote:\n  da: Ring {CPR}\n", f"# {CPR}\ncode: A\n", 'code: A\nowner: "01019\\u0030-1234"\n'):
        said = "\n".join(reasons(text))
        assert "CPR" in said and "1234" not in said


def test_nothing_is_expanded_run_or_followed() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)},*{chr(97 + i)}]\n" for i in range(20)
    )
    assert "References" in reasons(bomb)[0]
    assert "too deeply" in reasons("code: " + "[" * 5000)[0]
    assert reasons("owner: !!python/object/apply:os.system ['true']\n") == [
        "Line 1, “owner”: A single value belongs here. Write it on the same line."
    ]
    assert "64" in reasons(b"x" * (MOST_BYTES + 1))[0]
    assert "UTF-8" in reasons("navn: blå".encode("latin-1"))[0]
    assert "valid YAML" in reasons("code: [A\nper: 1\n")[0]
    assert reasons("")[0].startswith("Line 1: The file must be one definition")
    assert "valid YAML" in reasons("code: A\n---\ncode: B\n")[0]


@pytest.mark.parametrize("written", ["\\ud800", "\\udfff"])
def test_characters_that_are_no_text_are_refused_by_line(written: str) -> None:
    with pytest.raises(DefinitionFileError) as caught:
        read_definition(f'code: AB\nname: {{da: "a{written}b", en: x}}\n'.encode())
    (problem,) = caught.value.problems
    assert problem.sentence("da").startswith("Linje 2, »name.da«: Her står tegn, der ikke er tekst.")
