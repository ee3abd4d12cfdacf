"""Nouns, closed sets of words, and pure laws. No files, no clock, no network."""
