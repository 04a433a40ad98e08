"""How much a delivery may hold. Values come from the settings and are handed down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest file in bytes and most rows below the header. The defaults are those of the settings."""

    max_bytes: int = 20_000_000
    max_rows: int = 200_000

    @classmethod
    def of_settings(cls, megabytes: float, rows: int) -> Limits:
        """A megabyte is a million bytes, as in the file manager of the person who reads the refusal."""
        return cls(max_bytes=round(megabytes * 1_000_000), max_rows=rows)
