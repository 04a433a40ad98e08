"""From file to store: all of it or nothing, the same file twice, and a refused file that leaves no trace."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from data import schema
from data.access import NotAllowed
from data.audit import verify_chain
from data.queries import observations, states
from etl.limits import Limits
from etl.report import Figures, RowStatus

HEAD = "indikator;enhed;periode;tæller;nævner;kommentar\n"
MONTHS = [f"2025-{month:02d}" for month in range(1, 13)] + ["2026-01"]
GOOD = HEAD + "\n".join(f"TRYKSAAR;NOH;{month};{i % 4 + 1};41;" for i, month in enumerate(MONTHS))
# Row 14 (the header is row 1) is the thirteenth month.
WRONG_IN_ROW_14 = GOOD.replace("2026-01;1;41;", "2026-01;48;41;")
CPR_IN_COMMENT = GOOD.replace("2025-06;2;41;", "2025-06;2;41;Faldt 3. juni, 010190-1234")


def test_a_good_file_is_committed_whole_with_a_receipt(board) -> None:
    report, receipt = board.deliver(GOOD, note="Januar med")
    assert report.findings == ()
    assert receipt is not None
    assert receipt.number == "T-2026-000001"
    assert (receipt.n_new, receipt.n_changed, receipt.n_unchanged) == (13, 0, 0)
    assert receipt.touched == (("TRYKSAAR", "NOH"),)
    assert receipt.recorded_at == datetime(2026, 11, 23, 8, 0)
    assert receipt.sentence("da") == "Kvittering T-2026-000001. Rækker: nye 13, ændrede 0, uændrede 0."
    frame = observations.current(board.store, board.viewer, "TRYKSAAR", "NOH")
    assert frame["numerator"].tolist() == [i % 4 + 1 for i in range(13)]
    assert frame["period_start"].iloc[-1] == date(2026, 1, 1)
    with board.store.read() as connection:
        delivery = connection.execute(select(schema.delivery)).one()
        event = connection.execute(select(schema.audit_event).order_by(schema.audit_event.c.id.desc())).first()
        assert verify_chain(connection).is_whole
    assert (delivery.receipt, delivery.note, delivery.state, delivery.origin) == (
        "T-2026-000001",
        "Januar med",
        "committed",
        "file",
    )
    assert delivery.sha256 == receipt.sha256
    assert (event.actor, event.action, event.subject) == ("team@noh.dk", "delivery", "T-2026-000001")
    state = states.one(board.store, board.viewer, "TRYKSAAR", "NOH")
    assert state.latest_period == date(2026, 1, 1)


def test_a_file_with_an_error_in_row_14_is_refused_with_the_right_words_and_changes_nothing(board, contents_of) -> None:
    board.deliver(GOOD)
    before, version = contents_of(board.store), board.store.data_version()
    report, receipt = board.deliver(WRONG_IN_ROW_14)
    assert receipt is None
    assert [finding.sentence("da") for finding in report.findings] == [
        "Række 14, kolonne »tæller«: 48 er større end nævner 41."
    ]
    assert report.findings[0].sentence("en") == "Row 14, column “tæller”: 48 is larger than denominator 41."
    assert report.findings[0].mend_text("da").startswith("Tælleren er en del af nævneren, så den kan højst være 41.")
    assert [row.row for row in report.rows if row.status is RowStatus.ERROR] == [14]
    assert contents_of(board.store) == before
    assert board.store.data_version() == version


def test_a_cpr_number_in_a_comment_stops_the_file_and_leaves_no_trace(board, contents_of, caplog, capfd) -> None:
    board.deliver(GOOD)
    before, version = contents_of(board.store), board.store.data_version()
    report, receipt = board.deliver(CPR_IN_COMMENT)
    assert receipt is None
    assert report.has_cpr
    assert [finding.sentence("da") for finding in report.findings] == [
        "Række 7, kolonne »kommentar«: Cellen indeholder noget, der ligner CPR-numre (antal: 1). "
        "Filen er afvist, og intet er gemt."
    ]
    everything = repr(report) + caplog.text + "".join(capfd.readouterr())
    assert "010190" not in everything
    assert "Faldt" not in everything
    assert (tuple(report.rows), report.reading, report.sha256) == ((), None, "")
    assert contents_of(board.store) == before
    assert board.store.data_version() == version


def test_a_cpr_number_in_the_file_name_is_not_repeated(board) -> None:
    report, receipt = board.deliver(GOOD, file_name="010190-1234.csv")
    assert receipt is None
    assert report.file_name == ""
    assert "010190" not in repr(report)


@pytest.mark.parametrize("beside", [{"note": "Se 010190-1234"}, {"defaults": {"unit": "010190-1234"}}])
def test_a_cpr_number_in_the_note_or_beside_the_file_is_refused_too(board, contents_of, beside) -> None:
    before = contents_of(board.store)
    report, receipt = board.deliver(GOOD, **beside)
    assert receipt is None
    assert report.has_cpr
    assert "010190" not in repr(report)
    assert contents_of(board.store) == before


def test_the_same_file_twice_is_no_change_and_writes_nothing(board, contents_of) -> None:
    _, first = board.deliver(GOOD)
    before, version = contents_of(board.store), board.store.data_version()
    report, second = board.deliver(GOOD)
    assert second is not None
    assert second.n_changes == 0
    assert (second.number, second.earlier, second.n_unchanged) == ("", first.number, 13)
    assert second.sentence("da") == (
        "0 ændringer: alt i filen står allerede i Tavle (rækker: 13), og intet er skrevet. "
        "Samme fil har kvittering T-2026-000001."
    )
    assert {row.status for row in report.rows} == {RowStatus.UNCHANGED}
    assert contents_of(board.store) == before
    assert board.store.data_version() == version


def test_the_same_figures_in_another_shape_are_no_change(board) -> None:
    board.deliver(GOOD)
    shuffled = "Unit,Numerator,Denominator,Period,Indicator\n" + "\n".join(
        f"Nordsjællands Hospital,{i % 4 + 1},41,01-{month[5:]}-{month[:4]},tryksaar" for i, month in enumerate(MONTHS)
    )
    _, receipt = board.deliver(shuffled.encode("cp1252"))
    assert (receipt.n_changes, receipt.n_unchanged, receipt.earlier) == (0, 13, "")


def test_a_correction_is_a_new_row_and_the_old_one_stays(board) -> None:
    board.deliver(GOOD)
    corrected = GOOD.replace("2025-03;3;41;", "2025-03;5;40;talt om") + "\nTRYKSAAR;NOH;2026-02;2;41;"
    report = board.check(corrected)
    row = next(row for row in report.rows if row.status is RowStatus.CHANGED)
    assert (row.row, row.before, row.figures) == (4, Figures(3, 41), Figures(5, 40))
    later = datetime(2026, 11, 24, 8, 0)
    _, receipt = board.deliver(corrected, now=later)
    assert (receipt.number, receipt.n_new, receipt.n_changed, receipt.n_unchanged) == ("T-2026-000002", 1, 1, 12)
    now = observations.current(board.store, board.viewer, "TRYKSAAR", "NOH")
    then = observations.current(board.store, board.viewer, "TRYKSAAR", "NOH", date(2026, 11, 23))
    assert now["numerator"].iloc[2] == 5
    assert then["numerator"].iloc[2] == 3
    assert (len(now), len(then)) == (14, 13)


def test_only_a_written_note_changes_a_row(board) -> None:
    board.deliver(HEAD + "TRYKSAAR;NOH;2026-10;1;41;omlægning")
    assert board.check(HEAD + "TRYKSAAR;NOH;2026-10;1;41;").rows[0].status is RowStatus.UNCHANGED
    assert board.check(HEAD + "TRYKSAAR;NOH;2026-10;1;41;flytning").rows[0].status is RowStatus.CHANGED


def test_a_warning_does_not_stop_a_file_and_its_row_is_still_new(board) -> None:
    report, receipt = board.deliver(HEAD + "TRYKSAAR;NOH;2026-11;1;41;")
    assert [(row.status, row.change) for row in report.rows] == [(RowStatus.WARNING, RowStatus.NEW)]
    assert receipt.n_new == 1


def test_rights_are_looked_at_again_when_writing(board, contents_of) -> None:
    before = contents_of(board.store)
    rights_taken_away = replace(board.viewer, deliverable_units=frozenset(), owns_all=False)

    class LosesRights:
        """A viewer whose right goes away between the check and the commit."""

        def __init__(self) -> None:
            self.asked = 0

        def __getattr__(self, name: str) -> object:
            return getattr(rights_taken_away, name)

        def may_deliver(self, code: str) -> bool:
            self.asked += 1
            return self.asked <= 2  # once for the figures shown beside the rows, once for the check

    board.viewer = LosesRights()  # type: ignore[assignment]
    with pytest.raises(NotAllowed):
        board.deliver(GOOD)
    assert contents_of(board.store) == before


def test_a_failure_while_writing_leaves_nothing_behind(board, contents_of, monkeypatch) -> None:
    from data import states as series_states

    before = contents_of(board.store)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the machine stopped here")

    monkeypatch.setattr(series_states, "recalculate", fails)
    with pytest.raises(RuntimeError, match="stopped here"):
        board.deliver(GOOD)
    assert contents_of(board.store) == before


def test_a_file_of_one_indicator_in_one_unit_needs_no_columns_for_them(board) -> None:
    text = "Skift;Frys;Dato;Tæller;Nævner;Kommentarer\n;;01-01-2022;3;101;\n;;01-02-2022;1;98;Udbrud"
    report, receipt = board.deliver(text, defaults={"indicator": "TRYKSAAR", "unit": "NOH"})
    assert receipt.n_new == 2
    assert report.reading.sentence("da") == (
        "Læst som semikolon, UTF-8; periode skrevet som dd-mm-åååå (dag før måned). "
        "Kolonner, der ikke bruges: »Skift«, »Frys«."
    )
    assert {finding.code for finding in report.findings} == {"unknown_column"}


def test_the_reading_says_the_guess(board) -> None:
    text = "indikator;enhed;periode;tæller;nævner\nVENTETID;NOH;17-11-2026;1.050,5;4\nVENTETID;NOH;2026K3;1,5;4"
    reading = board.check(text.encode("cp1252")).reading
    assert reading.sentence("da") == (
        "Læst som semikolon, decimalkomma, Windows-1252; periode skrevet som dd-mm-åååå (dag før måned) eller kvartal. "
        "Datoer inde i en periode er regnet til perioden."
    )
    assert reading.sentence("en").startswith("Read as semicolon, decimal comma, Windows-1252; period written as")


@pytest.mark.parametrize(
    ("content", "file_name", "code"),
    [
        (b"", "a.csv", "empty_file"),
        (b"PK\x03\x04", "a.xlsx", "broken_workbook"),
        (b"\x00\x01\x02", "a.csv", "binary_file"),
        (b"x" * 2_000, "a.csv", "too_large"),
        (b"Dato;Antal\n01-01-2026;4", "a.csv", "wrong_columns"),
        (f"{HEAD}TRYKSAAR;FINDES-IKKE;2026-10;1;4;".encode(), "a.csv", "unknown_unit"),
        (f"{HEAD}FINDES-IKKE-HER;NOH;2026-10;1;4;".encode(), "a.csv", "unknown_indicator"),
        (f"{HEAD}TRYKSAAR;NOH;2026-10;mange;4;".encode(), "a.csv", "not_a_number"),
        (f"{HEAD}TRYKSAAR;NOH;2026-10;5;4;".encode(), "a.csv", "numerator_above_denominator"),
        (f"{HEAD}TRYKSAAR;NOH;2026-10;1;4;\nTRYKSAAR;NOH;2026-10;1;4;".encode(), "a.csv", "duplicate_key"),
        (f"{HEAD}TRYKSAAR;NOH;2026-12;1;4;".encode(), "a.csv", "future_month"),
        (f"{HEAD}TRYKSAAR;HGH;2026-10;1;4;".encode(), "a.csv", "no_right_to_unit"),
        (f"{HEAD}TRYKSAAR;NOH;2026-10;1;4;se 010190-1234".encode(), "a.csv", "cpr"),
    ],
)
def test_bad_input_gets_a_clear_sentence_and_no_change(board, contents_of, content, file_name, code) -> None:
    before = contents_of(board.store)
    report, receipt = board.deliver(content, file_name=file_name, limits=Limits(max_bytes=1_500))
    assert receipt is None
    assert [finding.code for finding in report.errors] == [code]
    for language in ("da", "en"):
        assert len(report.errors[0].sentence(language)) > 12
        assert len(report.errors[0].mend_text(language)) > 12
    assert contents_of(board.store) == before


def test_without_a_person_everything_but_the_rights_is_checked_and_that_is_said(board) -> None:
    board.viewer = None  # type: ignore[assignment]
    report = board.check(HEAD + "TRYKSAAR;HGH;2026-10;1;4;")
    assert report.is_accepted
    assert [note.da for note in report.notes] == [
        "Rettigheder til enhederne er ikke kontrolleret, fordi der ikke er angivet en bruger."
    ]
