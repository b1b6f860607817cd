"""Stub for now."""

from __future__ import annotations

from imsquery._tables import ACTIONS


def recover(tokens, algebra):
    algebra.report("syntax", "does not parse", (0, len(tokens.text)))
    return None
