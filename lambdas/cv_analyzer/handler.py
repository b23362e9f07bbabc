"""The CV analyzer's entry in Lambda, and as a direct call with `context=None`."""

from __future__ import annotations

from typing import Any

from runtime.cv.tool import CvAnalyzerRequest, DocumentSource, answer, values_only
from runtime.services.action_groups import respond

# The store of uploaded CVs. None until a deployment configures one: a key then gets a clear refusal.
SOURCE: DocumentSource | None = None


def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """`{resume, analysis}` for one CV, or `{error}`; the contract is `CvAnalyzerRequest`."""
    return respond(event, CvAnalyzerRequest, lambda request: answer(request, SOURCE), brief=values_only)
