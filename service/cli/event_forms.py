"""`lianzhao event export`, `import`, `invite`, `answer` and `presets`: forms of an event's list."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from service.actors import COMMAND_LINE
from service.cli.context import (
    Opened,
    as_json,
    check_folder_of,
    language,
    pass_opened,
    print_json,
    stored_text,
    written_whole,
)
from service.cli.index import build_and_use
from service.cli.progress import shown
from service.errors import InvalidInput
from service.form_import_records import FormPreview, preview_as_json, shown_value
from service.form_records import Form, FormPreset
from service.i18n import mark, translate
from service.operations.event_answers import answer_question
from service.operations.event_exports import NoteFinding, export_form
from service.operations.event_form_imports import Take, import_form
from service.operations.event_plan_forms import solve_form
from service.operations.event_ranks import rank_in_gap
from service.operations.invitations import draft_invitation
from service.readers.compliance_rules import read_compliance_rules
from service.readers.event_plan import read_event_plan
from service.readers.form_presets import get_form_preset, list_form_presets, read_form_preset
from service.readers.form_workbooks import read_form
from service.shipped import compliance_rules_path, form_preset_paths
from service.writers.forms import write_form
from service.writers.invitations import write_invitation

_WRITTEN = mark("{out}: {preset}, {rows} rows, run {run}")
_UNSTORED = mark("The plan is not stored: this file is to be read, it cannot be imported back.")
_FINDING = mark("To be checked before it is handed on: {company}, {field}: “{quote}”: {clause}")
_CHANGED = mark("{count} changes offered")
_APPLIED = mark("{count} changes made")
_NOTHING = mark("nothing to change")
_CHANGE = mark("row {row}  {company}  {column}: “{old}” → “{new}”")
_CONFLICT = mark(
    "row {row}  {company}  {column}: was “{base}”, {who} made it “{theirs}”, the file says “{yours}”"
)
_CONFLICTS = mark("Changed here and in the database; decide with {theirs} or {yours}:")
_ADDED = mark("row {row}  {company}: new; put on the list with --add-rows")
_DELETED = mark("{company}: its row is not in the file; it stays on the list")
_ANSWERED = mark("{company}, {field}: “{old}” → “{new}”")
_INTO_NOTE = mark("{company}: kept in the remarks: {new}")
_RANK = mark("Rank for {gap}: {before} → {after}")
_LATER = mark("Ranks follow with the next index: run “{command}”.")

_company = click.argument("company", callback=stored_text)


def _today() -> date:
    return date.today()  # noqa: DTZ011  the day of the place where the command runs


@click.command("presets")
@as_json
@language
@pass_opened
def presets(opened: Opened, /, as_json: bool, lang: str | None) -> None:
    """The forms that there are."""
    found = list_form_presets(form_preset_paths())
    if as_json:
        print_json(
            [{"code": p.code, "name": p.name, "name_en": p.name_en, "file": p.extension} for p in found]
        )
        return
    for preset in found:
        name = preset.shown(lang or opened.config.language)
        click.echo(f"{preset.code:20} {preset.extension:6} {name}")


@click.command("export")
@click.argument("event", callback=stored_text)
@click.option("--preset", required=True, callback=stored_text, help="Code or name of a form, or a YAML file.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--version", type=click.IntRange(1), help="A frozen version of the list: to be read only.")
@language
@as_json
@pass_opened
def export_command(
    opened: Opened,
    /,
    event: str,
    preset: str,
    out: Path,
    version: int | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """Write a form of EVENT, a stored event's code or the YAML file of a plan.

    The form of a stored event can be edited and imported back. A plan is solved on the fly: its form is to be
    read, and says so when somebody imports it.
    """
    words = lang or opened.config.language
    check_folder_of(out)
    wanted = _preset(preset)
    _check_ending(out, wanted)
    findings: tuple[NoteFinding, ...] = ()
    if event.lower().endswith((".yaml", ".yml")):
        form = _solved(opened, Path(event), wanted, words)
    else:
        with opened.database.session() as session:
            export = export_form(
                session,
                COMMAND_LINE,
                wanted,
                event,
                read_compliance_rules(compliance_rules_path()),
                today=_today(),
                language=words,
                version=version,
            )
        form, findings = export.form, export.findings
    with written_whole(out) as target:
        write_form(form, target)
    _tell_export(form, findings, out, words, as_json=as_json)


def _preset(name: str) -> FormPreset:
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml"):
        if not path.is_file():
            raise InvalidInput(f"preset {name}: there is no such file")
        return read_form_preset(path)
    return get_form_preset(form_preset_paths(), name)


def _check_ending(out: Path, preset: FormPreset) -> None:
    if out.suffix.lower() != preset.extension:
        raise InvalidInput(f"{out}: {preset.name} is written as {preset.extension}: give such a file name")


def _solved(opened: Opened, path: Path, preset: FormPreset, words: str) -> Form:
    if not path.is_file():
        raise InvalidInput(f"{path}: there is no such file: give a plan, or the code of a stored event")
    plan = read_event_plan(path)
    with opened.database.reading() as session, shown(words) as progress:
        return solve_form(
            session,
            COMMAND_LINE,
            opened.engines.engine(session),
            plan,
            preset,
            today=_today(),
            home_province=opened.config.home_province,
            language=words,
            progress=progress,
        )


def _tell_export(
    form: Form, findings: tuple[NoteFinding, ...], out: Path, words: str, *, as_json: bool
) -> None:
    if as_json:
        print_json(
            {
                "file": str(out),
                "event": form.list.code,
                "preset": form.preset.code,
                "run": form.run_code,
                "rows": len(form.rows),
                "can_be_imported": form.is_stored,
                "compliance": [
                    {
                        "company": row.company,
                        "field": row.field,
                        "quote": row.finding.quote,
                        "clause": row.finding.clause,
                        "severity": row.finding.severity,
                    }
                    for row in findings
                ],
            }
        )
        return
    name = form.preset.shown(words)
    click.echo(translate(words, _WRITTEN, out=out, preset=name, rows=len(form.rows), run=form.run_code))
    if not form.is_stored:
        click.echo(translate(words, _UNSTORED))
    for row in findings:
        quote, clause = row.finding.quote, row.finding.clause
        click.echo(
            translate(words, _FINDING, company=row.company, field=row.field, quote=quote, clause=clause),
            err=True,
        )


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--take",
    type=click.Choice(["theirs", "yours"]),
    help="What decides cells that were changed here and there: theirs keeps the database, yours the file.",
)
@click.option("--add-rows", is_flag=True, help="Put companies of added rows on the list.")
@language
@as_json
@pass_opened
def import_command(
    opened: Opened,
    /,
    file: Path,
    dry_run: bool,
    take: Take | None,
    add_rows: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Take over what was edited in FILE, an exported form: all of it, or with any problem nothing."""
    words = lang or opened.config.language
    with file.open("rb") as stream:
        form = read_form(stream, file.name)
    with opened.database.session() as session:
        preview = import_form(
            session,
            COMMAND_LINE,
            form,
            today=_today(),
            take=take,
            add_rows=add_rows,
            dry_run=dry_run,
        )
    if as_json:
        print_json(preview_as_json(preview, words))
    else:
        _print_preview(preview, words)


