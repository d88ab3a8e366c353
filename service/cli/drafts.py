"""`lianzhao draft-gaps`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from service.cli.context import Opened, as_json, language, pass_opened, print_json
from service.i18n import mark, translate
from service.labels import FACET_LABELS, KIND_LABELS
from service.operations.drafts import DraftChain, DraftGap, draft_chains
from service.readers.documents import read_document

_COUNTS = mark("{name}: {chains} chains, {gaps} draft gaps, {requirements} requirements")
_NOTHING = mark(
    "No chain and no gap found: give a text that says what is to be developed, for example 重点发展…."
)
_UNNAMED = mark("(chain without a name)")
_TARGET = mark("target {output}亿元 {year}")
_ANCHORS = mark("anchors: {names}")


@click.command("draft-gaps")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@language
@as_json
@pass_opened
def draft_gaps(opened: Opened, file: Path, lang: str | None, as_json: bool) -> None:
    """Draft chains and gaps from a policy document FILE (txt, docx, or pdf with a text layer).

    Drafts are found by rule and stored nowhere. Offsets count characters of the text as read, which --json
    gives too.
    """
    document = read_document(file.name, file.read_bytes())
    chains = draft_chains(document.text)
    if as_json:
        print_json(
            {"chains": [chain_as_json(document.text, chain) for chain in chains], "text": document.text}
        )
        return
    _print_drafts(document.name, document.text, chains, lang or opened.config.language)


def chain_as_json(text: str, chain: DraftChain) -> dict[str, Any]:
    """One draft chain of `text` as JSON; `text[start:end] == quote` for every source in it."""
    target = chain.target
    return {
        "name": chain.name,
        "section": chain.section,
        "target": target
        and {
            "output_yi": target.output_yi,
            "year": target.year,
            "source": _source(text, target.start, target.end),
        },
        "anchors": [anchor.name for anchor in chain.anchors],
        "gaps": [_gap_as_json(text, gap) for gap in chain.gaps],
    }


def _gap_as_json(text: str, gap: DraftGap) -> dict[str, Any]:
    return {
        "title": gap.title,
        "kind": gap.kind,
        "requirements": [{"text": item.text, "facet": item.facet} for item in gap.requirements],
        "anchors": list(gap.anchors),
        "source": _source(text, gap.start, gap.end),
    }


def _source(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "quote": text[start:end]}


def _print_drafts(name: str, text: str, chains: list[DraftChain], lang: str) -> None:
    gaps = [gap for chain in chains for gap in chain.gaps]
    if not chains:
        click.echo(translate(lang, _NOTHING))
        return
    count = sum(len(gap.requirements) for gap in gaps)
    click.echo(translate(lang, _COUNTS, name=name, chains=len(chains), gaps=len(gaps), requirements=count))
    for chain in chains:
        click.echo()
        title = chain.name or translate(lang, _UNNAMED)
        click.echo(click.style(f"{chain.section} {title}".strip(), bold=True))
        if chain.target:
            year = chain.target.year or ""
            click.echo(f"  {translate(lang, _TARGET, output=chain.target.output_yi, year=year)}".rstrip())
        if chain.anchors:
            names = "、".join(anchor.name for anchor in chain.anchors)
            click.echo(f"  {translate(lang, _ANCHORS, names=names)}")
        for number, gap in enumerate(chain.gaps, start=1):
            _print_gap(text, number, gap, lang)


def _print_gap(text: str, number: int, gap: DraftGap, lang: str) -> None:
    click.echo(f"  {number:>2}. {gap.title}  [{translate(lang, KIND_LABELS[gap.kind])}]")
    for facet in dict.fromkeys(item.facet for item in gap.requirements):
        items = "、".join(item.text for item in gap.requirements if item.facet == facet)
        click.echo(f"      {translate(lang, FACET_LABELS[facet])}: {items}")
    if gap.anchors:
        click.echo(f"      {translate(lang, _ANCHORS, names='、'.join(gap.anchors))}")
    click.echo(f"      “{text[gap.start : gap.end]}” ({gap.start}–{gap.end})")
