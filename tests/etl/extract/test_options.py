"""What a person says about a file reaches the reader the same way from the command and through the loopback door."""

from api import jobs
from etl.extract import Edits, ReadAs


def test_every_choice_travels_with_the_request_and_comes_out_as_read_as() -> None:
    how = {"decimal": "dot", "delimiter": "\t", "encoding": "cp1252", "sheet": "Tal", "shape": "wide", "epoch": 1904}
    request = jobs.FileRequest(b"x", "okt.xlsx", columns={"unit": "Afdeling"}, **how)
    again = jobs.FileRequest.from_json(jobs.to_json(request))
    assert again == request
    assert again.options["read_as"] == ReadAs(columns={"unit": "Afdeling"}, **how)


def test_nothing_said_is_nothing_chosen() -> None:
    assert jobs.FileRequest(b"x", "okt.csv").options["read_as"] == ReadAs()
    assert not Edits()
    assert Edits(confirmed=frozenset({(2, "empty_row")}))
