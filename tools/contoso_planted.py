"""What is planted in the rows of the made-up tenant, and which definitions find it.

Everything that is not here and not in the lab is as it ought to be. `examples/contoso/PLANTED.md`
says what must come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tools.contoso_base import ABSENT, TENANT, guid


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A row that is not as it ought to be.

    Attributes:
        at: The end of the row's id.
        changes: Values by dotted path; none drops the row.
        on: The end of the id of the resource whose states show it; default: the row's own.
        found: The first eight digits of the definitions that find it.
    """

    at: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    on: str | None = None
    found: str = ""


def _same(names: str, changes: Mapping[str, Any], found: str = "") -> tuple[Plant, ...]:
    return tuple(Plant(at=name, changes=changes, found=found) for name in names.split())


_CONNECTION: Final = "properties.privateEndpointConnections.0.properties"
_DIAGNOSED: Final = "/providers/microsoft.insights/diagnosticsettings/to-log"

EHR_ROWS: Final[tuple[Plant, ...]] = (
    # its endpoint waits for approval; the exception has expired
    Plant(
        at="vaults/kv-ehr-backup",
        changes={f"{_CONNECTION}.privateLinkServiceConnectionState.status": "Pending"},
        found="a6abeaec",
    ),
    # passes only because the workspace asks for 30 days and not for 90
    Plant(at="vaults/kv-ehr-billing", changes={"properties.softDeleteRetentionInDays": 30}),
    # nobody said which environment it is of
    Plant(at="vaults/kv-ehr-messaging", changes={"tags.env": ABSENT}),
    Plant(at="vaults/kv-ehr-imaging/providers/microsoft.eventgrid/eventsubscriptions/near-expiry"),
    # the imaging archive signs with the account key: accepted, a vendor's
    *_same("stehrimaging01 stehrimaging02", {"properties.allowSharedKeyAccess": True}, "8c6a50c6"),
    # a day is enough for the organisation, and CIS wants an hour
    Plant(at="stehrexport", changes={"properties.sasPolicy.sasExpirationPeriod": "1.00:00:00"}),
    # keys of a cache whose network is closed: accepted while it is
    Plant(
        at="redis-ehr-cache",
        changes={"properties.disableAccessKeyAuthentication": False},
        found="3827af20",
    ),
    # passwords of a database whose compensating control fails too
    Plant(
        at="mysql-ehr-portal/configurations/aad_auth_only",
        changes={"properties.value": "OFF"},
        on="mysql-ehr-portal",
        found="40e85574",
    ),
    Plant(
        at="mysql-ehr-portal/configurations/tls_version",
        changes={"properties.value": "TLSv1.1,TLSv1.2"},
    ),
    # bedside monitors that know nothing but keys: accepted for good
    Plant(at="iot-ehr-monitors", changes={"properties.disableDeviceSAS": False}),
    # said to be a false positive: labelled, and still failing
    Plant(
        at="cosmos-ehr-sessions",
        changes={
            "properties.keysMetadata.secondaryMasterKey.generationTime": "2026-05-20T02:30:00Z"
        },
        found="9d83ccb1",
    ),
    # a pinned version of a certificate: accepted, an operation needs it
    Plant(
        at="agw-ehr-portal",
        changes={
            "properties.sslCertificates.0.properties.keyVaultSecretId": (
                "https://kv-ehr-records.vault.azure.net/secrets/agw-ehr-portal/"
                "4f1c09e27d3b48a6950e7b13c2d8fa60"
            )
        },
    ),
    # a key of one's own that nobody asked for
    Plant(
        at="adf-ehr-feeds",
        changes={
            "properties.encryption": {
                "keyName": "cmk-adf-ehr-feeds",
                "vaultBaseUrl": "https://kv-ehr-records.vault.azure.net",
            }
        },
    ),
    # plain FTP until a supplier has moved: accepted for a while
    Plant(
        at="app-ehr-billing/config/web",
        changes={"properties.ftpsState": "AllAllowed"},
        on="sites/app-ehr-billing",
        found="4d24b6d4",
    ),
    # open to every origin; the exception begins in December
    Plant(
        at="app-ehr-results/config/web",
        changes={"properties.cors.allowedOrigins": ["*"]},
        on="sites/app-ehr-results",
        found="5744710e",
    ),
    # behind a gateway and without an endpoint: the risk was rated again
    Plant(
        at="sites/func-ehr-notify/privateendpointconnections",
        on="sites/func-ehr-notify",
        found="687aa49d",
    ),
    Plant(
        at="cert-ehr-partners",
        changes={"properties.expirationDate": "2026-11-20T23:59:59+00:00"},
    ),
    Plant(
        at="aks-ehr-imaging",
        changes={"properties.disableLocalAccounts": ABSENT},
        found="993c2fcd",
    ),
    Plant(
        at="aa-ehr-ops/certificates/runbooks",
        changes={"properties.isExportable": True},
    ),
    # no plan for applications: waived until the new year
    Plant(
        at="7d0e3f52-6c1b-4a8e-9f47-2b5c8d1a0e31/providers/microsoft.security/pricings/appservices",
        changes={"properties.pricingTier": "Free"},
        on="subscriptions/7d0e3f52-6c1b-4a8e-9f47-2b5c8d1a0e31",
        found="2913021d",
    ),
)

