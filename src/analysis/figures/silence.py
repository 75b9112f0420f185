"""What would those who did not answer have to think to turn the result?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.wording import Wording
from analysis.wording.numbers import missing


def tipping_sentence(row: Mapping[str, Any], say: Wording) -> str:
    """Return in words what a row of `analysis.measures.satisfaction.nonresponse.nonresponse` says of the company."""
    if row["status"] != "ok":
        return say("What those who did not answer think cannot be weighed: {status}.", status=say.status(row["status"]))
    n, asked = int(row["n"]), int(row["invitations"])
    told = say("{n} of the {asked} customers asked rated us, and {share} of them were satisfied.", n=n, asked=asked,
               share=say.share(row["estimate"]))
    bounds = say("Whatever the other {silent} think, the share of all who were asked lies between {worst} and {best}.",
                 silent=asked - n, worst=say.share(row["worst_share"]), best=say.share(row["best_share"]))
    return say.joined(told, *_turn(row, asked - n, say), bounds)


def _turn(row: Mapping[str, Any], silent: int, say: Wording) -> list[str]:
    """Return the sentence on the target; none where there is none, or nobody is silent."""
    if missing(row["target"]) or row["tipping"] not in ("possible", "impossible"):
        return []
    target = say.share(row["target"])
    if row["tipping"] == "impossible":
        return [say("Nothing the other {silent} might think would bring the share of all to the other side of the"
                    " target of {target}.", silent=silent, target=target)]
    tipping = say.share(row["tipping_share"])
    if row["tipping_gap_share"] < 0:
        return [say("If fewer than {tipping} of the other {silent} were satisfied, the share of all would lie below the"
                    " target of {target}.", tipping=tipping, silent=silent, target=target)]
    return [say("Only if more than {tipping} of the other {silent} were satisfied, the share of all would lie above the"
                " target of {target}.", tipping=tipping, silent=silent, target=target)]
