"""The three tools that an interviewer and the platform call, each with no more rights than its work takes."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra import ROOT
from infra.bundling import Deployable
from infra.constructs.candidate_bucket import CandidateBucket
from infra.constructs.capability import Capability, model_statements
from infra.constructs.function import Function
from infra.constructs.operations import Surface
from infra.environments import Environment
from runtime.settings import CodeExecutorSettings, CvAnalyzerSettings, PerformanceEvaluatorSettings

# Lambda gives a function one processor per 1,769 MB. All three compute and wait for nothing, so less memory costs the
# same and takes longer; and below a whole processor a program would run out of wall time before it runs out of CPU.
ONE_PROCESSOR_MB: Final = 1769
# The longest answer of the executor takes 29 s (runtime/sandbox/tool.py), and whoever calls hangs up after 65
# (runtime/aws/clients.py).
_TIMEOUT: Final = cdk.Duration.seconds(60)
# Whoever uploads a CV waits for it behind an API that gives up after 29 s: a document that makes the reader hang must
# be refused in words before. Textract is given up on sooner (runtime/aws/ocr.py).
_READING: Final = cdk.Duration.seconds(25)

CODE_EXECUTOR: Final = Deployable(
    entry="lambdas.code_executor.handler",
    lock="code-executor",
    # What begins with an underscore is started, or read by an interpreter, as a file: nothing imports it. So is what
    # stands in a box, by which `{probe: true}` tries the walls of the kernel.
    also=tuple(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for pattern in ("_*.py", "kernel/box/*.py")
        for path in sorted((ROOT / "runtime" / "sandbox").glob(pattern))
        if not path.stem.startswith("__")
    ),
    # JavaScript's interpreter, what its programs meet there, and what strips types for it: all that `make setup` built
    # of it (docs/adr/0014-languages-in-webassembly.md).
    data=("runtime/sandbox/javascript/dist",),
    # What measures source, read by an interpreter of another version of Python.
    sources=("lizard_core", "lizard_ext", "lizard_languages", "pyflakes"),
)
CV_ANALYZER: Final = Deployable(
    entry="lambdas.cv_analyzer.handler", lock="cv-analyzer", data=("knowledge/skills",)
)
PERFORMANCE_EVALUATOR: Final = Deployable(
    entry="lambdas.performance_evaluator.handler",
    lock="performance-evaluator",
    # How a printed report looks.
    data=("runtime/evaluation/print",),
    bank=True,
)


class CodeExecutor(Construct):
    """Runs candidates' code, so its role can write its log and nothing else, for ever.

    It starts from a snapshot (docs/adr/0007-the-executor-starts-from-a-snapshot.md). The largest submission takes
    850 MB, interpreters in waiting included; the memory is for the processor. No concurrency is reserved: a function
    that is asked too often answers 429, which callers repeat, and reserved calls are taken from everybody else's.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, surface: Surface) -> None:
        super().__init__(scope, id)
        self.function = Function(
            self,
            "Function",
            environment=environment,
            surface=surface,
            name="code-executor",
            description="Runs code in WebAssembly and says what it did",
            deployable=CODE_EXECUTOR,
            settings=CodeExecutorSettings,
            variables={},
            memory_mb=ONE_PROCESSOR_MB,
            timeout=_TIMEOUT,
            warm_snapshot=True,
        )


class CvAnalyzer(Construct):
    """Reads CVs: what it is sent, what lies under the two prefixes where CVs can be, and scans by Textract."""

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, surface: Surface, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        bucket, _ = CandidateBucket.names(environment, stack.account)
        second_reader = (
            Capability(
                variables={"CV_MODEL_ID": environment.model.profile_id},
                statements=model_statements(stack, environment.model),
            )
            if environment.cv_model
            else Capability()
        )
        arn = f"arn:{stack.partition}:s3:::{bucket}"
        self.function = Function(
            self,
            "Function",
            environment=environment,
            surface=surface,
            name="cv-analyzer",
            description="Reads a CV and says what stands in it",
            deployable=CV_ANALYZER,
            settings=CvAnalyzerSettings,
            variables={"S3_BUCKET": bucket, **second_reader.variables},
            memory_mb=ONE_PROCESSOR_MB,
            timeout=_READING,
        )
        Capability(
            statements=(
                iam.PolicyStatement(
                    sid="Cvs", actions=["s3:GetObject"], resources=[f"{arn}/cvs/*", f"{arn}/sessions/*"]
                ),
                # Without it S3 answers 403 for a CV that is not there, which would look like a fault of ours.
                iam.PolicyStatement(sid="MissingCvs", actions=["s3:ListBucket"], resources=[arn]),
                # IAM knows no resource for Textract: it reads what it is handed.
                iam.PolicyStatement(
                    sid="Scans",
                    actions=[
                        "textract:DetectDocumentText",
                        "textract:GetDocumentTextDetection",
                        "textract:StartDocumentTextDetection",
                    ],
                    resources=["*"],
                ),
            ),
            stars="Every object below the two prefixes can be a CV; Textract knows no resource",
        ).give(self.function.role)
        second_reader.give(self.function.role)
        if key is not None:
            self.function.allow(
                "kms:Decrypt",
                on=[key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"s3.{stack.region}.amazonaws.com"}},
            )


class PerformanceEvaluator(Construct):
    """Judges the transcript it is sent by the rubrics it carries, and prints the report; it reads nothing else."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, surface: Surface) -> None:
        super().__init__(scope, id)
        self.function = Function(
            self,
            "Function",
            environment=environment,
            surface=surface,
            name="performance-evaluator",
            description="Judges a finished interview by its rubrics, and prints its report",
            deployable=PERFORMANCE_EVALUATOR,
            settings=PerformanceEvaluatorSettings,
            variables={},
            memory_mb=ONE_PROCESSOR_MB,
            timeout=_TIMEOUT,
        )
