-- The newest row per indicator, unit and period that was recorded by :as_of, from deliveries not withdrawn by then.
-- :indicators and :units are lists of the same length: the pairs that are asked for.
SELECT
    indicator_code, unit_code, period_start, numerator, denominator, value, sd, note, delivery_id, recorded_at,
    indicator_version, id
FROM (
    SELECT
        o.*,
        row_number() OVER (
            PARTITION BY o.indicator_code, o.unit_code, o.period_start ORDER BY o.recorded_at DESC, o.id DESC
        ) AS newest
    FROM observation AS o
    JOIN delivery AS d ON d.id = o.delivery_id
    JOIN (
        SELECT DISTINCT
            unnest(CAST(:indicators AS VARCHAR[])) AS indicator_code,
            unnest(CAST(:units AS VARCHAR[])) AS unit_code
    ) AS pair ON pair.indicator_code = o.indicator_code AND pair.unit_code = o.unit_code
    WHERE o.recorded_at <= :as_of AND (d.withdrawn_at IS NULL OR d.withdrawn_at > :as_of)
) AS ranked
WHERE newest = 1
ORDER BY indicator_code, unit_code, period_start
