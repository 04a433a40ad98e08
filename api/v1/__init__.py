"""`/api/v1`: machines deliver and read, by the same pipeline and the same queries as the pages."""

from __future__ import annotations

from api.v1.door import ENDPOINTS, NAME, PREFIX, install

__all__ = ["ENDPOINTS", "NAME", "PREFIX", "install"]
