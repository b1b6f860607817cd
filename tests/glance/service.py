"""OpenStack Glance in this process: the image service's ancestor, with a catalogue of one's own.

A catalogue goes straight into the tables, so that times and states are as wanted.  Requests are
made by WebOb; who makes them is for the middleware of Keystone to say, which knows two tokens.
"""

from __future__ import annotations

import atexit
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from imsquery.execution.pages import Page

Record = dict[str, Any]
PATH = "/v2/images"
MEMBER, ADMIN = "member-token", "admin-token"
"""Tokens of a user of :data:`PROJECT`, and of an administrator."""
PROJECT, OTHER = "p" * 32, "o" * 32

_CONFIGURATION = """
[DEFAULT]
enabled_backends = file:file
log_file = {folder}/log
[database]
connection = sqlite:///{folder}/images.sqlite
[glance_store]
default_backend = file
[file]
filesystem_store_datadir = {folder}/files
[os_glance_staging_store]
filesystem_store_datadir = {folder}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {folder}/tasks
[paste_deploy]
config_file = {paste}
flavor = keystone
[keystone_authtoken]
www_authenticate_uri = http://127.0.0.1:1
"""

_COLUMNS = (
    "id", "name", "disk_format", "container_format", "size", "virtual_size", "status", "visibility",
    "checksum", "os_hash_algo", "os_hash_value", "min_disk", "min_ram", "owner", "protected",
    "os_hidden", "created_at", "updated_at",
)  # fmt: skip
_NOW = "2018-01-01 00:00:00.000000"
_DELETED = {"deleted", "pending_delete"}
_MADE = {"self", "file", "schema", "tags"}  # by the service, or in a table of its own
_REQUIRED: Record = {
    "status": "active", "visibility": "public", "min_disk": 0, "min_ram": 0, "protected": False,
    "os_hidden": False, "created_at": "2018-01-01T00:00:00Z", "updated_at": "2018-01-01T00:00:00Z",
}  # fmt: skip


class RefusedError(Exception):
    """A response other than 200."""

    def __init__(self, query: str, status: int, body: str) -> None:
        super().__init__(f"{status} for {query!r}: {body[:300]}")
        self.status = status


class Glance:
    """The service over one catalogue.

    Args:
        folder: for its files.

    Attributes:
        asked: the query strings of requests since the catalogue was loaded.
        token: sent with each request.
        application: to be called by a server.
    """

    def __init__(self, folder: Path) -> None:
        self._database = folder / "images.sqlite"
        self.asked: list[str] = []
        self.token = ADMIN
        _lay_out(folder)
        self.application = _application(folder)

    def load(
        self,
        images: Sequence[Mapping[str, Any]],
        members: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        """Replace the catalogue.

        Args:
            images: records as the service lists them; what is not a column is a property.
            members: ``(image id, project, status)`` of images that are shared.
        """
        self.asked.clear()
        with closing(sqlite3.connect(self._database)) as database, database:
            database.execute("PRAGMA synchronous = OFF")
            for table in ("image_members", "image_tags", "image_properties", "images"):
                database.execute(f"DELETE FROM {table}")
            for table, row in _rows(images, members):
                names, places = ", ".join(row), ", ".join("?" * len(row))
                statement = f"INSERT INTO {table} ({names}) VALUES ({places})"
                database.execute(statement, [*row.values()])

    def respond(self, query: str) -> tuple[int, str]:
        """Return the status and body of a response to a query string."""
        return self.get(f"{PATH}?{query}" if query else PATH)

    def get(self, url: str, accept: str = "*/*") -> tuple[int, str]:
        """Return the status and body of a response to a path with its query."""
        import webob

        headers = {"X-Auth-Token": self.token, "Accept": accept}
        request = webob.Request.blank(url, headers=headers)
        response = request.get_response(self.application)
        return response.status_int, response.text

    def page(self, query: str) -> dict[str, Any]:
        """Return the whole page of a query string.

        Raises:
            RefusedError: the service does not answer with one.
        """
        self.asked.append(query)
        status, body = self.respond(query)
        if status != 200:
            raise RefusedError(query, status, body)
        page: dict[str, Any] = json.loads(body)
        return page

    def page_of(self, query: str) -> Page:
        """Return a page of records that says whether there is another."""
        page = self.page(query)
        return Page(page["images"], page.get("next"))

    async def apage_of(self, query: str) -> Page:
        return self.page_of(query)

    def __call__(self, query: str) -> list[Record]:
        images: list[Record] = self.page(query)["images"]
        return images

    def listed(self, query: str = "") -> list[Record]:
        """Return all images that a request lists, page by page, by markers."""
        found: list[Record] = []
        while page := self._after(query, found):
            assert page[-1] not in found, f"pages of {query} repeat"
            found += page
        self.asked.clear()
        return found

    def _after(self, query: str, found: list[Record]) -> list[Record]:
        marker = [f"marker={found[-1]['id']}"] if found else []
        return self("&".join([*filter(None, [query]), "limit=1000", *marker]))


def _lay_out(folder: Path) -> None:
    for name in ("files", "staging", "tasks"):
        (folder / name).mkdir()
    paste = Path(sys.prefix, "etc/glance/glance-api-paste.ini")
    (folder / "glance-api.conf").write_text(_CONFIGURATION.format(folder=folder, paste=paste))
    manage = Path(sys.executable).with_name("glance-manage")
    subprocess.run(
        [manage, "--config-file", folder / "glance-api.conf", "db_sync"],
        check=True,
        capture_output=True,
    )


def _application(folder: Path) -> Callable[..., Any]:
    from glance.common import wsgi_app

    os.environ["OS_GLANCE_CONFIG_DIR"] = str(folder)
    application: Callable[..., Any] = wsgi_app.init_app()
    atexit.unregister(
        wsgi_app.drain_workers
    )  # nothing runs there, and it starts a pool to find out
    return application


def _rows(
    images: Sequence[Mapping[str, Any]], members: Sequence[tuple[str, str, str]]
) -> Iterator[tuple[str, Record]]:
    """Yield each row with the name of its table."""
    for image in images:
        columns = {**_REQUIRED, **{name: image[name] for name in _COLUMNS if name in image}}
        yield (
            "images",
            {
                **columns,
                "created_at": _stored(columns["created_at"]),
                "updated_at": _stored(columns["updated_at"]),
                "deleted": columns["status"] in _DELETED,
            },
        )
        part = {"image_id": image["id"], "created_at": _NOW, "deleted": False}
        for name, value in image.items():
            if name not in _COLUMNS and name not in _MADE and value is not None:
                yield "image_properties", {**part, "name": name, "value": str(value)}
        for tag in image.get("tags", ()):
            yield "image_tags", {**part, "value": tag}
    made = {"created_at": _NOW, "updated_at": _NOW, "deleted": False, "can_share": False}
    for identity, project, status in members:
        yield (
            "image_members",
            {**made, "image_id": identity, "member": project, "status": status},
        )


def _stored(time: str) -> str:
    """Spell a time as SQLAlchemy does: with six digits of a second, which the service hides."""
    second, _, fraction = time.rstrip("Z").replace("T", " ").partition(".")
    return f"{second}.{fraction:0<6}"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(application: Callable[..., Any]) -> Iterator[str]:
    """Serve an application on a loopback port, and yield its scheme, host and port."""
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
