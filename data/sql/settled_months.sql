-- The months of the given series that a change concerns: returned, approved, locked or declared without figures.
-- :indicators and :units are lists of the same length: the pairs that are asked for.
SELECT indicator_code, unit_code, period_start, state
FROM (
    SELECT
        m.indicator_code, m.unit_code, m.period_start, m.state,
        row_number() OVER (PARTITION BY m.indicator_code, m.unit_code, m.period_start ORDER BY m.id DESC) AS newest
    FROM month_state AS m
    JOIN (
        SELECT DISTINCT
            unnest(CAST(:indicators AS VARCHAR[])) AS indicator_code,
            unnest(CAST(:units AS VARCHAR[])) AS unit_code
    ) AS pair ON pair.indicator_code = m.indicator_code AND pair.unit_code = m.unit_code
) AS ranked
WHERE newest = 1 AND state NOT IN ('submitted', 'empty')
ORDER BY indicator_code, unit_code, period_start
