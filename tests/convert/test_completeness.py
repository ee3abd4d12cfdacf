"""An export is whole only where it proves it, or a person says so by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from attestgraph.diagnostics import InputError, Reason
from attestgraph.evidence import READABLE_FIELDS
from tests.convert.given import (
    GROUP,
    GUID,
    SUBSCRIPTION,
    graph,
    odata,
    resources,
    state,
    states,
    table,
    vault,
)

ANA = ("Ana Lima", "exported as global reader")
OTHER = "22222222-2222-2222-2222-222222222222"


def verdict(folder: Path, *documents: Any, **more: Any) -> tuple[str, str]:
    done = table(resources(folder, *documents, **more))
    assert bool(done.incomplete) == (done.complete != "true")
    return str(done.complete), "; ".join(sorted({gap.detail for gap in done.incomplete}))


def test_counts_without_a_continuation_and_a_named_scope_prove_the_types_seen(
    tmp_path: Path,
) -> None:
    done = table(resources(tmp_path, graph(vault("a"), vault("b")), scopes=[GUID]))
    assert done.complete == "true"
    assert done.types == ("microsoft.keyvault/vaults",)
    assert done.sources[0].scopes == (SUBSCRIPTION,)


def test_pages_that_add_up_prove_it_too(tmp_path: Path) -> None:
    pages = [
        graph(vault("a"), total=3, skip_token="t1"),  # noqa: S106 - no secret
        graph(vault("b"), total=3, skip_token="t2"),  # noqa: S106 - no secret
        graph(vault("c"), total=3),
    ]
    assert verdict(tmp_path, *pages, scopes=["/"]) == ("true", "")


@pytest.mark.parametrize(
    ("documents", "says"),
    [
        ([graph(vault(), resultTruncated="true")], "cut short"),
        ([graph(vault(), result_truncated=True)], "cut short"),
        ([graph(vault(), total=5)], "1 of 5 rows"),
        ([graph(vault(), skip_token="t")], "next one"),  # noqa: S106 - no secret
        ([{"value": [vault()], "nextLink": "https://x"}], "next one"),
        ([graph(vault(), count=2)], "has 2 rows and has 1"),
        (
            [
                graph(vault("a"), total=2, skip_token="t"),  # noqa: S106 - no secret
                graph(vault("a"), total=2),
            ],
            "1 of 2 different ids",
        ),
        (
            [
                {
                    "status": 200,
                    "headers": {"X-Ms-Tenant-Subscription-Limit-Hit": ["true"]},
                    "body": graph(vault()),
                }
            ],
            "subscription limit",
        ),
    ],
)
def test_an_answer_that_says_that_it_is_not_whole_is_believed(
    tmp_path: Path, documents: list[Any], says: str
) -> None:
    complete, detail = verdict(tmp_path, *documents, scopes=["/"])
    assert complete == "false"
    assert says in detail


def test_a_declaration_does_not_outweigh_what_the_answer_says(tmp_path: Path) -> None:
    done = resources(tmp_path, graph(vault(), total=5), scopes=["/"], declared=ANA)
    assert table(done).complete == "false"
    assert table(done).incomplete[0].reason is Reason.INCOMPLETE
    (warning,) = done.diagnostics
    assert warning.slug == "declaration-contradicted"
    assert "Ana Lima" in warning.message


@pytest.mark.parametrize(
    ("documents", "options", "says"),
    [
        ([graph(vault())], {}, "--scope"),
        ([[vault()]], {"scopes": ["/"]}, "does not say how many"),
        ([{"value": [vault()]}], {"scopes": ["/"]}, "does not say how many"),
        ([graph(vault()), [vault("b")]], {"scopes": ["/"]}, "does not say how many"),
        ([graph()], {"scopes": ["/"]}, "no rows"),
        ([graph(vault())], {"scopes": [OTHER]}, "outside"),
        ([graph(vault()), graph(vault())], {"scopes": ["/"]}, "does not say how many"),
    ],
)
def test_what_proves_nothing_is_of_unknown_completeness(
    tmp_path: Path, documents: list[Any], options: dict[str, Any], says: str
) -> None:
    complete, detail = verdict(tmp_path, *documents, **options)
    assert complete == "unknown"
    assert says in detail


def test_a_person_who_declares_it_is_recorded_and_it_holds_for_all_types(tmp_path: Path) -> None:
    done = table(resources(tmp_path, [vault()], scopes=[GUID], declared=ANA))
    assert (str(done.complete), done.types, done.declared_by) == ("true", None, ANA)


def test_a_graph_count_proves_the_resources_table_only(tmp_path: Path) -> None:
    group = {**vault(), "id": GROUP, "name": "RG1", "type": "microsoft.resources/resourcegroups"}
    done = resources(tmp_path, graph(vault(), group), scopes=["/"])
    assert table(done).complete == "true"
    other = table(done, "resourcecontainers")
    assert other.complete == "unknown"
    assert "Resource Graph" in other.incomplete[0].detail


def test_gaps_are_of_the_scopes_that_were_asked_for(tmp_path: Path) -> None:
    done = table(resources(tmp_path, [vault()], scopes=[GUID, f"/subscriptions/{OTHER}/"]))
    assert [gap.scope for gap in done.incomplete] == [SUBSCRIPTION, f"/subscriptions/{OTHER}"]
    assert {gap.reason for gap in done.incomplete} == {Reason.UNKNOWN_COMPLETENESS}


def test_an_export_of_nothing_is_a_table_without_rows_and_a_warning(tmp_path: Path) -> None:
    for number, document in enumerate(([], graph(), {"value": []})):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = resources(folder, document, scopes=["/"])
        assert [t.name for t in done.tables] == ["resources"]
        assert (table(done).rows, str(table(done).complete)) == (0, "unknown")
        assert [d.slug for d in done.diagnostics] == ["empty-export"]


def test_rows_outside_the_scopes_are_counted_and_the_first_is_shown(tmp_path: Path) -> None:
    done = resources(tmp_path, graph(vault("a"), vault("b")), scopes=[OTHER])
    (warning,) = done.diagnostics
    assert warning.slug == "outside-scope"
    assert warning.message.startswith("2 rows")
    assert warning.span is not None


def test_whether_a_row_is_under_a_management_group_cannot_be_seen(tmp_path: Path) -> None:
    scope = "/providers/Microsoft.Management/managementGroups/root"
    assert verdict(tmp_path, graph(vault()), scopes=[scope])[0] == "true"


@pytest.mark.parametrize("scope", ["prod", "", "/x/y", "/subscriptions//a", "subscriptions"])
def test_a_scope_that_is_none_is_refused(tmp_path: Path, scope: str) -> None:
    with pytest.raises(InputError) as caught:
        resources(tmp_path, graph(vault()), scopes=[scope])
    assert [d.slug for d in caught.value.diagnostics] == ["bad-scope"]
    assert not (tmp_path / "s").exists()


def test_a_declaration_needs_a_name_and_a_reason(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        resources(tmp_path, graph(vault()), declared=("Ana", " "))
    assert [d.slug for d in caught.value.diagnostics] == ["bad-declaration"]


def test_whole_rows_have_no_projection(tmp_path: Path) -> None:
    assert table(resources(tmp_path, graph(vault()))).projection is None


def test_columns_that_were_not_asked_for_are_outside_the_projection(tmp_path: Path) -> None:
    short = {"id": vault()["id"], "type": vault()["type"], "tags": None}
    done = table(resources(tmp_path, graph(short)))
    assert done.projection == {
        "microsoft.keyvault/vaults": (
            "id",
            "name",
            "resourceGroup",
            "subscriptionId",
            "tags",
            "type",
        )
    }


def test_properties_that_are_null_were_not_asked_for(tmp_path: Path) -> None:
    done = table(resources(tmp_path, [vault("a"), vault("b", properties=None)]))
    assert done.projection is not None
    assert done.projection["microsoft.keyvault/vaults"] == tuple(
        name for name in READABLE_FIELDS if name != "properties"
    )


def test_members_that_resource_manager_leaves_out_have_no_value(tmp_path: Path) -> None:
    short = {"id": vault()["id"], "type": vault()["type"], "properties": {}}
    assert table(resources(tmp_path, {"value": [short]})).projection is None
    (tmp_path / "more").mkdir()
    assert table(resources(tmp_path / "more", [short])).projection is not None


def judged(folder: Path, *documents: Any, **more: Any) -> tuple[str, str]:
    done = table(states(folder, *documents, **more), "policystates")
    return str(done.complete), "; ".join(gap.detail for gap in done.incomplete)


def test_states_are_whole_where_the_last_page_says_that_nothing_follows(tmp_path: Path) -> None:
    pages = [odata(state("a"), **{"@odata.nextLink": "https://x"}), odata(state("b"))]
    assert judged(tmp_path, *pages, scopes=[GUID]) == ("true", "")


@pytest.mark.parametrize(
    ("documents", "options", "want"),
    [
        ([odata(state(), **{"@odata.nextLink": "https://x"})], {}, "false"),
        ([odata(state(), **{"@odata.count": 2})], {}, "false"),
        ([[state()]], {}, "unknown"),
        ([{"value": [state()], "@odata.count": 1}], {}, "unknown"),
        ([odata(state())], {"scopes": []}, "unknown"),
        ([odata(state(complianceState="NonCompliant"))], {}, "unknown"),
        ([odata()], {}, "unknown"),
        ([odata(state())], {"scopes": [OTHER]}, "unknown"),
        ([[state()]], {"declared": ANA}, "true"),
        ([odata(state(), **{"@odata.count": 2})], {"declared": ANA}, "false"),
    ],
)
def test_states_that_prove_nothing_are_not_whole(
    tmp_path: Path, documents: list[Any], options: dict[str, Any], want: str
) -> None:
    assert judged(tmp_path, *documents, **{"scopes": [GUID], **options})[0] == want


def test_compliant_records_that_were_seen_were_asked_for(tmp_path: Path) -> None:
    done = table(states(tmp_path, odata(state())), "policystates")
    assert done.includes_compliant is True
    (tmp_path / "more").mkdir()
    only_bad = states(tmp_path / "more", odata(state(complianceState="NonCompliant")))
    assert table(only_bad, "policystates").includes_compliant is None
