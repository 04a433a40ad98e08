"""The way in to `/api/v1`: who asks, whether what is asked makes sense, and how every answer is said.

A token is the only way in. The session of a browser does not count here, so no page of another site can have a browser
do something, and no CSRF token is asked for. Whoever is let in has the rights of the account, as they are today.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog
from flask import Blueprint, Flask, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from api.v1 import asking, delivering, models, openapi, problems
from api.v1.endpoints import ApiSettings, Body, Call, Endpoint, Reply
from api.v1.problems import Fault, Kind, Refused
from data import tokens
from data.access import Viewer
from data.errors import DataError, NotAllowed, NotFound, StoreUnavailable
from data.errors import Refused as CannotNow
from data.store import Store
from etl import cpr, numbers
from indicators.words import Words

NAME = "api_v1"
PREFIX = openapi.PREFIX
LANGUAGES = ("da", "en")
LONGEST_PARAMETER = 4000

log = structlog.get_logger("tavle.api")

TWICE = Words("Står der to gange.", "Stands there twice.")
UNKNOWN = Words("Der er en parameter, der ikke bruges her.", "There is a parameter that is not used here.")


class Verdict(Protocol):
    @property
    def is_blocked(self) -> bool: ...

    @property
    def wait_seconds(self) -> int: ...


class Attempts(Protocol):
    """Counts failures; `dashboards.security.attempts.Attempts` is one, and `app` hands it in."""

    def begin(self, email: str, address: str) -> Verdict: ...


DOCUMENT_WORDS = Words("Dette dokument.", "This document.")


def _document(call: Call) -> Reply:
    return Reply(openapi.document(ENDPOINTS, call.language, server=call.link(PREFIX)))


ENDPOINTS: tuple[Endpoint, ...] = (
    *delivering.ENDPOINTS,
    *asking.ENDPOINTS,
    Endpoint("document", "GET", "/openapi.json", DOCUMENT_WORDS, _document, {200: None}, is_open=True),
)


def install(
    server: Flask,
    store: Store,
    settings: ApiSettings,
    *,
    attempts: Attempts,
    new_reference: Callable[[], str],
    report: Callable[[BaseException, str], str],
) -> Blueprint:
    """Put `/api/v1` on the server, and return its blueprint, which has to be left out of CSRF.

    Call it before the guard of the pages is installed: what is under /api and is no endpoint is answered here, before
    anybody is asked to sign in.

    Parameters
    ----------
    attempts : counts tokens that are not good, as sign-ins are counted
    new_reference : makes the reference a refusal is told under
    report : logs an error of ours and returns its reference
    """
    door = _Door(store, settings, attempts, new_reference, report)
    blueprint = Blueprint(NAME, __name__, url_prefix=PREFIX)
    by_path: dict[str, list[Endpoint]] = defaultdict(list)
    for endpoint in ENDPOINTS:
        by_path[endpoint.path].append(endpoint)
    for path, endpoints in by_path.items():
        for endpoint in endpoints:
            blueprint.add_url_rule(
                re.sub(r"\{(\w+)\}", r"<\1>", path),
                endpoint.name,
                door.view(endpoint),
                methods=[endpoint.method],
                provide_automatic_options=False,
            )

    addresses = [(re.compile(PREFIX + re.sub(r"\{\w+\}", "[^/]+", one.path)), one.method) for one in ENDPOINTS]

    @server.before_request
    def answer_for_what_is_not_there() -> Response | None:
        if request.blueprint == NAME or not (request.path == "/api" or request.path.startswith("/api/")):
            return None
        methods = [method for address, method in addresses if address.fullmatch(request.path)]
        if not methods:
            return door.refusal(Refused(problems.NOT_FOUND), _language(None), "-")
        allowed = sorted({*methods, "HEAD"} if "GET" in methods else methods)
        refused = Refused(problems.WRONG_METHOD, headers={"Allow": ", ".join(allowed)})
        return door.refusal(refused, _language(None), "-")

    server.register_blueprint(blueprint)
    return blueprint


class _Door:
    def __init__(
        self,
        store: Store,
        settings: ApiSettings,
        attempts: Attempts,
        new_reference: Callable[[], str],
        report: Callable[[BaseException, str], str],
    ) -> None:
        self.store, self.settings, self.attempts = store, settings, attempts
        self.new_reference, self.report = new_reference, report

    def view(self, endpoint: Endpoint) -> Callable[..., Response]:
        def answer(**path: str) -> Response:
            language = _language(None)
            place = f"{endpoint.method} {endpoint.path}"
            try:
                viewer = None if endpoint.is_open else self.viewer()
                language = _language(viewer)
                return self.answered(endpoint, viewer, language, path)
            except Refused as refused:
                return self.refusal(refused, language, place)
            except StoreUnavailable as error:
                return self.refusal(Refused(problems.NO_STORE), language, place, self.report(error, place))
            except (NotFound, NotAllowed, CannotNow) as error:
                return self.refusal(_of_data(error), language, place)
            except RequestEntityTooLarge:
                return self.refusal(self.too_large(), language, place)
            except ClientDisconnected:
                return self.refusal(Refused(problems.CUT_OFF), language, place)
            except Exception as error:
                return self.refusal(Refused(problems.FAILED), language, place, self.report(error, place))

        return answer

    # --------------------------------------------------------------------------------------------- who asks

    def viewer(self) -> Viewer:
        """The person behind the token that was sent.

        Tokens that are not good are counted, by their beginning and more widely by address; one that is good is heard
        however many came before it. 256 random bits are not guessed; what is stopped is the noise of a machine that has
        an old key, without shutting out the others behind the same address.
        """
        header = request.headers.get("Authorization", "")
        scheme, _, text = header.partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not text:
            raise Refused(problems.NO_TOKEN, headers={"WWW-Authenticate": 'Bearer realm="tavle"'})
        now = self.settings.current_moment()
        found = tokens.verify(self.store, text, now=now, today=self.settings.current_day())
        if found is None:
            verdict = self.attempts.begin(tokens.prefix_of(text), request.remote_addr or "")
            if verdict.is_blocked:
                wait = str(verdict.wait_seconds)
                log.warning("token_blocked")
                raise Refused(problems.TOO_MANY_FAILURES, values={"seconds": wait}, headers={"Retry-After": wait})
            log.info("token_failed")
            challenge = 'Bearer realm="tavle", error="invalid_token"'
            raise Refused(problems.WRONG_TOKEN, headers={"WWW-Authenticate": challenge})
        return found

    # --------------------------------------------------------------------------------------------- what is asked

    def answered(self, endpoint: Endpoint, viewer: Viewer | None, language: str, path: Mapping[str, str]) -> Response:
        for name, argument in endpoint.arguments.items():
            if not re.fullmatch(argument.pattern[1:-1], path[name]):  # `$` alone would let a line break follow
                raise Refused(problems.NOT_FOUND)
        query = self.query(endpoint)
        call = Call(
            store=self.store,
            settings=self.settings,
            viewer=viewer if viewer is not None else NOBODY,
            language=language,
            today=self.settings.current_day(),
            now=self.settings.current_moment(),
            path=path,
            query=query,
            body=self.body(endpoint) if endpoint.bodies else None,
        )
        tag = _tag(call) if endpoint.is_remembered else ""
        # »*« asks for whatever there is, and whether there is anything is not known yet.
        sent = request.if_none_match
        if tag and not sent.star_tag and sent.contains_weak(tag):
            answer = Response(status=304)
        else:
            reply = endpoint.run(call)
            answer = _said(reply.content, reply.status, "application/json")
            answer.headers.update(reply.headers)
        if tag:
            answer.set_etag(tag, weak=True)
            answer.headers["Cache-Control"] = "private, no-cache"
        return _speaks(answer, language)

    def query(self, endpoint: Endpoint) -> Any:
        """The parameters, as the endpoint's model reads them; Refused (400) for one too many or a wrong one."""
        sent = request.args
        twice = [name for name, values in sent.lists() if len(values) > 1]
        known = endpoint.query.model_fields if endpoint.query else {}
        faults = [Fault(name, TWICE) for name in twice if name in known]
        # A name that is not known is not repeated: it can be anything.
        faults += [Fault("", UNKNOWN) for name in sent if name not in known][:1]
        if faults:
            raise Refused(problems.WRONG_PARAMETERS, faults=faults)
        if endpoint.query is None:
            return None
        try:
            return endpoint.query.model_validate(sent.to_dict())
        except ValidationError as error:
            raise Refused(problems.WRONG_PARAMETERS, faults=delivering.faults_of(error, as_pointer=False)) from None

    def body(self, endpoint: Endpoint) -> Body:
        """What was sent; Refused (415, 413) by its head alone where that says enough."""
        if request.mimetype not in endpoint.bodies:
            raise Refused(problems.WRONG_MEDIA_TYPE, values={"known": ", ".join(endpoint.bodies)})
        limit = round(self.settings.upload_limit_mb * 1_000_000)
        if request.content_length is not None and request.content_length > limit:
            raise self.too_large()
        # A body without a length is cut off while it is read. One byte more than may be is let through, so that a body
        # of which the rest was left behind is told from one that is whole.
        request.max_content_length = limit + 1
        content = request.get_data(cache=False)
        if len(content) > limit:
            raise self.too_large()
        return Body(request.mimetype, request.mimetype_params.get("charset", ""), content)

    def too_large(self) -> Refused:
        limit = numbers.said(self.settings.upload_limit_mb)
        return Refused(problems.TOO_LARGE, values={"limit": limit})

    # --------------------------------------------------------------------------------------------- how it is said

    def refusal(self, refused: Refused, language: str, place: str, reference: str = "") -> Response:
        """A refusal as problem+json. `place` is a route, never an address."""
        reference = reference or self.new_reference()
        kind = refused.kind
        if kind.status != problems.FAILED.status:
            log.info("refused", reference=reference, place=place, status=kind.status, kind=kind.slug)
        model = models.DeliveryProblem if refused.extra else models.Problem
        content = model(
            type=kind.address,
            title=kind.title.say(language),
            status=kind.status,
            detail=_filled(refused.detail, refused.values, language),
            instance=f"urn:tavle:{reference}",
            reference=reference,
            errors=[
                models.Place(place=one.place, reason=_filled(one.words, one.values, language)) for one in refused.faults
            ],
            **refused.extra,
        )
        answer = _said(content, kind.status, problems.MEDIA_TYPE)
        answer.headers.update(refused.headers)
        return _speaks(answer, language)