def _print_preview(preview: FormPreview, words: str) -> None:
    for change in preview.changes:
        old, new = (shown_value(change.field, value, words) or "" for value in (change.old, change.new))
        click.echo(
            translate(
                words, _CHANGE, row=change.row, company=change.company, column=change.column, old=old, new=new
            )
        )
    if preview.conflicts:
        click.echo(translate(words, _CONFLICTS, theirs="--take theirs", yours="--take yours"))
    for row in preview.conflicts:
        base, theirs, yours = (
            shown_value(row.field, value, words) or "" for value in (row.base, row.theirs, row.yours)
        )
        click.echo(
            translate(
                words,
                _CONFLICT,
                row=row.row,
                company=row.company,
                column=row.column,
                base=base,
                who=row.changed_by,
                theirs=theirs,
                yours=yours,
            )
        )
    for added in preview.added:
        click.echo(translate(words, _ADDED, row=added.row, company=added.company))
    for _, name in preview.deleted:
        click.echo(translate(words, _DELETED, company=name))
    for problem in (*preview.notes, *preview.problems):
        click.echo(problem.text(words))
    if preview.changes:
        message = _APPLIED if preview.is_applied else _CHANGED
        click.echo(translate(words, message, count=len(preview.changes)))
    else:
        click.echo(translate(words, _NOTHING))


