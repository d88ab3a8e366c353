"""`lianzhao check-compliance`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from service.cli.context import Opened, as_json, language, pass_opened, print_json
from service.compliance_json import SEVERITIES, finding_as_json
from service.i18n import mark, translate
from service.operations.compliance import check_text
from service.readers.compliance_rules import read_compliance_rules
from service.readers.documents import decode_text, read_document
from service.shipped import compliance_rules_path

# Apart from 1 (an error) and 2 (wrong use), so that a script can tell a finding from a failure.
FOUND = 3

_NOTHING = mark("Nothing found. That is no proof that the text is lawful.")
_COUNTED = mark("Findings: {count}, of which {blocked} block. An aid to the review, no legal opinion.")
_LINE = mark("line {line}")


@click.command("check-compliance")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--text", help="A text instead of a file.")
@click.option(
    "--fail-on",
    type=click.Choice(["blocked", "warning"]),
    help=f"End with exit code {FOUND} when there is a finding of this weight or more.",
)
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Rules of your own instead of the shipped ones.",
)
@language
@as_json
@pass_opened
@click.pass_context
def check_compliance(
    context: click.Context,
    opened: Opened,
    /,
    file: Path | None,
    text: str | None,
    fail_on: str | None,
    rules_file: Path | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """Check a text against the fair-competition rules (国务院令第783号), citing the clauses.

    FILE is txt, md, docx or pdf; "-" reads standard input. Findings are output, not an error: the exit
    code stays 0 unless --fail-on is given.
    """
    if (file is None) == (text is None):
        raise click.UsageError("give either FILE or --text TEXT")
    rules = read_compliance_rules(rules_file or compliance_rules_path())
    content = text if text is not None else _read(file)
    findings = check_text(content, rules)
    spoken = lang or opened.config.language
    rows = [finding_as_json(finding, spoken) for finding in findings]
    if as_json:
        print_json(rows)
    else:
        for finding, row in zip(findings, rows, strict=True):
            line = translate(spoken, _LINE, line=content.count("\n", 0, finding.start) + 1)
            weight = translate(spoken, SEVERITIES[finding.severity])
            click.echo(f"{weight}  {row['clause']}  {line}\n  {row['quote']}")
            click.echo(f"  {row['reason']}\n  {row['advice']}")
        blocked = sum(finding.severity == "blocked" for finding in findings)
        closing = translate(spoken, _COUNTED, count=len(rows), blocked=blocked)
        click.echo(closing if rows else translate(spoken, _NOTHING))
    if fail_on and any(fail_on == "warning" or finding.severity == "blocked" for finding in findings):
        context.exit(FOUND)


def _read(file: Path | None) -> str:
    if file is None or str(file) == "-":
        return decode_text("standard input", sys.stdin.buffer.read())
    return read_document(file.name, file.read_bytes()).text
