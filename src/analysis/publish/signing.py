"""Who signed which report, and what did it publish (clauses 5.4, 7.1, 8.3)?

The signature stands beside the sealed report, not in it, and names the sha256 of its manifest. It is kept with the
parameters as well, so that the next run can hold the report that was delivered against the one that was signed, and so
is what the quarter published, so that a later restatement can be seen.
"""

from __future__ import annotations

import json
import os
from datetime import date
from operator import attrgetter
from pathlib import Path

import pandas as pd

from analysis.measures.summary.scorecard import HEADLINE_TABLES
from analysis.params.loop import SignOff
from analysis.params.published import PROBLEMS
from analysis.params.yaml_file import read_yaml
from analysis.publish.order import Order
from analysis.publish.proof import changed_outputs, sealed_manifest
from analysis.publish.seal import MANIFEST, sha256
from analysis.refusal import Refused
from analysis.tables.results import FIGURE_COLUMNS

PUBLISHED = "published"
KEPT = ("company", "service_line")
KEPT_TABLES = (*HEADLINE_TABLES, "scorecard")
PARTS = ("criterion", "severity", "item", "facet", "sampling", "rule", "compared_with", "topic", "role")


def sign(order: Order, by: str, on: date) -> list[Path]:
    """Record that ``by`` signed the published quarter on the day ``on``; return the three files written.

    ``<quarter>.signoff.json`` in the reports folder, every signature of the quarter; among the parameters
    ``published/<quarter>.csv``, every headline figure of the company and its lines and the list of problems as
    published, and ``published/<quarter>.yml``, the signatures again, which the next run reads.

    Raises:
        Refused: nobody is named, nothing is published, the report is no longer as it was sealed, or another revision
            was signed since, or the list of signatures cannot be read.
    """
    if not by.strip():
        raise Refused("nobody signs", "Name who signs: BY=\"name, office\"")
    report = order.stage.target
    manifest = sealed_manifest(report)
    if broken := changed_outputs(report):
        raise Refused(f"{len(broken)} files of the report differ from what was sealed",
                      "Publish the quarter again (make quarter), then sign", file=str(report))
    path = order.reports / f"{order.quarter}.signoff.json"
    published = order.params / PUBLISHED / f"{order.quarter}.csv"
    signatures = published.with_suffix(".yml")
    before = [*_signatures(signatures, f"{PUBLISHED}/{signatures.name}"), *_signatures(path, path.name)]
    if any(one.revision > manifest.revision for one in before):
        raise Refused("a later revision of the quarter was signed", "Publish that revision, or raise the plan's",
                      file=path.name)
    signed = SignOff(quarter=manifest.quarter, revision=manifest.revision, run_id=manifest.run_id,
                     manifest_sha256=sha256(report / MANIFEST), signed_by=by.strip(), signed_on=on)
    every = dict.fromkeys(sorted([*before, signed], key=attrgetter("revision")))
    published.parent.mkdir(parents=True, exist_ok=True)
    _replace(published, figures_published(report).to_csv(index=False, lineterminator="\n"))
    _replace(signatures, "".join(_entry(one) for one in every))
    told = [one.model_dump(mode="json") for one in every]
    _replace(path, json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return [path, published, signatures]


def _signatures(path: Path, name: str) -> list[SignOff]:
    """Return the signatures of a list, YAML or JSON (which is YAML too), or of a file of one alone."""
    if not path.exists():
        return []
    alone = path.read_bytes().lstrip().startswith(b"{")
    return [read_yaml(path, SignOff, name)] if alone else read_yaml(path, list[SignOff], name)


def _entry(signed: SignOff) -> str:
    """Return one entry of the list as YAML, whose quoted text is that of JSON."""
    told = signed.model_dump(mode="json")
    return "- " + "  ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in told.items())


def figures_published(report: Path) -> pd.DataFrame:
    """Return every headline figure of the company and its lines, and the problems: table and FIGURE_COLUMNS.

    Text as printed in the report's tables, parts of a figure left out; ``event`` of a problem as in `problem_ids`.
    """
    parts = []
    for path in [one for name in KEPT_TABLES if (one := report / "tables" / f"{name}.csv").is_file()]:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        whole = table["unit_type"].isin(KEPT)
        for name in [one for one in PARTS if one in table.columns]:
            whole &= table[name].isin(["", "random"])
        parts.append(table.loc[whole, FIGURE_COLUMNS].assign(table=path.stem))
    problems = report / "tables" / f"{PROBLEMS}.csv"
    if problems.is_file():
        found = pd.read_csv(problems, dtype="str", keep_default_na=False)
        last = found["problem_id"].str.split(":").str[3].fillna("")
        parts.append(found.assign(event=last)[FIGURE_COLUMNS].assign(table=PROBLEMS))
    told = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*FIGURE_COLUMNS, "table"])
    return told[["table", *FIGURE_COLUMNS]]


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
