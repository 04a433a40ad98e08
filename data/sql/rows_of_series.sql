-- All rows of one series that were recorded by :as_of, from deliveries that counted then, oldest first within a period:
-- what current_observations.sql picks from, without its window, which alone takes longer than reading one series.
SELECT
    indicator_code, unit_code, period_start, numerator, denominator, value, sd, note, delivery_id, recorded_at,
    indicator_version, id
FROM observation
WHERE indicator_code = :indicator AND unit_code = :unit AND recorded_at <= :as_of AND delivery_id NOT IN (
    SELECT delivery_id
    FROM delivery_event
    WHERE "at" <= :as_of
    GROUP BY delivery_id
    HAVING (array_agg(kind ORDER BY "at" DESC, id DESC))[1] = 'withdrawn'
)
ORDER BY period_start, recorded_at, id
