"""All of schemathesis' checks over the document of `/api/v1`, against a demo of its own.

    python tests/simulation/schemathesis_api.py              # about ten minutes; a demo is built and served for it
    python tests/simulation/schemathesis_api.py --examples 20

Three runs: with the token of a quality team (deliveries are committed), with that of a leader (who delivers nothing),
and without one. It ends with 1 if a check failed, and prints how many requests there were.

Two things are set otherwise than by default. A delivery that has the form in the document and names a unit nobody knows
is answered 422 with its findings; schemathesis takes every refusal of well-formed data for a fault. And the demo allows
more failed tokens, since schemathesis sends hundreds of them and asks for 401.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = {"quality team": "kvalitet@tavle.example", "leader": "leder@tavle.example", "nobody": ""}
MANY = "1000000 per minute"
CONFIG = """
hooks = "{hooks}"
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "401", "403", "404", "409", "422"]
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100, help="most examples per operation and phase")
    parser.add_argument("--seed", type=int, default=20170515)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        environment = {**os.environ, "TAVLE_VAR": folder, "TAVLE_MODE": "demo", "TAVLE_SIGN_IN_ATTEMPTS": MANY}
        with subprocess.Popen(
            [sys.executable, str(ROOT / "commands.py"), "demo", "--port", str(port)],
            env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as server:  # fmt: skip
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(f"{url}/healthz", server)
                runs = {who: _run(url, email, Path(folder), environment, asked) for who, email in PEOPLE.items()}
            finally:
                server.terminate()
    for who, (code, n_requests, seconds) in runs.items():
        print(f"{who:<13} {n_requests:>7} requests  {'no failure' if not code else 'FAILED':<11} {seconds:.0f} s")
    print(f"{'in all':<13} {sum(n for _, n, _ in runs.values()):>7} requests")
    return max(code for code, _, _ in runs.values())


def _run(
    url: str, email: str, folder: Path, environment: dict[str, str], asked: argparse.Namespace
) -> tuple[int, int, float]:
    """One run: exit code, how many requests were sent, seconds."""
    config, report = folder / "schemathesis.toml", folder / "report.ndjson"
    config.write_text(CONFIG.format(hooks="tests.simulation.schemathesis_media"), encoding="utf-8")
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run"),
        *(f"{url}/api/v1/openapi.json", "--checks", "all", "--max-examples", str(asked.examples)),
        *("--seed", str(asked.seed), "--continue-on-failure", "--no-color"),
        *("--report", "ndjson", "--report-ndjson-path", str(report), "--generation-database", "none"),
    ]
    if email:
        made = subprocess.run(
            [sys.executable, str(ROOT / "commands.py"), "token", "make", "--as", email, "--name", "schemathesis"],
            env=environment, cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        command += ["--header", f"Authorization: Bearer {made.stdout.strip()}"]
    began = time.perf_counter()
    code = subprocess.run(command, cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, check=False).returncode
    with report.open(encoding="utf-8") as lines:
        n_requests = sum(_count(json.loads(line)) for line in lines)
    return code, n_requests, time.perf_counter() - began


def _count(content: Any) -> int:
    """Responses in an event of the report, wherever they stand in it."""
    if isinstance(content, dict):
        return ("status_code" in content) + sum(_count(value) for value in content.values())
    return sum(map(_count, content)) if isinstance(content, list) else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(1800):
        if server.poll() is not None:
            raise SystemExit(f"the demo ended with {server.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the demo did not answer")


if __name__ == "__main__":
    raise SystemExit(main())
