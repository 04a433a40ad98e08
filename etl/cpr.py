"""The CPR rule by the name deliveries use for it. It lives on the floor below, where texts are stored that no file
brought: definitions, reasons, notes."""

from __future__ import annotations

from data.cpr import (
    count,
    count_in_cpr_column,
    count_in_number,
    is_cpr_column,
    lines_with_numbers,
)

__all__ = ["count", "count_in_cpr_column", "count_in_number", "is_cpr_column", "lines_with_numbers"]
