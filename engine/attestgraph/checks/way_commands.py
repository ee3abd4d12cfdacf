"""The command lines of the ways: what is run to have the evidence, and what imports it.

Sources: Azure CLI reference, `az graph query`, `az policy state`, `az policy assignment`,
`az keyvault`, `az ad`, `az rest`, `az role assignment`; Microsoft Graph v1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from attestgraph.checks.arm_types import arm_version
from attestgraph.checks.tables import RESOURCES, table_of
from attestgraph.checks.ways import ROTATION, Way, WayKind

SUBSCRIPTION: Final = "/subscriptions/<id>"
_ARM: Final = "https://management.azure.com"
_CONTAINERS: Final = "microsoft.resources/subscriptions"
# collections of a vault, and the command group of each
_LISTS: Final[dict[str, str]] = {"keys": "key", "secrets": "secret", "certificates": "certificate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How a way is gone.

    Attributes:
        title: Its short name, for lists.
        says: What is done, one sentence.
        commands: The command lines, in order.
        file: The file that they write, or a pattern of files; empty where none is written.
        imports: The kind of `attestgraph import` that reads it; empty where none does.
        note: What a reader must know, or empty.
    """

    title: str
    says: str
    commands: tuple[str, ...] = ()
    file: str = ""
    imports: str = ""
    note: str = ""

    def import_command(self, out: str = "evidence") -> str:
        """Return the command line that imports the file into a snapshot, or an empty text."""
        if not self.imports:
            return ""
        scope = f" --scope {SUBSCRIPTION}" if self.imports == "sarif" else ""
        return f"attestgraph import {self.imports} {self.file} --out {out}{scope}"


def steps_of(way: Way) -> Steps:
    """Return how a way is gone."""
    match way.kind:
        case WayKind.EXPORT:
            return _export(way)
        case WayKind.READ:
            return _read(way)
        case WayKind.LIST | WayKind.SHOW:
            return _vaults(way)
        case WayKind.STATES | WayKind.RESCAN | WayKind.ASSIGN:
            return _policy(way)
        case WayKind.SCOPE:
            return _SCOPE
        case WayKind.PROVE | WayKind.DECLARE:
            return _proof(way)
        case WayKind.SCAN:
            return _SCAN
        case WayKind.SIGN:
            return _sign(way)
        case WayKind.LOOK:
            return _look(way)
        case WayKind.NONE:
            return _none(way)
        case _:
            assert_never(way.kind)


def _export(way: Way) -> Steps:
    table, query = way.table, way.table
    if table not in (RESOURCES, "resourcecontainers") and way.types:
        kinds = ", ".join(f"'{kind}'" for kind in way.types)
        many = len(way.types) > 1
        query = f"{table} | where type {f'in~ ({kinds})' if many else f'=~ {kinds}'}"
    return Steps(
        title=f"export {table}",
        says=f"Export the rows of {table}.",
        commands=(f'az graph query -q "{query}" --first 1000 -o json > {table}.json',),
        file=f"{table}.json",
        imports="resources",
        note=(
            "An answer holds 1,000 rows at most. While it has a skip_token, run the command again "
            f"with --skip-token <it> into {table}-2.json, and give all files."
        ),
    )


def _read(way: Way) -> Steps:
    kind = way.name
    provider, _, path = kind.partition("/")
    child = path.rsplit("/", 1)[-1]
    tail = child if "/" in path else f"providers/{kind}"
    url = f"/{tail}?api-version={arm_version(kind) or '<api version>'}"
    get = "az rest --method get --url"
    above = way.parents or ((f"{provider}/{path.rsplit('/', 1)[0]}",) if "/" in path else ())
    if not above or above == (_CONTAINERS,):
        command = f'{get} "{_ARM}{SUBSCRIPTION}{url}" > {child}.json'
        return _arm(kind, (command,), f"{child}.json")
    listed = [one for one in above if table_of(one) == RESOURCES]
    names = ", ".join(f"'{one}'" for one in listed)
    ids = "<id of each parent>"
    if listed:
        query = f"resources | where type in~ ({names}) | project id"
        ids = f'$(az graph query -q "{query}" --first 1000 --query "data[].id" -o tsv)'
    loop = f'n=0; for id in {ids}; do n=$((n+1)); {get} "{_ARM}$id{url}" > {child}-$n.json; done'
    return _arm(kind, (loop,), f"{child}-*.json")


