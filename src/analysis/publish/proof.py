"""Is a published report still what was sealed, and does the same come out again?"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from analysis.publish.order import Order
from analysis.publish.receipt import folders
from analysis.publish.seal import MANIFEST, Manifest, differences, output_hashes, sha256
from analysis.refusal import Refused


def sealed_manifest(report: Path) -> Manifest:
    """Return the manifest of a published report; Refused where there is none."""
    manifest = Manifest.read(report)
    if manifest is None:
        raise Refused("the quarter is not published here, or its manifest cannot be read", "Run make quarter first",
                      file=f"{report.name}/{MANIFEST}")
    return manifest


def as_made(order: Order, *, params_given: bool) -> Order:
    """Return ``order`` with the data and the parameters of the last run of its quarter, where none were given."""
    made = folders(order)
    if made is None:
        return order
    data, params = made
    return replace(order, data=order.data or data, params=order.params if params_given else params)


def changed_outputs(report: Path) -> list[str]:
    """Return what is missing, extra or changed in ``report`` since it was sealed."""
    return differences(sealed_manifest(report).outputs, output_hashes(report))


def changed_inputs(order: Order) -> list[str]:
    """Return which inputs and parameters differ from the sealed ones, or are not here to be compared."""
    manifest = sealed_manifest(order.stage.target)
    places = {"data": [order.data] if order.data else [], "params": [order.params, order.project / "params"]}
    sealed = {**manifest.inputs, **manifest.parameters}
    return differences(sealed, _hashes_here(sealed, places))


def changed_sources(order: Order) -> list[str]:
    """Return which source files differ from the sealed ones: the code has moved on, the report has not."""
    sealed = sealed_manifest(order.stage.target).sources
    return differences(sealed, _hashes_here(sealed, {"": [order.project]}))


def _hashes_here(names: Mapping[str, str], places: Mapping[str, list[Path]]) -> dict[str, str]:
    """Return name → sha256 for each sealed name found in a place of its role (the first part of the name)."""
    found = {}
    for name in names:
        role, _, below = name.partition("/")
        at = [place / below for place in places.get(role, [])] + [place / name for place in places.get("", [])]
        existing = next((path for path in at if path.is_file()), None)
        if existing is not None:
            found[name] = sha256(existing)
    return found


def rebuilt_differences(order: Order) -> list[str]:
    """Run the quarter again in a scratch folder and return which files differ from the published ones, byte by byte."""
    from analysis.publish.edition import make  # heavy, and not needed to compare hashes

    language = sealed_manifest(order.stage.target).language
    again = replace(order, reports=order.stage.scratch, language=language)
    try:
        make(again)
        manifests = [{MANIFEST: sha256(one.stage.target / MANIFEST)} for one in (order, again)]
        return differences(output_hashes(order.stage.target) | manifests[0],
                           output_hashes(again.stage.target) | manifests[1])
    finally:
        shutil.rmtree(order.stage.scratch, ignore_errors=True)
