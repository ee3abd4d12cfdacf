"""Live evidence: collected completely, or said to be incomplete; the only room with a network."""

from __future__ import annotations

from attestgraph.collect.area import Wanted
from attestgraph.collect.auth import Method, Principal, SignIn, credential, sign_in
from attestgraph.collect.clock import Clock, StoppedError
from attestgraph.collect.clouds import Cloud, cloud
from attestgraph.collect.masking import Mask, read_mask
from attestgraph.collect.plan import CollectionPlan, TablePlan, plan_collection
from attestgraph.collect.policy_states import PolicyStates
from attestgraph.collect.resource_graph import GraphTable
from attestgraph.collect.run import Collected, Progress, collect
from attestgraph.collect.session import CallError, Family, Session, Settings
from attestgraph.collect.source import Area, Lost, Partition, Source
from attestgraph.collect.writing import About

__all__ = [
    "About",
    "Area",
    "CallError",
    "Clock",
    "Cloud",
    "Collected",
    "CollectionPlan",
    "Family",
    "GraphTable",
    "Lost",
    "Mask",
    "Method",
    "Partition",
    "PolicyStates",
    "Principal",
    "Progress",
    "Session",
    "Settings",
    "SignIn",
    "Source",
    "StoppedError",
    "TablePlan",
    "Wanted",
    "cloud",
    "collect",
    "credential",
    "plan_collection",
    "read_mask",
    "sign_in",
]