def _arm(kind: str, commands: tuple[str, ...], file: str) -> Steps:
    return Steps(
        title=f"read {kind.partition('/')[2]}",
        says=f"Read {kind} of each resource; Resource Graph has no row of it.",
        commands=commands,
        file=file,
        imports="resources",
        note="An answer that has a nextLink goes on there: read that address into a file as well.",
    )


def _vaults(way: Way) -> Steps:
    """Return how what is in vaults is read; `show` of a secret is never among it."""
    kind = way.name.removesuffix(f"/{ROTATION}")
    child = kind.rsplit("/", 1)[-1]
    is_hsm = "managedhsm" in kind
    noun, prefix = _LISTS.get(child, child), "hsm-" if is_hsm else ""
    holder = "managed HSM" if is_hsm else "vault"
    vault = f"{'--hsm-name' if is_hsm else '--vault-name'} $v"
    names = f"az keyvault list{' --resource-type hsm' if is_hsm else ''}"
    each = f'for v in $({names} --query "[].name" -o tsv); do '
    listed = f"az keyvault {noun} list {vault}"
    if way.kind is WayKind.LIST:
        return Steps(
            title=f"list {prefix.upper().replace('-', ' ')}{child}",
            says=f"List the {child} of each {holder}, without values.",
            commands=(f"{each}{listed} -o json > {prefix}{child}-$v.json; done",),
            file=f"{prefix}{child}-*.json",
            imports="key-vault",
            note="The reader needs the right to list.",
        )
    verb, file = ("rotation-policy show", "rotation") if ROTATION in way.name else ("show", noun)
    inner = f'for o in $({listed} --query "[].name" -o tsv); do '
    show = f"az keyvault {noun} {verb} {vault} --name $o -o json > {prefix}{file}-$v-$o.json"
    named = "rotation policies" if file == "rotation" else child
    what = "the rotation policy of each key" if file == "rotation" else f"each {noun}"
    return Steps(
        title=f"show {prefix.upper().replace('-', ' ')}{named}",
        says=f"Show {what} of each {holder}: a list does not say enough.",
        commands=(f"{each}{inner}{show}; done; done",),
        file=f"{prefix}{file}-*.json",
        imports="key-vault",
        note="The reader needs the rights to list and to get. No private part of a key is read.",
    )


def _policy(way: Way) -> Steps:
    if way.kind is WayKind.ASSIGN:
        create = (
            f"az policy assignment create --name attestgraph-{way.name[:8]} "
            f"--policy {way.name} --scope {SUBSCRIPTION}"
        )
        return Steps(
            title=f"assign {way.name[:8]}",
            says=f"Assign the definition {way.name}; it is assigned nowhere here.",
            commands=(
                create,
                "az policy state trigger-scan",
                "az policy state list -o json > policy-states.json",
            ),
            file="policy-states.json",
            imports="policy-states",
            note="An audit changes nothing. States are there after the scan.",
        )
    if way.kind is WayKind.RESCAN:
        return Steps(
            title="scan again",
            says="Start a scan of Azure Policy and export the compliance states again.",
            commands=(
                "az policy state trigger-scan",
                "az policy state list -o json > policy-states.json",
            ),
            file="policy-states.json",
            imports="policy-states",
        )
    return Steps(
        title="compliance states",
        says="Export the compliance states of Azure Policy.",
        commands=("az policy state list -o json > policy-states.json",),
        file="policy-states.json",
        imports="policy-states",
        note=(
            "This lists the latest state of each record; --all would list older ones too. "
            "A definition that is assigned nowhere has no state: az policy assignment create "
            f"--name <name> --policy <definition> --scope {SUBSCRIPTION}"
        ),
    )


