"""`lianzhao serve`."""

from __future__ import annotations

import errno
import socket
from threading import Thread

import click

from matching.errors import MatchingError
from service.app import Service, create_app
from service.cli.context import Opened, pass_opened
from service.config import Config, read_config
from service.errors import ConfigError, ServiceError
from service.i18n import translate

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
    from waitress.server import create_server

    check_free(config)
    app = create_app(config)
    Thread(target=_warm, args=(app.extensions["lianzhao"],), daemon=True).start()
    server = create_server(app, host=config.host, port=config.port, threads=THREADS, ident=None)
    # Said when it is true: whoever waits for this line may ask at once.
    host = f"[{config.host}]" if ":" in config.host else config.host
    hint = translate(config.language, "Ctrl-C stops it")
    click.echo(f"LianZhao: http://{host}:{config.port}/  ({hint})")
    app.extensions["lianzhao"].jobs.resume()
    server.run()


def check_free(config: Config) -> None:
    """Raise ConfigError, naming the setting at fault, where the server could not listen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as err:
        place = f"{config.host}:{config.port}: {err.strerror or err}"
        if err.errno == errno.EADDRINUSE:
            raise ConfigError("LIANZHAO_PORT", f"{place}: stop what listens there or give --port") from err
        if err.errno == errno.EACCES:
            raise ConfigError("LIANZHAO_PORT", f"{place}: give a --port from 1024 up") from err
        raise ConfigError(
            "LIANZHAO_HOST", f"{place}: give an address of this machine, 127.0.0.1, or 0.0.0.0 for all"
        ) from err


def _warm(service: Service) -> None:
    """Load index and model while nobody waits yet; what fails here is said to the first who asks."""
    try:
        with service.database.reading() as session:
            service.engines.engine(session)
        service.engines.embedder.load()
    except (ServiceError, MatchingError) as err:
        click.echo(f"lianzhao: {err}", err=True)
