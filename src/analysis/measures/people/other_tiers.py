"""Whose tier would another model of the case mix, or other rows, have moved (METHODS §3)?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.measures.people.groups import GROUP
from analysis.measures.people.judgement import Known, tiers_under
from analysis.measures.people.scoring import Scoring
from analysis.measures.people.tiers import COMPOSITE_GAP, Part, parts_of
from analysis.run import Run

PERSON_COLUMNS = ["held_equal", "unit", *GROUP, "tier", "other_tier", "adjusted", "other_adjusted"]
COUNT_COLUMNS = ["held_equal", "indicator", "event", "people", "correlation", "moves", "changed"]


def other_tiers(run: Run, known: Known, others: Mapping[str, Scoring]) -> pd.DataFrame:
    """Return everybody's tier by the rule and under each of ``others`` (name → scoring): PERSON_COLUMNS, by id.

    ``adjusted``, ``other_adjusted``: points off the colleagues' mean, before anything is drawn to it; empty where
    there is no composite.
    """
    return compared_tiers(known, others, parts_of(run, known.bounds.trusted))


def compared_tiers(known: Known, others: Mapping[str, Scoring], parts: dict[str, Part]) -> pd.DataFrame:
    """Return the same for stated ``parts`` of the composite; no row where there are none, or no cases."""
    if not parts or not known.scored.fits:
        return pd.DataFrame(columns=PERSON_COLUMNS)
    ruled = _of(known.tiers.people)
    told = [ruled.join(_of(tiers_under(known, scored, parts)).add_prefix("other_")).assign(held_equal=name)
            for name, scored in others.items()]
    return pd.concat(told).rename_axis("unit").reset_index()[PERSON_COLUMNS]


def _of(people: pd.DataFrame) -> pd.DataFrame:
    return people.set_index("employee_id").reindex(columns=[*GROUP, "tier", "adjusted"])


def tier_moves(tiers: pd.DataFrame) -> pd.DataFrame:
    """Return COUNT_COLUMNS of `other_tiers`, nobody named: how far composites move, ``changed``: how many tiers do.

    ``people`` have a composite both ways, in a group whose people differ.
    """
    rows = []
    for name, own in tiers.groupby("held_equal", sort=False):
        both = own[["adjusted", "other_adjusted"]].astype(float).dropna()
        most = (both["adjusted"] - both["other_adjusted"]).abs().max()
        rows.append([name, COMPOSITE_GAP, "", len(both), both["adjusted"].corr(both["other_adjusted"]), most,
                     int(own["tier"].ne(own["other_tier"]).sum())])
    return pd.DataFrame(rows, columns=COUNT_COLUMNS)


def moved_tiers(tiers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `other_tiers` whose tier would be another (confidential)."""
    return tiers[tiers["tier"].ne(tiers["other_tier"])].reset_index(drop=True)
