"""Where the servers that these tests start keep their files."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="imsquery-"))
