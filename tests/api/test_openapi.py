"""Case 9: whatever the description of the API allows or forbids is asked of every operation, by everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.python.asgi import get_client, shutdown_lifespans

from tests.api.known import Known, open_known
from tests.described import description
from zoco.app import create_app
from zoco.kit.permissions import Role

EXAMPLES = 15
PEOPLE = {"guest": None, "customer": Role.CUSTOMER, "admin": Role.ADMIN}
SAYS_EVERYTHING = {"GET", "DELETE"}
"""Of these the description leaves no rule out, so that nothing it allows may be refused as wrong."""

api = schemathesis.openapi.from_dict(description())
load_all_checks()


@pytest.fixture(scope="module", params=PEOPLE)
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """The shop, served in this process by a loop in a thread of its own."""
    with asyncio.Runner() as runner:
        known = runner.run(open_known(tmp_path_factory.mktemp("api"), PEOPLE[request.param]))
    with get_client(create_app(known.shop)) as client:
        known.client = client
        yield known
    shutdown_lifespans()


@api.parametrize()
@hypothesis.settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)
def test_every_answer_is_as_described(case: schemathesis.Case, known: Known) -> None:
    if case.meta is None or not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters.update(known.instead_of(case.path_parameters))
    excluded = [] if case.method in SAYS_EVERYTHING else [schemathesis.checks.positive_data_acceptance]
    case.call_and_validate(session=known.client, headers=known.headers(), excluded_checks=excluded)
    if case.operation.path == "/api/auth/logout":
        known.forget()
