"""Do two auditors of one case say the same, and is one stricter than the others (clauses 4.3, 4.5; METHODS §3)?

Rests on the checks that two auditors or more judged, over four quarters, by what each of them said himself: a finding
withdrawn on dispute later still counts as his. Auditors are employees: their figures are confidential.
"""

from __future__ import annotations

from dataclasses import replace

import ibis.expr.types as ir
import pandas as pd

from analysis.measures.audits.audits import ERRORS, PASSES, checks
from analysis.measures.breakdown import Question, by_unit
from analysis.measures.people.raters import FEW, MINIMUM_RATERS, MINIMUM_RATINGS, rater_gaps, standing_out
from analysis.measures.people.roster import ROLLING_QUARTERS
from analysis.measures.units import COMPANY, EMPLOYEE, judged
from analysis.run import Run, remembered
from analysis.stats.agreement.gwet import gwet_ac
from analysis.stats.agreement.krippendorff import krippendorff_alpha
from analysis.stats.agreement.permitted_use import permitted_use
from analysis.stats.agreement.severity import pass_severity_test
from analysis.stats.testing import ALPHA
from analysis.tables.results import FIGURE_COLUMNS, blank_figures, figures

ALPHA_INDICATOR, AC1, GAP = "auditor_agreement_alpha", "auditor_agreement_ac1", "auditor_severity_gap"
PARTED: tuple[list[str], ...] = ([], ["family"], ["family", "item"])
TEST_COLUMNS = ["checks", "raters", "statistic", "df", "p", "stand_out", "chance_any", "status"]
FAMILIES = {"accuracy": ERRORS, "compliance": PASSES}
ALL, WITHOUT = "all auditors", "without stand-outs"
BETRAYING = ["std_error", "df", "customers", "p_worse"]  # each leads to the n without some auditors
ROUNDED = 3  # decimals of a share told without some auditors: tenths of a per cent


def seen_twice(run: Run) -> pd.DataFrame:
    """Return the ratings of checks that two auditors or more judged: family, item, unit, rater, value (1 = passed)."""
    rows = run.warehouse.history("audits", ROLLING_QUARTERS)
    keys = ["audit_id", "item"]
    several = rows.group_by(keys).agg(raters=rows.auditor_id.nunique())
    rows = rows.semi_join(several.filter(several.raters > 1), keys)
    found = run.warehouse.reduce(rows.select(*keys, "family", "auditor_id", value=rows.passed.cast("int64")))
    return found.assign(unit=found["audit_id"] + "|" + found["item"]).rename(columns={"auditor_id": "rater"})


@remembered
def auditor_agreement(run: Run) -> pd.DataFrame:
    """Return Krippendorff's alpha and Gwet's AC1 of checks seen by two, for all, per ``family`` and per ``item``.

    ``family`` and ``item`` '' = all; n counts checks. ``permitted_use`` (of alpha, by the lower end of its interval):
    people, trends only, none. Alpha is low where nearly all checks pass, even if auditors rarely differ; AC1 is not,
    so both stand side by side. Intervals take the checks of one audit as independent.
    """
    ratings = seen_twice(run)
    if ratings.empty:
        blank = [blank_figures(one, COMPANY, [COMPANY], "no data") for one in (ALPHA_INDICATOR, AC1)]
        return judged(run, [one.assign(family="", item="", permitted_use="") for one in blank])
    parts = []
    for by in PARTED:
        alpha = krippendorff_alpha(ratings, "nominal", by)
        parts.append(_told(alpha.assign(permitted_use=permitted_use(alpha)), by, ALPHA_INDICATOR))
        parts.append(_told(gwet_ac(ratings, by=by).assign(permitted_use=""), by, AC1))
    return judged(run, parts)


def _told(found: pd.DataFrame, by: list[str], indicator: str) -> pd.DataFrame:
    rows = found.rename_axis(by).reset_index() if by else found.reset_index(drop=True)
    blank = {name: rows.get(name, "") for name in ("family", "item")}
    kept = ["n", "estimate", "low", "high", "level", "method", "status", "permitted_use"]
    words = rows["status"].str.replace("units", "checks").str.replace("one unit", "one check")
    return rows[kept].assign(indicator=indicator, unit_type=COMPANY, unit=COMPANY, status=words, **blank)


def _scores(ratings: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"rater": ratings["rater"], "cell": ratings["unit"], "n": 1, "total": ratings["value"],
                         "total_of_squares": ratings["value"]})


