"""What can be seen: subscriptions that are asked for, and whether they are seen whole."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from attestgraph.collect.session import FORBIDDEN, NOT_FOUND, CallError, Family, Session
from attestgraph.collect.source import Area, Lost, group_key, subscription_key
from attestgraph.diagnostics import Diagnostic, InputError, Reason
from attestgraph.model.ids import ascii_lower

READER: Final = "Reader"
_SUBSCRIPTIONS: Final = "2022-12-01"
_GROUPS: Final = "2020-05-01"
_PERMISSIONS: Final = "2022-04-01"
_WORKERS: Final = 8
_MOST_PAGES: Final = 10_000
_SAMPLE: Final = (
    "microsoft.keyvault/vaults/read",
    "microsoft.resources/subscriptions/resourcegroups/read",
    "microsoft.policyinsights/policystates/queryresults/read",
    "microsoft.authorization/policyassignments/read",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a collection was asked for; all empty is everything that can be seen.

    Attributes:
        excluded: Ids of subscriptions that are left out by record.
    """

    subscriptions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    excluded: frozenset[str] = frozenset()


def find_area(wanted: Wanted, session: Session, *, tenant: str | None) -> Area:
    """Return what of it can be seen, and what cannot.

    Raises:
        InputError: `no-permission`: nothing can be seen at all; `no-connection`.
    """
    try:
        visible = visible_subscriptions(session)
    except CallError as error:
        raise _refused(error) from None
    lost: list[Lost] = []
    asked = {ascii_lower(s) for s in wanted.subscriptions}
    for group in wanted.groups:
        try:
            asked |= _below(group, session)
        except CallError as error:
            lost.append(_lost_group(group, error))
    if not wanted.subscriptions and not wanted.groups:
        asked = set(visible)
    asked -= wanted.excluded
    lost += [_unseen(s) for s in sorted(asked - visible)]
    seen = tuple(sorted(asked & visible))
    partly = tuple(unproven(seen, session))
    area = Area(
        subscriptions=seen,
        groups=tuple(sorted(ascii_lower(g) for g in wanted.groups)),
        lost=(*lost, *partly),
        tenant=tenant,
    )
    if not seen:
        raise _nothing(area)
    return area


def seen_still(area: Area, session: Session) -> Area:
    """Return the area with what can no longer be seen when the collection ends."""
    try:
        visible = visible_subscriptions(session)
    except CallError as error:
        detail = f"whether it was seen until the end is not known: {error}"
        gone = [Lost(scope=subscription_key(s), detail=detail) for s in area.subscriptions]
        return replace(area, lost=(*area.lost, *gone))
    gone = [_unseen(s) for s in area.subscriptions if s not in visible]
    known = {lost.scope for lost in area.lost}
    left = [s for s in area.subscriptions if s in visible and subscription_key(s) not in known]
    return replace(area, lost=(*area.lost, *gone, *unproven(left, session)))


def visible_subscriptions(session: Session) -> frozenset[str]:
    """Return the ids of the subscriptions that the identity sees, lower case."""
    found = _values("/subscriptions", _SUBSCRIPTIONS, session)
    return frozenset(ascii_lower(str(v["subscriptionId"])) for v in found if "subscriptionId" in v)


def unproven(subscriptions: Sequence[str], session: Session) -> Iterator[Lost]:
    """Give the subscriptions of which a role on a part of them may be all there is.

    A subscription is listed for whoever has a role on one resource of it, and a query then answers
    with that resource alone and says that this is all. So the role itself is looked at.
    """
    with ThreadPoolExecutor(_WORKERS) as pool:
        found = pool.map(lambda s: _doubt(s, session), subscriptions)
        yield from (lost for lost in found if lost is not None)