NOBODY = Viewer(0, "", "", (), frozenset(), frozenset(), frozenset())


def _of_data(error: DataError) -> Refused:
    """A refusal of the floors below in its own words, unless they repeat what must not be repeated."""
    if isinstance(error, NotFound):
        kind: Kind = problems.NOT_FOUND
    elif isinstance(error, NotAllowed):
        kind = problems.NOT_ALLOWED
    else:
        kind = problems.CANNOT_NOW
    if any(cpr.count(str(value)) for value in error.values.values()):
        return Refused(kind)
    return Refused(kind, error.words, values=error.values)


def _filled(words: Words, values: Mapping[str, object], language: str) -> str:
    """A sentence with its values in; a value may itself be in two languages."""
    return words.say(
        language, **{name: value.say(language) if isinstance(value, Words) else value for name, value in values.items()}
    )


def _language(viewer: Viewer | None) -> str:
    """The language asked for, else the account's, else Danish."""
    for tag, quality in request.accept_languages:
        code = tag.split("-")[0].lower()
        if quality > 0 and code in LANGUAGES:
            return code
    return viewer.language if viewer is not None and viewer.language in LANGUAGES else "da"


def _speaks(answer: Response, language: str) -> Response:
    answer.headers["Content-Language"] = language
    answer.vary.update(("Accept-Language", "Authorization"))
    return answer


def _said(content: BaseModel | Mapping[str, Any], status: int, media_type: str) -> Response:
    text = content.model_dump_json() if isinstance(content, BaseModel) else json.dumps(content, ensure_ascii=False)
    return Response(text, status, content_type=media_type)


def _tag(call: Call) -> str:
    """What an answer depends on, besides the code: data, rights, small numbers, day, language and what was asked."""
    viewer = call.viewer
    rights = [sorted(units) for units in (viewer.own_units, viewer.readable_units, viewer.deliverable_units)]
    parts: Sequence[object] = (
        call.store.data_version(),
        call.store.small_number,
        call.store.deadline_day,
        viewer.account_id,
        viewer.sees_all,
        rights,
        call.today.isoformat(),
        call.language,
        request.full_path,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
