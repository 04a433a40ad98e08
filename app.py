"""Builds the app: settings, store, screen, API. The one file that sees every floor.

`create_app(settings, store)` gives a Dash app to tests and servers alike. `serve(settings)` runs it in one process with
eight threads. `app:server` is the WSGI application for a server of one's own (gunicorn app:server); it is made when it
is first asked for, so that importing this module opens nothing.
"""

from __future__ import annotations

import os

# Before numpy: its own threads wait for one another where eight of ours already share the processors.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import atexit
import contextlib
import errno
import gc
import json
import logging
import secrets
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, after_this_request, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api import v1
from api.health import Metrics, health_blueprint
from dashboards import errors, preferences, shell, static
from dashboards.components import states as page_states
from dashboards.context import EXTENSION, Parts
from dashboards.pages import Registry, load_registry
from dashboards.presenters.background_jobs import close_all
from dashboards.security import csrf, protect
from dashboards.security.attempts import Attempts, parse_limits
from data import catalogue, digest, outbox, passwords, states
from data.catalogue import CatalogueError
from data.errors import StoreUnavailable
from data.store import Store, read_info
from indicators.words import Words
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from dash import Dash

THREADS = 8
# Seconds a thread may go on when another one waits; Python's own is 0.005. An answer takes turns with a large delivery
# some twenty times, once after each statement: at 5 ms each that alone is a tenth of a second. Measured by
# tests/bench/readers_under_load.py.
SWITCH_INTERVAL = 0.0005
STORE_UNAVAILABLE = 4  # the exit code the command line has for it too
# A file in a delivery travels as base64 inside JSON: four thirds of its size and some words around it.
UPLOAD_FACTOR, UPLOAD_REST = 1.4, 1_000_000
MAIL_RESTS = 60.0  # seconds until mail is tried again after its folder could not be written to

PORT_TAKEN = Words(
    "Port {port} på {host} er optaget af et andet program. Luk det, eller vælg en anden port: --port {other}.",
    "Port {port} on {host} is taken by another program. Close it, or choose another port: --port {other}.",
)
NO_FOLDER = Words(
    "Mappen {path} kan ikke bruges ({why}). Kontrollér TAVLE_VAR, og at du må skrive i mappen.",
    "The folder {path} cannot be used ({why}). Check TAVLE_VAR and that you may write in the folder.",
)
NO_SUCH_HOST = Words(
    "Tavle kan ikke lytte på adressen {host}. Kontrollér TAVLE_HOST.",
    "Tavle cannot listen on the address {host}. Check TAVLE_HOST.",
)


def create_app(
    settings: Settings,
    store: Store | None = None,
    *,
    local_token: str = "",
    registry: Registry | None = None,
    with_static: bool = True,
) -> Dash:
    """The whole app on one Flask server: `create_app(settings).server` is the WSGI application.

    Parameters
    ----------
    store : an open store; None opens the one the settings name (StoreUnavailable says what is wrong with it)
    local_token : what the command line must show at the loopback door; empty keeps that door shut
    registry : the pages; None takes those of `dashboards/pages`
    with_static : write scripts and style sheets to `var/static` and serve them from there; without, Dash serves them
    """
    configure_logging()
    sys.setswitchinterval(SWITCH_INTERVAL)
    if store is None:
        store = open_store(settings)
    server = Flask("tavle", template_folder=str(shell.TEMPLATES), static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = int(settings.upload_limit_mb * 1_000_000 * UPLOAD_FACTOR) + UPLOAD_REST
    registry = registry or load_registry()
    server.extensions[EXTENSION] = Parts(store, settings, registry, is_demo=store.is_demo)
    if settings.proxies:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )

    metrics = Metrics()
    metrics.install(server)
    server.extensions["tavle_count_error"] = metrics.errors.inc
    machines = v1.install(
        server,
        store,
        settings,
        attempts=Attempts(settings.sign_in_attempts),
        new_reference=errors.new_reference,
        report=errors.report,
    )
    passwords.prepare()
    protect(
        server,
        secure_cookies=settings.secure_cookies,
        session_minutes=settings.session_minutes,
        sign_in_attempts=settings.sign_in_attempts,
        key=settings.signing_key(),
    )
    csrf.exempt(server, machines)  # a token is asked for there, and no session counts
    refresh_states_daily(server, store, settings)
    hand_over_mail(server, store, settings)
    preferences.install(server, secure_cookies=settings.secure_cookies)
    errors.install(server, page_states.not_found)
    shell.install(server)
    static.compress_answers(server)
    server.register_blueprint(health_blueprint(store, settings.var, metrics, lambda: g.get("tavle_viewer")))
    if local_token:
        from api import jobs
        from api.local import local_blueprint
        from dashboards.exports.command import series_as_file

        door = local_blueprint(store, settings, local_token, jobs.with_files(series_as_file))
        server.register_blueprint(door)
        csrf.exempt(server, door)  # it asks for the token instead, and no browser has that

    app = shell.make_dash(server)
    registry.register_callbacks(app)
    if with_static:
        static.install(app, settings.var / "static")
    return app