_ANALYTICS: Final = "c2a94b6d-0f3e-4d17-8a5b-6e7f1c2d3b40"

ANALYTICS_ROWS: Final[tuple[Plant, ...]] = (
    # purge protection was never chosen, retention is the least there is
    Plant(
        at="kv-anl-train",
        changes={
            "properties.enablePurgeProtection": ABSENT,
            "properties.softDeleteRetentionInDays": 7,
        },
        found="0b60c0b2",
    ),
    # an old vault on access policies, whose logs go nowhere
    Plant(
        at="kv-anl-ingest",
        changes={
            "properties.enableRbacAuthorization": ABSENT,
            "properties.accessPolicies": [
                {
                    "tenantId": TENANT,
                    "objectId": guid("sg-ingest"),
                    "permissions": {"secrets": ["get", "list"]},
                }
            ],
        },
        found="12d4fa5e",
    ),
    Plant(at=f"kv-anl-ingest{_DIAGNOSED}", on="vaults/kv-anl-ingest", found="cf820ca0"),
    # settings that nobody chose
    Plant(at="stanlingest", changes={"properties.allowBlobPublicAccess": ABSENT}, found="4fa4b6c0"),
    Plant(at="stanlmodels", changes={"properties.allowSharedKeyAccess": ABSENT}, found="8c6a50c6"),
    Plant(at="stanlreports", changes={"properties.minimumTlsVersion": "TLS1_0"}, found="fe83a0eb"),
    Plant(
        at="cosmos-anl-features",
        changes={"properties.publicNetworkAccess": "Enabled"},
        found="797b37f7",
    ),
    # logins with passwords, and nobody writes down what is read
    Plant(
        at="servers/sql-anl-marts",
        changes={"properties.administrators.azureADOnlyAuthentication": False},
        found="abda6d70",
    ),
    Plant(
        at="sql-anl-marts/azureadonlyauthentications/default",
        changes={"properties.azureADOnlyAuthentication": False},
        found="b3a22bc9",
    ),
    Plant(
        at="sql-anl-marts/auditingsettings/default",
        changes={"properties.state": "Disabled"},
        on="servers/sql-anl-marts",
        found="a6fb4358",
    ),
    # Standard has no private endpoints; one rule manages everything
    Plant(
        at="sb-anl-jobs",
        changes={
            "sku": {"name": "Standard", "tier": "Standard"},
            "properties.privateEndpointConnections": [],
        },
    ),
    Plant(
        at="sb-anl-jobs/queues/inbox/authorizationrules/sender",
        changes={"properties.rights": ["Listen", "Manage", "Send"]},
    ),
    Plant(at=f"evh-anl-ingest{_DIAGNOSED}", on="namespaces/evh-anl-ingest", found="83a214f7"),
    Plant(
        at="adf-anl-pipelines/linkedservices/source",
        changes={
            "properties.typeProperties": {
                "connectionString": "Server=src02;Database=lab;User ID=reader;Password=********"
            }
        },
        found="127ef6d7",
    ),
    Plant(
        at="syn-anl/dedicatedsqlminimaltlssettings/default",
        changes={"properties.minimalTlsVersion": "1.1"},
        found="cb3738a6",
    ),
    Plant(at="cranl", changes={"properties.adminUserEnabled": True}, found="dc921057"),
    Plant(
        at="aks-anl-serve", changes={"properties.disableLocalAccounts": ABSENT}, found="993c2fcd"
    ),
    Plant(at="ai-anl-documents", changes={"properties.disableLocalAuth": False}, found="71ef260a"),
    Plant(at="redis-anl-serving", changes={"properties.enableNonSslPort": True}, found="22bee202"),
    Plant(
        at="baanltrain",
        changes={"properties.allowedAuthenticationModes": ["AAD", "SharedKey"]},
        found="6f68b69f",
    ),
    Plant(at="sites/app-anl-dash", changes={"properties.httpsOnly": False}, found="a4af4a39"),
    Plant(
        at="func-anl-ingest/config/web",
        changes={"properties.cors.allowedOrigins": ["*"]},
        on="sites/func-anl-ingest",
        found="0820b7b9",
    ),
    Plant(
        at="aa-anl-ops/variables/webhook-url",
        changes={"properties.isEncrypted": False},
        found="3657f5a0",
    ),
    Plant(
        at=f"{_ANALYTICS}/providers/microsoft.security/pricings/containers",
        changes={"properties.pricingTier": "Free"},
        on=f"subscriptions/{_ANALYTICS}",
        found="1c988dd6",
    ),
    Plant(
        at=f"workspaces/mlw-anl-imaging{_DIAGNOSED}",
        on="workspaces/mlw-anl-imaging",
        found="afe0c3be",
    ),
    Plant(
        at="afd-anl-dash/customdomains/www",
        changes={"properties.tlsSettings.minimumTlsVersion": "TLS10"},
        found="679da822",
    ),
    # the disk of a machine that is gone, under the platform's key
    Plant(
        at="disk-anl-ml-03",
        changes={"properties.encryption": {"type": "EncryptionAtRestWithPlatformKey"}},
        found="702dd420",
    ),
    # no lock on the vaults of the models
    Plant(at="rg-anl-ml/providers/microsoft.authorization/locks/keep"),
)

