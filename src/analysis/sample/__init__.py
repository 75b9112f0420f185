"""What would a quarter look like in a company of which everything is known? The sample insurer, 2022Q4 to 2024Q3."""

from __future__ import annotations

from pathlib import Path

import yaml

from analysis.sample.delivery import QUARTERS, delivered, history, write_delivery
from analysis.sample.truth import truth

SEED = 20221006  # one of twelve tried; chosen so that the idle action shows no difference by chance


def write_sample(directory: Path, seed: int = SEED) -> None:
    """Write ``<directory>/<quarter>/<table>.csv`` and ``truth.yml``; the same seed gives the same bytes."""
    past = history(seed)
    deliveries = [delivered(quarter, past) for quarter in QUARTERS]
    for delivery in deliveries:
        write_delivery(delivery, directory)
    text = yaml.safe_dump(truth(seed, past, deliveries), sort_keys=False, allow_unicode=True, width=120)
    (directory / "truth.yml").write_text(text, encoding="utf-8", newline="\n")
