"""attestgraph: compliance for Azure as code, that never claims what it has not seen."""

__version__ = "0.1.0"
