"""Foreign files become delivery files by a written mapping, to the last digit, or say what stands in the way."""

from pathlib import Path

import pytest

from etl import mapping
from etl.mapping import MappingError, convert, parse_mapping, read_mapping
from etl.report import RefusedError

MAPPINGS = Path(__file__).resolve().parents[2] / "docs" / "mappings"
PLAIN = {
    "title": {"da": "Prøve", "en": "Sample"},
    "source": {"decimal": "dot"},
    "columns": {
        "indicator": {"from": "What", "values": {"a": "A-1", "b": "B-1"}},
        "unit": {"constant": "NOH"},
        "period": {"from": "month"},
        "numerator": {"from": "n"},
        "denominator": {"from": "days"},
    },
}


def test_columns_are_renamed_values_mapped_and_decimals_rewritten() -> None:
    source = b"month,what,n,days,rest\n2015-01-01,a,17,17233.6666666627,x\n2015-02-01,b,0,15000,y\n"
    assert convert(source, parse_mapping(PLAIN, "x")).decode("utf-8-sig").splitlines() == [
        "indikator;enhed;periode;tæller;nævner",
        "A-1;NOH;2015-01-01;17;17233,6666666627",
        "B-1;NOH;2015-02-01;0;15000",
    ]


def test_rows_of_one_key_are_summed_where_the_mapping_says_so_and_missing_stays_missing() -> None:
    source = b"month,what,n,days\n2015-01,a,1,10.5\n2015-01,a,2,20.25\n2015-02,a,1,\n2015-02,a,2,20\n"
    result = convert(source, parse_mapping(PLAIN | {"sum": True}, "x")).decode("utf-8-sig").splitlines()
    assert result[1:] == ["A-1;NOH;2015-01;3;30,75", "A-1;NOH;2015-02;3;"]


def test_the_result_can_be_written_in_english_form() -> None:
    wanted = {"delimiter": "comma", "decimal": "dot", "encoding": "utf-8", "language": "en"}
    result = convert(b"month,what,n,days\n2015-01,a,1,10.5\n", parse_mapping(PLAIN | {"result": wanted}, "x"))
    assert result == b"indicator,unit,period,numerator,denominator\r\nA-1,NOH,2015-01,1,10.5\r\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"month,what,antal,days\n2015-01,a,1,2\n", "Række 1: Filen har ingen kolonne »n«"),
        (
            b"month,what,n,days\n2015-01,c,1,2\n",
            "Række 2, kolonne »What«: Mappingen siger ikke, hvad »c« skal blive til.",
        ),
        (b'month,what,n,days\n2015-01,a,"1,5",2\n', "Række 2, kolonne »n«: »1,5« er ikke et tal med decimalpunktum."),
        (b"month,what,n,days\n2015-01,a,1\n", "Række 2: Rækken har 3 celler, men overskriften har 4."),
        (
            b"month,what,n,days\n2015-01,a,0101901234,2\n",
            "Række 2, kolonne »n«: Cellen indeholder noget, der ligner CPR",
        ),
        (b"", "Filen er tom."),
    ],
)
def test_what_a_mapping_cannot_place_is_said_by_row_and_column(source: bytes, said: str) -> None:
    with pytest.raises(RefusedError) as caught:
        convert(source, parse_mapping(PLAIN, "x"))
    assert caught.value.findings[0].sentence("da").startswith(said)
    assert caught.value.findings[0].mend_text("en")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": {"period": {"from": "m"}}}, "columns must give period, and numerator or value"),
        (
            {"columns": PLAIN["columns"] | {"unit": {"from": "u", "constant": "NOH"}}},
            "unit needs either from or constant",
        ),
        ({"columns": PLAIN["columns"] | {"ward": {"from": "u"}}}, "columns has no key ward"),
        ({"source": {}}, "source must say decimal"),
        ({"source": {"decimal": "point"}}, "decimal must be one of comma, dot"),
        ({"extra": 1}, "the file has no key extra"),
        ({"title": None}, "title must be a list of keys and values"),
    ],
)
def test_a_mapping_that_is_written_wrongly_says_where(change: dict[str, object], said: str) -> None:
    with pytest.raises(MappingError, match=r"x\.yaml") as caught:
        parse_mapping(PLAIN | change, "x.yaml")
    assert said in str(caught.value)


def test_a_mapping_that_is_no_yaml_is_refused(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("title: [", encoding="utf-8")
    with pytest.raises(MappingError, match="cannot be read as YAML"):
        read_mapping(path)


def test_every_mapping_in_the_docs_can_be_read() -> None:
    files = sorted(MAPPINGS.glob("*.yaml"))
    assert len(files) >= 3
    for path in files:
        assert isinstance(read_mapping(path), mapping.Mapping)
