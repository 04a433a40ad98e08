"""Failed sign-ins are counted: per account and address, and more widely per address.

The first count stops guessing one person's password; the second stops trying one password on everybody. It is wider
because a whole hospital can share one address. Nobody is locked out for ever: failures grow old and are forgotten.
Counts live in memory: there is one process, and a restart forgives. The e-mail is kept as a hash only.

Flask-Limiter counts requests before they are answered and can neither forgive a right password nor say how many tries
are left, so these few lines stand here instead of it.
"""

from __future__ import annotations

import hashlib
import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

# How many accounts' worth of failures one address may make before it has to wait.
ADDRESS_FACTOR = 10
# Above this many keys, those without fresh failures are dropped.
MANY_KEYS = 10_000

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_LIMIT = re.compile(r"(\d+)\s+per\s+(?:(\d+)\s+)?(second|minute|hour|day)s?")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` failures within `seconds`."""

    amount: int
    seconds: int


def parse_limits(text: str) -> tuple[Limit, ...]:
    """Read "5 per minute; 30 per hour"; ValueError says what was not understood.

    Examples
    --------
    >>> parse_limits("5 per minute; 30 per 2 hours")
    (Limit(amount=5, seconds=60), Limit(amount=30, seconds=7200))
    """
    limits = []
    for part in filter(None, (part.strip() for part in re.split(r"[;,]", text))):
        found = _LIMIT.fullmatch(part.lower())
        if not found or int(found[1]) < 1:
            raise ValueError(f"TAVLE_SIGN_IN_ATTEMPTS: {part!r} is not of the form “5 per minute” or “30 per 2 hours”")
        limits.append(Limit(int(found[1]), int(found[2] or 1) * _SECONDS[found[3]]))
    if not limits:
        raise ValueError("TAVLE_SIGN_IN_ATTEMPTS: no limit is set; “5 per minute; 30 per hour” is a good one")
    return tuple(limits)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`remaining` tries left; `wait_seconds` until the next one is heard, 0 when it is heard now."""

    remaining: int
    wait_seconds: int

    @property
    def is_blocked(self) -> bool:
        return self.remaining <= 0


class Attempts:
    """Counts failures against limits written as "5 per minute; 30 per hour".

    `begin` books the try as a failure before the password is looked at, so that tries sent at the same moment cannot
    slip past the limit; `succeeded` takes the booking back.

    Examples
    --------
    >>> attempts = Attempts("2 per minute", clock=lambda: 0.0)
    >>> attempts.begin("ida@example.dk", "10.0.0.1").remaining
    2
    >>> attempts.begin("Ida@example.dk", "10.0.0.1").remaining
    1
    >>> attempts.begin("ida@example.dk", "10.0.0.1")
    Verdict(remaining=0, wait_seconds=60)
    >>> attempts.begin("ole@example.dk", "10.0.0.1").is_blocked
    False
    """

    def __init__(self, limits: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._account_limits = parse_limits(limits)
        self._address_limits = tuple(
            Limit(limit.amount * ADDRESS_FACTOR, limit.seconds) for limit in self._account_limits
        )
        self._longest = max(limit.seconds for limit in self._account_limits)
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, list[float]] = {}

    def begin(self, email: str, address: str) -> Verdict:
        """Book one try. Blocked: it is not heard and not booked. Else `remaining` counts the tries with this one."""
        now = self._clock()
        account, place = _keys(email, address)
        with self._lock:
            self._forget(now)
            verdict = self._verdict(account, place, now)
            if not verdict.is_blocked:
                for key in (account, place):
                    self._failures.setdefault(key, []).append(now)
            return verdict

    def succeeded(self, email: str, address: str) -> None:
        """The right password: the account's failures from this address are forgiven, and the booking is taken back."""
        account, place = _keys(email, address)
        with self._lock:
            self._failures.pop(account, None)
            if self._failures.get(place):
                self._failures[place].pop()

    def _verdict(self, account: str, place: str, now: float) -> Verdict:
        remaining, wait = math.inf, 0.0
        for key, limits in ((account, self._account_limits), (place, self._address_limits)):
            moments = self._failures.get(key, [])
            for limit in limits:
                fresh = [moment for moment in moments if moment > now - limit.seconds]
                left = limit.amount - len(fresh)
                remaining = min(remaining, left)
                if left <= 0:
                    wait = max(wait, fresh[-limit.amount] + limit.seconds - now)
        return Verdict(max(0, int(remaining)), math.ceil(wait))

    def _forget(self, now: float) -> None:
        if len(self._failures) > MANY_KEYS:
            self._failures = {
                key: moments for key, moments in self._failures.items() if moments and moments[-1] > now - self._longest
            }


def _keys(email: str, address: str) -> tuple[str, str]:
    person = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return f"account/{person}/{address}", f"address/{address}"
