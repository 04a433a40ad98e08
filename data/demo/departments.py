"""Which departments the demo puts under the real hospitals, and what each of them follows."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.words import Words


@dataclass(frozen=True, slots=True)
class Speciality:
    """A kind of department: the end of its code, its names, and the local indicators such a department can follow.

    The first indicators weigh most: a department that follows three follows the first three.
    """

    abbreviation: str
    name: Words
    short_name: str
    follows: tuple[str, ...]
    size: float = 1.0  # of the typical department
    is_psychiatric: bool = False


SPECIALITIES = {
    speciality.abbreviation: speciality
    for speciality in (
        Speciality(
            "AKU",
            Words("Akutafdelingen", "Emergency Department"),
            "Akutafd.",
            ("SEPSIS", "GENINDL", "MEDAFST", "LIGGETID", "VIGTIGT"),
            1.2,
        ),
        Speciality(
            "MED",
            Words("Medicinsk Afdeling", "Department of Medicine"),
            "Medicinsk Afd.",
            ("MEDAFST", "GENINDL", "TRYKSAAR", "ERNAER", "FAERDIG", "SEPSIS", "FALD", "VIGTIGT", "LIGGETID"),
            1.5,
        ),
        Speciality(
            "KIR",
            Words("Kirurgisk Afdeling", "Department of Surgery"),
            "Kirurgisk Afd.",
            (
                "KRAEFT", "MOBIL", "GENINDL", "VENTOP", "MEDAFST", "AFLYST", "TRYKSAAR", "SEPSIS", "ERNAER", "VIGTIGT",
                "LIGGETID", "TRYKDAGE",
            ),
        ),
        Speciality(
            "ORT",
            Words("Ortopædkirurgisk Afdeling", "Department of Orthopaedic Surgery"),
            "Ortopædkir. Afd.",
            (
                "MOBIL", "VENTOP", "FAERDIG", "MEDAFST", "AFLYST", "GENINDL", "FALD", "TRYKSAAR", "ERNAER", "LIGGETID",
                "VIGTIGT",
            ),
        ),
        Speciality(
            "GYN",
            Words("Gynækologisk-obstetrisk Afdeling", "Department of Gynaecology and Obstetrics"),
            "Gyn.-obst. Afd.",
            ("AFLYST", "VIGTIGT", "KRAEFT", "MOBIL", "VENTOP", "GENINDL"),
            0.8,
        ),
        Speciality(
            "HJE",
            Words("Hjertemedicinsk Afdeling", "Department of Cardiology"),
            "Hjertemed. Afd.",
            ("GENINDL", "MEDAFST", "LIGGETID"),
        ),
        Speciality(
            "NEU",
            Words("Neurologisk Afdeling", "Department of Neurology"),
            "Neurologisk Afd.",
            ("ERNAER", "FALD", "FAERDIG", "VIGTIGT"),
        ),
        Speciality(
            "GER",
            Words("Geriatrisk Afdeling", "Department of Geriatrics"),
            "Geriatrisk Afd.",
            ("FALD", "ERNAER", "FAERDIG", "TRYKSAAR"),
            0.8,
        ),
        Speciality(
            "APS",
            Words("Almenpsykiatrisk Afdeling", "Department of General Psychiatry"),
            "Almenpsyk. Afd.",
            ("MEDAFST", "VIGTIGT"),
            is_psychiatric=True,
        ),
        Speciality(
            "AKM",
            Words("Psykiatrisk Akutmodtagelse", "Psychiatric Emergency Unit"),
            "Psyk. akutmodt.",
            ("VIGTIGT", "MEDAFST"),
            0.8,
            is_psychiatric=True,
        ),
        Speciality(
            "BUP",
            Words("Børne- og Ungdomspsykiatrisk Afdeling", "Department of Child and Adolescent Psychiatry"),
            "BUP",
            ("VIGTIGT", "MEDAFST"),
            0.7,
            is_psychiatric=True,
        ),
    )
}  # fmt: skip

_LARGE = ("AKU", "MED", "KIR", "ORT", "GYN")
_MIDDLE = ("AKU", "MED", "KIR", "ORT")
_SMALL = ("AKU", "MED", "KIR")

OF_HOSPITAL: dict[str, tuple[str, ...]] = {
    "NOH": _LARGE,
    "RH": ("KIR", "ORT", "GYN", "HJE", "NEU"),
    "BFH": ("AKU", "MED", "KIR", "ORT", "GER"),
    "AHH": _LARGE,
    "HGH": ("AKU", "MED", "KIR", "GYN", "HJE"),
    "BOH": _SMALL,
    "SUH": ("AKU", "MED", "KIR", "ORT", "NEU"),
    "HOL": _MIDDLE,
    "SLA": ("AKU", "MED", "KIR", "ORT", "GER"),
    "NFS": _SMALL,
    "OUH": ("AKU", "MED", "KIR", "HJE", "NEU"),
    "SHS": _MIDDLE,
    "SVS": _LARGE,
    "SLB": ("AKU", "MED", "KIR", "GYN", "GER"),
    "AUH": ("AKU", "KIR", "ORT", "HJE", "NEU"),
    "RHG": _LARGE,
    "HEM": ("AKU", "MED", "KIR", "GER"),
    "RRA": _MIDDLE,
    "RHH": _MIDDLE,
    "AAUH": ("AKU", "MED", "KIR", "HJE", "NEU"),
    "RHN": _MIDDLE,
    "RHP": ("APS", "AKM", "BUP"),
    "PRS": ("APS", "AKM"),
    "PSY": ("APS", "AKM", "BUP"),
    "PRM": ("APS", "AKM", "BUP"),
    "PRN": ("APS", "AKM"),
}
"""Departments by hospital short code: 3-5 under a somatic hospital, 2-3 under a psychiatric organisation."""


@dataclass(frozen=True, slots=True)
class Department:
    """One demo department."""

    hospital: str
    speciality: Speciality

    @property
    def code(self) -> str:
        return f"{self.hospital}-{self.speciality.abbreviation}"


def all_departments() -> list[Department]:
    """Every demo department, hospitals in the order above."""
    return [
        Department(hospital, SPECIALITIES[abbreviation])
        for hospital, abbreviations in OF_HOSPITAL.items()
        for abbreviation in abbreviations
    ]
