"""Constants of control charts, each with its source."""

from __future__ import annotations

D2_OF_TWO = 1.128
"""Mean range of two normal observations in standard deviations, as tabled to three decimals (exact: 2 / sqrt(pi)).
Montgomery, Introduction to Statistical Quality Control, appendix "Factors for constructing variables control charts".
The tabled figure is the convention of qicharts2 and ours; `mdc` uses 2.66 = 3 / 1.128 rounded."""

D4_OF_TWO = 3.267
"""Upper limit of a moving range of two, in mean moving ranges (same table). Ranges at or above it are screened out
once: Provost & Murray, The Health Care Data Guide, on I charts."""

SIGMAS = 3.0
"""Control limits: Shewhart's three sigma."""

WARNING_SIGMAS = 2.0
"""Warning limits: two sigma. qicharts2 names them "95", which they are only for normal data."""

MINIMUM_USEFUL = 10
"""Fewer useful observations than this claim no signal (convention 13 of the project)."""
