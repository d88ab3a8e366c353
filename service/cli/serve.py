"""`lianzhao serve`."""

from __future__ import annotations

import socket
from threading import Thread

import click

from matching.errors import MatchingError
from service.app import Service, create_app
from service.cli.context import Opened, pass_opened
from service.config import Config, read_config
from service.errors import ConfigError, ServiceError

# One match computes for some tens of milliseconds: more threads than this only wait for the two cores.
THREADS = 8


@click.command()
@click.option("--host", help="Address to listen on [default: LIANZHAO_HOST].")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on [default: LIANZHAO_PORT].")
@pass_opened
def serve(opened: Opened, host: str | None, port: int | None) -> None:
    """Serve pages and API with waitress until stopped with Ctrl-C."""
    opened.database.close()  # says at once when the tables are not ready
    run_server(read_config(host=host, port=port))


def run_server(config: Config) -> None:
    """Serve until interrupted. Raises ConfigError when the port is taken."""
    import waitress

    _check_free(config)
    app = create_app(config)
    Thread(target=_warm, args=(app.extensions["lianzhao"],), daemon=True).start()
    click.echo(f"LianZhao: http://{config.host}:{config.port}/  (Ctrl-C stops it)")
    waitress.serve(app, host=config.host, port=config.port, threads=THREADS, ident=None)


def _check_free(config: Config) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as err:
            raise ConfigError(
                "LIANZHAO_PORT",
                f"{config.host}:{config.port}: {err.strerror}: stop what listens there or give --port",
            ) from err


def _warm(service: Service) -> None:
    """Load index and model while nobody waits yet; what fails here is said to the first who asks."""
    try:
        with service.database.reading() as session:
            service.engines.engine(session)
        service.engines.embedder.embed_queries(["准备"])
    except (ServiceError, MatchingError) as err:
        click.echo(f"lianzhao: {err}", err=True)
