"""/docs and /redoc: the API for people, readable without a network.

FastAPI's own pages load their scripts from a public network and start them inline. These bring the same two
renderers from a package (`fastapi-offline`, which carries the built files) and run under a policy without inline
scripts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import fastapi_offline
from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response

from runtime.api.headers import PAGE_POLICY

router = APIRouter()

_BUILT: Final = Path(fastapi_offline.__file__).parent / "static"
# Redoc searches in a worker that it makes of its own text.
_POLICY: Final = f"{PAGE_POLICY}; worker-src 'self' blob:"
_PAGE: Final = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>PrepAI API</title>
    <link rel="icon" href="data:,">
    {head}
  </head>
  <body>
    {body}
  </body>
</html>
"""
_SWAGGER: Final = _PAGE.format(
    head='<link rel="stylesheet" href="/docs/swagger-ui.css">',
    body='<div id="swagger"></div>\n'
    '    <script src="/docs/swagger-ui-bundle.js"></script>\n'
    '    <script src="/docs/start.js"></script>',
)
# Without `validatorUrl: null` the document is sent to a public validator.
_START: Final = (
    'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger", deepLinking: true, validatorUrl: null});\n'
)
_REDOC: Final = _PAGE.format(
    head="",
    body='<redoc spec-url="/openapi.json"></redoc>\n    <script src="/docs/redoc.standalone.js"></script>',
)

_FILES: Final = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "redoc.standalone.js"})


@router.get("/docs")
def show_swagger() -> HTMLResponse:
    """The API to try out, by Swagger UI."""
    return HTMLResponse(_SWAGGER, headers={"Content-Security-Policy": _POLICY})


@router.get("/redoc")
def show_redoc() -> HTMLResponse:
    """The API to read, by Redoc."""
    return HTMLResponse(_REDOC, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
def get_start_script() -> Response:
    """What starts Swagger UI."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{file}")
def get_renderer(file: str) -> FileResponse:
    """A renderer's built file."""
    if file not in _FILES:
        raise HTTPException(404)
    return FileResponse(_BUILT / file)
