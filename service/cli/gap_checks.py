"""`lianzhao check-gap`."""

from __future__ import annotations

from pathlib import Path

import click

from matching.errors import IndexMissing
from service.cli.context import Opened, as_json, language, pass_opened, print_json
from service.errors import InvalidProfile, SchemaMismatch
from service.i18n import mark, translate
from service.labels import GAP_PROBLEM_SEVERITIES
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
from service.readers.dictionaries import read_dictionary
from service.readers.documents import read_document
from service.shipped import dictionary_paths

_COUNTED = mark("{name}: {errors} errors, {warnings} warnings")
_path = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("check-gap")
@click.argument("file", type=_path)
@click.option("--policy", type=_path, help="The policy text (txt, docx, pdf) that the quotes must stand in.")
@language
@as_json
@pass_opened
def check_gap(opened: Opened, file: Path, policy: Path | None, lang: str | None, as_json: bool) -> None:
    """Check the gaps of the chain profile FILE (yaml) before they are published.

    Compared with the gaps of the database and, where an index has been built, with what companies say.
    Ends with exit code 1 when there is an error, warnings alone give 0.
    """
    problems, notes = _check(opened, file, policy)
    spoken = lang or opened.config.language
    if as_json:
        print_json([problem.as_json(spoken) for problem in problems])
    for note in notes:
        click.echo(note, err=True)
    if not as_json:
        for problem in problems:
            where = problem.path or translate(spoken, mark("file"))
            weight = translate(spoken, GAP_PROBLEM_SEVERITIES[problem.severity])
            click.echo(f"{weight}  {problem.code}  {where}  {problem.value}: {problem.advice_in(spoken)}")
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = len(problems) - errors
        click.echo(translate(spoken, _COUNTED, name=file.name, errors=errors, warnings=warnings))
    if any(problem.severity == "error" for problem in problems):
        raise click.exceptions.Exit(1)


def _check(opened: Opened, file: Path, policy: Path | None) -> tuple[list[GapProblem], list[str]]:
    text = read_document(policy.name, policy.read_bytes()).text if policy else None
    try:
        profile = read_chain_profile(file)
    except InvalidProfile as err:
        return schema_problems(err), []
    stored, base, notes = _known(opened, profile.code)
    known_terms = read_dictionary(dictionary_paths()).names
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
