"""Files of image records that are searched in place of a service."""

from __future__ import annotations

from pathlib import Path

from imsquery.cli.common import UsageError

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import Namespace, _ActionsContainer
    from typing import Any

    from imsquery.client.services import Keep


def add_catalog(where: _ActionsContainer) -> None:
    """Declare ``--catalog``."""
    where.add_argument(
        "--catalog",
        nargs="+",
        metavar="FILE",
        help="file of image records to search instead; several if they are Parquet, JSON Lines or "
        "CSV",
    )


def settle_filter(arguments: Namespace) -> None:
    """Take the filter from the files, the last of which it is where it comes after them.

    Raises:
        UsageError: there is no filter.
    """
    if arguments.filter is None and arguments.catalog and len(arguments.catalog) > 1:
        arguments.filter = arguments.catalog.pop()
    if arguments.filter is None:
        raise UsageError("the following arguments are required: FILTER")
    arguments.catalog = arguments.catalog and [*map(Path, arguments.catalog)]


def is_in_place(arguments: Namespace) -> bool:
    """Return whether the files are searched in place.

    A single file of JSON is loaded as `serve` does, which checks all of it.

    Raises:
        OSError: one of them cannot be read.
        ValueError: they are several that have to be.
    """
    if arguments.catalog is None:
        return False
    from imsquery.engines.files import find_format

    formats = {find_format(path) for path in arguments.catalog}
    if len(arguments.catalog) == 1:
        return formats <= {"parquet", "csv"}
    if None in formats:
        raise ValueError("several files must be Parquet, JSON Lines or CSV")
    return True


def search(arguments: Namespace, query: str, keep: Keep, **keywords: Any) -> int:
    """Search files without loading them; return the number of files.

    Args:
        arguments: those that :func:`add_catalog` declares.
        query: the filter.
        keep: called with no place and each image that it finds.
        keywords: options for reading the filter.

    Raises:
        QueryError: an error in the filter.
        ValueError, OSError: a file cannot be searched.
    """
    from imsquery.engines.files import search_files

    for record in search_files(arguments.catalog, query, **keywords):
        keep("", record)
    return len(arguments.catalog)
