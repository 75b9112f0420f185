"""What is advised where a problem is found, and how much is known of it (``recommendations.yml``; clause 5.4)?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from analysis.params.yaml_file import Closed, Name


class Recommendation(Closed):
    """One entry of the catalogue: for which indicators and types of unit, whose it is, what to do, and why."""

    id: Name
    indicators: tuple[str, ...] = Field(min_length=1)
    #: Types of unit it is meant for; none = any.
    unit_types: tuple[str, ...] = ()
    owner_department: Name
    measure: Name
    #: In the unit of the indicators, signed; None where nobody has measured it.
    expected_effect: float | None = None
    evidence: Name
    certainty: Literal["high", "medium", "low"]

    def fits(self, indicator: str, unit_type: str) -> bool:
        """Tell whether it is advised for a problem of ``indicator`` in a unit of ``unit_type``."""
        return indicator in self.indicators and (not self.unit_types or unit_type in self.unit_types)
