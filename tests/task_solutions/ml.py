"""Solutions of the machine-learning tasks, right and plausibly wrong."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any


def weakest_label(right: list[str], guessed: list[str]) -> str:
    shown = Counter(right)
    found = Counter(label for label, guess in zip(right, guessed, strict=True) if label == guess)
    return min(shown, key=lambda label: (found[label] / shown[label], label), default="")


def weakest_label_divides_by_the_guesses(right: list[str], guessed: list[str]) -> str:
    given = Counter(guessed)
    found = Counter(label for label, guess in zip(right, guessed, strict=True) if label == guess)
    return min(set(right), key=lambda label: (found[label] / max(1, given[label]), label), default="")


def weakest_label_counts_errors(right: list[str], guessed: list[str]) -> str:
    missed = Counter(label for label, guess in zip(right, guessed, strict=True) if label != guess)
    return min(set(right), key=lambda label: (-missed[label], label), default="")


def early_stop(losses: list[int], patience: int, gain: int) -> list[int]:
    best = 0
    for number, loss in enumerate(losses):
        if loss <= losses[best] - gain:
            best = number
        elif number - best >= patience:
            return [best, number]
    return [best, len(losses) - 1] if losses else [-1, -1]


def early_stop_compares_with_the_round_before(losses: list[int], patience: int, gain: int) -> list[int]:
    best = 0
    for number in range(1, len(losses)):
        if losses[number] <= losses[number - 1] - gain:
            best = number
        elif number - best >= patience:
            return [best, number]
    return [best, len(losses) - 1] if losses else [-1, -1]


def agreed_labels(votes: list[list[str]], least: int) -> list[list[str]]:
    last: dict[str, dict[str, str]] = defaultdict(dict)
    for recording, person, label in votes:
        last[recording][person] = label
    agreed = []
    for recording, own in last.items():
        (label, most), (_, second) = [*Counter(own.values()).most_common(2), ("", 0)][:2]
        agreed.append([recording, label if most >= least and most > second else "unsure"])
    return agreed


def agreed_labels_counts_every_vote(votes: list[list[str]], least: int) -> list[list[str]]:
    return agreed_labels(
        [[recording, str(number), label] for number, (recording, _, label) in enumerate(votes)], least
    )


def agreed_labels_lets_the_first_win(votes: list[list[str]], least: int) -> list[list[str]]:
    last: dict[str, dict[str, str]] = defaultdict(dict)
    for recording, person, label in votes:
        last[recording][person] = label
    agreed = []
    for recording, own in last.items():
        label, most = Counter(own.values()).most_common(1)[0]
        agreed.append([recording, label if most >= least else "unsure"])
    return agreed


def least_padding(lengths: list[int], batches: int) -> int:
    ordered = sorted(lengths)
    sums = [0, *itertools.accumulate(ordered)]
    best = [0, *(ordered[end - 1] * end - sums[end] for end in range(1, len(ordered) + 1))]
    for _ in range(min(batches, len(ordered)) - 1):
        best = [0] + [
            min(
                best[start] + ordered[end - 1] * (end - start) - (sums[end] - sums[start])
                for start in range(end)
            )
            for end in range(1, len(ordered) + 1)
        ]
    return best[-1]


def least_padding_cuts_at_the_largest_gaps(lengths: list[int], batches: int) -> int:
    ordered = sorted(lengths)
    gaps = sorted(range(1, len(ordered)), key=lambda at: ordered[at - 1] - ordered[at])[: batches - 1]
    cuts = [0, *sorted(gaps), len(ordered)]
    parts = [ordered[start:end] for start, end in itertools.pairwise(cuts)]
    return sum(part[-1] * len(part) - sum(part) for part in parts if part)


def least_padding_makes_equal_batches(lengths: list[int], batches: int) -> int:
    ordered = sorted(lengths)
    size = max(1, -(-len(ordered) // batches))
    parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return sum(part[-1] * len(part) - sum(part) for part in parts)


def wrong_pairs(good: list[int], bad: list[int]) -> int:
    ordered = sorted(bad)
    return sum(len(ordered) - bisect.bisect_left(ordered, score) for score in good)


def wrong_pairs_lets_equal_ones_pass(good: list[int], bad: list[int]) -> int:
    ordered = sorted(bad)
    return sum(len(ordered) - bisect.bisect_right(ordered, score) for score in good)


REFERENCES: dict[str, Callable[..., Any]] = {
    "ml-weakest-label": weakest_label,
    "ml-early-stop": early_stop,
    "ml-annotators": agreed_labels,
    "ml-least-padding": least_padding,
    "ml-wrong-pairs": wrong_pairs,
}
WRONG: list[tuple[str, Callable[..., Any]]] = [
    ("ml-weakest-label", weakest_label_divides_by_the_guesses),
    ("ml-weakest-label", weakest_label_counts_errors),
    ("ml-early-stop", early_stop_compares_with_the_round_before),
    ("ml-annotators", agreed_labels_counts_every_vote),
    ("ml-annotators", agreed_labels_lets_the_first_win),
    ("ml-least-padding", least_padding_cuts_at_the_largest_gaps),
    ("ml-least-padding", least_padding_makes_equal_batches),
    ("ml-wrong-pairs", wrong_pairs_lets_equal_ones_pass),
]
