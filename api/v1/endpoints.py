"""What an endpoint is: one record that the router, the checks of a request and the document are all made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from pydantic import BaseModel

from api.v1 import models, problems
from api.v1.problems import Kind
from data.access import Viewer
from data.store import Store
from etl.limits import Limits
from indicators.words import Words

JSON, CSV, TSV = "application/json", "text/csv", "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ApiSettings(Protocol):
    """What the API needs to know of what is set. `settings.Settings` is one; imports run down: it is not named."""

    @property
    def upload_limit_mb(self) -> float: ...

    @property
    def upload_row_limit(self) -> int: ...

    @property
    def public_url(self) -> str: ...

    def current_day(self) -> date: ...

    def current_moment(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent: its media type, the parameters of that type, and its bytes."""

    media_type: str
    charset: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in: who asks, for what, in which language, on which day.

    `path` and `query` have been checked against the endpoint's record; `body` is there where the endpoint takes one.
    """

    store: Store
    settings: ApiSettings
    viewer: Viewer
    language: str
    today: date
    now: datetime
    path: Mapping[str, str]
    query: Any
    body: Body | None = None

    @property
    def limits(self) -> Limits:
        return Limits.of_settings(self.settings.upload_limit_mb, self.settings.upload_row_limit)

    def link(self, path: str) -> str:
        """An address to go on at: whole once the installation has said where it is, else from the host's root."""
        return f"{self.settings.public_url}{path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answers: a model of the document, its status and further headers."""

    content: BaseModel | Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Argument:
    """A part of the address."""

    words: Words
    pattern: str = models.CODE_PATTERN


NO_ARGUMENTS: Mapping[str, Argument] = MappingProxyType({})
NO_BODY: Mapping[str, type[BaseModel] | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method at one address.

    Attributes
    ----------
    name : str
        The operation's id in the document.
    path : str
        Under /api/v1, with {arguments}.
    answers : mapping
        Status to the model of what is answered.
    bodies : mapping
        Media type to the model of what is taken; None: a file.
    refuses : tuple of Kind
        Beside those that every endpoint refuses with.
    is_open : bool
        It answers without a token.
    is_remembered : bool
        Its answer depends on data, rights, language, day and address alone: it has an ETag.
    """

    name: str
    method: str
    path: str
    summary: Words
    run: Callable[[Call], Reply] = field(repr=False)
    answers: Mapping[int, type[BaseModel] | None] = field(repr=False)
    arguments: Mapping[str, Argument] = field(default_factory=lambda: NO_ARGUMENTS)
    query: type[BaseModel] | None = None
    bodies: Mapping[str, type[BaseModel] | None] = field(default_factory=lambda: NO_BODY)
    refuses: tuple[Kind, ...] = ()
    is_open: bool = False
    is_remembered: bool = False

    @property
    def every_refusal(self) -> tuple[Kind, ...]:
        """All kinds of refusal this endpoint answers with."""
        kinds: list[Kind] = [problems.WRONG_PARAMETERS]
        if not self.is_open:
            kinds += [problems.NO_TOKEN, problems.WRONG_TOKEN, problems.TOO_MANY_FAILURES]
        if self.bodies:
            kinds += [problems.CUT_OFF, problems.TOO_LARGE, problems.WRONG_MEDIA_TYPE]
        if any(self.bodies.values()):
            kinds += [problems.MALFORMED_JSON, problems.WRONG_FORM]
        if self.arguments:
            kinds.append(problems.NOT_FOUND)
        return (*dict.fromkeys((*kinds, *self.refuses, problems.FAILED, problems.NO_STORE)),)
