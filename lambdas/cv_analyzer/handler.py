"""The CV analyzer's entry in Lambda, and as a direct call with `context=None`."""

from __future__ import annotations

from typing import Any

from runtime.aws.clients import client, when_used
from runtime.aws.cv_model import ConverseProfileModel
from runtime.aws.documents import S3Documents
from runtime.aws.ocr import TextractReader
from runtime.aws.telemetry import begin, in_lambda
from runtime.cv.limits import hold_memory
from runtime.cv.ocr import OcrReader
from runtime.cv.refinement import ProfileModel
from runtime.cv.request import CvAnalyzerRequest
from runtime.cv.tool import DocumentSource, answer, values_only
from runtime.services.action_groups import respond
from runtime.settings import CvAnalyzerSettings

telemetry = begin("cv-analyzer", CvAnalyzerSettings)
# Called as a plain function it has no store and no reader of pictures: a key, or a scan, then gets a clear refusal.
SOURCE: DocumentSource | None = None
OCR: OcrReader | None = None
MODEL: ProfileModel | None = None
if in_lambda():
    hold_memory()
    settings = CvAnalyzerSettings()
    SOURCE = S3Documents(bucket=settings.s3_bucket, client=when_used(lambda: client("s3")))
    OCR = TextractReader(bucket=settings.s3_bucket, client=when_used(lambda: client("textract")))
    if settings.cv_model_id is not None:
        MODEL = ConverseProfileModel(
            client=when_used(lambda: client("bedrock-runtime")), model_id=settings.cv_model_id
        )


@telemetry.handler
def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """`{resume, analysis}` for one CV, or `{error}`; the contract is `CvAnalyzerRequest`."""
    return respond(event, CvAnalyzerRequest, lambda it: answer(it, SOURCE, OCR, MODEL), brief=values_only)
