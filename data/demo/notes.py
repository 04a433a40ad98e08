"""What people at the demo units have written on their charts: a note of every kind, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from data.demo.months import Calendar
from data.demo.programme import HOME_HOSPITAL
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Note:
    """One annotation, written by the unit's owner; without an indicator it stands on everything the unit follows."""

    kind: str  # change event data decision comment
    indicator: str | None
    unit: str
    starts_on: date
    words: Words
    written_at: datetime
    ends_on: date | None = None


def notes(calendar: Calendar) -> list[Note]:
    """Every note of the demo; days are those of the story and move with the calendar."""

    def note(
        kind: str,
        indicator: str | None,
        unit: str,
        month: str,
        day: int,
        words: Words,
        *,
        until: tuple[str, int] | None = None,
    ) -> Note:
        starts_on = calendar.day(month, day)
        ends_on = calendar.day(*until) if until else None
        return Note(kind, indicator, unit, starts_on, words, datetime.combine(starts_on, time(12, 30)), ends_on)

    return [
        note(
            "change", "MEDAFST", "NOH-ORT", "2025-09", 1,
            Words(
                "Farmaceut med på stuegang hver formiddag; medicinlisten afstemmes før udskrivelse.",
                "A pharmacist joins the round every morning; the medicines list is reconciled before discharge.",
            ),
        ),
        note(
            "comment", "MEDAFST", "NOH-ORT", "2026-05", 18,
            Words(
                "Niveauet holder, også i weekender. Kirurgisk Afdeling vil prøve det samme efter sommerferien.",
                "The level holds, also at weekends. The Department of Surgery will try the same after the summer.",
            ),
        ),
        note(
            "data", "KRAEFT", "NOH-KIR", "2023-09", 1,
            Words(
                "Databrud: forløbet regnes nu fra henvisningens dato. Niveauer før og efter kan ikke sammenlignes.",
                "Data break: the pathway is now counted from the date of referral. "
                "Levels before and after cannot be compared.",
            ),
        ),
        note(
            "event", "KRAEFT", "NOH-KIR", "2025-01", 6,
            Words(
                "Nyt bookingsystem taget i brug; to uger uden faste tider.",
                "New booking system taken into use; two weeks without fixed slots.",
            ),
            until=("2025-01", 19),
        ),
        note(
            "change", "KRAEFT", "NOH-KIR", "2025-03", 3,
            Words("Forløbskoordinator ansat på fuld tid.", "Full-time pathway coordinator appointed."),
        ),
        note(
            "change", "KRAEFT", "NOH-KIR", "2025-12", 1,
            Words(
                "To faste operationslejer om ugen holdes fri til kræftpakker.",
                "Two fixed theatre slots a week are kept free for cancer pathways.",
            ),
        ),
        note(
            "decision", "KRAEFT", "NOH-KIR", "2026-09", 8,
            Words(
                "Aftalt på tavlemødet: lejerne fortsætter året ud, og anæstesien inviteres med i planlægningen.",
                "Agreed at the board meeting: the slots continue this year, and anaesthesia joins the planning.",
            ),
        ),
        note(
            "change", "VENTOP", "NOH-KIR", "2025-08", 11,
            Words(
                "Fælles venteliste for tre operatører i stedet for en liste til hver.",
                "One waiting list for three surgeons instead of a list for each.",
            ),
        ),
        note(
            "change", "TRYKDAGE", "NOH-KIR", "2025-06", 2,
            Words(
                "Trykaflastende madras fra ankomsten og vendeplan hver anden time til de mest udsatte.",
                "A pressure-relieving mattress from arrival, and turning every other hour for those most at risk.",
            ),
        ),
        note(
            "change", "LIGGETID", "NOH-KIR", "2025-10", 1,
            Words(
                "Galdeopererede udskrives samme dag, når kriterierne er opfyldt.",
                "Gallbladder patients go home the same day when the criteria are met.",
            ),
        ),
        note(
            "change", "SEPSIS", "NOH-KIR", "2026-02", 2,
            Words(
                "Sepsiskasse på hvert afsnit og fast makker ved mistanke.",
                "A sepsis box on every ward and a fixed partner on suspicion.",
            ),
        ),
        note(
            "event", "GENINDL", "NOH-AKU", "2025-09", 4,
            Words(
                "To senge i korttidsafsnittet lukket på grund af ledige stillinger.",
                "Two beds in the short-stay ward closed because of vacancies.",
            ),
        ),
        note(
            "data", "FAERDIG", "NOH-ORT", "2024-07", 1,
            Words(
                "Databrud: ventedage tælles fra meldingen til kommunen og ikke fra næste morgen. "
                "Niveauer før og efter kan ikke sammenlignes.",
                "Data break: days are counted from the message to the municipality and not from the next morning. "
                "Levels before and after cannot be compared.",
            ),
        ),
        note(
            "data", "KRAEFT", HOME_HOSPITAL, "2023-09", 1,
            Words(
                "Databrud i Kirurgisk Afdeling: forløbet regnes nu fra henvisningens dato.",
                "Data break in the Department of Surgery: the pathway is now counted from the date of referral.",
            ),
        ),
        note(
            "data", "FAERDIG", HOME_HOSPITAL, "2024-07", 1,
            Words(
                "Databrud i Ortopædkirurgisk Afdeling: ventedage tælles fra meldingen.",
                "Data break in the Department of Orthopaedic Surgery: days are counted from the message.",
            ),
        ),
        note(
            "data", "MOBIL", "NOH-GYN", "2025-03", 1,
            Words(
                "Marts mangler: skemaet var ikke med i den nye journalskabelon. Tallene kan ikke genskabes.",
                "March is missing: the form was left out of the new record template. The figures cannot be restored.",
            ),
            until=("2025-03", 31),
        ),
        note(
            "comment", "VIGTIGT", "NOH-GYN", "2026-04", 14,
            Words(
                "100 % hver måned: feltet er obligatorisk i journalen. Spørg, om svaret også bliver brugt.",
                "100% every month: the field is mandatory in the record. Ask whether the answer is used as well.",
            ),
        ),
        note(
            "comment", "MEDAFST", "NOH-KIR", "2026-06", 15,
            Words(
                "Marts er rettet: udskrivelser fra et afsnit manglede i første levering.",
                "March has been corrected: discharges from one ward were missing in the first delivery.",
            ),
        ),
        note(
            "decision", "AFLYST", HOME_HOSPITAL, "2026-06", 9,
            Words(
                "Besluttet: aflysninger gennemgås hver fredag, og årsagen skrives ned samme dag.",
                "Decided: cancellations are reviewed every Friday, and the reason is written down the same day.",
            ),
        ),
        note(
            "event", None, HOME_HOSPITAL, "2026-07", 6,
            Words("Sommerdrift: 24 senge lukket i fire uger.", "Summer operation: 24 beds closed for four weeks."),
            until=("2026-08", 2),
        ),
        note(
            "change", "FAERDIG", "219", "2025-06", 2,
            Words(
                "Akutpladser åbnet, og visitator møder ind på hospitalet hver formiddag.",
                "Acute care places opened, and the care assessor is at the hospital every morning.",
            ),
        ),
        note(
            "event", "GENOPT", "219", "2025-10", 1,
            Words(
                "To terapeuter på orlov; stillingerne er slået op.",
                "Two therapists on leave; the posts are advertised.",
            ),
        ),
    ]  # fmt: skip
