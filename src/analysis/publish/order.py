"""What was a run asked for?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analysis.publish.stage import Stage
from analysis.quarter import Quarter

PROJECT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Order:
    """One run of one quarter; ``data`` and ``language`` left out are those of ``site.yml``."""

    quarter: Quarter
    reports: Path
    params: Path = PROJECT / "params"
    data: Path | None = None
    language: str = ""
    jobs: int = 1
    project: Path = PROJECT

    @property
    def stage(self) -> Stage:
        """Where the run works and publishes."""
        return Stage(self.reports, str(self.quarter))

    @property
    def sheets(self) -> Stage:
        """Where the sheets on persons are made and published: beside the sealed report, never in it."""
        return Stage(self.reports, f"{self.quarter}-sheets")

    @property
    def cache(self) -> Path:
        """What the project keeps between runs and may lose at any time."""
        return self.project / ".cache"

    @property
    def validated(self) -> Path:
        """Where validated tables are kept by content, for every run to share."""
        return self.project / "data" / "validated"