def open_store(settings: Settings) -> Store:
    """The store the settings name, made if it is not there, brought to its newest form, today's catalogue and calendar.

    The catalogue is loaded where its files have changed since the store last saw them, in one transaction; a file that
    is refused (CatalogueError names it and its line) leaves the store as it was.
    """
    store = Store.open(
        settings.store_url,
        create=True,
        small_number=settings.small_number,
        deadline_day=settings.delivery_deadline_day,
    )
    try:
        store.migrate()
        with store.read() as connection:
            is_today = read_info(connection, "catalogue_sha256") == catalogue.fingerprint()
        if not is_today:
            store.write(catalogue.load)
        states.refresh(store, today=settings.current_day(), now=settings.current_moment())
    except BaseException:
        store.close()
        raise
    return store


def refresh_states_daily(server: Flask, store: Store, settings: Settings) -> None:
    """Bring the board in step with the calendar at the first request of each day: see `data.states.refresh`.

    A thread with a clock would do it at night, and would have to be stopped, watched and tested as one. Whoever comes
    first waits for it; everybody else is answered meanwhile.
    """
    lock = threading.Lock()
    refreshed_on = [settings.current_day()]  # opening the store has done it

    def queue_digests() -> None:
        with contextlib.suppress(StoreUnavailable):  # it is being closed
            digest.send(store, today=settings.current_day(), now=settings.current_moment(), timezone=settings.timezone)

    def tell_the_news(response: Response) -> Response:
        response.call_on_close(queue_digests)  # nobody waits for it; the next request that writes hands the mail over
        return response

    @server.before_request
    def refresh_once_a_day() -> None:
        today = settings.current_day()
        if refreshed_on[0] == today or not lock.acquire(blocking=False):
            return
        try:
            states.refresh(store, today=today, now=settings.current_moment())
            refreshed_on[0] = today
            if today.day > settings.delivery_deadline_day:  # before it, half of the month is missing everywhere
                after_this_request(tell_the_news)
        finally:
            lock.release()


def hand_over_mail(server: Flask, store: Store, settings: Settings) -> None:
    """Write waiting mail to `var/outbox` now and after every request that may have queued some.

    It happens when the answer has been sent, so nobody waits for the disk. A folder that cannot be written to is said
    in the log and tried again a minute later; the mail stays in the store meanwhile.
    """
    lock = threading.Lock()
    rests_until = [0.0]
    empty_at: list[int | None] = [None]  # the moment of the store at which nothing waited

    def hand_over() -> None:
        moment = store.moment
        if time.monotonic() < rests_until[0] or (moment is not None and moment == empty_at[0]):
            return
        with lock:
            try:
                done = outbox.hand_over(
                    store,
                    settings.var / "outbox",
                    settings.current_moment(),
                    sender=settings.mail_from,
                    public_url=settings.public_url,
                )
            except StoreUnavailable:  # it is being closed
                return
        if not done.n_left and not done.n_written:
            empty_at[0] = moment
        if done.n_left:
            rests_until[0] = time.monotonic() + MAIL_RESTS
            structlog.get_logger().warning("mail_waits", mails=done.n_left, why=done.why)

    @server.after_request
    def hand_over_afterwards(response: Response) -> Response:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            response.call_on_close(hand_over)
        return response

    hand_over()


def configure_logging() -> None:
    """One JSON object a line on standard error: when, how bad, what happened, and never whom it concerned."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


# ------------------------------------------------------------------------------------------------------------- serving


def serve(settings: Settings, *, language: str = "da", say: Callable[[str], None] = print) -> None:
    """Serve the board until SIGINT or SIGTERM: one process, eight threads.

    Raises
    ------
    SystemExit
        With one clear sentence: the port is taken or a setting makes no sense (code 1), the store or the folder cannot
        be used or the catalogue is refused (code 4).
    """
    require_free_port(settings, language)
    try:
        parse_limits(settings.sign_in_attempts)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    token = secrets.token_urlsafe(32)
    try:
        door = write_door(settings, token)
    except OSError as error:
        print(NO_FOLDER.say(language, path=settings.var, why=error.strerror), file=sys.stderr)  # noqa: T201
        raise SystemExit(STORE_UNAVAILABLE) from error
    try:
        run = _serve_with_waitress if sys.platform == "win32" else _serve_with_gunicorn
        run(settings, token, language, lambda: _greet(say, greeting(settings, language)))
    finally:
        door.unlink(missing_ok=True)


def require_free_port(settings: Settings, language: str) -> None:
    """Raise SystemExit with a sentence unless the server can listen where the settings say."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":  # there it would let two programs share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        words = PORT_TAKEN if error.errno in (errno.EADDRINUSE, errno.EACCES) else NO_SUCH_HOST
        raise SystemExit(
            words.say(language, port=settings.port, host=settings.host, other=settings.port + 1)
        ) from error


def write_door(settings: Settings, token: str) -> Path:
    """Tell the command line where the running server is and how to be let in; for this user's eyes only."""
    path = settings.var / "server.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"pid": os.getpid(), "url": f"http://{host}:{settings.port}", "token": token}, file)
    return path


