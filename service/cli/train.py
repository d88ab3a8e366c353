"""`lianzhao train`."""

from __future__ import annotations

import json
import tempfile
from datetime import date, datetime
from pathlib import Path

import click

from service.cli.context import Opened, as_json, pass_opened, print_json
from service.cli.progress import shown
from service.operations.evaluations import train as run_training

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--queries", type=_FILE, required=True, help="Gaps, one JSON a line: id, chain, title, need.")
@click.option("--qrels", type=_FILE, required=True, help="Grades as TREC qrels: query 0 company grade.")
@click.option("--companies", type=_FILE, required=True, help="Companies as for import.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Write the weights here."
)
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day that the weights' card states [default: today].",
)
@as_json
@pass_opened
def train(
    opened: Opened,
    queries: Path,
    qrels: Path,
    companies: Path,
    out: Path,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Learn the weights of the signals from a judged set, cross-validated by query.

    Touches no database. The same files, model, dictionaries and date give the same weights byte for byte.
    """
    day = on.date() if on else date.today()  # noqa: DTZ011  the day of the place where the command runs
    with (
        tempfile.TemporaryDirectory(prefix="train-", dir=opened.config.home) as scratch,
        shown(opened.config.language) as progress,
    ):
        engines = opened.engines
        trained = run_training(
            queries, qrels, companies, engines.embedder, engines.dictionary, Path(scratch), day, progress
        )
    out.write_text(json.dumps(trained.weights, ensure_ascii=False, indent=1) + "\n", "utf-8")
    card = trained.weights["card"]
    if as_json:
        print_json({"version": trained.weights["version"], "card": card})
        return
    click.echo(f"{trained.weights['version']} written to {out}; cross-validated by query:")
    for name, value in card["metrics"]["cross_validated"].items():
        click.echo(f"  {name:<24}{value:.3f}")
    click.echo(f"  {'calibration error':<24}{card['metrics']['expected_calibration_error']:.3f}")
    for band, measured in card["band_precision"].items():
        click.echo(f"  band {band}: precision {measured['value']:.3f} of {measured['n']} judged companies")
