"""Words for the stages of long work, as bars and pages show them."""

from __future__ import annotations

from service.i18n import mark

STAGE_LABELS = {
    "read": mark("Reading companies"),
    "embed": mark("Computing meanings of texts"),
    "embed whole texts": mark("Computing meanings of whole texts"),
    "write": mark("Writing the index"),
    "import": mark("Importing companies"),
    "match gaps": mark("Matching the gaps in play"),
    "relax rules": mark("Trying relaxed rules"),
    "rank": mark("Ranking queries"),
    "baselines": mark("Ranking with the baselines"),
}
