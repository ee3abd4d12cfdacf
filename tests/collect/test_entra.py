"""The directory by Microsoft Graph: only the members that are kept are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from attestgraph.collect.entra import EntraObjects
from attestgraph.collect.session import CallError, Family, Reply, Session
from attestgraph.collect.source import Area, Page
from attestgraph.evidence.entra_objects import EntraKind
from tests.collect.children_world import AT

APP = "9caede46-7e70-436b-92d2-4ee4faf3e397"
AREA = Area(subscriptions=())


class Directory(Session):
    """A session of which the answers of Microsoft Graph are given."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    @property
    def graph(self) -> str:
        return "https://graph.example"

    def call(
        self,
        family: Family,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        assert (family, method, body) == (Family.ENTRA, "GET", None)
        self.asked.append((url, params or {}))
        answer = self.answers[url]
        if isinstance(answer, CallError):
            raise answer
        return Reply(value=answer, request_id="r", headers={})


class Nothing:
    def ids(self, types: Any) -> Any:
        return iter(types and ())

    def lost(self, types: Any) -> Any:
        return iter(types and ())


def pages(source: EntraObjects, directory: Directory) -> list[Page]:
    (partition,) = source.partitions(AREA, directory, Nothing()).partitions
    found = [source.page(partition, directory, None, 100)]
    while found[-1].next is not None:
        found.append(source.page(partition, directory, found[-1].next, 100))
    return found


def test_applications_are_read_to_the_last_page_and_without_secrets() -> None:
    first, second = "https://graph.example/v1.0/applications", "https://graph.example/next"
    item = {"id": APP, "displayName": "portal", "tags": ["pipeline"],
            "passwordCredentials": [{"keyId": "k", "hint": "Q7x", "secretText": None,
                                     "endDateTime": "2027-01-01T00:00:00Z"}]}  # fmt: skip
    other = {**item, "id": APP.replace("9", "8"), "passwordCredentials": []}
    directory = Directory(
        {first: {"value": [item], "@odata.nextLink": second}, second: {"value": [other]}}
    )
    source = EntraObjects(kinds=(EntraKind.APPLICATIONS,), tenant="t")
    found = pages(source, directory)
    rows = [row for page in found for value in page.rows for row in source.rows(value, AT)]
    assert [r.values["name"] for r in rows] == ["portal", "portal"]
    assert rows[0].values["properties"]["passwordCredentials"] == [
        {"keyId": "k", "endDateTime": "2027-01-01T00:00:00Z"}
    ]
    select = directory.asked[0][1]["$select"].split(",")
    assert "passwordCredentials" in select
    assert "notes" not in select
    assert directory.asked[1] == (second, {})


def test_a_permission_that_is_missing_is_a_gap_of_that_kind() -> None:
    url = "https://graph.example/v1.0/identity/conditionalAccess/policies"
    directory = Directory({url: CallError(403, "Authorization_RequestDenied", "403")})
    (page,) = pages(EntraObjects(kinds=(EntraKind.CONDITIONAL_ACCESS,)), directory)
    ((lost),) = page.lost
    assert lost.types == ("microsoft.graph/conditionalaccesspolicies",)
    assert "Policy.Read.All" in lost.remedy


def test_anything_else_is_left_to_the_reader() -> None:
    url = "https://graph.example/v1.0/applications"
    directory = Directory({url: CallError(503, "busy", "503")})
    with pytest.raises(CallError):
        pages(EntraObjects(kinds=(EntraKind.APPLICATIONS,)), directory)
    assert directory.asked[0][0] == url


@pytest.mark.parametrize(
    "item", [{"id": "x"}, "text", {"id": APP, "passwordCredentials": [{"secretText": "hunter2"}]}]
)
def test_what_is_no_object_is_refused(item: Any) -> None:
    source = EntraObjects(kinds=(EntraKind.APPLICATIONS,))
    with pytest.raises(ValueError, match=r"object|secret|id"):
        list(source.rows({"kind": EntraKind.APPLICATIONS, "item": item}, AT))
