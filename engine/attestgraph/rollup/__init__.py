"""From findings and records to what is concluded, and the documents of a run that say so.

The modules are imported by name: `status` reads documents and must not load the engine.
"""
