"""Objects of the directory: dates of credentials and settings, never a value or a person's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attestgraph.convert import Imported, import_entra
from attestgraph.diagnostics import InputError
from tests.convert.given import AT, save, stored, table

APP = "9caede46-7e70-436b-92d2-4ee4faf3e397"
PERSON = "86462606-fde0-4fc4-9e0c-a20eb73e54c6"
TENANT = "9a3b1c7e-5d42-4f8a-8c6b-0e1d2f3a4b5c"
GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"
MFA = "reports/authenticationMethods/userRegistrationDetails"
ACCESS = "identity/conditionalAccess/policies"


def application(**more: Any) -> dict[str, Any]:
    return {
        "id": APP,
        "appId": "185c8953-32b6-4308-9056-ef137d7d3e24",
        "displayName": "pipeline-portal",
        "createdDateTime": "2024-03-05T10:11:12.1234567Z",
        "signInAudience": "AzureADMyOrg",
        "publisherDomain": "contoso.example",
        "tags": ["pipeline"],
        "notes": "call Ana on 555",
        "passwordCredentials": [password()],
        "keyCredentials": [],
        **more,
    }


def password(**more: Any) -> dict[str, Any]:
    return {
        "keyId": "e265b6f5-6460-4a1f-a8dc-42785cd18a86",
        "displayName": "deploy",
        "startDateTime": "2026-05-04T00:00:00Z",
        "endDateTime": "2026-11-04T00:00:00.5Z",
        "hint": "Q7x",
        "customKeyIdentifier": None,
        "secretText": None,
        **more,
    }


def registration(**more: Any) -> dict[str, Any]:
    return {
        "id": PERSON,
        "userPrincipalName": "ana.lima@contoso.example",
        "userDisplayName": "Ana Lima",
        "userType": "member",
        "isAdmin": True,
        "isMfaRegistered": False,
        "methodsRegistered": [],
        **more,
    }


def listed(what: str, *items: Any, **more: Any) -> dict[str, Any]:
    return {"@odata.context": f"{GRAPH}{what}", "value": list(items), **more}


def taken(folder: Path, *documents: Any, **more: Any) -> Imported:
    options: dict[str, Any] = {"declared": None, "at": AT}
    return import_entra(save(folder, *documents), folder / "s", **(options | more))


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    found = stored(folder, "name", "properties", name="entraobjects")
    return {name: json.loads(properties) for name, properties in found}


def slugs(folder: Path, *documents: Any, **more: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        taken(folder, *documents, **more)
    assert not (folder / "s").exists()
    return [d.slug for d in caught.value.diagnostics]


def test_an_application_is_a_row_of_the_directory(tmp_path: Path) -> None:
    taken(tmp_path, [application()], tenant=TENANT.upper())
    columns = ("id", "type", "name", "tenant_id", "subscription_id", "parent_key", "source")
    assert stored(tmp_path, *columns, name="entraobjects") == [
        (f"/applications/{APP}", "microsoft.graph/applications", "pipeline-portal", TENANT,
         None, None, "import"),
    ]  # fmt: skip
    assert rows(tmp_path)["pipeline-portal"] == {
        "appId": "185c8953-32b6-4308-9056-ef137d7d3e24",
        "createdDateTime": "2024-03-05T10:11:12Z",
        "displayName": "pipeline-portal",
        "keyCredentials": [],
        "passwordCredentials": [
            {
                "keyId": "e265b6f5-6460-4a1f-a8dc-42785cd18a86",
                "displayName": "deploy",
                "startDateTime": "2026-05-04T00:00:00Z",
                "endDateTime": "2026-11-04T00:00:00Z",
            }
        ],
        "publisherDomain": "contoso.example",
        "signInAudience": "AzureADMyOrg",
        "tags": ["pipeline"],
    }


def test_hints_keys_thumbprints_and_notes_are_not_stored(tmp_path: Path) -> None:
    key = {
        "keyId": "5f0d0a8e-6f0b-4e44-9d1e-2f4a8cbe9a10",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": "TUlJQ3B1YmxpYw==",
        "customKeyIdentifier": "A1B2C3",
        "endDateTime": "2027-01-01T00:00:00Z",
    }
    taken(tmp_path, [application(keyCredentials=[key])])
    kept = rows(tmp_path)["pipeline-portal"]["keyCredentials"]
    assert [sorted(each) for each in kept] == [["endDateTime", "keyId", "type", "usage"]]
    text = json.dumps(rows(tmp_path))
    for secret in ("Q7x", "TUlJ", "A1B2C3", "555"):
        assert secret not in text


@pytest.mark.parametrize(
    "item",
    [
        application(passwordCredentials=[password(secretText="hunter2")]),
        {"appId": "185c8953-32b6-4308-9056-ef137d7d3e24", "password": "hunter2", "tenant": TENANT},
        {"keyId": "e265b6f5", "secretText": "hunter2"},
        application(keyCredentials=[{"type": "X509CertAndPassword", "key": "aHVudGVyMg=="}]),
        application(keyCredentials=[{"type": "Symmetric", "key": "aHVudGVyMg=="}]),
    ],
)
def test_a_file_that_holds_a_secret_is_refused_whole(tmp_path: Path, item: Any) -> None:
    assert slugs(tmp_path, [application(), item]) == ["secret-value"]


def test_names_of_people_are_kept_on_demand_only(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    taken(tmp_path / "a", listed(MFA, registration()))
    assert rows(tmp_path / "a") == {
        PERSON: {
            "isAdmin": True, "isMfaRegistered": False, "methodsRegistered": [],
            "userType": "member",
        }
    }  # fmt: skip
    assert b"lima" not in (tmp_path / "a" / "s" / "entraobjects.parquet").read_bytes().lower()
    (tmp_path / "b").mkdir()
    taken(tmp_path / "b", listed(MFA, registration()), keep_names=True)
    kept = rows(tmp_path / "b")["ana.lima@contoso.example"]
    assert kept["userDisplayName"] == "Ana Lima"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ([application()], "applications"),
        (listed("applications/$entity", application()), "applications"),
        (listed("applications(id,passwordCredentials)", {"id": APP}), "applications"),
        ({**application(), "@odata.context": f"{GRAPH}applications/$entity"}, "applications"),
        ([{"id": APP, "servicePrincipalType": "Application"}], "serviceprincipals"),
        (listed("servicePrincipals", {"id": APP}), "serviceprincipals"),
        ([registration()], "userregistrationdetails"),
        (listed(ACCESS, {"id": APP, "state": "enabled"}), "conditionalaccesspolicies"),
        ([{"id": APP, "grantControls": None, "state": "disabled"}], "conditionalaccesspolicies"),
        ({"status": 200, "body": listed("servicePrincipals", {"id": APP})}, "serviceprincipals"),
    ],
)
def test_what_an_object_is_tells_its_answer_or_its_members(
    tmp_path: Path, document: Any, kind: str
) -> None:
    taken(tmp_path, document)
    assert stored(tmp_path, "type", name="entraobjects") == [(f"microsoft.graph/{kind}",)]


@pytest.mark.parametrize(
    "document",
    [
        # of either kind: not guessed
        [{"id": APP, "appId": APP, "passwordCredentials": []}],
        listed("users", registration()),
        [application(id="not-a-guid")],
        [application(passwordCredentials="none")],
        [application(keyCredentials=["x"])],
        ["text"],
        {"odd": 1},
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, document: Any) -> None:
    assert slugs(tmp_path, document) == ["row-fault"]


def test_an_error_of_the_service_and_a_tenant_that_is_none_are_refused(tmp_path: Path) -> None:
    assert slugs(tmp_path, {"error": {"code": "Forbidden"}}) == ["error-answer"]
    assert slugs(tmp_path, [application()], tenant="contoso.example") == ["bad-tenant"]


def test_only_a_person_says_that_the_directory_was_listed(tmp_path: Path) -> None:
    assert table(taken(tmp_path, [application()]), "entraobjects").complete == "unknown"
    declared = taken(tmp_path, [application()], declared=("Ana Lima", "global reader"))
    assert table(declared, "entraobjects").declared_by == ("Ana Lima", "global reader")


@pytest.mark.parametrize(
    "cut",
    [
        listed("applications", application(), **{"@odata.nextLink": "https://next"}),
        listed("applications", application(), **{"@odata.count": 7}),
        {"value": [], "@odata.nextLink": "https://next"},
        listed("applications", **{"@odata.nextLink": "https://next"}),
    ],
)
def test_no_declaration_hides_that_an_answer_goes_on(tmp_path: Path, cut: Any) -> None:
    others = [] if cut == {"value": [], "@odata.nextLink": "https://next"} else [[registration()]]
    done = taken(tmp_path, cut, *others, declared=("Ana Lima", "global reader"))
    assert table(done, "entraobjects").complete == "false"
    assert "declaration-contradicted" in [d.slug for d in done.diagnostics]


def test_what_was_not_asked_for_is_outside_the_projection(tmp_path: Path) -> None:
    done = taken(tmp_path, listed("applications(id,tags)", {"id": APP, "tags": []}))
    projection = table(done, "entraobjects").projection
    assert projection is not None
    (given,) = projection.values()
    assert "properties.tags" in given
    assert "properties.passwordCredentials" not in given
