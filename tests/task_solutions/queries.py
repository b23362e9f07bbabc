"""Queries that answer the tasks in SQL, right and plausibly wrong."""

from __future__ import annotations

QUERIES: dict[str, str] = {
    "data-sql-repeat-buyers": """
        SELECT customer, COUNT(DISTINCT SUBSTR(day, 1, 7)), SUM(cents)
        FROM orders GROUP BY customer HAVING COUNT(DISTINCT SUBSTR(day, 1, 7)) >= 2
    """,
    "data-sql-months-without-sales": """
        SELECT month, COUNT(sales.id), COALESCE(SUM(cents), 0)
        FROM months LEFT JOIN sales ON SUBSTR(day, 1, 7) = month AND channel = 'online'
        GROUP BY month ORDER BY month
    """,
    "data-sql-stock-in-the-evening": """
        WITH evenings AS (
            SELECT item, day, SUM(SUM(pieces)) OVER (PARTITION BY item ORDER BY day) AS stock
            FROM moves GROUP BY item, day
        ), below AS (
            SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY day) AS nth FROM evenings WHERE stock < 0
        )
        SELECT item, day, stock FROM below WHERE nth = 1
    """,
    "data-sql-longest-reporting": """
        WITH days AS (SELECT DISTINCT sensor, day FROM reports),
        numbered AS (
            SELECT sensor, day, day - ROW_NUMBER() OVER (PARTITION BY sensor ORDER BY day) AS run FROM days
        ),
        runs AS (SELECT sensor, MIN(day) AS first, COUNT(*) AS length FROM numbered GROUP BY sensor, run),
        ranked AS (
            SELECT *, ROW_NUMBER() OVER (PARTITION BY sensor ORDER BY length DESC, first) AS nth FROM runs
        )
        SELECT sensor, first, length FROM ranked WHERE nth = 1 ORDER BY sensor
    """,
    "backend-sql-last-status": """
        SELECT parcel, status FROM (
            SELECT *, ROW_NUMBER() OVER (PARTITION BY parcel ORDER BY minute DESC, id DESC) AS nth FROM changes
        ) WHERE nth = 1 AND status <> 'delivered' ORDER BY parcel
    """,
    "backend-sql-open-amounts": """
        SELECT name,
            COALESCE((SELECT SUM(cents) FROM invoices WHERE customer_id = customers.id), 0)
            - COALESCE((SELECT SUM(payments.cents) FROM payments JOIN invoices ON invoices.id = invoice_id
                        WHERE customer_id = customers.id), 0) AS owed
        FROM customers ORDER BY owed DESC, name
    """,
}

WRONG_QUERIES: list[tuple[str, str]] = [
    (
        "data-sql-repeat-buyers",
        """
        SELECT customer, COUNT(*), SUM(cents) FROM orders GROUP BY customer HAVING COUNT(*) >= 2
        """,
    ),
    (
        "data-sql-months-without-sales",
        """
        SELECT month, COUNT(*), COALESCE(SUM(cents), 0) FROM months LEFT JOIN sales ON SUBSTR(day, 1, 7) = month
        WHERE channel = 'online' OR channel IS NULL GROUP BY month ORDER BY month
        """,
    ),
    (
        "data-sql-stock-in-the-evening",
        """
        SELECT item, MIN(day), stock FROM (
            SELECT *, SUM(pieces) OVER (PARTITION BY item ORDER BY day, id) AS stock FROM moves
        ) WHERE stock < 0 GROUP BY item
        """,
    ),
    (
        "data-sql-longest-reporting",
        """
        WITH numbered AS (
            SELECT sensor, day, day - ROW_NUMBER() OVER (PARTITION BY sensor ORDER BY day) AS run FROM reports
        ), runs AS (SELECT sensor, MIN(day) AS first, COUNT(*) AS length FROM numbered GROUP BY sensor, run)
        SELECT sensor, first, MAX(length) FROM runs GROUP BY sensor ORDER BY sensor
        """,
    ),
    (
        "backend-sql-last-status",
        """
        SELECT parcel, status FROM changes WHERE id IN (SELECT MAX(id) FROM changes GROUP BY parcel)
        AND status <> 'delivered' ORDER BY parcel
        """,
    ),
    (
        "backend-sql-open-amounts",
        """
        SELECT name, COALESCE(SUM(invoices.cents), 0) - COALESCE(SUM(payments.cents), 0) AS owed
        FROM customers LEFT JOIN invoices ON customer_id = customers.id
        LEFT JOIN payments ON invoice_id = invoices.id GROUP BY customers.id ORDER BY owed DESC, name
        """,
    ),
]
