"""Names of units fold alike when people mean the same place."""

from __future__ import annotations

import unicodedata

import pytest

from data.catalogue.names import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aarhus", "Århus"),
        ("Høje-Taastrup", "høje tåstrup"),
        ("Bornholms Regionsk.", "BORNHOLMS REGIONSK"),
        ("Midt- og Vestsjælland", "Midt og  Vestsjælland"),
        ("Ærø", "Aeroe"),
        ("Nykøbing F. Sygehus", " Nykøbing F Sygehus\n"),
        ("Tårnby", unicodedata.normalize("NFD", "Tårnby")),
        ("Odense Universitetshospital – Svendborg", "Odense Universitetshospital - Svendborg"),
    ],
)
def test_ways_of_writing_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Holbæk", "Holbæk Sygehus"), ("Region Sjælland", "Sjællands"), ("101", "0101")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_folding_twice_changes_nothing() -> None:
    for name in ("Høje-Taastrup", "København", "Nykøbing F. Sygehus", "OEST"):
        assert fold(fold(name)) == fold(name)
