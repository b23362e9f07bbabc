"""The soak can fail: at growth, at slowness, and at any verdict that is not the right one."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from benchmarks.soak import PARTS, Level, Part, report
from tests.attacks import all_attacks


def parts(*, factor: float = 1.0, busy: float = 1.0, **last: float) -> list[Part]:
    """Ten parts alike, but for the last one's level, and for the second half's latencies and the machine's own."""
    made = []
    for number in range(PARTS):
        late = number >= PARTS // 2
        level = Level(**{field.name: 40.0 for field in fields(Level)})
        latencies = {"sql": [2.0 * (factor if late else 1.0)] * 50}
        made.append(Part(level, latencies, [10.0 * (busy if late else 1.0)] * 50, 1.0))
    for name, value in last.items():
        setattr(made[-1].level, name, value)
    return made


def wrong(made: list[Part], **faults: int) -> list[str]:
    return report(made, Counter(faults), Counter({"AC": 1}))


def test_what_stays_as_it_began_is_right() -> None:
    assert wrong(parts()) == []


@pytest.mark.parametrize("name", [field.name for field in fields(Level)])
def test_whatever_grows_beyond_its_margin_is_named(name: str) -> None:
    (told,) = wrong(parts(**{name: 400.0}))
    assert told.startswith(f"{name} grew by 360")


def test_a_run_that_gets_slower_is_named_unless_the_machine_did() -> None:
    told = wrong(parts(factor=3))
    assert [line.partition(" grew")[0] for line in told] == ["p50 of sql", "p99 of sql"]
    assert wrong(parts(factor=3, busy=3)) == []


def test_a_quieter_machine_hides_no_slowness() -> None:
    assert wrong(parts(factor=3, busy=0.3))


def test_a_wrong_verdict_is_enough() -> None:
    assert wrong(parts(), told=1) == ["told (1 times)"]


def test_the_attacks_are_the_suites_own_and_know_their_prey() -> None:
    attacks = list(all_attacks())
    assert len(attacks) > 300
    assert {attack.engine for attack in attacks} == {"wasm", "kernel"}
