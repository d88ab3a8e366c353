"""The WSGI entry: `waitress-serve wsgi:app`, or any other WSGI server."""

from service.app import create_app

app = create_app()
