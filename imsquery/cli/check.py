"""``imsquery check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.checker import check
from imsquery.cli.common import (
    add_filter,
    add_options,
    draw,
    options,
    print_diff,
    read_filter,
    wants_color,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
