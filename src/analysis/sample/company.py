"""Who works at the sample insurer, where, with which partners, and how many policies and customers has it?"""

from __future__ import annotations

import zlib
from datetime import date

import numpy as np
import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.effects import BAD_BRANCH, BIASED_AUDITOR, HARD_CASES, MEASURES

BRANCHES = tuple(f"B{number:02d}" for number in range(1, 13))
LINES = ("sales", "claims", "consultation", "after_sales")
PRODUCT_CLASS = {
    "term_life": "life", "endowment": "life", "critical_illness": "health", "medical": "health",
    "auto": "property", "home": "property",
}  # fmt: skip
PRODUCT_SHARE = {
    "term_life": 0.16, "endowment": 0.12, "critical_illness": 0.16, "medical": 0.18, "auto": 0.26, "home": 0.12,
}  # fmt: skip
PREMIUM_YUAN_PER_POLICY = {
    "term_life": 700, "endowment": 1500, "critical_illness": 600, "medical": 400, "auto": 500, "home": 120,
}  # fmt: skip
CUSTOMERS = {"retail": 640_000, "senior": 200_000, "corporate": 100_000}
POLICIES_IN_FORCE = 1_500_000
MONTHLY_GROWTH = 0.004
FIRST_BENCHMARK_YEAR = 2021
ROLE = {
    "sales": "sales_agent", "claims": "claims_handler", "consultation": "consultant", "after_sales": "service_agent",
}  # fmt: skip
DEPARTMENT = {
    "sales": "sales", "claims": "claims", "consultation": "customer_service", "after_sales": "customer_service",
}  # fmt: skip
PARTNERS = (
    ("P01", "broker", "sales"), ("P02", "call_centre", "consultation"), ("P03", "loss_adjuster", "claims"),
    ("P04", "service_agency", "after_sales"), ("P05", "bank", "sales"), ("P06", "call_centre", "consultation"),
)  # fmt: skip
PER_LINE = 17
AUDITORS = ("E069", "E070", "E071", "E072", "E073")
TRAINERS = ("E074", "E075", "E076")
MANAGERS = ("E077", "E078", "E079", "E080")
ASSESSORS = (*TRAINERS, "E077", "E078")
EXEMPT = {"E079": "parental leave", "E080": "board member, reviewed by the supervisory board"}
JOINED = {"E034": date(2023, 6, 1), "E068": date(2024, 2, 1)}
LEFT = {"E017": date(2024, 3, 31), "E051": date(2023, 8, 31)}
SECOND_SPELL = {
    "E013": (date(2023, 7, 1), {"branch": "B08"}),
    "E030": (date(2024, 1, 1), {"branch": "B10"}),
    "E064": (date(2024, 4, 1), {"service_line": "consultation", "role": "consultant"}),
    "E016": (date(2024, 7, 1), {"department": "training", "role": "trainer"}),
}
ROSTER_FROM = date(2022, 1, 1)
OLD_VERSION, CURRENT_VERSION = date(2022, 10, 10), date(2024, 1, 1)
ONE_IN_UNACKNOWLEDGED = 8
OUTSOURCED = ("E047", "E048", "E049", "E050", "E051")


