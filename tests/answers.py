"""What the API answers, in a form that tests compare."""

from __future__ import annotations

from typing import Any

import httpx

Fields = set[tuple[str, str]]


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer must be, with every member that RFC 9457 and the shop ask for."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    members = {"type", "title", "status", "detail", "code"}
    assert members <= said.keys() <= members | {"errors"}
    assert (said["status"], said["code"], said["type"]) == (status, code, f"urn:zoco:{code}")
    assert said["title"]
    assert said["detail"]
    return said


def wrong(answer: httpx.Response) -> Fields:
    """The fields, with their codes, that an answer calls missing or wrong."""
    said = problem(answer, 422, "invalid")
    assert all(error.keys() == {"field", "code", "detail"} and error["detail"] for error in said["errors"])
    return {(error["field"], error["code"]) for error in said["errors"]}
