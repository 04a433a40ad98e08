"""schemathesis over the document, a little of it; all of it is `python tests/simulation/schemathesis_api.py`."""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

import tests.simulation.schemathesis_media  # noqa: F401  how tables and workbooks are drawn
from api.v1 import ENDPOINTS

ACCEPTED = ["2xx", "304", "401", "403", "404", "409", "422"]  # why 422: see tests/simulation/schemathesis_api.py
NAMES = sorted(endpoint.name for endpoint in ENDPOINTS)
QUICKLY = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def document(board: Flask) -> schemathesis.BaseSchema:
    config = SchemathesisConfig.from_dict(
        {"checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}, "ignored_auth": {"enabled": False}}}
    )
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", board, config=config)


@pytest.mark.parametrize(
    ("name", "mode"),
    [(name, GenerationMode.POSITIVE) for name in NAMES]
    # The document takes nothing, so nothing of it can be malformed.
    + [(name, GenerationMode.NEGATIVE) for name in NAMES if name != "document"],
    ids=str,
)
def test_every_answer_is_one_of_the_document_with_a_token_and_without(
    document: schemathesis.BaseSchema, api_tokens: dict[str, str], name: str, mode: GenerationMode
) -> None:
    operation = document.find_operation_by_id(name)
    headers = {"Authorization": f"Bearer {api_tokens['team']}"}
    statuses = set()

    @QUICKLY
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        statuses.add(case.call_and_validate(headers=headers).status_code)
        statuses.add(case.call_and_validate().status_code)

    ask()
    assert name == "document" or 401 in statuses
