"""How does one quarter's edition of the report come to be?

Delivery, notebooks, pages, checks, seal, and last the one step that publishes. The points of contact with the rest of
the project are ``load_params``, ``deliver``, ``render`` (by ``pages``) and the run file that ``load_run`` reads.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import nbformat
import pandas as pd
from pandera.errors import SchemaError
from tqdm import tqdm

from analysis.measures.people.appraisal import HUMAN
from analysis.params import Params, load_params
from analysis.params.site import Language
from analysis.publish.driver import Defective, executed, imported_modules, in_waves, notebooks
from analysis.publish.kernels import Kernels
from analysis.publish.order import Order
from analysis.publish.pages import Pages, address
from analysis.publish.receipt import watched, write_receipt
from analysis.publish.render import Facts
from analysis.publish.seal import Manifest, output_hashes, sealed
from analysis.publish.stage import APPRAISAL_TABLE, OWNER_FILE, OWNER_FOLDER, switch
from analysis.publish.surroundings import surroundings
from analysis.publish.workbook import workbook
from analysis.refusal import Refused
from analysis.run import Run
from analysis.sources.deliver import Delivery, deliver, known_files
from analysis.sources.deliveries import last_known
from analysis.sources.reconcile import OUTCOMES
from analysis.tables.results import FIGURE_COLUMNS, figures
from analysis.warehouse import Warehouse
from analysis.wording import Wording
from analysis.wording.terms import N_

TABLES = (  # DESIGN, Tables out: what every report holds at least
    "satisfaction", "response_time", "clocks", "accuracy", "compliance", "complaints", "complaint_trend", "feedback",
    "scorecard", "problems", "actions", "clauses", "data_quality", "coverage",
)
NUMBERS = ("n", "estimate", "low", "high", "level", "target")  # columns in which empty means: no number
TABLES_ON_PERSONS = ("employees", "appraisal", "training_needs")
NOTE = N_("A human being decides, never a machine (Personal Information Protection Law of the People's Republic of"
          " China, article 24): write who decided, when and why. Only a row whose permitted use is appraisal may bear a"
          " decision.")


def completed(order: Order, params: Params) -> Order:
    """Return ``order`` with the data folder and the language of ``site.yml`` where none were given."""
    language = order.language or params.site.language
    if language not in get_args(Language):
        raise Refused("LANGUAGE is not one of the report's", f"Choose one of {', '.join(get_args(Language))}")
    data = order.data or order.project / params.site.data
    if not data.is_dir():
        raise Refused("the data folder is missing", "Correct data in site.yml, or give DATA= another folder",
                      file=str(data))
    return replace(order, language=language, data=data)


def validated(order: Order, params: Params) -> Delivery:
    """Return the quarter's delivery after the contract, telling on a terminal what is being read."""
    with tqdm(bar_format="validating: {desc}", leave=False, file=sys.stderr, disable=not sys.stderr.isatty()) as line:
        return deliver(params, order.data or Path(), order.validated, line.set_description_str)


def run_of(order: Order, params: Params, run_id: str) -> Run:
    """Return the run of a complete order whose answers go elsewhere than into a report: sheets, drafts."""
    delivery = validated(order, params)
    return Run(quarter=params.quarter, params=params, delivery=delivery, language=order.language, run_id=run_id,
               warehouse=Warehouse(delivery, order.validated / "reductions"))


def inputs(order: Order, params: Params) -> set[Path]:
    """Return the delivered files that a run reads: its quarter's and, each as known then, those of its history."""
    known = known_files(params, order.data or Path())
    return {one.path for groups in known.values() for group in groups.values() for one in group}


def rows(delivery: Delivery) -> dict[str, dict[str, int]]:
    """Return, per table, how many rows were received and where each went."""
    counts = delivery.accounts.groupby("table")[["received", *OUTCOMES]].sum().to_dict("index")
    return {str(table): {str(name): int(count) for name, count in one.items()} for table, one in counts.items()}


