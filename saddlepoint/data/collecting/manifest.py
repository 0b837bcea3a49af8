"""What became of every address: one line of JSON each, added as soon as it is known."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saddlepoint.core.errors import UserError, reason

FILE = "manifest.jsonl"
VERSION = 1
KEPT, REJECTED, FAILED = "kept", "rejected", "failed"


class Manifest:
    """The list of a collection, which a later call goes on with.

    Args:
        folder: of the collection.
    """

    def __init__(self, folder: Path):
        self.path = folder / FILE
        self.rows = list(self._read())
        # What failed may work next time; all else is settled.
        self.settled = {row["address"] for row in self.rows if row.get("status") in (KEPT, REJECTED)}

    def add(self, address: str, status: str, **more: Any) -> None:
        """Add a line.

        Args:
            address: what it is about.
            status: kept, rejected, or failed for now.
            **more: what else is known: ``reason``, ``file``, ``sha256``, ``page``, ``licence``, ...
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = {"version": VERSION, "address": address, "time": now, "status": status, **more}
        try:
            # A path may hold bytes that are no UTF-8; Python's escape for these is JSON's own.
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        except OSError as error:
            raise UserError(f"cannot write {self.path}: {reason(error)}; what was collected is kept") from error
        self.rows.append(row)
        if status != FAILED:
            self.settled.add(address)

    def _read(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):  # of a call that was killed while it wrote
            self.path.write_bytes(whole)
        for line in whole.splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and isinstance(row.get("address"), str) and _whole(row):
                yield row


def _whole(row: dict[str, Any]) -> bool:
    """Say whether a line has what later calls go by; others are as if their address had never been asked."""
    if row.get("status") != KEPT:
        return row.get("status") in (REJECTED, FAILED)
    return (
        isinstance(row.get("sha256"), str) and re.fullmatch("[0-9a-f]{16}", str(row.get("phash"))) is not None
    )