def stream(seed: int, *names: object) -> np.random.Generator:
    """Return the generator of one named part, so that a change in one table leaves the others' bytes alone."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, names)).encode())])


def roster() -> pd.DataFrame:
    """Return all spells of all employees as known at the end: ``valid_to`` is the last day of the spell."""
    rows = [*_frontline(), *_backoffice()]
    spells = [spell for row in rows for spell in _spells(row)]
    return pd.DataFrame(spells).sort_values(["employee_id", "valid_from"], ignore_index=True)


def _frontline() -> list[dict[str, object]]:
    return [
        _employee(_seat_id(line_number, seat), DEPARTMENT[line], BRANCHES[seat % len(BRANCHES)], (ROLE[line], line))
        for line_number, line in enumerate(LINES)
        for seat in range(PER_LINE)
    ]


def _seat_id(line_number: int, seat: int) -> str:
    return f"E{1 + line_number * PER_LINE + seat:03d}"


def _backoffice() -> list[dict[str, object]]:
    groups = (
        (AUDITORS, "quality", "auditor"), (TRAINERS, "training", "trainer"), (MANAGERS, "management", "manager"),
    )  # fmt: skip
    return [
        _employee(who, department, "B01", (role, LINES[place % len(LINES)]))
        for people, department, role in groups
        for place, who in enumerate(people)
    ]


def _employee(who: str, department: str, branch: str, work: tuple[str, str]) -> dict[str, object]:
    start = JOINED.get(who, ROSTER_FROM)
    return {
        "employee_id": who, "department": department, "branch": branch,
        "team": f"{department}-{'north' if branch <= 'B06' else 'south'}", "role": work[0], "service_line": work[1],
        "partner_id": "P02" if who in OUTSOURCED else None, "hired_on": start, "valid_from": start,
        "valid_to": LEFT.get(who), "exempt_reason": EXEMPT.get(who), "acknowledged_on": None,
    }  # fmt: skip


def _spells(row: dict[str, object]) -> list[dict[str, object]]:
    change = SECOND_SPELL.get(str(row["employee_id"]))
    if change is None:
        return [row]
    start, differences = change
    before = date.fromordinal(start.toordinal() - 1)
    return [row | {"valid_to": before}, row | differences | {"valid_from": start, "valid_to": row["valid_to"]}]


def staff(as_of: date) -> pd.DataFrame:
    """Return the roster as delivered at ``as_of``: spells begun by then, later ends still unknown."""
    known = roster().loc[lambda t: t["valid_from"] <= as_of]
    current = CURRENT_VERSION if as_of >= CURRENT_VERSION else OLD_VERSION
    number = known["employee_id"].str[1:].astype(int)
    read_on: list[date | None] = [
        None if who % ONE_IN_UNACKNOWLEDGED == 3 else max(date.fromordinal(current.toordinal() + who % 14), start)
        for who, start in zip(number, known["hired_on"], strict=True)
    ]
    ended = [last if last is not None and last <= as_of else None for last in known["valid_to"]]
    columns = {"valid_to": ended, "acknowledged_on": read_on}
    return known.assign(**{name: pd.Series(days, index=known.index, dtype=object) for name, days in columns.items()})


def partners() -> pd.DataFrame:
    """Return the six partners."""
    rows = [(who, kind, date(2021, 1, 1), date(2025, 12, 31) if who == "P05" else None) for who, kind, _ in PARTNERS]
    return pd.DataFrame(rows, columns=["partner_id", "kind", "contract_from", "contract_to"])


def traits(seed: int) -> pd.DataFrame:
    """Return what each employee truly adds: time_factor, top2_gap, pass_gap, score_gap (index employee_id)."""
    people = sorted(roster()["employee_id"].unique())
    rng = stream(seed, "traits")
    table = pd.DataFrame(
        {
            "time_factor": np.exp(rng.normal(0, 0.15, len(people))),
            "top2_gap": rng.normal(0, 0.03, len(people)).clip(-0.06, 0.06),
            "pass_gap": rng.normal(0, 0.015, len(people)).clip(-0.03, 0.03),
            "score_gap": rng.normal(0, 5, len(people)),
        },
        index=people,
    )
    hard = list(HARD_CASES.employees)
    table.loc[hard, ["time_factor", "top2_gap"]] = [HARD_CASES.time_factor, HARD_CASES.top2_gap]
    return table


def time_factor(branch: pd.Series, day: pd.Series) -> np.ndarray:
    """Return by what the hours of cases opened in ``branch`` on ``day`` are multiplied."""
    factor = np.where(branch == BAD_BRANCH.branch, BAD_BRANCH.time_factor, 1.0)
    for one in MEASURES:
        factor = factor * np.where(branch.isin(one.units) & (day >= pd.Timestamp(one.started_on)), one.time_factor, 1.0)
    return factor


def branch_top2_gap(branch: pd.Series, day: pd.Series) -> np.ndarray:
    """Return what ``branch`` on ``day`` adds to the share of satisfied customers."""
    gap = np.where(branch == BAD_BRANCH.branch, BAD_BRANCH.top2_gap, 0.0)
    for one in MEASURES:
        gap = gap + np.where(branch.isin(one.units) & (day >= pd.Timestamp(one.started_on)), one.top2_gap, 0.0)
    return gap


def auditor_gap(auditor: pd.Series) -> np.ndarray:
    """Return what the auditor adds to the probability of a pass."""
    return np.where(auditor == BIASED_AUDITOR.auditor_id, BIASED_AUDITOR.pass_gap, 0.0)


def population() -> pd.DataFrame:
    """Return the customers per segment and per branch; both margins have the same sum."""
    total = sum(CUSTOMERS.values())
    seats = pd.Series(BRANCHES).isin(BRANCHES[: PER_LINE - len(BRANCHES)]) + 1
    branch = (total * seats // seats.sum()).to_list()
    branch[-1] += total - sum(branch)
    rows = [("segment", name, count) for name, count in CUSTOMERS.items()]
    rows += [("branch", name, count) for name, count in zip(BRANCHES, branch, strict=True)]
    return pd.DataFrame(rows, columns=["variable", "category", "customers"])


def exposures(quarter: Quarter) -> pd.DataFrame:
    """Return premium (yuan), policies and persons per month, branch and product."""
    branch_share = population().loc[lambda t: t["variable"] == "branch"].set_index("category")["customers"]
    branch_share = branch_share / branch_share.sum()
    rows = []
    for month in quarter.months:
        months_on = (int(month[:4]) - 2022) * 12 + int(month[5:])
        for branch in BRANCHES:
            for product, share in PRODUCT_SHARE.items():
                policies = round(POLICIES_IN_FORCE * (1 + MONTHLY_GROWTH * months_on) * share * branch_share[branch])
                premium = f"{policies * PREMIUM_YUAN_PER_POLICY[product] + months_on * 7 % 100 / 100:.2f}"
                persons = round(policies * 1.4) if PRODUCT_CLASS[product] != "property" else None
                rows.append((month, branch, product, premium, policies, round(policies * 0.02), persons))
    columns = ["month", "branch", "product", "premium", "policies_in_force", "policies_issued", "insured_persons"]
    return pd.DataFrame(rows, columns=columns).astype({"insured_persons": "Int64"})


def benchmarks(quarter: Quarter) -> pd.DataFrame:
    """Return the (invented) industry figures published before the quarter's end."""
    values = {
        "csat_top2_share": 0.82, "nps": 25, "complaints_per_100m_premium": 8.0, "complaints_per_10k_policies": 1.6,
    }  # fmt: skip
    rows = [
        (indicator, value, "synthetic industry survey", str(year))
        for year in range(FIRST_BENCHMARK_YEAR, quarter.year)
        for indicator, value in values.items()
    ]
    return pd.DataFrame(rows, columns=["indicator", "value", "source", "period"])