@click.command("invite")
@click.argument("event", callback=stored_text)
@_company
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="docx to write.")
@as_json
@pass_opened
def invite_command(opened: Opened, /, event: str, company: str, out: Path, as_json: bool) -> None:
    """Write the invitation of COMPANY to EVENT as a letter; refused where the law forbids what it says."""
    check_folder_of(out)
    if out.suffix.lower() != ".docx":
        raise InvalidInput(f"{out}: an invitation is written as .docx: give such a file name")
    with opened.database.session() as session:
        letter = draft_invitation(
            session,
            COMMAND_LINE,
            event,
            company,
            read_compliance_rules(compliance_rules_path()),
            today=_today(),
        )
    with written_whole(out) as target:
        write_invitation(letter, target)
    if as_json:
        print_json({"company": letter.company, "out": str(out)})
        return
    click.echo(f"{out}: {letter.company}")


@click.command("answer")
@click.argument("event", callback=stored_text)
@_company
@click.argument("question", callback=stored_text)
@click.argument("text", callback=stored_text)
@click.option("--said-by", required=True, callback=stored_text, help="The organisation that answered.")
@click.option("--on", "said_on", type=click.DateTime(["%Y-%m-%d"]), help="When it was said [default: today].")
@click.option("--rebuild", is_flag=True, help="Build the index at once and show the rank before and after.")
@language
@as_json
@pass_opened
def answer_command(
    opened: Opened,
    /,
    event: str,
    company: str,
    question: str,
    text: str,
    said_by: str,
    said_on: datetime | None,
    rebuild: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Take down what COMPANY answered to QUESTION (R1, F1 …, as the talking points number it)."""
    words = lang or opened.config.language
    before = rank_in_gap_now(opened, event, company) if rebuild else None
    with opened.database.session() as session:
        answer = answer_question(
            session,
            COMMAND_LINE,
            event,
            company,
            question,
            text,
            said_by=said_by,
            said_on=said_on.date() if said_on else _today(),
        )
    after = None
    if rebuild and answer.is_indexed:
        build_and_use(opened)
        after = rank_in_gap_now(opened, event, company)
    if as_json:
        print_json(
            {
                "company": answer.company,
                "question": answer.code,
                "field": answer.field,
                "old": answer.old,
                "new": answer.new,
                "rank_before": before and before[1],
                "rank_after": after and after[1],
            }
        )
        return
    message = _INTO_NOTE if answer.field == "note" else _ANSWERED
    click.echo(
        translate(
            words, message, company=answer.company, field=answer.field, old=answer.old or "", new=answer.new
        )
    )
    if before and after:
        click.echo(translate(words, _RANK, gap=after[0], before=before[1] or "—", after=after[1] or "—"))
    elif answer.is_indexed and not rebuild:
        click.echo(translate(words, _LATER, command="lianzhao index build"))


def rank_in_gap_now(opened: Opened, event: str, company: str) -> tuple[str, int | None]:
    """(gap, rank) of the company for the gap that it stands for, as the index in use has it."""
    with opened.database.reading() as session:
        return rank_in_gap(
            session,
            COMMAND_LINE,
            opened.engines.engine(session),
            event,
            company,
            today=_today(),
            home_province=opened.config.home_province,
        )


FORM_COMMANDS = (presets, export_command, import_command, invite_command, answer_command)
