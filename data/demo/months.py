"""Months of the demo: its story is written for a today of 23 November 2026, and moves along with another today."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

STORY_TODAY = date(2026, 11, 23)
"""The day the planted months in `data.demo.truths` and the docs are written for."""


def plus(month: date, count: int) -> date:
    """The first day of the month `count` months after `month` (before it where `count` is negative).

    >>> plus(date(2025, 11, 1), 3)
    datetime.date(2026, 2, 1)
    """
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def between(first: date, last: date) -> list[date]:
    """Every month from `first` to `last`, both counted."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [plus(first, step) for step in range(count)]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of one build. `last` is the month before today's: the newest anybody can deliver."""

    today: date

    @property
    def last(self) -> date:
        return plus(self.today, -1)

    @property
    def first(self) -> date:
        """The first of the sixty months that are simulated."""
        return plus(self.last, -59)

    def at(self, story: str) -> date:
        """A month of the story, "2025-03", as the first day of the month it is in this build."""
        year, month = (int(part) for part in story.split("-"))
        moved = (self.today.year - STORY_TODAY.year) * 12 + self.today.month - STORY_TODAY.month
        return plus(date(year, month, 1), moved)

    def day(self, story: str, day: int) -> date:
        """A day of the story; the last of the month where the month it moved to is shorter."""
        month = self.at(story)
        return month.replace(day=min(day, monthrange(month.year, month.month)[1]))

    def delivery_day(self, month: date) -> date:
        """The day the figures of `month` are delivered: the 8th of the month after, or the Monday that follows it."""
        day = plus(month, 1).replace(day=8)
        return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
