"""`lianzhao show`."""

from __future__ import annotations

from typing import Any

import click

from service.actors import COMMAND_LINE
from service.api.rows import chain_as_json, chain_summary, gap_as_json, run_as_json, run_summary
from service.cli.context import Opened, as_json, pass_opened, print_json, stored_text
from service.i18n import mark, translate
from service.labels import percent
from service.match_inputs import profile_of
from service.match_json import company_as_json
from service.operations.chains import get_chain, list_chains
from service.operations.companies import get_company
from service.operations.gaps import get_gap
from service.operations.match_runs import get_run, list_runs, recompute_run


@click.group()
def show() -> None:
    """Show chains, gaps, companies and kept match runs."""


@show.command("chains")
@as_json
@pass_opened
def show_chains(opened: Opened, as_json: bool) -> None:
    """All chains."""
    with opened.database.reading() as session:
        chains = [chain_summary(chain) for chain in list_chains(session)]
    if as_json:
        print_json(chains)
        return
    if not chains:
        missing = mark("There are no chains yet: run “{command}”.")
        click.echo(translate(opened.config.language, missing, command="lianzhao seed"))
    for chain in chains:
        click.echo(
            f"{chain['code']}  {chain['name']}  {chain['output_yi']}亿元 {chain['target_year']}"
            f"  {chain['gaps']}"
        )


@show.command("chain")
@click.argument("code", callback=stored_text)
@as_json
@pass_opened
def show_chain(opened: Opened, code: str, as_json: bool) -> None:
    """One chain with its links, anchors and gaps."""
    with opened.database.reading() as session:
        chain = chain_as_json(get_chain(session, code))
    if as_json:
        print_json(chain)
        return
    click.echo(f"{chain['code']}  {chain['name']}  {chain['output_yi']}亿元 {chain['target_year']}")
    click.echo(chain["summary"])
    for link in chain["links"]:
        click.echo(
            f"  {link['code']}  {link['position']:<10}  {link['name']} → {' '.join(link['feeds']) or '—'}"
        )
    for anchor in chain["anchors"]:
        click.echo(f"  {anchor['name']}（{anchor['place']}）：{anchor['role']}")
    for gap in chain["gap_list"]:
        click.echo(f"  {gap['code']}  {gap['kind']:<10}  {gap['link']}  {gap['title']}")


@show.command("gap")
@click.argument("code", callback=stored_text)
@as_json
@pass_opened
def show_gap(opened: Opened, code: str, as_json: bool) -> None:
    """One gap with its requirements and the words of the policy."""
    with opened.database.reading() as session:
        gap = gap_as_json(get_gap(session, code))
    if as_json:
        print_json(gap)
        return
    click.echo(f"{gap['code']}  {gap['title']}  {gap['kind']}  v{gap['version']}")
    click.echo(gap["need"])
    for row in gap["requirements"]:
        click.echo(
            f"  {row['id']}  {row['level']}  {row['weight']:g}  {row['text']}  {'、'.join(row['synonyms'])}"
        )
    for ref in gap["policy_refs"]:
        click.echo(f"  {ref['section']}：“{ref['quote']}”")


@show.command("company")
@click.argument("key", callback=stored_text)
@as_json
@pass_opened
def show_company(opened: Opened, key: str, as_json: bool) -> None:
    """One company, by imported id, credit code, stock code or exact name."""
    with opened.database.reading() as session:
        company = company_as_json(profile_of(get_company(session, key)))
    if as_json:
        print_json(company)
        return
    for name, value in company.items():
        if name == "products":
            click.echo("products  " + "、".join(_product(product) for product in value))
        elif value is not None:
            click.echo(f"{name}  {value}")


@show.command("runs")
@as_json
@pass_opened
def show_runs(opened: Opened, as_json: bool) -> None:
    """Match runs that were kept, newest first."""
    with opened.database.reading() as session:
        runs = [run_summary(run) for run in list_runs(session)]
    if as_json:
        print_json(runs)
        return
    if not runs:
        missing = mark("No match has been kept yet: “{command}” keeps one.")
        click.echo(translate(opened.config.language, missing, command="lianzhao match GAP --store"))
    for run in runs:
        click.echo(
            f"{run['id']}  {run['created_at']}  {run['created_by']}  {run['gap'] or ''}  {run['need']}"
        )


@show.command("run")
@click.argument("run_id", type=int)
@click.option("--recompute", is_flag=True, help="Compute it again and compare the ranks.")
@as_json
@pass_opened
def show_run(opened: Opened, run_id: int, recompute: bool, as_json: bool) -> None:
    """One kept match run; with --recompute, whether the same receipt still gives the same ranks."""
    with opened.database.reading() as session:
        known = run_as_json(get_run(session, run_id))
        if recompute:
            again = recompute_run(session, COMMAND_LINE, opened.engines.engine(session), run_id)
            known["recomputation"] = {
                "same_ranks": again.same_ranks,
                "stored": list(again.stored),
                "computed": list(again.computed),
                "differences": {name: list(pair) for name, pair in again.differences.items()},
            }
    if as_json:
        print_json(known)
        return
    click.echo(f"{known['id']}  {known['created_at']}  {known['gap'] or ''}  {known['need']}")
    for candidate in known["candidates"]:
        click.echo(f"  {candidate['rank']:>3}  {candidate['band']}  {candidate['summary']}")
    if recompute:
        click.echo(_verdict(known["recomputation"], opened.config.language))


def _verdict(again: dict[str, Any], language: str) -> str:
    if again["same_ranks"]:
        return translate(language, "Computed again: the same ranks.")
    if not again["differences"]:
        return translate(
            language, "Computed again: other ranks, though nothing that the receipt names changed."
        )
    changed = ", ".join(f"{name} {then} → {now}" for name, (then, now) in again["differences"].items())
    return translate(language, "Computed again: other ranks. Changed since: {changed}", changed=changed)


def _product(product: dict[str, Any]) -> str:
    share = product["revenue_share"]
    return product["name"] if share is None else f"{product['name']}（{percent(share)}）"
