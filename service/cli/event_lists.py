"""`lianzhao event` for events that are stored: their lists, states, versions, follow-up and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from service.actors import COMMAND_LINE
from service.api.event_rows import (
    board_as_json,
    difference_as_json,
    ledger_as_json,
    list_as_json,
    meetings_as_json,
    report_as_json,
    run_as_json,
    stored_event_as_json,
    summary_as_json,
    version_as_json,
    why_as_json,
)
from service.cli.context import Opened, as_json, language, pass_opened, print_json, stored_text
from service.cli.event import event
from service.cli.progress import shown
from service.errors import Conflict, InvalidInput, NotFound
from service.event_list_labels import (
    DIFFERENCE_LABELS,
    ENTRY_STATUS_LABELS,
    FIELD_LABELS,
    INVITE_LABELS,
    OUTCOME_LABELS,
    RUN_STATE_LABELS,
    STAGE_LABELS,
    STATE_LABELS,
    VERSION_KIND_LABELS,
    value_in_words,
)
from service.i18n import mark, translate
from service.labels import percent
from service.operations.companies import get_company
from service.operations.event_followup import get_board, get_ledger
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.event_meetings import get_meetings, plan_meetings
from service.operations.event_runs import selection_of_run
from service.operations.event_solving import select_companies
from service.operations.event_solving import why_out as why_not_on_list
from service.operations.event_versions import change_state, compare_versions, list_versions
from service.operations.events import add_event, change_event, get_event, list_events, plan_of
from service.readers.event_plan import read_event_plan

__all__ = ["event"]
_ADDED = mark("{code}: {name} {edition} is stored.")
_CHANGED = mark("{code}: facts, rules and locks are those of {file} now.")
_SELECTED = mark(
    "Selection {number}: {state}; {companies} companies, expected gaps covered {value}, bound {bound}."
)
_STATE = mark("{code}: {state}; version {version} is kept.")
_PRECISION = mark("Precision of the first {k}: {value} ({hits} of {judged} judged, {open} still open).")
_NOT_JUDGED = mark("Precision of the first {k}: nobody is judged yet, {open} still open.")
_MEETINGS = mark("{count} meetings are planned; {unmet} found no slot.")
_CLASH = mark("{name}: {field} was changed by {who} meanwhile and stays as it is now.")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

why_option = click.option("--why", default="", callback=stored_text, help="The reason, for the record.")


def _words(opened: Opened, lang: str | None) -> str:
    return lang or opened.config.language


def _label(words: str, labels: Mapping[str, str], code: str) -> str:
    """The word for a code."""
    return translate(words, labels[code])


def command(name: str) -> Callable[[Callable[..., None]], Any]:
    """A command of `lianzhao event` with --lang and --json."""

    def made(function: Callable[..., None]) -> Any:
        return event.command(name)(language(as_json(pass_opened(function))))

    return made


@command("add")
@click.argument("file", type=_FILE)
@click.option("--code", default=None, help="Code [default: the plan's, or the next of its year].")
def add_command(opened: Opened, /, file: Path, code: str | None, lang: str | None, as_json: bool) -> None:
    """Store the event plan in the YAML file FILE as a new event."""
    plan = read_event_plan(file)
    with opened.database.session() as session:
        row = add_event(session, COMMAND_LINE, plan, code=code)
        known = stored_event_as_json(row, plan_of(session, row))
    if as_json:
        print_json(known)
        return
    words = _words(opened, lang)
    click.echo(translate(words, _ADDED, code=known["code"], name=plan.name, edition=plan.edition))


@command("change")
@click.argument("code")
@click.argument("file", type=_FILE)
def change_command(opened: Opened, /, code: str, file: Path, lang: str | None, as_json: bool) -> None:
    """Make facts, rules and locks of the event CODE those of the YAML file FILE."""
    plan = read_event_plan(file)
    with opened.database.session() as session:
        seen = get_event(session, code).row_version
        row = change_event(session, COMMAND_LINE, code, plan, expected_version=seen)
        known = stored_event_as_json(row, plan_of(session, row))
    if as_json:
        print_json(known)
        return
    click.echo(translate(_words(opened, lang), _CHANGED, code=known["code"], file=file.name))


@command("list")
def list_command(opened: Opened, /, lang: str | None, as_json: bool) -> None:
    """All events with what stands on their lists."""
    with opened.database.reading() as session:
        rows = [summary_as_json(row) for row in list_events(session, COMMAND_LINE)]
    if as_json:
        print_json({"events": rows})
        return
    words = _words(opened, lang)
    for row in rows:
        state = _label(words, STATE_LABELS, row["state"])
        click.echo(
            f"{row['code']}  {row['start_on']}  {row['name']} {row['edition']}  {row['organisation']}  "
            f"{state}  {row['selected']}/{row['seats']} +{row['waiting']}"
        )


@command("show")
@click.argument("code")
@click.option("--version", type=click.IntRange(1), default=None, help="A frozen version of the list.")
def show_command(opened: Opened, /, code: str, version: int | None, lang: str | None, as_json: bool) -> None:
    """The event CODE with its list: who is on it for which gap, who waits."""
    with opened.database.reading() as session:
        row = get_event(session, code)
        found = get_event_list(session, COMMAND_LINE, code, version)
        if as_json:
            print_json({**list_as_json(found), "event": stored_event_as_json(row, plan_of(session, row))})
            return
    words = _words(opened, lang)
    state = _label(words, STATE_LABELS, found.state)
    head = f"{found.code}  {found.name} {found.edition}  {state}  v{found.version}"
    click.echo(click.style(head, bold=True))
    for status, label in ENTRY_STATUS_LABELS.items():
        entries = found.with_status(status)
        if entries and status != "out":
            click.echo(translate(words, label))
        for entry in entries if status != "out" else ():
            chance = "" if entry.probability is None else f"{entry.probability * 100:.0f}"
            invited = _label(words, INVITE_LABELS, entry.invite_status)
            click.echo(
                f"{entry.order:>4}  {entry.company_name}  {entry.company_id}  {entry.gap_code or '—'}  "
                f"{entry.band or ''} {chance}  {invited}"
            )


@command("select")
@click.argument("code")
@click.option("--keep-others", is_flag=True, help="Who is on the list stays; only free seats are filled.")
@click.option("--no-relaxing", is_flag=True, help="Leave out what one more seat or a relaxed rule would add.")
@why_option
def select_command(
    opened: Opened,
    /,
    code: str,
    keep_others: bool,
    no_relaxing: bool,
    why: str,
    lang: str | None,
    as_json: bool,
) -> None:
    """Select companies for the event CODE and put them on its list as a new version."""
    words = _words(opened, lang)
    with opened.database.session() as session, shown(words) as progress:
        run = select_companies(
            session,
            COMMAND_LINE,
            opened.engines.engine(session),
            code,
            today=date.today(),  # noqa: DTZ011  the day of the place where the command runs
            home_province=opened.config.home_province,
            keep_others=keep_others,
            why=why,
            relax=not no_relaxing,
            progress=progress,
        )
        known = run_as_json(run, selection_of_run(session, run), words)
    if as_json:
        print_json(known)
        return
    click.echo(
        translate(
            words,
            _SELECTED,
            number=known["run"]["number"],
            state=_label(words, RUN_STATE_LABELS, known["status"]),
            companies=len(known["selected"]),
            value=f"{known['value']:.3f}",
            bound=f"{known['bound']:.3f}",
        )
    )
    for row in [*known["conflict"], *known["marginal"]]:
        click.echo(f"  {row['text']}")


@command("why")
@click.argument("code")
@click.argument("company", callback=stored_text)
def why_command(opened: Opened, /, code: str, company: str, lang: str | None, as_json: bool) -> None:
    """Why COMPANY (id, code or name) is not on the list of the event CODE."""
    words = _words(opened, lang)
    with opened.database.reading() as session:
        known = why_as_json(why_not_on_list(session, COMMAND_LINE, code, company), words)
    if as_json:
        print_json(known)
        return
    if known["removed_by"]:
        click.echo(translate(words, mark("{who} took it off the list by hand."), who=known["removed_by"]))
    for sentence in known["text"]:
        click.echo(sentence)


@command("edit")
@click.argument("code")
@click.argument("company", callback=stored_text)
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...", callback=stored_text)
@click.option("--dry-run", is_flag=True, help="Show what would change, change nothing.")
@why_option
def edit_command(
    opened: Opened,
    /,
    code: str,
    company: str,
    fields: tuple[str, ...],
    dry_run: bool,
    why: str,
    lang: str | None,
    as_json: bool,
) -> None:
    """Change fields of COMPANY on the list of the event CODE, such as stage=signed note=…"""
    values = {}
    for field in fields:
        name, separator, value = field.partition("=")
        if not separator:
            raise InvalidInput(f"{field!r}: write FIELD=VALUE, such as stage=signed")
        values[name] = value
    words = _words(opened, lang)
    with opened.database.session() as session:
        wanted = get_company(session, company).external_id
        entries = get_event_list(session, COMMAND_LINE, code).entries
        entry = next((entry for entry in entries if entry.company_id == wanted), None)
        if entry is None:
            raise NotFound(f"event {code}: {company}: not on its list: select it first")
        report = apply_entry_changes(
            session,
            COMMAND_LINE,
            code,
            {entry.entry_id: values},
            {entry.entry_id: entry.row_version},
            today=date.today(),  # noqa: DTZ011
            why=why,
            dry_run=dry_run,
        )
    if as_json:
        print_json(report_as_json(report))
        return
    for change in report.applied:
        click.echo(
            f"{change.company_name}  {_label(words, FIELD_LABELS, change.field)}: "
            f"{value_in_words(words, change.field, change.old)} → "
            f"{value_in_words(words, change.field, change.new)}"
        )
    for row in report.conflicts:
        click.echo(translate(words, _CLASH, name=row.company_name, field=row.field, who=row.changed_by))


@command("state")
@click.argument("code")
@click.argument("state", type=click.Choice(list(STATE_LABELS)))
@why_option
def state_command(
    opened: Opened, /, code: str, state: str, why: str, lang: str | None, as_json: bool
) -> None:
    """Take the list of the event CODE to STATE; a version of it is kept."""
    with opened.database.session() as session:
        seen = get_event(session, code).state
        version = change_state(session, COMMAND_LINE, code, state, expected_state=seen, why=why)
        known = {"code": code.upper(), "state": version.state, "version": version.number}
    if as_json:
        print_json(known)
        return
    words = _words(opened, lang)
    named = {**known, "state": _label(words, STATE_LABELS, state)}
    click.echo(translate(words, _STATE, **named))


@command("versions")
@click.argument("code")
def versions_command(opened: Opened, /, code: str, lang: str | None, as_json: bool) -> None:
    """The versions of the list of the event CODE: who kept each, why, who came and left."""
    words = _words(opened, lang)
    with opened.database.reading() as session:
        rows = [version_as_json(row, words) for row in list_versions(session, COMMAND_LINE, code)]
    if as_json:
        print_json({"versions": rows})
        return
    for row in rows:
        kind, state = VERSION_KIND_LABELS[row["kind"]], STATE_LABELS[row["state"]]
        click.echo(
            f"{row['number']:>3}  {row['created_at'][:16]}  {row['created_by']}  "
            f"{translate(words, kind)}  {translate(words, state)}  {row['why']}"
        )
        for change in row["changes"] if row["number"] > 1 else ():
            click.echo(f"     {change['text']}")


@command("diff")
@click.argument("code")
@click.argument("before", type=click.IntRange(1))
@click.argument("after", type=click.IntRange(1), required=False)
def diff_command(
    opened: Opened, /, code: str, before: int, after: int | None, lang: str | None, as_json: bool
) -> None:
    """What differs between version BEFORE and AFTER, or the working list; who did it and why."""
    words = _words(opened, lang)
    with opened.database.reading() as session:
        found = compare_versions(session, COMMAND_LINE, code, before, after)
    if as_json:
        print_json(difference_as_json(found))
        return
    for row in found.rows:
        click.echo(f"{_label(words, DIFFERENCE_LABELS, row.kind)}  {row.company_name}")
        for change in row.changes if row.before else ():
            click.echo(
                f"     {_label(words, FIELD_LABELS, change.field)}: "
                f"{value_in_words(words, change.field, change.old)} → "
                f"{value_in_words(words, change.field, change.new)}  {change.by or ''} {change.why}".rstrip()
            )


@command("followup")
@click.argument("code")
def followup_command(opened: Opened, /, code: str, lang: str | None, as_json: bool) -> None:
    """Invitations and stages of the list of the event CODE, and what is overdue."""
    words = _words(opened, lang)
    with opened.database.reading() as session:
        board = get_board(session, COMMAND_LINE, code, today=date.today())  # noqa: DTZ011
    if as_json:
        print_json(board_as_json(board))
        return
    for labels, counts in ((INVITE_LABELS, board.invitations), (STAGE_LABELS, board.stages)):
        click.echo("  ".join(f"{translate(words, labels[name])} {count}" for name, count in counts.items()))
    for entry in board.overdue:
        facts = (str(entry.due_on), entry.company_name, entry.next_action or "", entry.duty_unit or "")
        click.echo("  ".join(facts))


@command("ledger")
@click.argument("code")
def ledger_command(opened: Opened, /, code: str, lang: str | None, as_json: bool) -> None:
    """Outcomes of the event CODE beside the ranks that were frozen, and the precision of the first 20."""
    words = _words(opened, lang)
    with opened.database.reading() as session:
        ledger = get_ledger(session, COMMAND_LINE, code)
    if as_json:
        print_json(ledger_as_json(ledger))
        return
    found = ledger.precision
    values = {"k": found.k, "hits": found.hits, "judged": found.judged, "open": found.still_open}
    if found.value is None:
        click.echo(translate(words, _NOT_JUDGED, **values))
    else:
        click.echo(translate(words, _PRECISION, value=percent(found.value), **values))
    for row in ledger.outcomes:
        stage = _label(words, STAGE_LABELS, row.stage or "")
        outcome = _label(words, OUTCOME_LABELS, row.label)
        click.echo(
            f"{row.frozen_rank or '—':>4}  {row.company_name}  {row.gap_code or '—'}  {stage}  {outcome}"
        )


@command("meetings")
@click.argument("code")
@click.option("--slot", "slots", multiple=True, callback=stored_text, help="A time; repeatable: plans anew.")
@click.option("--tables", type=click.IntRange(1, 20), default=1, show_default=True, help="Of each office.")
@click.option("--most", type=click.IntRange(1, 60), default=3, show_default=True, help="Of each company.")
@click.option("--confirmed", is_flag=True, help="Only companies that confirmed or came.")
def meetings_command(
    opened: Opened,
    /,
    code: str,
    slots: tuple[str, ...],
    tables: int,
    most: int,
    confirmed: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """The meetings of the event CODE: planned anew where --slot is given, shown otherwise."""
    words = _words(opened, lang)
    done = None
    if slots:
        with opened.database.session() as session:
            done = plan_meetings(
                session,
                COMMAND_LINE,
                code,
                slots,
                tables=tables,
                meetings_per_company=most,
                confirmed_only=confirmed,
            )
    with opened.database.reading() as session:
        known = meetings_as_json(get_meetings(session, COMMAND_LINE, code))
    if as_json:
        print_json(known)
        return
    if done is not None:
        click.echo(translate(words, _MEETINGS, count=done.meetings, unmet=len(done.unmet)))
    if done is None and not known["meetings"]:
        raise Conflict(f"event {code}: no meetings are planned: give the times with --slot")
    for row in known["meetings"]:
        click.echo(f"{row['time']}  {row['owner']}-{row['table']}  {row['name']}  {row['gap']}")
