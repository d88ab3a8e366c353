"""`lianzhao import` and `lianzhao template`."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from models.company import PROVENANCE_KINDS
from service.actors import COMMAND_LINE
from service.cli.context import (
    Opened,
    as_json,
    check_folder_of,
    pass_opened,
    print_json,
    stored_text,
    written_whole,
)
from service.cli.progress import shown
from service.errors import Conflict, InvalidInput
from service.i18n import mark, translate
from service.operations.imports import ImportReport, import_companies
from service.readers.company_issues import Issue, advice_sentence, problem_sentence
from service.writers.company_files import write_rejected_rows, write_template_csv, write_template_xlsx

_SHOWN_ISSUES = 20
_DONE = mark(
    "{file}: {rows} rows: {added} added, {updated} updated, {unchanged} unchanged, {rejected} rejected, "
    "{skipped} skipped"
)
_TRIED = mark(
    "{file}: {rows} rows: {added} would be added, {updated} updated, {unchanged} unchanged, "
    "{rejected} rejected, {skipped} skipped; nothing was stored"
)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--source",
    callback=stored_text,
    help="Where the facts are from, shown beside each of them [default: the file's name].",
)
@click.option("--kind", type=click.Choice(PROVENANCE_KINDS), default="self", show_default=True)
@click.option("--dry-run", is_flag=True, help="Say what would happen and store nothing.")
@click.option(
    "--rejected",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write rejected rows to this new file, to mend and import again [default: one beside FILE].",
)
@as_json
@pass_opened
def import_command(
    opened: Opened,
    file: Path,
    source: str | None,
    kind: str,
    dry_run: bool,
    rejected: Path | None,
    as_json: bool,
) -> None:
    """Import companies from a csv, xlsx or jsonl FILE.

    Good rows are stored; bad rows come back as a file with the reasons. Importing a file again changes
    nothing. Run "lianzhao index build" afterwards, so that matching knows the new companies.
    """
    if rejected is not None and rejected.is_file():
        raise Conflict(f"--rejected {rejected}: the file exists: give another name, nothing was overwritten")
    check_folder_of(rejected)
    report = import_and_report(
        opened, file, source=source or _shown_name(file), kind=kind, dry_run=dry_run, quiet=as_json
    )
    # A dry run leaves no file behind that nobody asked for.
    written = None if dry_run and rejected is None else _write_rejected(opened, file, report, rejected)
    if as_json:
        print_json(report_as_json(report, opened.config.language) | {"rejected_file": written})
    elif written:
        language = opened.config.language
        click.echo(translate(language, "Rejected rows with their reasons: {file}", file=written))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@pass_opened
def template(opened: Opened, file: Path, as_json: bool) -> None:
    """Write an empty company table to FILE (.xlsx or .csv) with a header, an example row and explanations."""
    ending = file.suffix.lower()
    if ending not in (".xlsx", ".csv"):
        raise InvalidInput(f"template {file}: the name must end in .xlsx or .csv")
    if file.exists():
        raise Conflict(f"template {file}: the file exists: give another name, nothing was overwritten")
    check_folder_of(file)
    with written_whole(file) as target:
        if ending == ".xlsx":
            write_template_xlsx(target, opened.config.language)
        else:
            write_template_csv(target)
    if as_json:
        print_json({"file": str(file)})
    else:
        click.echo(str(file))


def import_and_report(
    opened: Opened, file: Path, *, source: str, kind: str, dry_run: bool = False, quiet: bool = False
) -> ImportReport:
    """Import `file` in one transaction with its progress shown, and print what became of it."""
    with shown(opened.config.language) as progress, opened.database.session() as session:
        report = import_companies(
            session,
            COMMAND_LINE,
            file,
            file_name=_shown_name(file),
            source=source,
            kind=kind,
            dry_run=dry_run,
            progress=lambda done, total: progress("import", done, total or 0),
        )
    if not quiet:
        _print_report(report, opened.config.language)
    return report


def report_as_json(report: ImportReport, language: str) -> dict[str, Any]:
    """The report with its issues in words."""
    known = asdict(report)
    for kind, issues in (("errors", report.errors), ("warnings", report.warnings)):
        known[kind] = [_issue_as_json(issue, language) for issue in issues]
    return known


def _issue_as_json(issue: Issue, language: str) -> dict[str, Any]:
    return {
        "row": issue.row,
        "column": issue.column,
        "value": issue.value,
        "code": issue.code,
        "problem": problem_sentence(language, issue),
        "advice": advice_sentence(language, issue),
    }


def _print_report(report: ImportReport, language: str) -> None:
    head = _TRIED if report.is_dry_run else _DONE
    click.echo(
        translate(
            language,
            head,
            file=report.file_name,
            rows=report.rows_read,
            added=report.rows_added,
            updated=report.rows_updated,
            unchanged=report.rows_unchanged,
            rejected=report.rows_rejected,
            skipped=report.rows_skipped,
        )
    )
    issues = [*report.errors, *report.warnings]
    for issue in issues[:_SHOWN_ISSUES]:
        click.echo(f"  {_issue_line(issue, language)}", err=True)
    total = sum(report.issue_counts.values())
    if total > _SHOWN_ISSUES:
        more = translate(language, "… and {count} more; --json lists them", count=total - _SHOWN_ISSUES)
        click.echo(f"  {more}", err=True)


def _issue_line(issue: Issue, language: str) -> str:
    place = translate(language, "row {row}", row=issue.row) + (f" [{issue.column}]" if issue.column else "")
    problem = problem_sentence(language, issue)
    is_named = issue.value in problem or issue.value == issue.column
    value = "" if is_named else f" {issue.value}:"
    return f"{place}:{value} {problem} {advice_sentence(language, issue)}"


def _write_rejected(opened: Opened, file: Path, report: ImportReport, target: Path | None) -> str | None:
    if not report.rows_rejected:
        return None
    path = target or _free_path(file.with_name(f"{Path(_shown_name(file)).stem}-rejected{file.suffix}"))
    try:
        with written_whole(path) as out:
            write_rejected_rows(
                file, report.errors, out, file_name=report.file_name, language=opened.config.language
            )
    except OSError as err:
        stored = "nothing was stored" if report.is_dry_run else "the other rows are stored"
        raise InvalidInput(
            f"{path}: {err.strerror or err}: the rejected rows could not be written there, {stored}: "
            "import the file again with --rejected and a place that can be written to"
        ) from err
    return str(path)


def _free_path(path: Path) -> Path:
    """`path`, or the same with a number where a file stands that may have been mended by hand."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return free


def _shown_name(file: Path) -> str:
    """The file's name as text: archives made in China bring names in GBK to systems in UTF-8."""
    try:
        file.name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(file.name).decode("gb18030", "replace")
    return file.name
