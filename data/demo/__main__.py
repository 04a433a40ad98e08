"""`python -m data.demo PATH`: build the demo store in a new file, and say what was built and how long it took."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

from data.demo import build
from data.store import Store

USAGE = "usage: python -m data.demo PATH    (PATH: a file that is not there yet)\n"


def main(arguments: list[str]) -> int:
    """Exit code 0 when built, 2 when used wrongly."""
    if len(arguments) != 1:
        sys.stderr.write(USAGE)
        return 2
    path = Path(arguments[0])
    if path.exists():
        sys.stderr.write(f"{path} is there already. Remove it, or name another file.\n")
        return 2
    began = perf_counter()
    store = Store.open(f"duckdb:///{path}", create=True)
    try:
        store.migrate()
        summary = asdict(build(store))
    finally:
        store.close()
    draws = summary.pop("draws")
    for name, count in summary.items():
        sys.stdout.write(f"{name:14}{count:>8,}\n")
    sys.stdout.write(f"{'truths':14}{len(draws):>8,}   draws thrown away: {sum(draws.values())}\n")
    for key, thrown_away in sorted(draws.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"  {key:32}{thrown_away:>4}\n")
    sys.stdout.write(f"{'wall seconds':14}{perf_counter() - began:>8.1f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
