"""Which table publishes an indicator?"""

from __future__ import annotations

#: The first letters of an indicator's name, and the table that has its figures.
PUBLISHED_BY = (
    ("csat", "satisfaction"), ("nps", "satisfaction"), ("renew", "satisfaction"), ("survey", "satisfaction"),
    ("response", "response_time"), ("in_limit", "response_time"), ("accuracy", "accuracy"),
    ("compliance", "compliance"), ("competence", "competence"), ("complaint", "complaints"), ("feedback", "feedback"),
    ("acknowledgement", "acknowledgement"), ("evaluation", "coverage"), ("statutory", "clocks"))


def table_of(indicator: str) -> str:
    """Return the name of the table that publishes ``indicator``; "" where none of PUBLISHED_BY does."""
    return next((table for prefix, table in PUBLISHED_BY if indicator.startswith(prefix)), "")
