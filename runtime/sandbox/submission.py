"""What is submitted: source, what to call, and tests whose expected values stay outside the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from .checking import TEXT_CHECKERS, VALUE_CHECKERS, Checker
from .errors import SubmissionTooLarge

# A function is called, a program reads its standard input and prints, a query answers with rows.
Kind = Literal["function", "program", "query"]

MAX_SOURCE_BYTES: Final = 64 * 1024
MAX_TESTS: Final = 200
MAX_TESTS_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 200
MAX_DIGITS: Final = 4300

_TOO_DEEP: Final = f"{{}}expected lists and objects nested at most {MAX_DEPTH} deep; got deeper ones"


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

    Of a query `stdin` is the schema and the data, as SQL, and `expected` its rows, a list of lists, or
    `{columns, rows}`. `expected` never enters the sandbox. A hidden test shows the candidate its verdict and nothing
    else, and is run after all that are not hidden. `checker`: this test's own, in the place of the submission's.
    """

    __test__ = False  # pytest collects classes named Test*

    model_config = ConfigDict(frozen=True, extra="forbid")

    args: tuple[JsonValue, ...] = ()
    kwargs: dict[str, JsonValue] = Field(default_factory=dict)
    stdin: str | None = None
    expected: JsonValue = None
    hidden: bool = False
    checker: Checker | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.stdin is not None and (self.args or self.kwargs):
            raise ValueError("expected either stdin or args and kwargs; got both")
        return self


class Submission(BaseModel):
    """Candidate code with its tests.

    With `function_name` each test calls that function (`Class.method` works too; the class is built without
    arguments). Without it the code is a program: each test runs it whole on its `stdin`, and `expected` is
    the text it should print. SQL is a query: each test runs it on a database of its own, which `stdin` fills. Without
    tests the program runs once and the run itself is the result.

    per_test: every test gets an instance of its own; otherwise a function's share one, until one of them breaks it.
    in_place: the function's work is what it made of its first argument, and `expected` is compared with that.
    checker: how answers are compared where a test does not say (`checking.py`).

    Raises:
        SubmissionTooLarge: source over 64 KB, more than 200 tests, or tests over 1 MB as JSON.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    code: str
    function_name: str | None = None
    tests: tuple[TestCase, ...] = ()
    per_test: bool = False
    in_place: bool = False
    checker: Checker | None = None
    limits: Limits = Limits()

    @property
    def kind(self) -> Kind:
        return _kind(self.language, self.function_name)

    @model_validator(mode="after")
    def _checkers_fit_the_kind(self) -> Self:
        _fitting(self.kind, self.in_place, (self.checker, *(test.checker for test in self.tests)))
        return self

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


# Unknown fields are ignored, by contract, so that newer callers can speak to older servers. But tests or a function
# under another product's name would be ignored as well, and the run without them would look like one that passed: such
# a name is refused where the field it stands for is missing, and only there.
_REQUEST_NAMES: Final = {
    ("testCases", "test_cases"): ("tests", "testcases", "testcase", "cases", "examples"),
    ("functionName", "function_name"): (
        *("function", "functionname", "fn", "func", "funcname", "methodname", "entrypoint"),
    ),
    ("code",): ("source", "sourcecode", "src", "program", "script", "solution"),
    ("language",): ("lang", "programminglanguage"),
}
_TEST_NAMES: Final = {
    ("expected",): ("expectedoutput", "expectedresult", "output", "answer", "result", "want"),
    ("input", "args", "kwargs", "keywords", "stdin"): (
        *("inputs", "arguments", "argument", "arg", "params", "parameters", "inputdata"),
    ),
    ("hidden",): ("ishidden", "secret", "private"),
}


def _named(value: object, names: dict[tuple[str, ...], tuple[str, ...]]) -> object:
    if isinstance(value, dict):
        plain = {
            str(key).replace("_", "").replace("-", "").lower(): key for key, held in value.items() if held
        }
        for fields, others in names.items():
            if not any(field in value for field in fields):
                for other in others:
                    if other in plain:
                        raise ValueError(
                            f"expected {fields[0]}; got {plain[other]}, which is no field here: rename it"
                        )
    return value


def _kind(language: str, function_name: str | None) -> Kind:
    if function_name is not None:
        return "function"
    return "query" if language == "sql" else "program"


def _fitting(kind: Kind, in_place: bool, checkers: Iterable[Checker | None]) -> None:
    fitting = TEXT_CHECKERS if kind == "program" else VALUE_CHECKERS
    for checker in checkers:
        if checker is not None and checker not in fitting:
            raise ValueError(f"expected for a {kind} one of the checkers {', '.join(fitting)}; got {checker}")
    if in_place and kind != "function":
        raise ValueError(f"expected a function whose first argument is changed in place; got a {kind}")


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
    checker: Checker | None = None

    @model_validator(mode="before")
    @classmethod
    def _under_their_names(cls, value: object) -> object:
        return _named(value, _TEST_NAMES)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        others = {"args": self.args, "kwargs": self.keywords, "stdin": self.stdin}
        given = [name for name, held in others.items() if held is not None]
        if self.input is not None and given:
            raise ValueError(
                f"expected either input or {' and '.join(given)}; got both: input is one argument"
            )
        return self

    @field_validator("args", "keywords", mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return _parsed(value) if isinstance(value, str) else value


class CodeRequest(BaseModel):
    """The code executor's payload: `{code, language, testCases: [{input, expected}], functionName}`.

    Without `functionName` a test's `input` is the program's standard input and `expected` what it prints:
    JSON text of a string is that string, any other text stands for itself. In SQL `input` is the schema and the data,
    as SQL, and `expected` the rows that the query answers with, as JSON: a list of lists, or `{columns, rows}`.

    `checker` says how answers are compared, here for all tests or in each test for itself: of a program `exact`,
    `trim` (the default), `tokens`, `floats` or `unordered-lines`; of a function or a query `value` (the default),
    `unordered` (items of the outer list) or `unordered-nested`. `perTest` gives every test a fresh interpreter.
    `inPlace` compares what the function made of its first argument.
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
    per_test: bool = Field(default=False, validation_alias=AliasChoices("perTest", "per_test"))
    in_place: bool = Field(default=False, validation_alias=AliasChoices("inPlace", "in_place"))
    checker: Checker | None = None

    @model_validator(mode="before")
    @classmethod
    def _under_their_names(cls, value: object) -> object:
        # Before pydantic, which recurses and names every level of what is too deep.
        return _named(_shallow(value, depth=MAX_DEPTH + 4), _REQUEST_NAMES)

    @field_validator("test_cases", mode="before")
    @classmethod
    def _list_from_text(cls, value: object) -> object:
        # Bedrock Agents pass every array parameter as text.
        return _parsed(value) if isinstance(value, str) else value or []

    @field_validator("function_name")
    @classmethod
    def _not_blank(cls, value: str | None) -> str | None:
        if value is not None and not (value := value.strip()):
            raise ValueError(
                "expected the name of a function, or none for a program; got blanks: leave it out"
            )
        return value

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if len(self.test_cases) <= MAX_TESTS:
            # What does not fit must fail here, naming its test, not in a tool.
            checkers = (self.checker, *(test.checker for test in self._tests()))
            _fitting(_kind(self.language, self.function_name), self.in_place, checkers)
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
            per_test=self.per_test,
            in_place=self.in_place,
            checker=self.checker,
            limits=limits or Limits(),
        )

    def _tests(self) -> tuple[TestCase, ...]:
        build = _function_test
        if self.function_name is None:
            build = _query_test if self.language == "sql" else _program_test
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
        checker=test.checker,
    )


