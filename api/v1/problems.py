"""What the API refuses, as RFC 9457 says it: `application/problem+json`, with a reference and words in one's language.

A handler raises `Refused(PROBLEM, ...)`; the door (`api.v1.door`) turns it into the answer. What was sent is never said
again in one: an address or a body can hold what must not be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from indicators.words import Words

MEDIA_TYPE = "application/problem+json"

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of refusal: its status, the end of its `type` address, its title, and what to say where nothing else is
    said."""

    status: int
    slug: str
    title: Words
    detail: Words

    @property
    def address(self) -> str:
        """What stands in `type`.

        Examples
        --------
        >>> NOT_FOUND.address
        'urn:tavle:problem:not-found'
        """
        return f"urn:tavle:problem:{self.slug}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request: where (a parameter's name, or a JSON pointer), and what."""

    place: str
    words: Words
    values: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


class Refused(Exception):  # noqa: N818  a state, named as people say it
    """A request that is not answered as it was asked. `extra` goes into the problem beside the standard members."""

    def __init__(
        self,
        kind: Kind,
        detail: Words | None = None,
        *,
        values: Mapping[str, object] = _NOTHING,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(kind.slug)
        self.kind, self.detail, self.values = kind, detail or kind.detail, values
        self.faults, self.headers, self.extra = tuple(faults), dict(headers or {}), dict(extra or {})


MALFORMED_JSON = Kind(
    400,
    "malformed-json",
    Words("Indholdet er ikke JSON", "The body is not JSON"),
    Words(
        "Indholdet kan ikke læses som JSON: kontrollér anførselstegn, kommaer og parenteser, og at hvert navn kun står "
        "én gang.",
        "The body cannot be read as JSON: check quotation marks, commas and brackets, and that each name stands once.",
    ),
)
TOO_DEEP = Words(
    "JSON-indholdet er dybere, end en levering kan være. Formen står i /api/v1/openapi.json.",
    "The JSON is nested deeper than a delivery can be. Its form is in /api/v1/openapi.json.",
)
WRONG_PARAMETERS = Kind(
    400,
    "wrong-parameters",
    Words("Forkerte parametre", "Wrong parameters"),
    Words(
        "En eller flere parametre kan ikke bruges; »errors« siger hvilke. De mulige står i /api/v1/openapi.json.",
        "One or more parameters cannot be used; “errors” says which. The possible ones are in /api/v1/openapi.json.",
    ),
)
CUT_OFF = Kind(
    400,
    "cut-off",
    Words("Indholdet er ikke helt", "The body is not whole"),
    Words(
        "Forbindelsen blev afbrudt, før alt var sendt. Intet er gemt. Send det igen.",
        "The connection broke before all was sent. Nothing is saved. Send it again.",
    ),
)
NO_TOKEN = Kind(
    401,
    "no-token",
    Words("Der mangler en nøgle", "No token"),
    Words(
        "Send en nøgle: »Authorization: Bearer tavle_…«. En nøgle laves med »tavle token make«. En session fra "
        "browseren gælder ikke her.",
        "Send a token: “Authorization: Bearer tavle_…”. One is made with “tavle token make”. A browser's session does "
        "not count here.",
    ),
)
WRONG_TOKEN = Kind(
    401,
    "wrong-token",
    Words("Nøglen gælder ikke", "The token is not valid"),
    Words(
        "Nøglen gælder ikke: den er skrevet forkert, udløbet eller tilbagekaldt, eller brugeren er lukket.",
        "The token is not valid: it is mistyped, expired or revoked, or its user is closed.",
    ),
)
NOT_ALLOWED = Kind(
    403,
    "not-allowed",
    Words("Ikke tilladt", "Not allowed"),
    Words("Nøglens bruger har ikke ret til det.", "The token's user may not do this."),
)
NO_RIGHT_TO_UNIT = Words(
    "Nøglens bruger må ikke indberette for alle enheder i leveringen; »findings« siger hvor. Intet er gemt.",
    "The token's user may not deliver for every unit in the delivery; “findings” says where. Nothing is saved.",
)
NOT_FOUND = Kind(
    404,
    "not-found",
    Words("Findes ikke", "Not found"),
    Words(
        "Der er ikke noget på den adresse. Adresserne står i /api/v1/openapi.json.",
        "There is nothing at that address. The addresses are in /api/v1/openapi.json.",
    ),
)
WRONG_METHOD = Kind(
    405,
    "wrong-method",
    Words("Metoden bruges ikke her", "Method not allowed"),
    Words(
        "Adressen kan ikke bruges med den metode. »Allow« siger hvilke.",
        "The address cannot be used with that method. “Allow” says which.",
    ),
)
CANNOT_NOW = Kind(
    409,
    "cannot-now",
    Words("Kan ikke gøres nu", "Cannot be done now"),
    Words("Leveringen er ikke i en tilstand, hvor det kan gøres.", "The delivery is not in a state that allows it."),
)
TOO_LARGE = Kind(
    413,
    "too-large",
    Words("For stor", "Too large"),
    Words(
        "Leveringen fylder mere end grænsen på {limit} MB. Del den i flere. Intet er gemt.",
        "The delivery holds more than the limit of {limit} MB. Split it. Nothing is saved.",
    ),
)
WRONG_MEDIA_TYPE = Kind(
    415,
    "wrong-media-type",
    Words("Indholdets type kan ikke bruges", "Unsupported media type"),
    Words(
        "Sig med »Content-Type«, hvad der sendes. Det kan være: {known}.",
        "Say with “Content-Type” what is sent. It can be: {known}.",
    ),
)
UNKNOWN_CHARSET = Words(
    "Tegnsættet i »Content-Type« kendes ikke. Det kan være: {known}.",
    "The charset in “Content-Type” is not known. It can be: {known}.",
)
WRONG_FORM = Kind(
    422,
    "wrong-form",
    Words("Indholdet har ikke den rette form", "The body has the wrong form"),
    Words(
        "Indholdet er JSON, men ikke i den form, der står i /api/v1/openapi.json; »errors« siger hvor. Intet er gemt.",
        "The body is JSON, but not of the form in /api/v1/openapi.json; “errors” says where. Nothing is saved.",
    ),
)
PERSONAL = Words(
    "Indholdet har noget, der ligner CPR-numre (antal: {count}). Det er afvist, og intet er gemt. Fjern dem, og send "
    "det igen: Tavle må kun modtage optalte tal.",
    "The body holds what looks like CPR numbers (found: {count}). It is refused and nothing is saved. Remove them and "
    "send it again: Tavle may only receive counts.",
)
REFUSED_DELIVERY = Kind(
    422,
    "refused-delivery",
    Words("Leveringen er afvist", "The delivery is refused"),
    Words(
        "Der er fejl i leveringen; »findings« siger hvor, og hvordan de rettes. Intet er gemt.",
        "There are errors in the delivery; “findings” says where, and how to mend them. Nothing is saved.",
    ),
)
TOO_MANY_FAILURES = Kind(
    429,
    "too-many-failures",
    Words("For mange forsøg", "Too many attempts"),
    Words(
        "For mange forsøg med nøgler, der ikke gælder. Prøv igen om {seconds} sekunder.",
        "Too many attempts with tokens that are not valid. Try again in {seconds} seconds.",
    ),
)
FAILED = Kind(
    500,
    "failed",
    Words("Noget gik galt hos os", "Something went wrong here"),
    Words(
        "Noget gik galt hos os, og intet er gemt. Prøv igen, og oplys referencen, hvis det fortsætter.",
        "Something went wrong here and nothing is saved. Try again, and tell the reference if it goes on.",
    ),
)
NO_STORE = Kind(
    503,
    "store-unavailable",
    Words("Databasen kan ikke nås", "The store cannot be reached"),
    Words(
        "Databasen kan ikke nås lige nu. Prøv igen om lidt.", "The store cannot be reached just now. Try again soon."
    ),
)

ALL: tuple[Kind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Kind))
