"""`lianzhao import` and `lianzhao template`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from models.company import PROVENANCE_KINDS
from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, pass_opened, print_json
from service.cli.progress import shown
from service.errors import Conflict, InvalidInput
from service.operations.imports import ImportReport, import_companies
from service.readers.company_issues import Issue, advice_sentence, problem_sentence
from service.writers.company_files import write_rejected_rows, write_template_csv, write_template_xlsx

_SHOWN_ISSUES = 20


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--source", help="Where the facts are from, shown beside each of them [default: the file's name]."
)
@click.option("--kind", type=click.Choice(PROVENANCE_KINDS), default="self", show_default=True)
@click.option("--dry-run", is_flag=True, help="Say what would happen and store nothing.")
@click.option(
    "--rejected",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write rejected rows here, to mend and import again [default: beside FILE, when there are any].",
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
    nothing.
    Run "lianzhao index build" afterwards, so that matching knows the new companies.
    """
    report = import_and_report(
        opened, file, source=source or file.name, kind=kind, dry_run=dry_run, quiet=as_json
    )
    written = _write_rejected(opened, file, report, rejected)
    if as_json:
        print_json(report_as_json(report, opened.config.language) | {"rejected_file": written})
    elif written:
        click.echo(f"Rejected rows with their reasons: {written}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_opened
def template(opened: Opened, file: Path) -> None:
    """Write an empty company table to FILE (.xlsx or .csv) with a header, an example row and explanations."""
    ending = file.suffix.lower()
    if ending not in (".xlsx", ".csv"):
        raise InvalidInput(f"template {file}: the name must end in .xlsx or .csv")
    if file.exists():
        raise Conflict(f"template {file}: the file exists: give another name, nothing was overwritten")
    with file.open("xb") as target:
        if ending == ".xlsx":
            write_template_xlsx(target, opened.config.language)
        else:
            write_template_csv(target)
    click.echo(f"{file}")


def import_and_report(
    opened: Opened, file: Path, *, source: str, kind: str, dry_run: bool = False, quiet: bool = False
) -> ImportReport:
    """Import `file` in one transaction with its progress shown, and print what became of it."""
    with shown(opened.config.language) as progress, opened.database.session() as session:
        report = import_companies(
            session,
            COMMAND_LINE,
            file,
            file_name=file.name,
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
    stored = "would be " if report.is_dry_run else ""
    click.echo(
        f"{report.file_name}: {report.rows_read} rows, {stored}{report.rows_added} added, "
        f"{report.rows_updated} updated, {report.rows_unchanged} unchanged, {report.rows_rejected} rejected"
    )
    issues = [*report.errors, *report.warnings]
    for issue in issues[:_SHOWN_ISSUES]:
        place = f"row {issue.row}" + (f", {issue.column}" if issue.column else "")
        value = f" {issue.value!r}" if issue.value else ""
        click.echo(
            f"  {place}:{value} {problem_sentence(language, issue)} {advice_sentence(language, issue)}",
            err=True,
        )
    total = sum(report.issue_counts.values())
    if total > _SHOWN_ISSUES:
        click.echo(f"  … and {total - _SHOWN_ISSUES} more; --json lists them", err=True)


def _write_rejected(opened: Opened, file: Path, report: ImportReport, target: Path | None) -> str | None:
    if not report.rows_rejected:
        return None
    path = target or _free_path(file.with_name(f"{file.stem}-rejected{file.suffix}"))
    with path.open("wb") as out:
        write_rejected_rows(file, report.errors, out, file_name=file.name, language=opened.config.language)
    return str(path)


def _free_path(path: Path) -> Path:
    """`path`, or the same with a number where a file stands that may have been mended by hand."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return free
