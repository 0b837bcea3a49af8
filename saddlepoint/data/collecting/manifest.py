"""What became of every address: one line of JSON each, added as soon as it is known."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
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
            if isinstance(row, dict) and "address" in row:
                yield row
