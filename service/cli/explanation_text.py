"""Answers about a match as text for the terminal, from the same JSON that the API gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from service.cli.text import signed
from service.i18n import mark, translate
from service.labels import STATUS_MARKS

_BESIDE = mark("Beside place {rank}, {name}:")
_DIFFERENCE = mark("difference")
_WHAT_IF = mark("What would change its place:")
_WOULD_STAND = mark("{change}: place {rank}, score {score}")
_GROUP = mark("of the same group: {names}")
_GAPS = mark("{count} published gaps compared")
_NO_GAP = mark("No published gap suits; the nearest are below.")
_SAYS = mark("What {name} says of itself:")
_LIKE = mark("{count} companies compared; the score orders them and is no chance")


def print_why_not(known: Mapping[str, Any]) -> None:
    """Print an answer of why-not."""
    language = known["language"]
    _print_standing(known)
    click.echo(f"     {known['verdict_text']}")
    if known["beside"]:
        other = known["beside"]["other"]
        click.echo()
        click.echo(translate(language, _BESIDE, rank=other["rank"], name=other["company"]["name"]))
        _print_rows(known["beside"], language)
    if known["counterfactuals"]:
        click.echo()
        click.echo(translate(language, _WHAT_IF))
    for outcome in known["counterfactuals"]:
        row = translate(
            language,
            _WOULD_STAND,
            change=outcome["text"],
            rank=outcome["rank"],
            score=signed(outcome["score"]),
        )
        click.echo(f"     {row}")


def print_comparison(known: Mapping[str, Any]) -> None:
    """Print companies side by side."""
    for standing in known["companies"]:
        _print_standing(standing)
    for comparison in known["comparisons"]:
        click.echo()
        click.echo(f"{comparison['own']['name']} ↔ {comparison['other']['company']['name']}")
        _print_rows(comparison, known["language"])


def print_fits(known: Mapping[str, Any]) -> None:
    """Print the gaps that a company fits."""
    language = known["language"]
    click.echo(translate(language, _GAPS, count=known["gaps_compared"]))
    if known["none_suitable"]:
        click.echo(translate(language, _NO_GAP))
    for fit in known["gaps"]:
        click.echo()
        chance = f"{fit['band']} {fit['probability'] * 100:.0f}"
        click.echo(click.style(f"{fit['rank']:>3}  {fit['gap']} {fit['title']}", bold=True) + f"  {chance}")
        _print_requirements(fit["candidate"])


def print_similar(known: Mapping[str, Any]) -> None:
    """Print companies like one."""
    language = known["language"]
    click.echo(translate(language, _SAYS, name=known["company"]["name"]))
    for passage in known["passages"]:
        click.echo(f"     {passage['id']}  “{passage['quote']}”  {passage['field_label']}")
    click.echo(translate(language, _LIKE, count=known["considered"]))
    for found in known["companies"]:
        company = found["company"]
        click.echo()
        head = click.style(f"{found['rank']:>3}  {company['name']}", bold=True)
        click.echo(f"{head}  {company['id']}  {company['province'] or ''}  {signed(found['score'])}")
        _print_requirements(found)
        if found["group"]:
            names = "、".join(one["name"] for one in found["group"])
            click.echo(f"     {translate(language, _GROUP, names=names)}")


def _print_standing(standing: Mapping[str, Any]) -> None:
    candidate = standing["candidate"]
    company = candidate["company"]
    click.echo(
        click.style(company["name"], bold=True)
        + f"  {company['id']}  {candidate['band']} {candidate['probability'] * 100:.0f}"
        + f"  {signed(candidate['score'])}  {standing['rank_text']}"
    )
    for rule in standing["excluded_by"]:
        click.echo(f"     ! {rule['text']}")
    _print_requirements(candidate)


def _print_requirements(candidate: Mapping[str, Any]) -> None:
    for row in candidate["requirements"]:
        quotes = "；".join(f"“{evidence['quote']}”" for evidence in row["evidence"])
        click.echo(f"     {STATUS_MARKS[row['status']]} {row['text']}  {row['status_label']}  {quotes}")


def _print_rows(comparison: Mapping[str, Any], language: str) -> None:
    for row in comparison["contributions"]:
        own, other = row["own"]["contribution"], row["other"]["contribution"]
        click.echo(f"     {signed(own):>7} {signed(other):>7} {signed(row['difference']):>7}  {row['label']}")
    total = comparison["score_difference"]
    own, other = comparison["own"]["score"], comparison["other"]["score"]
    label = translate(language, _DIFFERENCE)
    click.echo(f"     {signed(own):>7} {signed(other):>7} {signed(total):>7}  {label}")
