"""The option that names a folder of conformance cases from outside."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conformance-cases",
        metavar="DIR",
        help="folder with cases/*.yaml and aliases/*.json (default: ../shared beside the checkout)",
    )
