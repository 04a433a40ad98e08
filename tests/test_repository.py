"""What may never stand in a tracked file: addresses of registries, paths of a machine, other people's bundles."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_address_and_no_machine_path_stands_in_a_tracked_file() -> None:
    # Put together here so that this file does not contain what it looks for.
    wanted = re.compile(
        "|".join(
            [
                r"--(extra-)?index-" + "url",
                "py" + "pi\\.org",
                "python" + "hosted",
                "registry\\.np" + "mjs",
                "/wo" + "rk/",
                "/ro" + "ot/",
            ]
        )
    )
    found = []
    for path in tracked():
        if path.suffix in {".png", ".ico"}:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if wanted.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_locks_carry_a_hash_for_every_package_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        blocks = re.split(r"(?m)^(?=[a-z0-9])", text)
        packages = [block for block in blocks if re.match(r"[a-z0-9]", block)]
        assert len(packages) > 50, name
        assert [block.splitlines()[0] for block in packages if "--hash=sha256:" not in block] == []
        assert "://" not in text


def test_every_run_time_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text("utf-8")))
    wanted = {re.match(r"[a-z0-9-]+", line)[0] for line in project["dependencies"]}  # type: ignore[index]
    assert wanted <= locked
    assert {"dash", "pandas", "statsmodels", "sqlalchemy", "duckdb"} <= locked


def test_no_large_file_and_no_third_party_bundle_is_tracked() -> None:
    large = [str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > 800_000]
    bundles = [
        path.name
        for path in tracked()
        if path.suffix in {".woff", ".woff2", ".ttf", ".duckdb", ".parquet"} or path.name.endswith(".min.js")
    ]
    assert large == [] and bundles == []


def test_the_prescribed_top_level_stands() -> None:
    for name in ("app.py", "dashboards", "indicators", "data", "etl", "assets", "pyproject.toml", "tests"):
        assert (ROOT / name).exists(), name
