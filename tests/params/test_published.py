"""Is a file of published figures read as it was written, and refused where it was tampered with?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.params.published import read_published
from analysis.refusal import Refused

HEADER = "table,indicator,unit_type,unit,event,n,estimate,low,high,level,method,status,target,verdict\n"
ROW = "satisfaction,nps,company,company,,700,23.5,17.5,29.5,0.95,adjusted Wald,ok,15,met\n"
BLANK = "satisfaction,nps,company,company,,,,,,0.95,,no data,,no target\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "2024Q2.csv"
    path.write_text(text)
    return path


def test_figures_and_empty_cells_are_read_as_they_are(tmp_path: Path) -> None:
    rows = read_published(written(tmp_path, HEADER + ROW + BLANK), "published/2024Q2.csv")
    assert rows["estimate"].tolist()[0] == 23.5
    assert pd.isna(rows["estimate"].tolist()[1])
    assert rows["event"].tolist() == ["", ""]
    assert rows["status"].tolist() == ["ok", "no data"]


@pytest.mark.parametrize(("text", "column"), [
    (HEADER.replace(",verdict", "") + ROW.rsplit(",", 1)[0] + "\n", "verdict"),
    (HEADER + ROW.replace("23.5", "many"), "estimate"),
    (HEADER.replace("verdict", "rank") + ROW, "rank"),
])
def test_a_column_that_is_missing_unknown_or_no_number_is_refused(text: str, column: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read_published(written(tmp_path, text), "published/2024Q2.csv")
    assert refused.value.file == "published/2024Q2.csv"
    assert refused.value.column in (column, "verdict")
    assert "many" not in str(refused.value)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no table of published figures"):
        read_published(written(tmp_path, ""), "published/2024Q2.csv")