def _proof(way: Way) -> Steps:
    if way.kind is WayKind.PROVE and way.table == RESOURCES:
        return Steps(
            title="prove resources",
            says="Export the rows with their counts, and say what was asked for.",
            commands=(f'az graph query -q "{RESOURCES}" --first 1000 -o json > resources.json',),
            file="resources.json",
            imports="resources",
            note=(
                "Counts stand in the output of az graph query and in answers of Resource Graph, "
                "not in arrays or NDJSON. They prove the types that the export holds."
            ),
        )
    if way.kind is WayKind.PROVE:
        states = "providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
        post = f'az rest --method post --url "{_ARM}{SUBSCRIPTION}/{states}?api-version=2019-10-01"'
        return Steps(
            title="prove compliance states",
            says="Read the compliance states from the API: its last page says that it is the last.",
            commands=(f"{post} > policy-states.json",),
            file="policy-states.json",
            imports="policy-states",
            note="While an answer has an @odata.nextLink, post to that address into another file.",
        )
    return Steps(
        title="declare the exports whole",
        says="Have a person declare that the exports are all there is.",
        note=(
            f"It concerns {', '.join(way.tables)}: nothing in their answers proves that they are "
            "whole, or that they were asked for each type. "
            "The name and the reason are printed in every report."
        ),
    )


_SCOPE: Final = Steps(
    title="name the scope",
    says="Say what the exports were asked for: their counts then prove that they are whole.",
    note="This proves the types of resources that the exports hold, and the compliance states.",
)
_SCAN: Final = Steps(
    title="scan code",
    says="Scan the code for secrets and import what the scanner found.",
    commands=("<scanner> --format sarif > code.sarif",),
    file="code.sarif",
    imports="sarif",
    note="Any scanner that writes SARIF 2.1.0. Counts are kept, never what it quotes.",
)


def _sign(way: Way) -> Steps:
    count = len(way.questions)
    who = way.name.replace(", ", " and ")
    asked = "1 question is" if count == 1 else f"{count} questions are"
    return Steps(
        title=f"ask {way.name}",
        says=f"{asked} for {who}: no row can answer.",
        commands=("attestgraph init <workspace>",),
        note="An answer is a signed file under attestations/ of a workspace, and it expires.",
    )


def _look(way: Way) -> Steps:
    known = _LOOKS.get(way.name)
    return known or Steps(
        title="see findings", says="See the findings for what could not be judged."
    )


_LOOKS: Final[dict[str, Steps]] = {
    "empty-table": Steps(
        title="check access",
        says="Check what the reader may see: the table is wholly empty.",
        commands=(
            f"az role assignment create --assignee <reader> --role Reader --scope {SUBSCRIPTION}",
        ),
        note="Where nothing is deployed, a person may sign that.",
    ),
    "redacted": Steps(
        title="attest what is redacted",
        says="The value was redacted before it was written: a person attests it.",
    ),
    "exempt": Steps(
        title="settle exemptions",
        says="Azure Policy exempts resources: approve an exception in a workspace, or end it.",
    ),
}


def _none(way: Way) -> Steps:
    if way.name == "entraobjects":
        return Steps(
            title="list the directory",
            says="List applications and service principals of Entra ID, without values.",
            commands=(
                "az ad app list --all -o json > entra-applications.json",
                "az ad sp list --all -o json > entra-service-principals.json",
            ),
            file="entra-*.json",
            imports="entra",
            note="Secrets are not in these lists. Without --all, the first 100 are printed only.",
        )
    return Steps(title=way.name, says=f"This version reads no evidence of this kind ({way.name}).")
