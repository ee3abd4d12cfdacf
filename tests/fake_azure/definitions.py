"""Built-in policy definitions that states of a generated tenant belong to, by resource type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEFINITIONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "microsoft.keyvault/vaults": (
        ("0b60c0b2-2dc2-4e1c-b5c9-abbed971de53", "Audit"),
        ("12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5", "Audit"),
        ("1e66c121-a66a-4b1f-9b83-0fd99bf0fc2d", "Audit"),
        ("405c5871-3e91-4644-8a63-58e19d68ff5b", "Audit"),
        ("55615ac9-af46-4a59-874e-391cc3dfb490", "Audit"),
        ("a6abeaec-4d90-4a02-805f-6b26c4d3fbe9", "Audit"),
        ("cf820ca0-f99e-4f3e-84fb-66e913812d21", "AuditIfNotExists"),
    ),
    "microsoft.storage/storageaccounts": (
        ("044985bb-afe1-42cd-8a36-9d5d42424537", "Audit"),
        ("34c877ad-507e-4c82-993e-3452a6e0ad3c", "Audit"),
        ("404c3081-a854-4457-ae30-26a93ef643f9", "Audit"),
        ("4733ea7b-a883-42fe-8cac-97454c2a9e4a", "Audit"),
        ("4fa4b6c0-31ca-4c0d-b10d-24b96f62a751", "Audit"),
        ("6edd7eda-6dd8-40f7-810d-67160c639cd9", "AuditIfNotExists"),
        ("6fac406b-40ca-413b-bf8e-0bf964659c25", "Audit"),
        ("7aa1c9d5-3d7e-4579-8117-d85e99211757", "Deny"),
        ("7c322315-e26d-4174-a99e-f49d351b4688", "Audit"),
        ("8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54", "Audit"),
        ("b2982f36-99f2-4db5-8eff-283140c09693", "Audit"),
        ("bc1b984e-ddae-40cc-801a-050a030e4fbe", "Audit"),
    ),
    "microsoft.compute/virtualmachines": (
        ("1417908b-4bff-46ee-a2a6-4acc899320ab", "auditIfNotExists"),
        ("702dd420-7fcc-42c5-afe8-4026edd20fe0", "Audit"),
    ),
    "microsoft.compute/disks": (("702dd420-7fcc-42c5-afe8-4026edd20fe0", "Audit"),),
    "microsoft.web/sites": (
        ("0820b7b9-23aa-4725-a1ce-ae4558f718e5", "AuditIfNotExists"),
        ("0da106f2-4ca3-48e8-bc85-c638fe6aea8f", "AuditIfNotExists"),
        ("0e60b895-3786-45da-8377-9c6b4b6ac5f9", "AuditIfNotExists"),
        ("19dd1db6-f442-49cf-a838-b0786b4401ef", "AuditIfNotExists"),
        ("1b5ef780-c53c-4a64-87f3-bb9c8c8094ba", "Audit"),
        ("2b9ad585-36bc-4615-b300-fd4435808332", "AuditIfNotExists"),
        ("399b2637-a50f-4f95-96f8-3a145476eb15", "AuditIfNotExists"),
        ("4d24b6d4-5e53-4a4f-a7f4-618fa573ee4b", "AuditIfNotExists"),
        ("5744710e-cc2f-4ee8-8809-3b11e89f4bc9", "AuditIfNotExists"),
        ("687aa49d-0982-40f8-bf6b-66d1da97a04b", "AuditIfNotExists"),
        ("6d555dd1-86f2-4f1c-8ed7-5abae7c6cbab", "Audit"),
        ("871b205b-57cf-4e1e-a234-492616998bf7", "AuditIfNotExists"),
    ),
    "microsoft.sql/servers": (
        ("0a370ff3-6cab-4e85-8995-295fd854c5b8", "Audit"),
        ("1f314764-cb73-4fc9-b863-8eca98ac36e9", "AuditIfNotExists"),
        ("32e6bbec-16b6-44c2-be37-c5b672d103cf", "Audit"),
        ("5cc7aeef-357e-433d-9627-05354b40f8e2", "Audit"),
        ("89099bee-89e0-4b26-a5f4-165451757743", "AuditIfNotExists"),
        ("a6fb4358-5bf4-4ad7-ba82-2cd2f41ce5e9", "AuditIfNotExists"),
        ("abda6d70-9778-44e7-84a8-06713e6db027", "Audit"),
        ("abfb4388-5bf4-4ad7-ba82-2cd2f41ceae9", "AuditIfNotExists"),
    ),
    "microsoft.documentdb/databaseaccounts": (
        ("1f905d99-2ab7-462c-a6b0-f709acca6c8f", "Audit"),
        ("45c6bfc7-4520-4d64-a158-730cd92eedbc", "DeployIfNotExists"),
        ("4750c32b-89c0-46af-bfcb-2e4541a818d5", "append"),
        ("5450f5bd-9c72-4390-a9c4-a7aba4edfdd2", "Audit"),
        ("58440f8a-10c5-4151-bdce-dfbaad4a20b7", "Audit"),
        ("797b37f7-06b8-444c-b1ad-fc62867f335a", "Audit"),
        ("862e97cf-49fc-4a5c-9de4-40d4e2e7c8eb", "Deny"),
        ("9d83ccb1-f313-46ce-9d39-a198bfdb51a0", "Audit"),
    ),
    "microsoft.eventhub/namespaces": (
        ("0602787f-9896-402a-a6e1-39ee63ee435e", "Audit"),
        ("5d4e3c65-4873-47be-94f3-6f8b953a3598", "Audit"),
        ("836cd60e-87f3-4e6a-a27c-29d687f01a4c", "Audit"),
        ("83a214f7-d01a-484b-91a9-ed54470c9a6a", "AuditIfNotExists"),
        ("a1ad735a-e96f-45d2-a7b2-9a4932cab7ec", "Audit"),
        ("b8564268-eb4a-4337-89be-a19db070c59d", "AuditIfNotExists"),
    ),
    "microsoft.servicebus/namespaces": (
        ("1c06e275-d63d-4540-b761-71f364c2111d", "AuditIfNotExists"),
        ("295fc8b1-dc9f-4f53-9c61-3f313ceab40a", "Audit"),
        ("cbd11fd3-3002-4907-b6c8-579f0e700e13", "Audit"),
        ("cfb11c26-f069-4c14-8e36-56c394dae5af", "Audit"),
        ("ebaf4f25-a4e8-415f-86a8-42d9155bef0b", "Audit"),
        ("f8d36e2f-389b-4ee4-898d-21aeb69a0f45", "AuditIfNotExists"),
    ),
    "microsoft.automation/automationaccounts": (
        ("48c5f1cb-14ad-4797-8e3b-f78ab3f8d700", "Audit"),
        ("56a5ee18-2ae6-4810-86f7-18e39ce5629b", "Audit"),
        ("955a914f-bf86-4f0e-acd5-e0766b0efcb6", "Audit"),
        ("b797045a-b3cd-46e4-adc4-bbadb3381d78", "DeployIfNotExists"),
        ("dea83a72-443c-4292-83d5-54a2f98749c0", "Audit"),
    ),
    "microsoft.dbforpostgresql/flexibleservers": (
        ("12c74c95-0efd-48da-b8d9-2a7d68470c92", "Audit"),
        ("5e1de0e3-42cb-4ebc-a86d-61d0c619ca48", "Audit"),
        ("a43d5475-c569-45ce-a268-28fa79f4e87a", "AuditIfNotExists"),
        ("c29c38cb-74a7-4505-9a06-e588ab86620a", "AuditIfNotExists"),
        ("fa498b91-8a7e-4710-9578-da944c68d1fe", "Audit"),
    ),
}
"""Name and effect."""
