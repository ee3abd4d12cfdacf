"""Which values are never stored: exact paths by resource type, never a match on part of a name.

`allowSharedKeyAccess`, `keyPolicy` and `keyVaultProperties` are settings, not secrets: a list of
words would take them too, so the list is of paths (CONTRACT section 2). Sources: the resource
provider schemas of the types, members marked secret or write-only that have been seen in answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from attestgraph.model.ids import ascii_lower

REDACTED_KEY: Final = "$redacted"
_EACH: Final = "[*]"
_ANY: Final = "*"
_DEEP: Final = "**"
# of Data Factory's secrets a reference to a vault is no secret, a SecureString's value is
_REFERENCE: Final = "azurekeyvaultsecret"
_SECURE: Final = "securestring"

_SITE_CONFIG: Final = (
    "properties.siteConfig.appSettings",
    "properties.siteConfig.connectionStrings",
    "properties.siteConfig.azureStorageAccounts",
    "properties.siteConfig.publishingPassword",
)
_PROFILE: Final = "properties.virtualMachineProfile"
_DATABASE_LOGIN: Final = ("properties.administratorLoginPassword",)
_STORAGE_KEY: Final = ("properties.storageAccountAccessKey",)
_KEYS: Final = ("properties.primaryKey", "properties.secondaryKey")
_CREDENTIALS: Final = ("properties.credentials",)
_EVENT_SUBSCRIPTION: Final = (
    "properties.deliveryWithResourceIdentity.destination.properties.endpointUrl",
    "properties.destination.properties.endpointUrl",
)
# secrets of linked services are text, or objects that say by `type` what they are
_LINKED_SERVICE: Final = (
    *(
        f"properties.typeProperties.{name}"
        for name in (
            "accessToken",
            "accountKey",
            "apiToken",
            "clientSecret",
            "connectionString",
            "encryptedCredential",
            "key",
            "password",
            "refreshToken",
            "sasToken",
            "sasUri",
            "secretAccessKey",
            "servicePrincipalCredential",
            "servicePrincipalEmbeddedCert",
            "servicePrincipalKey",
        )
    ),
    "properties.typeProperties.**.value",
)
_PATHS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "microsoft.apimanagement/service": (
            "properties.hostnameConfigurations[*].certificatePassword",
            "properties.hostnameConfigurations[*].encodedCertificate",
        ),
        "microsoft.apimanagement/service/authorizationservers": ("properties.clientSecret",),
        "microsoft.apimanagement/service/backends": _CREDENTIALS,
        "microsoft.apimanagement/service/identityproviders": ("properties.clientSecret",),
        "microsoft.apimanagement/service/namedvalues": ("properties.value",),
        "microsoft.apimanagement/service/subscriptions": _KEYS,
        "microsoft.app/containerapps": ("properties.configuration.secrets[*].value",),
        "microsoft.app/jobs": ("properties.configuration.secrets[*].value",),
        "microsoft.app/managedenvironments": (
            "properties.appLogsConfiguration.logAnalyticsConfiguration.sharedKey",
            "properties.daprAIConnectionString",
            "properties.daprAIInstrumentationKey",
        ),
        "microsoft.automation/automationaccounts/connections": (
            "properties.fieldDefinitionValues",
        ),
        "microsoft.automation/automationaccounts/credentials": ("properties.password",),
        "microsoft.automation/automationaccounts/variables": ("properties.value",),
        "microsoft.automation/automationaccounts/webhooks": ("properties.uri",),
        "microsoft.batch/batchaccounts/pools": (
            "properties.userAccounts[*].password",
            "properties.startTask.environmentSettings",
        ),
        "microsoft.botservice/botservices": ("properties.developerAppInsightsApiKey",),
        "microsoft.cache/redis": ("properties.accessKeys",),
        "microsoft.cognitiveservices/accounts": (
            "properties.apiProperties.eventHubConnectionString",
            "properties.apiProperties.qnaAzureSearchEndpointKey",
            "properties.apiProperties.storageAccountConnectionString",
        ),
        "microsoft.cognitiveservices/accounts/connections": _CREDENTIALS,
        "microsoft.cognitiveservices/accounts/projects/connections": _CREDENTIALS,
        "microsoft.compute/virtualmachines": (
            "properties.osProfile.adminPassword",
            "properties.osProfile.customData",
            "properties.osProfile.windowsConfiguration.additionalUnattendContent[*].content",
            "properties.userData",
        ),
        "microsoft.compute/virtualmachines/extensions": ("properties.protectedSettings",),
        "microsoft.compute/virtualmachines/runcommands": (
            "properties.protectedParameters",
            "properties.runAsPassword",
        ),
        "microsoft.compute/virtualmachinescalesets": (
            f"{_PROFILE}.osProfile.adminPassword",
            f"{_PROFILE}.osProfile.customData",
            f"{_PROFILE}.userData",
            f"{_PROFILE}.extensionProfile.extensions[*].properties.protectedSettings",
        ),
        "microsoft.compute/virtualmachinescalesets/extensions": ("properties.protectedSettings",),
        "microsoft.containerinstance/containergroups": (
            "properties.containers[*].properties.environmentVariables[*].secureValue",
            "properties.diagnostics.logAnalytics.workspaceKey",
            "properties.imageRegistryCredentials[*].password",
            "properties.initContainers[*].properties.environmentVariables[*].secureValue",
            "properties.volumes[*].azureFile.storageAccountKey",
            "properties.volumes[*].secret",
        ),
        "microsoft.containerregistry/registries/tasks": _CREDENTIALS,
        "microsoft.containerservice/managedclusters": (
            "properties.aadProfile.serverAppSecret",
            "properties.servicePrincipalProfile.secret",
            "properties.windowsProfile.adminPassword",
        ),
        "microsoft.datafactory/factories": ("properties.globalParameters.*.value",),
        "microsoft.datafactory/factories/linkedservices": _LINKED_SERVICE,
        "microsoft.dbformariadb/servers": _DATABASE_LOGIN,
        "microsoft.dbformysql/flexibleservers": _DATABASE_LOGIN,
        "microsoft.dbformysql/servers": _DATABASE_LOGIN,
        "microsoft.dbforpostgresql/flexibleservers": _DATABASE_LOGIN,
        "microsoft.dbforpostgresql/servers": _DATABASE_LOGIN,
        "microsoft.devices/iothubs": (
            "properties.authorizationPolicies[*].primaryKey",
            "properties.authorizationPolicies[*].secondaryKey",
            "properties.routing.endpoints.*[*].connectionString",
            "properties.storageEndpoints.*.connectionString",
        ),
        "microsoft.devices/provisioningservices": (
            "properties.authorizationPolicies[*].primaryKey",
            "properties.authorizationPolicies[*].secondaryKey",
            "properties.iotHubs[*].connectionString",
        ),
        "microsoft.eventgrid/eventsubscriptions": _EVENT_SUBSCRIPTION,
        "microsoft.eventgrid/systemtopics/eventsubscriptions": _EVENT_SUBSCRIPTION,
        "microsoft.hdinsight/clusters": (
            "properties.clusterDefinition.configurations",
            "properties.computeProfile.roles[*].osProfile.linuxOperatingSystemProfile.password",
            "properties.storageProfile.storageaccounts[*].key",
            "properties.storageProfile.storageaccounts[*].saskey",
        ),
        "microsoft.insights/actiongroups": (
            "properties.automationRunbookReceivers[*].serviceUri",
            "properties.azureFunctionReceivers[*].httpTriggerUrl",
            "properties.logicAppReceivers[*].callbackUrl",
            "properties.webhookReceivers[*].serviceUri",
        ),
        "microsoft.insights/autoscalesettings": (
            "properties.notifications[*].webhooks[*].serviceUri",
        ),
        "microsoft.insights/components": (
            "properties.ConnectionString",
            "properties.InstrumentationKey",
        ),
        "microsoft.keyvault.data/vaults/secrets": ("properties.value",),
        "microsoft.keyvault/vaults/secrets": ("properties.value",),
        "microsoft.kusto/clusters/databases/scripts": (
            "properties.scriptContent",
            "properties.scriptUrlSasToken",
        ),
        "microsoft.logic/workflows": ("properties.parameters.*.value",),
        "microsoft.machinelearningservices/workspaces/computes": (
            "properties.properties.administratorAccount.password",
            "properties.properties.userAccountCredentials",
        ),
        "microsoft.machinelearningservices/workspaces/connections": _CREDENTIALS,
        "microsoft.machinelearningservices/workspaces/datastores": _CREDENTIALS,
        "microsoft.network/applicationgateways": (
            "properties.sslCertificates[*].properties.data",
            "properties.sslCertificates[*].properties.password",
        ),
        "microsoft.network/connections": ("properties.sharedKey",),
        "microsoft.network/expressroutecircuits": (
            "properties.authorizations[*].properties.authorizationKey",
            "properties.serviceKey",
        ),
        "microsoft.network/expressroutecircuits/authorizations": ("properties.authorizationKey",),
        "microsoft.network/virtualnetworkgateways": (
            "properties.vpnClientConfiguration.radiusServerSecret",
            "properties.vpnClientConfiguration.radiusServers[*].radiusServerSecret",
        ),
        "microsoft.resources/deploymentscripts": (
            "properties.environmentVariables[*].secureValue",
            "properties.storageAccountSettings.storageAccountKey",
        ),
        "microsoft.servicefabric/managedclusters": ("properties.adminPassword",),
        "microsoft.sql/managedinstances": _DATABASE_LOGIN,
        "microsoft.sql/servers": _DATABASE_LOGIN,
        "microsoft.sql/servers/auditingsettings": _STORAGE_KEY,
        "microsoft.sql/servers/databases/auditingsettings": _STORAGE_KEY,
        "microsoft.sql/servers/databases/securityalertpolicies": _STORAGE_KEY,
        "microsoft.sql/servers/securityalertpolicies": _STORAGE_KEY,
        "microsoft.sql/servers/vulnerabilityassessments": (
            *_STORAGE_KEY,
            "properties.storageContainerSasKey",
        ),
        "microsoft.streamanalytics/streamingjobs/inputs": (
            "properties.datasource.properties.sharedAccessPolicyKey",
            "properties.datasource.properties.storageAccounts[*].accountKey",
        ),
        "microsoft.streamanalytics/streamingjobs/outputs": (
            "properties.datasource.properties.accountKey",
            "properties.datasource.properties.apiKey",
            "properties.datasource.properties.password",
            "properties.datasource.properties.sharedAccessPolicyKey",
            "properties.datasource.properties.storageAccounts[*].accountKey",
        ),
        "microsoft.synapse/workspaces/linkedservices": _LINKED_SERVICE,
        "microsoft.synapse/workspaces": ("properties.sqlAdministratorLoginPassword",),
        "microsoft.web/certificates": ("properties.password", "properties.pfxBlob"),
        "microsoft.web/sites": _SITE_CONFIG,
        "microsoft.web/sites/config": (
            "properties.appSettings",
            "properties.azureStorageAccounts",
            "properties.connectionStrings",
            "properties.publishingPassword",
        ),
        "microsoft.web/sites/slots": _SITE_CONFIG,
        "microsoft.web/sites/slots/config": (
            "properties.appSettings",
            "properties.azureStorageAccounts",
            "properties.connectionStrings",
            "properties.publishingPassword",
        ),
    }
)
# configuration resources of a site that are secrets as a whole, by the last segment of the id
_SECRET_CONFIGS: Final = frozenset(
    {
        "appsettings",
        "authsettings",
        "azurestorageaccounts",
        "connectionstrings",
        "publishingcredentials",
    }
)
_CONFIG_TYPES: Final = frozenset(
    {
        "microsoft.web/sites/config",
        "microsoft.web/sites/slots/config",
        "microsoft.web/staticsites/config",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPath:
    """A path whose value is never stored, and its segments in lower case."""

    text: str
    segments: tuple[str, ...]


def secret_paths(resource_type: str, id_key: str) -> tuple[SecretPath, ...]:
    """Return the paths of a type that hold secrets.

    `[*]` is each element, `*` each member, `**.value` the value of every SecureString below.
    """
    paths = _PATHS.get(resource_type, ())
    if resource_type in _CONFIG_TYPES and id_key.rsplit("/", 1)[-1] in _SECRET_CONFIGS:
        paths = ("properties",)
    return tuple(SecretPath(text=path, segments=_segments(path)) for path in paths)


def state_secret_paths() -> tuple[SecretPath, ...]:
    """Return the paths of a policy state that can hold secrets.

    The details of an evaluation repeat the values that the rule read, connection strings included.
    """
    path = "details.evaluatedExpressions[*].expressionValue"
    return (SecretPath(text=path, segments=_segments(path)),)


def redact(row: dict[str, Any], paths: tuple[SecretPath, ...]) -> list[str]:
    """Replace the values at the paths inside a row, in place; return the paths that were hit.

    A null is not a value and stays. A value that was replaced before counts again.

    Args:
        row: `properties` and the columns of a projection, in which Resource Graph names
            `properties.siteConfig.appSettings` `properties_siteConfig_appSettings`.
        paths: What `secret_paths` gave for the row's type.
    """
    return [path.text for path in paths if _hide(row, path.segments) | _hide_flat(row, path)]


def _segments(path: str) -> tuple[str, ...]:
    return tuple(ascii_lower(path).replace(_EACH, "." + _EACH).split("."))


def _hide(value: Any, segments: tuple[str, ...]) -> bool:
    head, rest = segments[0], segments[1:]
    if head == _DEEP:
        return _hide_secure(value)
    if head == _EACH:
        return isinstance(value, list) and _hide_in(value, list(enumerate(value)), rest)
    if not isinstance(value, dict):
        return False
    chosen = [(k, v) for k, v in value.items() if head == _ANY or ascii_lower(k) == head]
    return _hide_in(value, chosen, rest)


def _hide_in(holder: Any, chosen: list[tuple[Any, Any]], rest: tuple[str, ...]) -> bool:
    hit = False
    for key, value in chosen:
        if value is None:
            continue
        if not rest:
            hit = _hide_one(holder, key) or hit
        elif _hide(value, rest):
            hit = True
    return hit


def _hide_one(holder: Any, key: Any) -> bool:
    """Replace a value; of an object that says what it is, only what is secret of it."""
    value = holder[key]
    kind = ascii_lower(str(value.get("type"))) if isinstance(value, dict) else ""
    if kind == _REFERENCE:
        return False
    if kind == _SECURE:
        return _hide_secure(value)
    holder[key] = {REDACTED_KEY: True}
    return True


def _hide_secure(value: Any) -> bool:
    """Replace the value of every SecureString in a value."""
    hit = False
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if ascii_lower(str(each.get("type"))) == _SECURE and each.get("value") is not None:
                each["value"] = {REDACTED_KEY: True}
                hit = True
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return hit


def _hide_flat(row: dict[str, Any], path: SecretPath) -> bool:
    hit = False
    if len(row) == 1:
        # nothing but the properties: most rows
        return hit
    for length in range(2, len(path.segments) + 1):
        names = path.segments[:length]
        if _EACH in names:
            break
        flat = "_".join(names)
        chosen = [(k, v) for k, v in row.items() if ascii_lower(k) == flat]
        hit = _hide_in(row, chosen, path.segments[length:]) or hit
    return hit
