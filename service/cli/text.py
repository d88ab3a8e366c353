"""A match as text for the terminal, from the same JSON that the API gives."""

from __future__ import annotations

from typing import Any

import click

from service.i18n import mark, translate
from service.labels import STATUS_MARKS

_HEAD = mark("{title}: {shown} of {considered} companies compared, {company_count} in the base")
_NONE = mark("No suitable company in this base; the nearest are below.")
_NOTHING = mark("No company of this base says anything that comes near: try other words or fewer conditions.")
_NOT_KNOWN = mark("To be asked:")


def print_match(known: dict[str, Any]) -> None:
    """Print a match (`match_as_json`) with the reasons of every candidate."""
    language = known["language"]
    shown = known["candidates"] or known["nearest_misses"]
    click.echo(
        translate(
            language,
            _HEAD,
            title=known["title"] or known["need"],
            shown=len(shown),
            considered=known["considered"],
            company_count=known["company_count"],
        )
    )
    if not known["considered"]:
        click.echo(translate(language, _NOTHING))
    elif _none_fits(known):
        click.echo(translate(language, _NONE))
    for candidate in shown:
        _print_candidate(candidate, language)


def print_shortly(known: dict[str, Any], count: int) -> None:
    """Print the best `count` candidates of a match, one line each."""
    language = known["language"]
    gap = f"{known['gap']} {known['title']}" if known["gap"] else known["need"]
    click.echo(click.style(gap, bold=True))
    if _none_fits(known):
        click.echo("  " + translate(language, _NONE))
    for candidate in (known["candidates"] or known["nearest_misses"])[:count]:
        click.echo(f"  {candidate['rank']:>2}  {_standing(candidate)}  {candidate['summary']}")


def _none_fits(known: dict[str, Any]) -> bool:
    """Said once, above the first page: the verdict is on the whole ranking, whatever page is shown."""
    shown = known["candidates"] or known["nearest_misses"]
    return bool(shown) and shown[0]["rank"] == 1 and bool(known["none_suitable"])


def _standing(candidate: dict[str, Any]) -> str:
    return f"{candidate['band']} {candidate['probability'] * 100:.0f}"


def _print_candidate(candidate: dict[str, Any], language: str) -> None:
    company = candidate["company"]
    place = " ".join(part for part in (company["province"], company["city"]) if part)
    click.echo()
    click.echo(
        click.style(f"{candidate['rank']:>3}  {company['name']}", bold=True)
        + f"  {company['id']}  {place}  {_standing(candidate)}"
    )
    click.echo(f"     {candidate['summary']}")
    for row in candidate["requirements"]:
        quotes = "；".join(f"“{evidence['quote']}”" for evidence in row["evidence"])
        click.echo(f"     {STATUS_MARKS[row['status']]} {row['text']}  {row['status_label']}  {quotes}")
    terms = "  ".join(f"{row['label']} {signed(row['contribution'])}" for row in candidate["contributions"])
    click.echo(f"     {signed(candidate['prior'])}  {terms}  = {signed(candidate['score'])}")
    for caution in candidate["cautions"]:
        click.echo(f"     ! {caution['text']}")
    asked = [unknown for unknown in candidate["unknowns"] if not unknown["minor"]]
    if asked:
        questions = " ".join(unknown["text"] for unknown in asked)
        click.echo(f"     {translate(language, _NOT_KNOWN)} {questions}")


def signed(log_odds: float) -> str:
    """A number of log-odds with its sign."""
    return f"{round(log_odds, 2) + 0.0:+.2f}"  # what rounds to zero is +0.00, never −0.00
