"""Solutions of the frontend tasks, right and plausibly wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def page_bar(current: int, last: int, around: int) -> list[str]:
    near = range(max(1, current - around), min(last, current + around) + 1)
    bar: list[str] = []
    before = 0
    for page in sorted({1, *near, last}) if last else []:
        if page - before == 2:
            bar.append(str(page - 1))
        elif page - before > 2:
            bar.append("...")
        bar.append(str(page))
        before = page
    return bar


def page_bar_puts_dots_for_one_page(current: int, last: int, around: int) -> list[str]:
    near = range(max(1, current - around), min(last, current + around) + 1)
    bar: list[str] = []
    before = 0
    for page in sorted({1, *near, last}) if last else []:
        if page - before > 1:
            bar.append("...")
        bar.append(str(page))
        before = page
    return bar


def tab_order(fields: list[list[Any]]) -> list[str]:
    reached = [(name, number) for name, number, enabled in fields if enabled and number >= 0]
    first = sorted((each for each in reached if each[1]), key=lambda each: each[1])
    return [name for name, _ in [*first, *(each for each in reached if not each[1])]]


def tab_order_begins_with_zero(fields: list[list[Any]]) -> list[str]:
    reached = [(number, name) for name, number, enabled in fields if enabled and number >= 0]
    return [name for _, name in sorted(reached, key=lambda each: each[0])]


def tab_order_goes_by_name(fields: list[list[Any]]) -> list[str]:
    reached = [(number or 10**9, name) for name, number, enabled in fields if enabled and number >= 0]
    return [name for _, name in sorted(reached)]


def mark_matches(text: str, words: list[str]) -> str:
    marked = [False] * (len(text) + 1)
    for word in filter(None, words):
        at = text.find(word)
        while at >= 0:
            marked[at : at + len(word)] = [True] * len(word)
            at = text.find(word, at + 1)
    result, inside = "", False
    for sign, is_marked in zip([*text, ""], marked, strict=True):
        if is_marked is not inside:
            result += "]" if inside else "["
            inside = is_marked
        result += sign
    return result


def mark_matches_replaces_word_by_word(text: str, words: list[str]) -> str:
    for word in filter(None, dict.fromkeys(words)):
        text = text.replace(word, f"[{word}]")
    return text.replace("][", "")


def mark_matches_searches_on_behind(text: str, words: list[str]) -> str:
    marked = [False] * (len(text) + 1)
    for word in filter(None, words):
        at = text.find(word)
        while at >= 0:
            marked[at : at + len(word)] = [True] * len(word)
            at = text.find(word, at + len(word))
    result, inside = "", False
    for sign, is_marked in zip([*text, ""], marked, strict=True):
        if is_marked is not inside:
            result += "]" if inside else "["
            inside = is_marked
        result += sign
    return result


def drop_items(items: list[str], selected: list[str], target: str) -> None:
    chosen = set(selected)
    moved = [each for each in items if each in chosen]
    at = items.index(target) if target in items else len(items)
    before = [each for each in items[:at] if each not in chosen]
    after = [each for each in items[at:] if each not in chosen]
    # Up to the target's own place; if it is dragged, what stood before it stays before it.
    items[:] = [*before, *moved, *after]


def drop_items_in_the_order_of_the_selection(items: list[str], selected: list[str], target: str) -> None:
    chosen = set(selected)
    at = items.index(target) if target in items else len(items)
    before = [each for each in items[:at] if each not in chosen]
    after = [each for each in items[at:] if each not in chosen]
    items[:] = [*before, *(each for each in selected if each in items), *after]


def drop_items_at_the_old_position(items: list[str], selected: list[str], target: str) -> None:
    at = items.index(target) if target in items else len(items)
    moved = [each for each in items if each in selected]
    rest = [each for each in items if each not in selected]
    items[:] = [*rest[:at], *moved, *rest[at:]]


def format_amount(text: str, cursor: int) -> list[Any]:
    kept = [at for at, sign in enumerate(text) if sign in "0123456789"]
    while len(kept) > 1 and text[kept[0]] == "0":
        del kept[0]
    left = sum(at < cursor for at in kept)
    shown, place = "", 0
    for number, at in enumerate(kept, 1):
        shown += text[at]
        if number == left:
            place = len(shown)
        if number < len(kept) and (len(kept) - number) % 3 == 0:
            shown += ","
    return [shown, place]


def format_amount_counts_all_digits(text: str, cursor: int) -> list[Any]:
    digits = "".join(sign for sign in text if sign in "0123456789")
    left = sum(sign in "0123456789" for sign in text[:cursor])
    shown = f"{int(digits):,}" if digits else ""
    place = 0
    while left and place < len(shown):
        left -= shown[place] != ","
        place += 1
    return [shown, place]


def format_amount_keeps_the_distance_to_the_end(text: str, cursor: int) -> list[Any]:
    digits = "".join(sign for sign in text if sign in "0123456789")
    shown = f"{int(digits):,}" if digits else ""
    return [shown, max(0, len(shown) - (len(text) - cursor))]


def final_text(actions: list[list[Any]], pause: int) -> str:
    steps: list[str] = []
    undone: list[str] = []
    typed: int | None = None
    for kind, second, letters in actions:
        if kind == "type":
            if typed is not None and second - typed <= pause:
                steps[-1] += letters
            else:
                steps.append(letters)
            undone.clear()
        elif kind == "undo" and steps:
            undone.append(steps.pop())
        elif kind == "redo" and undone:
            steps.append(undone.pop())
        typed = second if kind == "type" else None
    return "".join(steps)


def final_text_measures_from_the_beginning(actions: list[list[Any]], pause: int) -> str:
    steps: list[str] = []
    undone: list[str] = []
    begun: int | None = None
    for kind, second, letters in actions:
        if kind == "type":
            if begun is not None and second - begun <= pause:
                steps[-1] += letters
            else:
                steps.append(letters)
                begun = second
            undone.clear()
            continue
        begun = None
        if kind == "undo" and steps:
            undone.append(steps.pop())
        elif kind == "redo" and undone:
            steps.append(undone.pop())
    return "".join(steps)


def final_text_restores_after_typing(actions: list[list[Any]], pause: int) -> str:
    steps: list[str] = []
    undone: list[str] = []
    typed: int | None = None
    for kind, second, letters in actions:
        if kind == "type" and typed is not None and second - typed <= pause:
            steps[-1] += letters
        elif kind == "type":
            steps.append(letters)
        elif kind == "undo" and steps:
            undone.append(steps.pop())
        elif kind == "redo" and undone:
            steps.append(undone.pop())
        typed = second if kind == "type" else None
    return "".join(steps)


REFERENCES: dict[str, Callable[..., Any]] = {
    "frontend-page-bar": page_bar,
    "frontend-tab-order": tab_order,
    "frontend-mark-matches": mark_matches,
    "frontend-drag-and-drop": drop_items,
    "frontend-amount-field": format_amount,
    "frontend-undo": final_text,
}
WRONG: list[tuple[str, Callable[..., Any]]] = [
    ("frontend-page-bar", page_bar_puts_dots_for_one_page),
    ("frontend-tab-order", tab_order_begins_with_zero),
    ("frontend-tab-order", tab_order_goes_by_name),
    ("frontend-mark-matches", mark_matches_replaces_word_by_word),
    ("frontend-mark-matches", mark_matches_searches_on_behind),
    ("frontend-drag-and-drop", drop_items_in_the_order_of_the_selection),
    ("frontend-drag-and-drop", drop_items_at_the_old_position),
    ("frontend-amount-field", format_amount_counts_all_digits),
    ("frontend-amount-field", format_amount_keeps_the_distance_to_the_end),
    ("frontend-undo", final_text_measures_from_the_beginning),
    ("frontend-undo", final_text_restores_after_typing),
]