# in no system: development
OTHER_ROWS: Final[tuple[Plant, ...]] = (
    Plant(
        at="kv-shd-dev",
        changes={
            "properties.publicNetworkAccess": "Enabled",
            "properties.networkAcls.defaultAction": "Allow",
            "properties.accessPolicies": ABSENT,
            "properties.enableRbacAuthorization": False,
        },
        found="12d4fa5e 55615ac9",
    ),
    Plant(
        at="stshdbuild",
        changes={
            "properties.minimumTlsVersion": "TLS1_0",
            "properties.supportsHttpsTrafficOnly": False,
        },
        found="fe83a0eb 404c3081",
    ),
)

_SHARED: Final = "15b8e7a9-4d2c-4f60-b3a1-9c8d7e6f5a21"
_PRICING: Final = f"{_SHARED}/providers/microsoft.security/pricings"
_SUBSCRIPTION: Final = f"subscriptions/{_SHARED}"
# plans that the shared subscription does without, and the definition that finds each
_NO_PLAN: Final[Mapping[str, str]] = {
    "appservices": "2913021d",
    "arm": "c3d20c29",
    "cosmosdbs": "adbe85b5",
    "opensourcerelationaldatabases": "0a9fbe0d",
    "sqlservers": "7fe3b40f",
    "sqlservervirtualmachines": "6581d072",
    "virtualmachines": "4da35fc9",
}
# in no system: the shared subscription itself, of which production needs one resource group
SHARED_ROWS: Final[tuple[Plant, ...]] = (
    *(
        Plant(
            at=f"{_PRICING}/{plan}",
            changes={"properties.pricingTier": "Free"},
            on=_SUBSCRIPTION,
            found=found,
        )
        for plan, found in _NO_PLAN.items()
    ),
    Plant(
        at=f"{_PRICING}/storageaccounts",
        changes={"properties.extensions": []},
        on=_SUBSCRIPTION,
        found="640d2586",
    ),
    Plant(
        at=f"{_SHARED}/providers/microsoft.security/securitycontacts/default",
        changes={
            "properties.emails": "",
            "properties.alertNotifications.state": "Off",
            "properties.isEnabled": False,
            "properties.notificationsByRole.state": "Off",
        },
        on=_SUBSCRIPTION,
        found="4f4f78b8 6e2593d9 0b15565f",
    ),
    Plant(
        at=f"{_SHARED}/providers/microsoft.insights/diagnosticsettings/activity-to-log",
        on=_SUBSCRIPTION,
        found="2465583e",
    ),
)

PLANTED: Final = (*EHR_ROWS, *ANALYTICS_ROWS, *OTHER_ROWS, *SHARED_ROWS)
