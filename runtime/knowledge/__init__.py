"""Knowledge: the question bank, its schema and how questions are chosen from it. Knows no other room."""

from runtime.knowledge.bank import (
    Bank,
    CodingTask,
    FollowUp,
    KeyPoint,
    Misconception,
    Question,
    TaskTest,
    load_bank,
)

__all__ = ["Bank", "CodingTask", "FollowUp", "KeyPoint", "Misconception", "Question", "TaskTest", "load_bank"]