def _query_test(number: int, test: WireTest) -> TestCase:
    if test.args is not None or test.keywords is not None:
        raise ValueError(
            f"test {number}: a query takes no args; its input is the schema and the data, as SQL"
        )
    return TestCase(
        stdin=test.stdin if test.stdin is not None else _text(test.input),
        expected=_json_text(test.expected, f"test {number}: expected"),
        hidden=test.hidden,
        checker=test.checker,
    )


def _program_test(number: int, test: WireTest) -> TestCase:
    if test.args is not None or test.keywords is not None:
        raise ValueError(f"test {number}: args need a functionName; a program takes stdin")
    stdin = test.stdin if test.stdin is not None else _text(test.input)
    return TestCase(stdin=stdin, expected=_text(test.expected), hidden=test.hidden, checker=test.checker)


def _json_text(value: JsonValue, what: str) -> JsonValue:
    return _parsed(value, what) if isinstance(value, str) else _shallow(value, what)


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


def _parsed(text: str, what: str = "") -> Any:
    """The value of a JSON text. `what` it is, where the place in the request does not say so."""
    place = what and f"{what}: "
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP.format(place)) from None
    except json.JSONDecodeError:
        told = (
            "text itself stands in double quotes"
            if text[:1].isalpha()
            else "see its brackets, commas and quotes"
        )
        raise ValueError(f"{place}expected JSON text; got {text[:40]!r}: {told}") from None
    except ValueError:  # Python's own limit
        raise ValueError(
            f"{place}expected integers of at most {MAX_DIGITS} digits; got a longer one"
        ) from None
    return _shallow(value, what)


def _shallow[Value](value: Value, what: str = "", depth: int = MAX_DEPTH) -> Value:
    """`value`, if it is nested no deeper than a result may be."""
    if deeper_than(value, depth):
        raise ValueError(_TOO_DEEP.format(what and f"{what}: "))
    return value


def deeper_than(value: object, depth: int) -> bool:
    """Whether lists and objects are nested deeper in it. Recursion would end before their depth does."""
    level: list[Any] = [value]
    for _ in range(depth):
        level = [
            below
            for item in level
            if isinstance(item, (list, dict))
            for below in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True