def make(asked: Order) -> None:
    """Run the quarter and publish it; the caller holds the quarter's lock.

    Raises Refused for what was given, Defective for what must not be published; the previous edition then stands.
    """
    params = load_params(asked.params, asked.quarter)
    order = completed(asked, params)
    last = last_known(params)
    files = watched(order, last)
    place = order.cache / "home"  # an empty place of ours: a matplotlibrc in the working directory would be read
    for folder in (place, order.stage.report):
        folder.mkdir(parents=True, exist_ok=True)
    with chdir(place):
        manifest = _Making(order, params).manifest()
    if watched(order, last) != files:
        raise Refused("a file that the run reads was changed while it ran", "Run again")
    replace(manifest, outputs=output_hashes(order.stage.report)).write(order.stage.report)
    switch(order.stage)
    write_receipt(asked, order, last, files)


@dataclass(frozen=True)
class _Making:
    """A run on its way: its order is complete, its stage empty."""

    order: Order
    params: Params

    def manifest(self) -> Manifest:
        """Fill the stage with pages and tables, check them as a whole, and return the manifest without outputs."""
        order, stage = self.order, self.order.stage
        paths = notebooks(order.project / "notebooks")
        env = surroundings(order.cache, stage.work / "home")
        with Kernels(env, Path.cwd(), imported_modules(paths)) as kernels:
            delivery = validated(order, self.params)
            manifest = sealed(order, self.params, inputs(order, self.params), rows(delivery))
            parameters = {"quarter": str(order.quarter), "run": str(self.run_file(delivery, manifest.run_id))}
            pages = Pages.of(paths, order.language, self.facts(manifest))

            def work(path: Path) -> None:
                result = stage.work / path.name
                nbformat.write(executed(path, parameters, kernels), result)
                pages.write(result, stage.report)

            in_waves(paths, work, kernels, order.jobs)
        write_appraisal_workbook(stage.report, order.language)
        check(stage.report, [path.stem for path in paths], manifest.run_id)
        return manifest

    def run_file(self, delivery: Delivery, run_id: str) -> Path:
        """Write what ``load_run`` reads in each notebook; its paths may be this machine's, for it is not published."""
        order = self.order
        run = {"quarter": str(order.quarter), "run_id": run_id, "language": order.language,
               "params": str(order.params), "data": str(order.data), "validated": str(order.validated),
               "index": str(delivery.save(order.stage.work)), "tables": str(order.stage.report),
               "memo": str(order.stage.work / "memo")}
        path = order.stage.work / "run.json"
        path.write_text(json.dumps(run), encoding="utf-8")
        return path

    def facts(self, manifest: Manifest) -> Facts:
        """Return what identifies the run at the foot of each page."""
        return Facts(self.params.site.company, manifest.quarter, manifest.as_of, str(manifest.revision),
                     manifest.run_id, len(manifest.inputs))


def write_appraisal_workbook(report: Path, language: str) -> None:
    """Write ``appraisal.csv`` of ``report`` again as the workbook that people fill in; nothing where it is absent."""
    source = report / APPRAISAL_TABLE
    if not source.is_file():
        return
    table = pd.read_csv(source, dtype="str", keep_default_na=False)
    numbers = {name: pd.to_numeric(table[name]) for name in (*NUMBERS, "reliability") if name in table}
    book = workbook(table.assign(**numbers), HUMAN, Wording(language)(NOTE))
    path = report / "confidential" / "appraisal.xlsx"
    for one, mode in ((source, OWNER_FILE), (path.parent, OWNER_FOLDER)):
        one.chmod(mode)
    path.touch(OWNER_FILE)
    path.write_bytes(book)


def check(report: Path, names: Sequence[str], run_id: str) -> None:
    """Raise Defective where a page or a table is missing, a page is of another run, or a table breaks its contract."""
    for page in (report / address(name) for name in names):
        if not page.is_file() or run_id not in page.read_text(encoding="utf-8"):
            raise Defective(page.name, "the page is missing or of another run")
    owed = [*(f"tables/{name}.csv" for name in TABLES),
            *(f"confidential/tables/{name}.csv" for name in TABLES_ON_PERSONS)]
    for table in owed:
        if not (report / table).is_file():
            raise Defective(table, "no notebook has saved this table")
    for path in sorted(report.rglob("*.csv")):
        _check_figures(path)


def _check_figures(path: Path) -> None:
    """Raise Defective where a table of figures, as it would be published, breaks the contract of result tables."""
    table = pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in NUMBERS})
    if not set(FIGURE_COLUMNS) <= set(table.columns):
        return
    try:
        figures(table)
    except SchemaError as error:
        raise Defective(path.name, f"the table breaks its contract ({error.reason_code})") from None
