"""The fast way through a large file reads what the other one reads, or leaves the file to it."""

import numpy as np
import pytest

from etl.extract import delimited, plain
from etl.extract.options import ReadAs
from etl.limits import Limits

HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\r\n"
ROWS = [f"TRYKSAAR;  NOH ;2026-{1 + row % 12:02d};{row % 7};41;" for row in range(400)]


def read_both_ways(text: str, monkeypatch: pytest.MonkeyPatch, fewest: int = 0):
    """The sheet of the fast way (if it took the file) and of the other."""
    taken = []
    fast = plain.columns

    def watched(*args, **kwargs):
        found = fast(*args, **kwargs)
        taken.append(found is not None)
        return found

    monkeypatch.setattr(plain, "columns", watched)
    monkeypatch.setattr(plain, "FEWEST_CHARACTERS", fewest)
    one = delimited.sheet(text.encode(), limits=Limits(), read_as=ReadAs())
    monkeypatch.setattr(plain, "FEWEST_CHARACTERS", 10**9)
    return one, delimited.sheet(text.encode(), limits=Limits(), read_as=ReadAs()), taken[0]


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        (HEAD + "\r\n".join(ROWS), True),
        (HEAD + "\n".join(ROWS) + "\n\n\n", True),
        ("# kilde: prøve\r\n" + HEAD + "\r\n".join([*ROWS, ";;;;;", " ; ;;;;", *ROWS]), True),
        ("sep=;\r\n" + HEAD + "\r\n".join(ROWS), True),
        (HEAD + "\r\n".join([*ROWS, 'TRYKSAAR;NOH;2026-01;1;41;"et; to"']), False),
        (HEAD + "\r\n".join([*ROWS, "TRYKSAAR;NOH;2026-01;1;41"]), False),
        (HEAD + "\r\n".join([*ROWS, "TRYKSAAR;NOH;2026-01;1;41;;"]), False),
        (HEAD + "\r\n".join([*ROWS, "", *ROWS]), False),
        (HEAD.replace("\r\n", "\r") + "\r".join(ROWS), False),
        (HEAD + "\r\n".join(ROWS).replace("41", "NA").replace("NOH", "null"), True),
    ],
)
def test_both_ways_read_the_same(text: str, is_taken: bool, monkeypatch) -> None:
    fast, slow, was_taken = read_both_ways(text, monkeypatch)
    assert was_taken is is_taken
    assert (fast.header, fast.header_row, fast.above) == (slow.header, slow.header_row, slow.above)
    np.testing.assert_array_equal(fast.numbers, slow.numbers)
    np.testing.assert_array_equal(fast.n_cells, slow.n_cells)
    assert [list(column) for column in fast.columns] == [list(column) for column in slow.columns]