def auditor_severity_test(run: Run) -> pd.DataFrame:
    """Return whether auditors differ in severity beyond chance on the same checks: one row, nobody named.

    ``checks`` seen by two, ``raters``, the generalized Cochran–Mantel–Haenszel ``statistic`` on ``df`` with ``p``; how
    many ``stand_out`` (`analysis.measures.people.raters.standing_out`), and ``chance_any``: how probable it is at
    most that one does by luck.
    """
    ratings = seen_twice(run)
    if len(ratings) < MINIMUM_RATINGS:
        status = FEW if len(ratings) else "no data"
        counts = [ratings["unit"].nunique(), ratings["rater"].nunique()]
        return pd.DataFrame([[*counts, *[float("nan")] * 3, 0, float("nan"), status]], columns=TEST_COLUMNS)
    found = pass_severity_test(_scores(ratings)).iloc[0]
    row = [ratings["unit"].nunique(), ratings["rater"].nunique(), *found[["statistic", "df", "p"]],
           len(standing_out(_scores(ratings))), ALPHA, found["status"]]
    return pd.DataFrame([row], columns=TEST_COLUMNS)


def without_stand_outs(run: Run) -> pd.DataFrame:
    """Return the company's error and weighted pass share with and without the auditors who stand out; nobody named.

    Of the random audits of this quarter and of four (``quarters`` 1 and 4; each as known at its own date), by
    ``audited_by``: all auditors, or without the checks judged by those who stand out (`auditor_severity_test`);
    ``left_out`` is how many they are. "not applicable" where none of them judged a check here, or fewer than
    MINIMUM_RATERS auditors would remain.

    Disclosure: with both shares and both n, what was left out is had by subtraction, and where one stands out that is
    one auditor's own share. So the n without them is not told, nor what leads to it (BETRAYING), and shares and
    limits without them are rounded to tenths of a per cent, for a fraction in full would betray its n. What a reader
    may still guess is rough, and of nobody named.
    """
    ratings = seen_twice(run)
    out = list(standing_out(_scores(ratings)).index) if len(ratings) >= MINIMUM_RATINGS else []
    parts = []
    for quarters in (1, ROLLING_QUARTERS):
        rows = checks(run.warehouse.history("audits", quarters))
        rows = rows.filter(rows.sampling == "random")
        for family, question in FAMILIES.items():
            of_family = rows.filter(rows.family == family)
            parts += [one.assign(quarters=quarters) for one in _with_and_without(run, of_family, question, out)]
    found = judged(run, [one.drop(columns=BETRAYING, errors="ignore") for one in parts])
    told = found["audited_by"].eq(WITHOUT)
    rounded = found[["estimate", "low", "high"]].round(ROUNDED).where(told, found[["estimate", "low", "high"]])
    return figures(found.assign(n=found["n"].mask(told), **rounded))


def _with_and_without(run: Run, rows: ir.Table, question: Question, out: list[str]) -> list[pd.DataFrame]:
    """Return the company's figure of ``rows`` by ALL and WITHOUT the auditors in ``out``."""
    company = replace(question, unit_types=(COMPANY,))
    judging = set(run.warehouse.reduce(rows.select("auditor_id").distinct())["auditor_id"])
    left_out = judging & set(out)
    if not left_out or len(judging - left_out) < MINIMUM_RATERS:
        rest = blank_figures(question.indicator, COMPANY, [COMPANY], "not applicable")
    else:
        rest = by_unit(run, rows.filter(rows.auditor_id.notin(sorted(left_out))), company)
    return [by_unit(run, rows, company).assign(audited_by=ALL, left_out=0),
            rest.assign(audited_by=WITHOUT, left_out=len(left_out))]


def auditor_severity(run: Run) -> pd.DataFrame:
    """Return each auditor's pass share less that of the others on the same checks (confidential), by id: no ranks.

    `analysis.measures.people.raters.rater_gaps` in shares of checks; n counts checks shared with another auditor.
    """
    ratings = seen_twice(run)
    if ratings.empty:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, "p_adjusted", "severity"])
    found = rater_gaps(_scores(ratings)).drop(columns=["std_error", "df"])
    rows = found.rename_axis("unit").reset_index()
    return judged(run, [rows.assign(indicator=GAP, unit_type=EMPLOYEE)])
