"""How do this company's files map onto our tables (``sources.yml``)?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis.params.site import Zone
from analysis.params.yaml_file import Closed


class TableSource(Closed):
    """How one of our tables is read: every key is optional, the default being our own names in UTF-8 and ISO 8601.

    ``columns`` maps our column to theirs; a column of theirs that is not mapped keeps its name if it is one of ours
    (unless ``only_mapped``). ``constants`` fills a column; ``values`` renames value codes; ``missing`` lists the codes
    that mean no answer, per column; ``separators`` names what parts several values in one cell; ``formats`` gives
    ``strptime`` formats of date columns; ``time_zone`` is that of times without one, where it is not the site's.
    """

    file: str | None = None
    encoding: Literal["utf-8", "gb18030", "big5", "utf-16"] = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    sheet: str | None = None
    time_zone: Zone | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    only_mapped: bool = False
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    separators: dict[str, str] = Field(default_factory=dict)
    formats: dict[str, str] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _one_origin_per_column(self) -> TableSource:
        if both := set(self.columns) & set(self.constants):
            raise ValueError(f"{sorted(both)[0]} is both a mapped column and a constant")
        return self


class Sources(Closed):
    """The mapping of every delivered table; a table not named here is read under our own names."""

    tables: dict[str, TableSource] = Field(default_factory=dict)

    def of(self, table: str) -> TableSource:
        """Return how ``table`` is read."""
        return self.tables.get(table, TableSource())
