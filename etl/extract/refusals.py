"""Why a whole file is refused before its rows are looked at. One record each, with words and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from etl.report import Finding, Severity
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for not reading a file. The code is the one in reports and in docs/deliveries.md."""

    code: str
    words: Words
    mend: Words

    def finding(self, row: int | None = None, column: str = "", value: str = "", **values: object) -> Finding:
        return Finding(self.code, Severity.ERROR, row, column, value, self.words, self.mend, values)


_SAVE_AS_CSV = Words("Gem den som CSV, og indlæs den igen.", "Save it as CSV and load it again.")

EMPTY_FILE = Refusal(
    "empty_file",
    Words("Filen er tom.", "The file is empty."),
    Words(
        "Udfyld filen, og gem den, før I indlæser den.",
        "Fill in the file and save it before you load it.",
    ),
)
TOO_LARGE = Refusal(
    "too_large",
    Words(
        "Filen fylder {size} MB; grænsen er {limit} MB.",
        "The file holds {size} MB; the limit is {limit} MB.",
    ),
    Words(
        "Del filen i flere, eller send kun de perioder, der er nye eller rettede.",
        "Split the file, or send only the periods that are new or corrected.",
    ),
)
TOO_MANY_ROWS = Refusal(
    "too_many_rows",
    Words("Filen har over {limit} rækker, som er grænsen.", "The file has more than {limit} rows, which is the limit."),
    TOO_LARGE.mend,
)
TOO_MANY_COLUMNS = Refusal(
    "too_many_columns",
    Words(
        "Filen har over {limit} kolonner, som er grænsen.",
        "The file has more than {limit} columns, which is the limit.",
    ),
    Words(
        "Slet de kolonner, der ikke skal indberettes. Er der kun få, så se efter skilletegn uden tekst imellem.",
        "Delete the columns that are not to be handed in. If there are few, look for delimiters with nothing between.",
    ),
)
UNKNOWN_KIND = Refusal(
    "unknown_kind",
    Words(
        "»{text}« siger ikke, om rækken er tæller eller nævner.",
        "“{text}” does not say whether the row is the numerator or the denominator.",
    ),
    Words(
        "Skriv tæller, nævner eller værdi i kolonnen på hver række.",
        "Write numerator, denominator or value in the column on every row.",
    ),
)
_SAVE_AS_XLSX = Words(
    "Åbn den i regnearket, vælg Filer, Gem som, »Excel-projektmappe (.xlsx)«, og indlæs den igen.",
    "Open it in the spreadsheet, choose File, Save as, “Excel workbook (.xlsx)”, and load it again.",
)
OLD_WORKBOOK = Refusal(
    "old_workbook",
    Words(
        "Filen er et regneark i det gamle format (.xls), som ikke kan læses sikkert.",
        "The file is a workbook in the old format (.xls), which cannot be read safely.",
    ),
    _SAVE_AS_XLSX,
)
OTHER_WORKBOOK = Refusal(
    "other_workbook",
    Words(
        "Filen er et regneark i et andet format end .xlsx.",
        "The file is a workbook in a format other than .xlsx.",
    ),
    _SAVE_AS_XLSX,
)
LOCKED_WORKBOOK = Refusal(
    "locked_workbook",
    Words("Regnearket er låst med en adgangskode.", "The workbook is locked with a password."),
    Words(
        "Fjern adgangskoden (Filer, Oplysninger, Beskyt projektmappe), gem, og indlæs den igen.",
        "Remove the password (File, Info, Protect workbook), save and load it again.",
    ),
)
BROKEN_WORKBOOK = Refusal(
    "broken_workbook",
    Words("Regnearket kan ikke åbnes; filen er beskadiget.", "The workbook cannot be opened; the file is damaged."),
    Words(
        "Åbn den i Excel, lad Excel reparere den, gem den som .xlsx eller CSV, og indlæs den igen.",
        "Open it in Excel, let Excel repair it, save it as .xlsx or CSV and load it again.",
    ),
)
WORKBOOK_TOO_HEAVY = Refusal(
    "workbook_too_heavy",
    Words(
        "Regnearket kræver mere tid eller plads, end en levering må tage.",
        "The workbook takes more time or space than a delivery may.",
    ),
    Words(
        "Kopiér kun tabellen over i en ny projektmappe, eller gem arket som CSV, og indlæs den igen.",
        "Copy the table alone to a new workbook, or save the sheet as CSV, and load it again.",
    ),
)
NO_SUCH_SHEET = Refusal(
    "no_such_sheet",
    Words(
        "Regnearket har intet udfyldt ark, der hedder »{text}«. Fundne ark: {found}.",
        "The workbook has no filled sheet called “{text}”. Sheets found: {found}.",
    ),
    Words("Vælg et af de ark, der er fundet.", "Choose one of the sheets that were found."),
)
HIDDEN_SHEETS = Refusal(
    "hidden_sheets",
    Words(
        "Alle udfyldte ark er skjult: {found}.",
        "All sheets with content are hidden: {found}.",
    ),
    Words(
        "Vis arket i Excel, og gem, eller vælg arket ved navn.",
        "Unhide the sheet in Excel and save, or choose the sheet by name.",
    ),
)
UNCALCULATED = Refusal(
    "uncalculated",
    Words(
        "Cellen har en formel uden beregnet resultat. Et tal, der ikke er regnet ud, er ikke 0.",
        "The cell has a formula without a computed result. A number that was not computed is not 0.",
    ),
    Words(
        "Åbn filen i Excel, gem den, og indlæs den igen: så gemmes resultaterne med.",
        "Open the file in Excel, save it and load it again: the results are then saved with it.",
    ),
)
TEXT_NUMBER_UNCLEAR = Refusal(
    "text_number_unclear",
    Words(
        "»{text}« er skrevet som tekst, og det kan ikke ses, om punktum og komma skiller tusinder eller decimaler.",
        "“{text}” is written as text, and it does not show whether point and comma divide thousands or decimals.",
    ),
    Words(
        "Lav cellen om til et tal i Excel, eller vælg decimaltegn (--decimal comma eller --decimal dot).",
        "Turn the cell into a number in Excel, or choose the decimal mark (--decimal comma or --decimal dot).",
    ),
)
BINARY_FILE = Refusal(
    "binary_file",
    Words("Filen er hverken en tekstfil eller et regneark.", "The file is neither a text file nor a workbook."),
    _SAVE_AS_CSV,
)
UNREADABLE_TEXT = Refusal(
    "unreadable_text",
    Words(
        "Filens tegn kan ikke læses som {encodings}.",
        "The characters of the file cannot be read as {encodings}.",
    ),
    Words("Gem filen som »CSV UTF-8«, og indlæs den igen.", "Save the file as “CSV UTF-8” and load it again."),
)
BROKEN_QUOTES = Refusal(
    "broken_quotes",
    Words(
        "Et anførselstegn bliver ikke lukket rigtigt, så resten af filen kan ikke læses sikkert.",
        "A quotation mark is not closed properly, so the rest of the file cannot be read safely.",
    ),
    Words(
        'Slet anførselstegnene i cellen, eller skriv dem dobbelt ("").',
        'Remove the quotation marks in the cell, or double them ("").',
    ),
)
CELL_TOO_LONG = Refusal(
    "cell_too_long",
    Words("En celle er længere, end en tabel kan have.", "A cell is longer than a table can hold."),
    Words("Se, om filen virkelig er en CSV-tabel.", "See whether the file really is a CSV table."),
)
BROKEN_JSON = Refusal(
    "broken_json",
    Words(
        "Indholdet er ikke gyldig JSON, eller det har tegn, der ikke er tekst.",
        "The content is not valid JSON, or it holds characters that are no text.",
    ),
    Words(
        "Lad et program skrive JSON-filen som UTF-8; formen står i docs/api.md.",
        "Have a program write the JSON as UTF-8; its form is in docs/api.md.",
    ),
)
WRONG_JSON = Refusal(
    "wrong_json",
    Words(
        "JSON-indholdet har ikke »observations« med ét objekt pr. tal.",
        "The JSON has no “observations” with one object per figure.",
    ),
    BROKEN_JSON.mend,
)
NO_HEADER = Refusal(
    "no_header",
    Words(
        "Filen har ingen overskrifter: første række ligner data.",
        "The file has no header: its first row looks like data.",
    ),
    Words(
        "Sæt en første række med kolonnernes navne: {needed}.",
        "Add a first row with the names of the columns: {needed}.",
    ),
)
HEADER_ONLY = Refusal(
    "header_only",
    Words("Filen har overskrifter, men ingen rækker under dem.", "The file has a header but no rows below it."),
    Words("Udfyld mindst én række.", "Fill in at least one row."),
)
WRONG_COLUMNS = Refusal(
    "wrong_columns",
    Words(
        "Filen mangler {missing}. Fundne kolonner: {found}.",
        "The file lacks {missing}. Columns found: {found}.",
    ),
    Words(
        "Kald kolonnerne et af disse navne, i vilkårlig rækkefølge: {needed}.",
        "Give the columns one of these names, in any order: {needed}.",
    ),
)
NOT_A_PERIOD = Refusal(
    "period_heading",
    Words(
        "Overskriften kan ikke læses som periode. {why}",
        "The heading cannot be read as a period. {why}",
    ),
    Words("{how}", "{how}"),
)
DUPLICATE_COLUMN = Refusal(
    "duplicate_column",
    Words(
        "Kolonnerne {first} og {second} er begge »{field}«.",
        "Columns {first} and {second} are both “{field}”.",
    ),
    Words("Behold den ene, og slet eller omdøb den anden.", "Keep one and delete or rename the other."),
)
CPR = Refusal(
    "cpr",
    Words(
        "Cellen indeholder noget, der ligner CPR-numre (antal: {count}). Filen er afvist, og intet er gemt.",
        "The cell holds what looks like CPR numbers (found: {count}). The file is refused and nothing is saved.",
    ),
    Words(
        "Fjern indholdet af cellen, gem filen igen, og indlæs den rensede fil. Tavle må kun modtage optalte tal.",
        "Remove the content of the cell, save the file again and load the cleaned file. Tavle may only receive counts.",
    ),
)
CPR_IN_TEXT = Refusal(
    "cpr",
    Words(
        "Linjen indeholder noget, der ligner CPR-numre (antal: {count}). Filen er afvist, og intet er gemt.",
        "The line holds what looks like CPR numbers (found: {count}). The file is refused and nothing is saved.",
    ),
    CPR.mend,
)
CPR_IN_FILE_NAME = Refusal(
    "cpr",
    Words(
        "Filens navn indeholder et tal, der ligner et CPR-nummer. Filen er afvist, og intet er gemt.",
        "The name of the file holds a number that looks like a CPR number. The file is refused and nothing is saved.",
    ),
    Words("Omdøb filen, og indlæs den igen.", "Rename the file and load it again."),
)
CPR_BESIDE_FILE = Refusal(
    "cpr",
    Words(
        "Noten eller det, der er valgt til filen, indeholder et tal, der ligner et CPR-nummer. Intet er gemt.",
        "The note, or what was chosen for the file, holds a number that looks like a CPR number. Nothing is saved.",
    ),
    Words("Fjern tallet, og prøv igen.", "Remove the number and try again."),
)
CPR_IN_SHEET_NAME = Refusal(
    "cpr",
    Words(
        "Navnet på ark nr. {number} ligner et CPR-nummer. Filen er afvist, og intet er gemt.",
        "The name of sheet no. {number} looks like a CPR number. The file is refused and nothing is saved.",
    ),
    Words("Omdøb arket, gem filen, og indlæs den igen.", "Rename the sheet, save the file and load it again."),
)
CPR_BESIDE_CELLS = Refusal(
    "cpr",
    Words(
        "Uden for cellerne, fx i en kommentar, et sidehoved, et link eller en pivottabel, er der noget, der ligner "
        "CPR-numre (antal: {count}). Filen er afvist, og intet er gemt.",
        "Outside the cells, such as in a comment, a page header, a link or a pivot table, there is what looks like CPR "
        "numbers (found: {count}). The file is refused and nothing is saved.",
    ),
    Words(
        "Slet teksten i Excel (Filer, Oplysninger, Undersøg dokument finder dem), gem, og indlæs filen igen.",
        "Delete the text in Excel (File, Info, Inspect document finds them), save and load the file again.",
    ),
)
CPR_MORE = Refusal(
    "cpr",
    Words("Yderligere {count} celler ligner CPR-numre.", "Another {count} cells look like CPR numbers."),
    CPR.mend,
)

ALL: tuple[Refusal, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Refusal))
