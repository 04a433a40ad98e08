"""What takes seconds to make is made once for all workers: by whoever needs it first, while the others wait."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PATIENCE = 120  # seconds


def made_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this run, filled by `make(folder)` in one worker only. Never write in it: copy from it."""
    root = temporary.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # pytest-xdist gives each worker a folder in that of the run
    place, lock = root / f"shared-{name}", root / f"shared-{name}.lock"
    for _attempt in range(PATIENCE * 20):
        if place.exists():
            return place
        try:
            lock.touch(exist_ok=False)
        except FileExistsError:
            time.sleep(0.05)
            continue
        try:
            half_done = root / f"shared-{name}-half-done"
            half_done.mkdir(exist_ok=True)
            make(half_done)
            half_done.rename(place)
        finally:
            lock.unlink()  # where making failed, the next worker tries itself and says why
    raise TimeoutError(f"{name} was not made within {PATIENCE} seconds")
