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


WIDE = {
    "title": {"da": "Bred", "en": "Wide"},
    "source": {"decimal": "comma", "delimiter": "semicolon"},
    "sum": True,
    "leave_out": {"Dato": ["I alt"]},
    "columns": {"indicator": {"constant": "A-1"}, "period": {"from": "Dato", "to": "month"}},
    "wide": {"becomes": "unit", "figures": "value", "leave_out": ["Ukendt"], "values": {"Total": "DK"}},
}
COUNTED = PLAIN | {
    "keep": {"kind": ["x", "y"]},
    "columns": {
        "indicator": {"constant": "A-1"},
        "unit": {"from": "place"},
        "period": {"from": ["year", "week"], "join": "-U"},
        "value": {"count": "rows"},
    },
}


def lines(source: bytes, mapping: dict) -> list[str]:
    return convert(source, parse_mapping(mapping, "x")).decode("utf-8-sig").splitlines()


def test_columns_become_rows_days_become_months_and_what_is_left_out_is_named() -> None:
    source = "Dato;Sorø;Faxe;Ukendt;Total\n2020-12-30;1;  1.002;9;11\n31-12-2020;2; 3,5;9;5\nI alt;3;6;18;16\n"
    assert lines(source.encode(), WIDE) == [
        "indikator;enhed;periode;værdi",
        "A-1;Sorø;2020-12;3", "A-1;Faxe;2020-12;1005,5", "A-1;DK;2020-12;16",
    ]  # fmt: skip


def test_a_missing_part_of_a_wide_sum_leaves_the_sum_empty() -> None:
    assert lines("Dato;Sorø;Ukendt\n2020-12-30;..;1\n2020-12-31;2;1\n".encode(), WIDE)[1:] == ["A-1;Sorø;2020-12;"]


def test_rows_are_kept_by_their_text_and_counted_and_a_week_comes_from_two_columns() -> None:
    source = b"kind,place,year,week\nx,NOH,2020,53\ny,NOH,2020,53\nz,NOH,2020,53\nx,HGH,2021,1\n"
    assert lines(source, COUNTED)[1:] == ["A-1;NOH;2020-U53;2", "A-1;HGH;2021-U1;1"]


@pytest.mark.parametrize(
    ("to", "written"),
    [("week", "2020-U53"), ("month", "2021-01"), ("quarter", "2021K1"), ("year", "2021")],
)
def test_a_day_is_taken_to_the_period_it_lies_in(to: str, written: str) -> None:
    columns = PLAIN["columns"] | {"period": {"from": "month", "to": to}}
    assert lines(b"month,what,n,days\n2021-01-03,a,1,2\n", PLAIN | {"columns": columns})[1].split(";")[2] == written


@pytest.mark.parametrize(
    ("source", "mapping", "said"),
    [
        (b"Dato;A;Ukendt\nto;1;2\n", WIDE, "Række 2, kolonne »Dato«: »to« kan ikke læses som periode."),
        (b"Dato;A;Ukendt\n2020;1;2\n", WIDE, "Række 2, kolonne »Dato«: »2020« kan ikke læses som periode."),
        (b"Dato;A;Ukendt\n2020-01-01;x1;2\n", WIDE, "Række 2, kolonne »A«: »x1« er ikke et tal med decimalkomma."),
        (b"Dato;A\n2020-01-01;1\n", WIDE, "Række 1: Filen har ingen kolonne »Ukendt«"),
        (b"place,year,week\nNOH,2020,1\n", COUNTED, "Række 1: Filen har ingen kolonne »kind«"),
    ],
)
def test_what_a_wide_mapping_cannot_place_is_said_too(source: bytes, mapping: dict, said: str) -> None:
    with pytest.raises(RefusedError) as caught:
        convert(source, parse_mapping(mapping, "x"))
    assert caught.value.findings[0].sentence("da").startswith(said)


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
            "unit needs either from or constant or count",
        ),
        ({"columns": PLAIN["columns"] | {"ward": {"from": "u"}}}, "columns has no key ward"),
        ({"source": {}}, "source must say decimal"),
        ({"source": {"decimal": "point"}}, "decimal must be one of comma, dot"),
        ({"extra": 1}, "the file has no key extra"),
        ({"columns": PLAIN["columns"] | {"period": {"from": ["a", "b"]}}}, "period is made of several columns"),
        ({"columns": PLAIN["columns"] | {"period": {"from": "a", "to": "day"}}}, "to must be one of week, month"),
        ({"columns": PLAIN["columns"] | {"unit": {"from": "a", "to": "week"}}}, "only period can say to"),
        ({"columns": PLAIN["columns"] | {"numerator": {"count": "all"}}}, "numerator can only count rows"),
        ({"wide": {"becomes": "note", "figures": "value"}}, "wide must say becomes"),
        ({"wide": {"becomes": "unit", "figures": "value"}}, "come from wide and cannot stand under columns as well"),
        ({"keep": ["x"]}, "keep must be a list of keys and values"),
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
