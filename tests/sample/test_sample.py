"""Is the shipped sample what the generator writes, wherever it runs, and small enough to ship?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_BYTES = 15_000_000
ELSEWHERE = {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "7", "OPENBLAS_NUM_THREADS": "2"}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, "-m", "analysis.sample", str(folder)], env=os.environ | ELSEWHERE, check=True)
    return _bytes(folder)


def test_it_is_written_again_byte_for_byte_in_another_zone_locale_and_hash_seed(rewritten, folder):
    shipped = _bytes(folder)
    assert sorted(rewritten) == sorted(shipped)
    assert [name for name in shipped if rewritten[name] != shipped[name]] == []


def test_another_seed_is_another_company():
    from analysis.quarter import Quarter
    from analysis.sample.service import requests

    first, second = (requests(seed, Quarter(2024, 3))["customer_id"].to_list() for seed in (1, 2))
    assert first != second


def test_it_is_small_enough_to_ship(folder):
    assert sum(len(content) for content in _bytes(folder).values()) < LIMIT_BYTES


def test_no_file_holds_a_carriage_return(folder):
    assert [name for name, content in _bytes(folder).items() if b"\r" in content] == []
