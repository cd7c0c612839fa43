"""The application factory, the production server, and the command `serve`.

`build_server` in `server.py` documents what happens on SIGTERM and when a worker or the server is killed; `gateway.py`
queues requests.
"""

from api.app.factory import create_app
from api.app.gateway import Gateway
from api.app.server import build_server, serve_command, worker_app

__all__ = ["Gateway", "build_server", "create_app", "serve_command", "worker_app"]