def _doubt(subscription: str, session: Session) -> Lost | None:
    scope = subscription_key(subscription)
    url = f"{scope}/providers/Microsoft.Authorization/permissions"
    try:
        permissions = list(_values(url, _PERMISSIONS, session))
    except CallError as error:
        if error.forbidden:
            detail = f"access is refused: {error}"
        else:
            detail = f"whether all of it is seen is not known: {error}"
        return Lost(scope=scope, detail=detail, remedy=_grant(scope))
    if reads_all(permissions):
        return None
    detail = "the identity has no role that reads the whole subscription"
    return Lost(scope=scope, detail=detail, remedy=_grant(scope))


def reads_all(permissions: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether permissions let a caller read everything that is collected."""
    held = list(permissions)

    def has(action: str) -> bool:
        return any(
            _any(p.get("actions"), action) and not _any(p.get("notActions"), action) for p in held
        )

    return all(has(action) for action in _SAMPLE)


def _any(patterns: Any, action: str) -> bool:
    return any(
        fnmatch.fnmatchcase(action, ascii_lower(str(p)).replace("[", "[[]"))
        for p in (patterns if isinstance(patterns, list) else ())
    )


def _below(group: str, session: Session) -> set[str]:
    """Return the subscriptions below a management group."""
    url = f"/providers/Microsoft.Management/managementGroups/{group}/descendants"
    found = set()
    for value in _values(url, _GROUPS, session):
        resource_id = ascii_lower(str(value.get("id") or ""))
        kind = ascii_lower(str(value.get("type") or ""))
        if kind.endswith("/subscriptions"):
            found.add(resource_id.rsplit("/", 1)[-1])
    return found


def _values(url: str, version: str, session: Session) -> Iterator[Mapping[str, Any]]:
    params: Mapping[str, str] | None = {"api-version": version}
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        reply = session.call(Family.ARM, "GET", url, params=params)
        values = reply.value.get("value")
        if not isinstance(values, list):
            raise CallError(None, "garbled", "an answer holds no list")
        yield from (v for v in values if isinstance(v, dict))
        link = reply.value.get("nextLink")
        if not isinstance(link, str) or not link:
            return
        if link in seen:
            break
        seen.add(link)
        url, params = link, None
    raise CallError(None, "endless", "the pages of a list do not end")


def _unseen(subscription: str) -> Lost:
    scope = subscription_key(subscription)
    return Lost(
        scope=scope,
        reason=Reason.NOT_COLLECTED,
        detail="the subscription is not visible to the identity",
        remedy=_grant(scope),
    )


def _lost_group(group: str, error: CallError) -> Lost:
    scope = group_key(group)
    if error.status in (FORBIDDEN, NOT_FOUND):
        remedy = f"grant `{READER}` on {scope}, or check its name"
    else:
        remedy = "collect again later"
    detail = f"which subscriptions are below it is not known: {error}"
    return Lost(scope=scope, reason=Reason.NOT_COLLECTED, detail=detail, remedy=remedy)


def _grant(scope: str) -> str:
    return f"grant `{READER}` on {scope} to the identity that collects"


def _nothing(area: Area) -> InputError:
    asked = area.lost[0] if area.lost else None
    what = f"nothing of {asked.scope}" if asked else "no subscription"
    return InputError(
        Diagnostic(
            slug="no-permission",
            message=f"the identity that collects sees {what}",
            help=f"grant `{READER}` on the subscriptions, or on a management group above them",
        )
    )


def _refused(error: CallError) -> InputError:
    if error.forbidden:
        return InputError(
            Diagnostic(
                slug="no-permission",
                message=f"listing the subscriptions is refused: {error}",
                help=f"grant `{READER}` on the subscriptions, or on a management group above them",
            )
        )
    if error.code == "token-refused" or error.status == 401:
        return InputError(
            Diagnostic(
                slug="token-refused",
                message=f"Resource Manager does not take the token: {error}",
                help="sign in anew; check that --cloud and --tenant are the right ones",
            )
        )
    return InputError(
        Diagnostic(
            slug="no-connection",
            message=f"Resource Manager cannot be asked: {error}",
            help="check the network and the proxy; ATTESTGRAPH_CA_BUNDLE names the certificates of "
            "a private one",
        )
    )
