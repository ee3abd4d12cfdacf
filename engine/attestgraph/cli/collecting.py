"""The command `collect`: live evidence out of a tenant."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from attestgraph.cli.options import Format, FormatOption, QuietOption
from attestgraph.diagnostics import Diagnostic, InputError, nearest

if TYPE_CHECKING:
    from attestgraph.collect import Method, Settings, SignIn

EXIT_EVIDENCE: Final = 3
_METHODS: Final = "default, workload-identity, managed-identity, device-code or cli"


def collect(  # noqa: PLR0913, PLR0917 - one parameter an option
    out: Annotated[
        Path | None, typer.Option("--out", help="The snapshot folder to make; a new one each time.")
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="The workspace folder; default: the one here."),
    ] = None,
    subscription: Annotated[
        list[str] | None,
        typer.Option("--subscription", help="A subscription id; default: the systems' boundaries."),
    ] = None,
    management_group: Annotated[
        list[str] | None,
        typer.Option("--management-group", help="The name of a management group; repeatable."),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="The tenant that is meant.")
    ] = None,
    auth: Annotated[str, typer.Option("--auth", help=f"How to sign in: {_METHODS}.")] = "default",
    client_id: Annotated[
        str | None, typer.Option("--client-id", help="A user-assigned managed identity.")
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option("--mask", metavar="KEYFILE", help="Mask ids and names, under this key."),
    ] = None,
    cloud: Annotated[
        str, typer.Option("--cloud", help="public, us-government or china.")
    ] = "public",
    output: FormatOption = Format.TEXT,
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="Print what would be asked and the roles; ask nothing.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--everything", help="Whole rows of all types, not what checks read.")
    ] = False,
    key_vault: Annotated[
        bool,
        typer.Option("--key-vault", help="List keys, secrets and certificates; never values."),
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Collect evidence from Azure: completely, or with what is missing named."""
    from attestgraph import pipeline
    from attestgraph.cli import show_collecting

    as_json = output is Format.JSON
    if plan:
        found = pipeline.collection_plan(
            workspace, at=_now(), everything=everything, key_vault=key_vault
        )
        show_collecting.plan(found, as_json=as_json)
        return
    request = pipeline.Request(
        out=_out(out),
        sign_in=_sign_in(auth, tenant, client_id),
        settings=_settings(),
        workspace=workspace,
        subscriptions=tuple(subscription or ()),
        groups=tuple(management_group or ()),
        everything=everything,
        key_vault=key_vault,
        mask=mask,
        cloud=cloud,
    )
    with show_collecting.watching(quiet=quiet) as say:
        done = pipeline.collect(request, now=_now, say=say)
    show_collecting.collected(done, as_json=as_json, quiet=quiet)
    if not done.complete:
        raise typer.Exit(EXIT_EVIDENCE)


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _out(out: Path | None) -> Path:
    if out is None:
        message = "name a folder to write to, such as evidence/2026-11-24; or ask for the --plan"
        raise typer.BadParameter(message, param_hint="--out")
    return out


def _sign_in(auth: str, tenant: str | None, client_id: str | None) -> SignIn:
    from attestgraph.cli import show_collecting
    from attestgraph.collect import SignIn

    return SignIn(
        method=_method(auth),
        tenant=tenant,
        client_id=client_id,
        authority=_setting("AZURE_AUTHORITY_HOST"),
        ca_bundle=_setting("ATTESTGRAPH_CA_BUNDLE"),
        prompt=show_collecting.prompt,
    )


def _method(word: str) -> Method:
    from attestgraph.collect import Method

    try:
        return Method(word)
    except ValueError:
        near = nearest(word, list(Method))
        raise InputError(
            Diagnostic(
                slug="unknown-word",
                message=f"--auth: `{word}` is no way to sign in",
                help=f"did you mean `{near[0]}`?" if near else f"there are {_METHODS}",
            )
        ) from None


def _settings() -> Settings:
    from attestgraph.collect import Settings

    return Settings(
        arm=_setting("ATTESTGRAPH_ARM_ENDPOINT"),
        vaults=_setting("ATTESTGRAPH_VAULT_ENDPOINT"),
        graph=_setting("ATTESTGRAPH_GRAPH_ENDPOINT"),
        ca_bundle=_setting("ATTESTGRAPH_CA_BUNDLE"),
    )


def _setting(name: str) -> str | None:
    return os.environ.get(name) or None
