"""The commands of `import`: what was exported elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attestgraph.cli.options import AtOption, QuietOption, moment

FilesArgument = Annotated[
    list[Path], typer.Argument(help="The exported files; several are pages of one answer.")
]
SnapshotOut = Annotated[
    Path, typer.Option("--out", help="The snapshot folder; an existing one gains the tables.")
]
ScopeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scope", help="An id the export was asked for; repeatable. Default: everything."
    ),
]
DeclareOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--declare-complete",
        metavar="NAME REASON",
        help="Who says that the export is whole, and why; printed in every report.",
    ),
]


def application() -> typer.Typer:
    """Return the commands of `import`."""
    app = typer.Typer(
        help="Read what was exported elsewhere: evidence, policy definitions.", no_args_is_help=True
    )
    app.command("resources")(import_resources)
    app.command("policy-states")(import_policy_states)
    app.command("key-vault")(import_key_vault)
    app.command("entra")(import_entra)
    app.command("exemptions")(import_exemptions)
    app.command("policy-attestations")(import_policy_attestations)
    app.command("sarif")(import_sarif)
    app.command("azure-policy")(import_azure_policy)
    return app


def import_resources(
    files: FilesArgument,
    out: SnapshotOut,
    scope: ScopeOption = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Import resource rows: `az graph query` output, NDJSON, or ARM lists."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.import_resources(
        tuple(files), out, scopes=tuple(scope or ()), declared=declare_complete, at=moment(at)
    )
    show.imported(done, out, quiet=quiet)


def import_policy_states(
    files: FilesArgument,
    out: SnapshotOut,
    scope: ScopeOption = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Import compliance states: answers of the policy states API or of `az policy state list`."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.import_policy_states(
        tuple(files), out, scopes=tuple(scope or ()), declared=declare_complete, at=moment(at)
    )
    show.imported(done, out, quiet=quiet)


def import_key_vault(
    files: FilesArgument,
    out: SnapshotOut,
    vault: Annotated[
        list[str] | None,
        typer.Option("--vault", help="Full id of a vault that the snapshot has no row of."),
    ] = None,
    scope: ScopeOption = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Import attributes of keys, secrets and certificates, as `az keyvault` lists them."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.import_key_vault(
        tuple(files),
        out,
        vaults=tuple(vault or ()),
        scopes=tuple(scope or ()),
        declared=declare_complete,
        at=moment(at),
    )
    show.imported(done, out, quiet=quiet)


def import_entra(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="What `az ad app list`, `az ad sp list` or `az rest` of Microsoft Graph printed."
        ),
    ],
    out: SnapshotOut,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="The id of the directory that they are of.")
    ] = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    *,
    keep_names: Annotated[
        bool,
        typer.Option("--keep-names", help="Keep names of people; default: their object id only."),
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Import applications, service principals, sign-in methods and conditional access."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.import_entra(
        tuple(files),
        out,
        tenant=tenant,
        keep_names=keep_names,
        declared=declare_complete,
        at=moment(at),
    )
    show.imported(done, out, quiet=quiet)


def import_exemptions(
    files: FilesArgument,
    out: SnapshotOut,
    scope: ScopeOption = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Import exemptions of Azure Policy: `az policy exemption list`, or answers of the API."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.import_exemptions(
        tuple(files), out, scopes=tuple(scope or ()), declared=declare_complete, at=moment(at)
    )
    show.imported(done, out, quiet=quiet)


def import_policy_attestations(
    files: FilesArgument,
    out: SnapshotOut,
    scope: ScopeOption = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Import attestations of Azure Policy: what people said of manual definitions."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.import_policy_attestations(
        tuple(files), out, scopes=tuple(scope or ()), declared=declare_complete, at=moment(at)
    )
    show.imported(done, out, quiet=quiet)


def import_sarif(
    files: FilesArgument,
    out: SnapshotOut,
    scope: Annotated[
        str,
        typer.Option("--scope", help="The subscription or resource group the code is deployed to."),
    ],
    repository: Annotated[
        str | None, typer.Option("--repository", help="Where the logs do not name it.")
    ] = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Import what scanners of code found (SARIF 2.1.0): counts, never what they quote."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.import_sarif(
        tuple(files),
        out,
        scope=scope,
        repository=repository,
        declared=declare_complete,
        at=moment(at),
    )
    show.imported(done, out, quiet=quiet)


def import_azure_policy(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Folders or files of definitions and initiatives, as Azure lists them."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="The folder `definitions` of a workspace; it gains what is new."
        ),
    ],
    *,
    quiet: QuietOption = False,
) -> None:
    """Import Azure Policy definitions and initiatives, to use them as checks."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    show.imported_policies(pipeline.import_azure_policy(tuple(files), out), out, quiet=quiet)
