"""`/healthz` for those who watch over the server, `/metrics` for Prometheus.

`/healthz` is open and says nothing about anybody: whether the store answers, whether its tables have the form this
version expects, and how much room the disk has. 200 when all is well, 503 when not.

`/metrics` answers on the machine itself (a scraper beside the server) or to a signed-in administrator. Behind a reverse
proxy on the same machine every request comes from loopback, so a request that was forwarded does not count as local.
"""

from __future__ import annotations

import ipaddress
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from data.access import Viewer
from data.errors import StoreUnavailable
from data.store import Store

# With less than this the next delivery or back-up may not fit.
LEAST_FREE_MB = 200


def health(store: Store, folder: Path) -> tuple[dict[str, object], bool]:
    """What `/healthz` says, and whether all is well. `folder` is where the store's disk is measured."""
    try:
        store_words = "ok" if store.data_version() >= 0 else "unknown"
        migrations = "ok" if store.is_migrated() else "behind"
    except StoreUnavailable:
        store_words, migrations = "unavailable", "unknown"
    except Exception as error:  # whatever the driver throws: the store does not answer, and its kind says enough
        store_words, migrations = f"failed: {type(error).__name__}", "unknown"
    free_mb = shutil.disk_usage(folder if folder.exists() else folder.anchor or ".").free // 2**20
    disk = "ok" if free_mb >= LEAST_FREE_MB else "low"
    is_well = (store_words, migrations, disk) == ("ok", "ok", "ok")
    return {
        "status": "ok" if is_well else "failing",
        "store": store_words,
        "migrations": migrations,
        "disk": disk,
        "disk_free_mb": free_mb,
    }, is_well


class Metrics:
    """Counts of one app, in a registry of its own: two apps in one process (every test) do not share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tavle_requests", "Requests answered", ["place", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "tavle_request_seconds",
            "Time from request to answer",
            ["place"],
            registry=self.registry,
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.errors = Counter("tavle_errors", "Errors of ours that got a reference", registry=self.registry)
        self.data_version = Gauge("tavle_data_version", "Grows with every committed write", registry=self.registry)
        self.is_well = Gauge("tavle_up", "1 when /healthz is well", registry=self.registry)

    def install(self, server: Flask) -> None:
        """Count every request of `server`. The route counts, not the address: an address can hold anything."""

        @server.before_request
        def start() -> None:
            g.tavle_started = time.perf_counter()

        @server.after_request
        def finish(response: Response) -> Response:
            place = request.url_rule.rule if request.url_rule else "-"
            self.requests.labels(place, request.method, str(response.status_code)).inc()
            if "tavle_started" in g:
                self.seconds.labels(place).observe(time.perf_counter() - g.tavle_started)
            return response


def health_blueprint(store: Store, folder: Path, metrics: Metrics, viewer: Callable[[], Viewer | None]) -> Blueprint:
    """The two routes. `viewer()` is the signed-in person, if there is one."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> ResponseReturnValue:
        told, is_well = health(store, folder)
        return jsonify(told), 200 if is_well else 503

    @blueprint.get("/metrics")
    def show_metrics() -> ResponseReturnValue:
        person = viewer()
        if not (is_local() or (person is not None and person.is_administrator)):
            return jsonify(error="401", message="Metrics are for this machine and for administrators."), 401
        told, is_well = health(store, folder)
        metrics.is_well.set(1 if is_well else 0)
        if told["store"] == "ok":
            metrics.data_version.set(store.data_version())
        return Response(generate_latest(metrics.registry), mimetype="text/plain; version=0.0.4")

    return blueprint


def is_local() -> bool:
    """Whether the request was made on this machine and was not forwarded by a proxy."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
