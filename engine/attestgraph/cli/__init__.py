"""Commands and terminal tables. Reads the clock; the only importer of typer and rich."""