def why(refusal: StoreUnavailable | CatalogueError, language: str) -> str:
    """The sentence of a refusal; what is wrong in the catalogue is said in English, to whoever edits its files."""
    return refusal.reason(language) if isinstance(refusal, StoreUnavailable) else str(refusal)


def _greet(say: Callable[[str], None], words: str) -> None:
    say(words)
    sys.stdout.flush()  # into a file or a pipe it would come when the server stops, or never


def greeting(settings: Settings, language: str) -> str:
    """What is printed once the server answers: the address, and in the demo one sign-in per role."""
    address = f"http://{settings.host}:{settings.port}"
    lines = [Words("Tavle svarer på {address}", "Tavle answers on {address}").say(language, address=address)]
    if settings.mode == "demo":
        from data.demo import DEMO_SIGN_INS

        lines.append(Words("Simulerede data. Log ind som:", "Simulated data. Sign in as:").say(language))
        width = max(len(person.email) for person in DEMO_SIGN_INS.values())
        lines += [
            f"  {person.email:<{width}}  {person.password:<20} {person.role.say(language)}"
            for person in DEMO_SIGN_INS.values()
        ]
    lines.append(Words("Stop med Ctrl-C.", "Stop with Ctrl-C.").say(language))
    return "\n".join(lines)


def settle() -> None:
    """What is there when the server begins to answer stays: modules, pages, menus. Keep it out of garbage collection.

    Walking through all of it takes a fifth of a second in which no thread goes on, several times in a large delivery.
    """
    gc.collect()
    gc.freeze()


def _stop_once() -> None:
    """From here on the worker is on its way out, and signals do not hurry it.

    Ctrl-C reaches it twice: from the terminal, which signals the whole group, and from gunicorn's master. The second
    one would break off Python's wait for the threads that still answer, and the process would end under them: a
    traceback, and now and then »terminate called without an active exception« from a query of DuckDB's.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        # Not SIG_IGN: a signal that is already on its way when it is set makes Python print a traceback about a race.
        signal.signal(number, lambda *_: None)


def _serve_with_gunicorn(settings: Settings, token: str, language: str, ready: Callable[[], None]) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    from gunicorn.errors import AppImportError  # type: ignore[import-untyped]
    from gunicorn.glogging import Logger  # type: ignore[import-untyped]

    class Log(Logger):  # type: ignore[misc,unused-ignore]
        """Without gunicorn's three lines about a start that was refused: the sentence has been said."""

        def error(self, message: str, *arguments: Any, **more: Any) -> None:
            about_the_stop = message.startswith(("Shutting down", "Reason"))
            if not about_the_stop and not (message.startswith("Worker") and arguments[-1:] == (STORE_UNAVAILABLE,)):
                super().error(message, *arguments, **more)

    def begin(_worker: object) -> None:
        settle()
        ready()

    class Board(BaseApplication):  # type: ignore[misc,unused-ignore]
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{settings.host}:{settings.port}",
                "workers": 1,  # DuckDB lets one process in
                "worker_class": "gthread",
                "threads": THREADS,
                "timeout": 120,
                "graceful_timeout": 10,
                "keepalive": 5,
                # The most there is: a delivery has its note in the address, where a letter may take twelve characters.
                "limit_request_line": 8190,
                "loglevel": "warning",
                "logger_class": Log,
                "proc_name": "tavle",
                "control_socket_disable": True,
                "post_worker_init": begin,
                "worker_int": lambda _worker: _stop_once(),
                "worker_exit": lambda _server, _worker: _stop_once(),
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Flask:
            # In the worker, after the fork: the store's threads and its lock on the file belong to this process.
            try:
                app = create_app(settings, local_token=token)
            except (StoreUnavailable, CatalogueError) as refusal:
                # gunicorn prints the sentence and stops with code 4 instead of trying again for ever.
                raise AppImportError(why(refusal, language)) from refusal
            except OSError as error:  # keys and static copies are written at the start
                raise AppImportError(
                    NO_FOLDER.say(language, path=error.filename or settings.var, why=error.strerror)
                ) from error
            store = app.server.extensions[EXTENSION].store
            atexit.register(store.close)
            server: Flask = app.server
            return server

    Board().run()


def _serve_with_waitress(settings: Settings, token: str, language: str, ready: Callable[[], None]) -> None:
    from waitress import create_server  # type: ignore[import-untyped,unused-ignore]

    try:
        app = create_app(settings, local_token=token)
    except (StoreUnavailable, CatalogueError) as refusal:
        print(why(refusal, language), file=sys.stderr)  # noqa: T201
        raise SystemExit(STORE_UNAVAILABLE) from refusal
    try:
        server = create_server(app.server, host=settings.host, port=settings.port, threads=THREADS, ident=None)
        settle()
        ready()
        server.run()
    finally:
        close_all(app.server.extensions.values())
        app.server.extensions[EXTENSION].store.close()


def __getattr__(name: str) -> Any:
    if name == "server":
        made = create_app(Settings()).server
        globals()["server"] = made
        return made
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
