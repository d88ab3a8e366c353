"""The desk itself, a chain's gaps in every state, and the chain editor."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from models import Chain
from models.chain import POSITIONS
from service.app import service
from service.errors import EditConflict, ServiceError, status_code
from service.i18n import mark
from service.operations.chain_editing import create_chain, edit_chain, plain_head
from service.operations.chains import get_chain, list_chains
from service.operations.compliance_review import list_exceptions
from service.operations.dictionary_editing import own_contents
from service.operations.gap_versions import list_gaps_to_manage, list_open_versions
from service.operations.policy_drafting import list_drafts
from service.web.access import current_actor, needs
from service.web.formats import say
from service.web.manage.forms import names, number, text
from service.web.manage.messages import Told, told

_SAVED = mark("The chain is saved.")
_REF = {"section": "", "quote": ""}
_NEW_ROWS: dict[str, dict[str, Any]] = {
    "links": {"code": "", "name": "", "name_en": "", "position": "midstream", "feeds": []},
    "anchors": {"name": "", "full_name": None, "place": "", "role": "", "links": [], "ref": _REF},
    "sites": {"name": "", "place": "", "role": None, "ref": _REF},
}
_EMPTY: dict[str, Any] = {
    "name": "",
    "name_en": "",
    "document": "",
    "summary": "",
    "target": {"output_class": "百亿", "output_yi": 100, "year": 2030, "ref": _REF},
    "links": [{**_NEW_ROWS["links"], "code": "L01"}],
    "anchors": [],
    "sites": [],
}


@needs("gap.edit")
def show_desk() -> str:
    """All that a curator keeps, with what waits to be done."""
    with service().database.reading() as session:
        chains = list_chains(session)
        waiting = list_open_versions(session, "in_review")
        drafts = list_open_versions(session, "draft")
        return render_template(
            "manage/desk.html",
            chains=chains,
            waiting=waiting,
            drafts=drafts,
            by_chain={
                chain.id: (
                    sum(gap.current_version is not None and gap.current_version.status == "published"
                        for gap in chain.gaps),
                    sum(row.gap.chain_id == chain.id for row in drafts),
                    sum(row.gap.chain_id == chain.id for row in waiting),
                )
                for chain in chains
            },
            own_entries=len(own_contents(session)),
            policy_drafts=list_drafts(session),
            exceptions=len(list_exceptions(session)),
        )  # fmt: skip


@needs("gap.edit")
def show_chain_gaps(code: str) -> str:
    """The gaps of a chain in every state. Raises NotFound."""
    with service().database.reading() as session:
        chain = get_chain(session, code)
        return render_template(
            "manage/chain_gaps.html", chain=chain, gaps=list_gaps_to_manage(session, chain)
        )


@needs("chain.edit")
def show_new_chain() -> str:
    """The editor for a new chain."""
    return _editor(None, _EMPTY, 0, None)


@needs("chain.edit")
def show_chain_editor(code: str) -> str:
    """The editor of a chain. Raises NotFound."""
    with service().database.reading() as session:
        chain = get_chain(session, code)
        return _editor(chain, plain_head(chain), chain.revision, None)


@needs("chain.edit")
def create_new_chain() -> AnyResponse | str:
    """Store a new chain, or show the form again."""
    return _save(None)


@needs("chain.edit")
def save_chain(code: str) -> AnyResponse | str:
    """Save a chain, add or remove rows, or show the form again with what is wrong."""
    return _save(code)


def _save(code: str | None) -> AnyResponse | str:
    content, deed, revision = _read_head(), text("do") or "save", number("revision")
    chain = None
    if code:
        with service().database.reading() as session:
            chain = get_chain(session, code)
    if deed != "save":
        return _editor(chain, _rearranged(content, deed), revision, None)
    try:
        with service().database.session() as writing:
            if code:
                saved = edit_chain(writing, current_actor(), code, content, revision=revision)
            else:
                saved = create_chain(writing, current_actor(), content)
            saved_code = saved.code
    except ServiceError as error:
        if isinstance(error, EditConflict) and chain is not None:
            revision = chain.revision  # what was typed may be saved over theirs, knowingly
        return make_response(_editor(chain, content, revision, told(error)), status_code(error))
    flash(say(_SAVED))
    return redirect(url_for("pages.show_chain_gaps", code=saved_code), 303)


def _editor(chain: Chain | None, content: dict[str, Any], revision: int, notice: Told | None) -> str:
    return render_template(
        "manage/chain.html",
        chain=chain,
        content=content,
        revision=revision,
        told=notice,
        positions=POSITIONS,
        stored=plain_head(chain) if chain is not None and notice else None,
    )


def _read_head() -> dict[str, Any]:
    return {
        **{name: text(name) for name in ("name", "name_en", "document", "summary")},
        "target": {
            "output_class": request.form.get("output_class", ""),
            "output_yi": number("output_yi"),
            "year": number("year"),
            "ref": {"section": text("target_section"), "quote": text("target_quote")},
        },
        "links": [
            {**row, "code": row["code"].upper(), "feeds": _codes(row["feeds"])}
            for row in _rows("link", ("code", "name", "name_en", "position", "feeds"))
            if row["code"] or row["name"]
        ],
        "anchors": [
            {**row, "full_name": row["full_name"] or None, "links": _codes(row["links"]), "ref": _ref(row)}
            for row in _rows("anchor", ("name", "full_name", "place", "role", "links", "section", "quote"))
            if row["name"]
        ],
        "sites": [
            {**row, "role": row["role"] or None, "ref": _ref(row)}
            for row in _rows("site", ("name", "place", "role", "section", "quote"))
            if row["name"]
        ],
    }


def _rows(prefix: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    cells = [request.form.getlist(f"{prefix}_{column}") for column in columns]
    return [
        {column: value.replace("\r\n", "\n").strip() for column, value in zip(columns, row, strict=True)}
        for row in zip(*cells, strict=False)
    ]


def _ref(row: dict[str, Any]) -> dict[str, str]:
    return {"section": row.pop("section"), "quote": row.pop("quote")}


def _codes(value: str) -> list[str]:
    return [code.upper() for part in names(value) for code in re.split(r"\s+", part)]


def _rearranged(content: dict[str, Any], deed: str) -> dict[str, Any]:
    """`content` after a button: add-links, remove-links-2, up-anchors-1."""
    what, _, rest = deed.partition("-")
    kind, _, at = rest.partition("-")
    if kind not in _NEW_ROWS:
        return content
    rows, place = list(content[kind]), int(at) if at.isdigit() else 0
    if what == "add":
        rows.append(dict(_NEW_ROWS[kind]))
    elif what == "remove" and place < len(rows):
        del rows[place]
    elif what == "up" and 0 < place < len(rows):
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    return {**content, kind: rows}
