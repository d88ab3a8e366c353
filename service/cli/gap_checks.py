"""`lianzhao check-gap`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from matching.errors import IndexMissing
from service.cli.context import Opened, as_json, pass_opened, print_json
from service.errors import InvalidProfile, SchemaMismatch
from service.operations.gap_checks import (
    CompanyWords,
    GapProblem,
    KnownGap,
    ReleaseWords,
    check_profile,
    schema_problems,
    stored_gaps,
)
from service.readers.chain_profile import read_chain_profile
from service.readers.policy_documents import read_policy_document
from service.readers.term_dictionaries import read_known_terms
from service.shipped import dictionary_paths

_path = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("check-gap")
@click.argument("file", type=_path)
@click.option("--policy", type=_path, help="The policy text (txt, docx, pdf) that the quotes must stand in.")
@as_json
@pass_opened
def check_gap(opened: Opened, file: Path, policy: Path | None, as_json: bool) -> None:
    """Check the gaps of the chain profile FILE (yaml) before they are published.

    Compared with the gaps of the database and, where an index has been built, with what companies say.
    Ends with exit code 1 when there is an error, warnings alone give 0.
    """
    problems, notes = _check(opened, file, policy)
    if as_json:
        print_json([asdict(problem) for problem in problems])
    for note in notes:
        click.echo(note, err=True)
    if not as_json:
        for problem in problems:
            where = problem.path or "file"
            click.echo(f"{problem.severity}  {problem.code}  {where}  {problem.value}: {problem.advice}")
        errors = sum(problem.severity == "error" for problem in problems)
        click.echo(f"{file.name}: {errors} errors, {len(problems) - errors} warnings")
    if any(problem.severity == "error" for problem in problems):
        raise click.exceptions.Exit(1)


def _check(opened: Opened, file: Path, policy: Path | None) -> tuple[list[GapProblem], list[str]]:
    text = read_policy_document(policy.name, policy.read_bytes()).text if policy else None
    try:
        profile = read_chain_profile(file)
    except InvalidProfile as err:
        return schema_problems(err), []
    stored, base, notes = _known(opened, profile.code)
    known_terms = read_known_terms(dictionary_paths())
    return (
        check_profile(profile, known_terms=known_terms, stored=stored, base=base, policy_text=text),
        notes,
    )


def _known(opened: Opened, chain: str) -> tuple[list[KnownGap], CompanyWords | None, list[str]]:
    """The gaps and companies to compare with, and what could not be compared."""
    try:
        with opened.database.reading() as session:
            stored = stored_gaps(session, but_of=chain)
            try:
                return stored, ReleaseWords(opened.engines.engine(session).release), []
            except IndexMissing as err:
                return stored, None, [f"not compared with companies: {err}"]
    except SchemaMismatch as err:
        return [], None, [f"compared with no database: {err}"]
