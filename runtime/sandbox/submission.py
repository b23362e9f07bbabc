"""What is submitted: source, what to call, and tests whose expected values stay outside the sandbox."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from .errors import SubmissionTooLarge

MAX_SOURCE_BYTES: Final = 64 * 1024
MAX_TESTS: Final = 200
MAX_TESTS_BYTES: Final = 1024 * 1024


class Limits(BaseModel):
    """What one run may use. CPU seconds are a native interpreter's; an engine scales them to its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cpu_s: Annotated[float, Field(gt=0, le=10)] = 2.0
    submission_s: Annotated[float, Field(gt=0, le=60)] = 30.0
    memory_mb: Annotated[int, Field(ge=64, le=512)] = 256
    output_bytes: Annotated[int, Field(ge=0, le=1024 * 1024)] = 64 * 1024
    frame_bytes: Annotated[int, Field(ge=1024, le=1024 * 1024)] = 1024 * 1024
    total_bytes: Annotated[int, Field(ge=1024, le=4 * 1024 * 1024)] = 4 * 1024 * 1024


class TestCase(BaseModel):
    """One test: arguments for a function, or `stdin` for a whole program, and what should come of it.

    `expected` never enters the sandbox. A hidden test shows the candidate its verdict and nothing else.
    """

    __test__ = False  # pytest collects classes named Test*

    model_config = ConfigDict(frozen=True, extra="forbid")

    args: tuple[JsonValue, ...] = ()
    kwargs: dict[str, JsonValue] = Field(default_factory=dict)
    stdin: str | None = None
    expected: JsonValue = None
    hidden: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.stdin is not None and (self.args or self.kwargs):
            raise ValueError("expected either stdin or args and kwargs; got both")
        return self


class Submission(BaseModel):
    """Candidate code with its tests.

    With `function_name` each test calls that function (`Class.method` works too; the class is built without
    arguments). Without it the code is a program: each test runs it whole on its `stdin`, and `expected` is
    the text it should print. Without tests the program runs once and the run itself is the result.

    Raises:
        SubmissionTooLarge: source over 64 KB, more than 200 tests, or tests over 1 MB as JSON.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    code: str
    function_name: str | None = None
    tests: tuple[TestCase, ...] = ()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _tests_fit_the_kind(self) -> Self:
        for number, test in enumerate(self.tests, 1):
            if self.function_name is not None and test.stdin is not None:
                raise ValueError(f"test {number}: expected args for the function; got stdin")
            if self.function_name is None and (test.args or test.kwargs):
                raise ValueError(f"test {number}: args need a function_name; a program takes stdin")
        return self

    def model_post_init(self, _context: Any, /) -> None:
        source = len(self.code.encode("utf-8", "surrogatepass"))
        if source > MAX_SOURCE_BYTES:
            raise SubmissionTooLarge(f"expected at most {MAX_SOURCE_BYTES} bytes of source; got {source}")
        if len(self.tests) > MAX_TESTS:
            raise SubmissionTooLarge(f"expected at most {MAX_TESTS} tests; got {len(self.tests)}")
        size = sum(
            len(json.dumps([test.args, test.kwargs, test.stdin, test.expected])) for test in self.tests
        )
        if size > MAX_TESTS_BYTES:
            raise SubmissionTooLarge(f"expected at most {MAX_TESTS_BYTES} bytes of tests; got {size}")


class WireTest(BaseModel):
    """A test as the wire carries it: `input` (the single argument) and `expected` are JSON text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    input: JsonValue = None
    args: list[JsonValue] | None = None
    keywords: dict[str, JsonValue] | None = Field(
        default=None, validation_alias=AliasChoices("kwargs", "keywords")
    )
    stdin: str | None = None
    expected: JsonValue = None
    hidden: bool = False

    @field_validator("args", "keywords", mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return _parsed(value, "args and kwargs") if isinstance(value, str) else value


class CodeRequest(BaseModel):
    """The code executor's payload: `{code, language, testCases: [{input, expected}], functionName}`.

    Without `functionName` a test's `input` is the program's standard input and `expected` what it prints:
    JSON text of a string is that string, any other text stands for itself.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    code: str
    language: str
    test_cases: list[WireTest] = Field(
        default_factory=list, validation_alias=AliasChoices("testCases", "test_cases")
    )
    function_name: str | None = Field(
        default=None, validation_alias=AliasChoices("functionName", "function_name")
    )

    @field_validator("test_cases", mode="before")
    @classmethod
    def _list_from_text(cls, value: object) -> object:
        # Bedrock Agents pass every array parameter as text.
        return _parsed(value, "testCases") if isinstance(value, str) else value

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if len(self.test_cases) <= MAX_TESTS:
            self._tests()  # text that is no JSON must fail here, naming its test, not in a tool
        return self

    def submission(self, limits: Limits | None = None) -> Submission:
        """The submission this payload asks for.

        Raises:
            SubmissionTooLarge: as `Submission` does.
        """
        if len(self.test_cases) > MAX_TESTS:
            raise SubmissionTooLarge(f"expected at most {MAX_TESTS} tests; got {len(self.test_cases)}")
        return Submission(
            language=self.language,
            code=self.code,
            function_name=self.function_name,
            tests=self._tests(),
            limits=limits or Limits(),
        )

    def _tests(self) -> tuple[TestCase, ...]:
        build = _program_test if self.function_name is None else _function_test
        return tuple(build(number, test) for number, test in enumerate(self.test_cases, 1))


def _function_test(number: int, test: WireTest) -> TestCase:
    if test.stdin is not None:
        raise ValueError(f"test {number}: expected input or args for the function; got stdin")
    if test.args is None and test.keywords is None:
        args: tuple[JsonValue, ...] = (_json_text(test.input, f"test {number}: input"),)
    else:
        args = tuple(test.args or ())
    return TestCase(
        args=args,
        kwargs=test.keywords or {},
        expected=_json_text(test.expected, f"test {number}: expected"),
        hidden=test.hidden,
    )


def _program_test(number: int, test: WireTest) -> TestCase:
    if test.args is not None or test.keywords is not None:
        raise ValueError(f"test {number}: args need a functionName; a program takes stdin")
    stdin = test.stdin if test.stdin is not None else _text(test.input)
    return TestCase(stdin=stdin, expected=_text(test.expected), hidden=test.hidden)


def _json_text(value: JsonValue, what: str) -> JsonValue:
    return _parsed(value, what) if isinstance(value, str) else value


def _text(value: JsonValue) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        decoded = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return decoded if isinstance(decoded, str) else value


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{what}: expected JSON text; got {text[:40]!r}") from None
