"""What does the user do when we will not go on? A refusal names file, row, column, rule and remedy, never the value."""

from __future__ import annotations

from pathlib import Path


class Refused(Exception):
    """What the user gave is wrong (exit status 2).

    The message is one clear sentence with its remedy. It never quotes a delivered value, which may be personal.
    """

    def __init__(self, rule: str, remedy: str, *, file: Path | str = "", row: int | None = None, column: str = ""):
        self.rule, self.remedy, self.file, self.row, self.column = rule, remedy, str(file), row, column
        super().__init__(rule, remedy)

    def __str__(self) -> str:
        place = [self.file, f"row {self.row}" if self.row is not None else "", self.column and f"column {self.column}"]
        where = ", ".join(part for part in place if part)
        return f"{where}: {self.rule}. {self.remedy}" if where else f"{self.rule}. {self.remedy}"


class Busy(Exception):
    """Another run of the same quarter holds the lock (exit status 75)."""
