"""`lianzhao event`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, language, pass_opened, print_json
from service.cli.progress import shown
from service.event_json import change_as_json, event_as_json, out_as_json
from service.i18n import mark, translate
from service.operations.event_selection import after_declines, compare_selections, explain_out, solve_event
from service.readers.event_plan import read_event_plan

_HEAD = mark("{event} {edition}: {selected} of {seats} seats, {gaps} gaps in play, {companies} companies")
_VALUE = mark("Expected gaps covered (weighted): {value}, bound {bound}, solved in {seconds} s")
_BASELINE = mark("{label}: {value}, {companies} companies, {gaps} gaps touched, rules broken: {broken}")
_NONE = mark("none")
_WAITING = mark("Waiting list:")
_VERIFY = mark("To be verified:")
_CONFLICT = mark("Take away or relax one of these:")
_CHOSEN_AGAIN = mark("The rules do not hold with the others as they are: everything was chosen again.")


@click.group()
def event() -> None:
    """Shortlists for events: who is invited, under seats and quota rules."""


@event.command("solve")
@click.argument("plan", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--why", multiple=True, metavar="COMPANY", help="Why this company is not invited; repeatable.")
@click.option(
    "--declined",
    multiple=True,
    metavar="COMPANY",
    help="Companies that declined: the others stay, and what changes is explained; repeatable.",
)
@click.option(
    "--time-limit", type=click.FloatRange(0.1, 600), default=20.0, show_default=True, help="Solver seconds."
)
@click.option(
    "--no-relaxing", is_flag=True, help="Leave out what one more seat or a relaxed rule would add: faster."
)
@language
@as_json
@pass_opened
def solve_command(
    opened: Opened,
    /,
    plan: Path,
    why: tuple[str, ...],
    declined: tuple[str, ...],
    time_limit: float,
    no_relaxing: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Select the companies to invite to the event of the YAML file PLAN, with the reason for each.

    Ends with 0 also when the rules contradict each other: the answer then names the rules.
    """
    if why and declined:
        raise click.UsageError(
            "give --why or --declined, not both: --why speaks of the selection of the plan"
        )
    config = opened.config
    read = read_event_plan(plan)
    words = lang or config.language
    with opened.database.reading() as session, shown(words) as progress:
        found = solve_event(
            session,
            COMMAND_LINE,
            opened.engines.engine(session),
            read,
            today=date.today(),  # noqa: DTZ011  the day of the place where the command runs
            home_province=config.home_province,
            progress=progress,
            relax=not no_relaxing,
            time_limit_s=time_limit,
        )
        before = found
        changes = []
        kept = True
        if declined and found.selection.status in ("optimal", "feasible"):
            found = replace(after_declines(session, before, declined), relaxations=before.relaxations)
            changes, kept = list(compare_selections(before, found)), found.kept_others
        outs = [explain_out(session, found, key) for key in why]
    known = event_as_json(found, words)
    known["out"] = [out_as_json(out, found, words) for out in outs]
    known["changes"] = [change_as_json(change, found.field, words) for change in changes]
    known["kept_others"] = kept
    if as_json:
        print_json(known)
    else:
        _print_event(known)


def _print_event(known: dict[str, Any]) -> None:
    words = known["language"]
    head = translate(
        words,
        _HEAD,
        event=known["event"],
        edition=known["edition"],
        selected=len(known["selected"]),
        seats=known["seats"],
        gaps=known["gaps_in_play"],
        companies=known["companies_considered"],
    )
    click.echo(click.style(head, bold=True))
    click.echo(known["sentence"])
    if known["conflict"]:
        click.echo(translate(words, _CONFLICT))
        for rule in known["conflict"]:
            click.echo(f"  {rule['name'] or rule['id'] or ''}  {rule['text']}")
        return
    click.echo(
        translate(
            words,
            _VALUE,
            value=f"{known['value']:.3f}",
            bound=f"{known['bound']:.3f}",
            seconds=known["solver_seconds"],
        )
    )
    for name in known["baselines"]:
        row = known["baselines"][name]
        broken = "、".join(rule["name"] or rule["id"] or rule["kind"] for rule in row["broken"])
        click.echo(
            "  "
            + translate(
                words,
                _BASELINE,
                label=row["label"],
                value=f"{row['value']:.3f}",
                companies=row["companies"],
                gaps=row["gaps_touched"],
                broken=broken or translate(words, _NONE),
            )
        )
    for row in known["rules"]:
        unknown = row["unknown_text"] if row["unknown"]["eligible"] else ""
        click.echo(f"  {row['name']}  {row['counted']}  {unknown}".rstrip())
    for row in known["marginal"]:
        click.echo(f"  {row['text']}")
    _print_selected(known, words)
    for out in known["out"]:
        click.echo("".join(out["text"]) if words == "zh" else " ".join(out["text"]))
    if not known["kept_others"]:
        click.echo(translate(words, _CHOSEN_AGAIN))
    for change in known["changes"]:
        click.echo(change["text"])


def _print_selected(known: dict[str, Any], words: str) -> None:
    for place, row in enumerate(known["selected"], start=1):
        where = " ".join(part for part in (row["province"], row["city"]) if part)
        click.echo(
            f"{place:>3}  {row['name']}  {row['company']}  {where}  {row['gap']}  {row['group'] or ''}"
        )
        for reason in row["reasons"]:
            click.echo(f"     {reason['text']}")
        for caution in row["cautions"]:
            if caution["code"] != "stale_data":  # the same for all of a base
                click.echo(f"     ! {caution['text']}")
        if row["verify"]:
            labels = "、".join(verify["label"] for verify in row["verify"])
            click.echo(f"     {translate(words, _VERIFY)} {labels}")
    if known["waiting"]:
        click.echo(translate(words, _WAITING))
    for place, row in enumerate(known["waiting"], start=1):
        click.echo(f"{place:>3}  {row['name']}  {row['text']}")
