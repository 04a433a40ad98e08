-- Where each month of the given units stands: one row per month that was delivered, begun or has taken a step.
-- `state` is that of the newest step (empty: none taken), `is_delivered` whether an observation counts now.
WITH event AS (
    SELECT delivery_id, kind, row_number() OVER (PARTITION BY delivery_id ORDER BY "at" DESC, id DESC) AS latest
    FROM delivery_event
), delivered AS (
    SELECT DISTINCT o.indicator_code, o.unit_code, o.period_start, TRUE AS is_delivered
    FROM observation AS o
    WHERE o.unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
        AND o.period_start BETWEEN :first AND :last
        AND o.delivery_id NOT IN (SELECT delivery_id FROM event WHERE latest = 1 AND kind = 'withdrawn')
), step AS (
    SELECT
        indicator_code, unit_code, period_start, state, reason, author, "at",
        row_number() OVER (PARTITION BY indicator_code, unit_code, period_start ORDER BY id DESC) AS latest
    FROM month_state
    WHERE unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[]))) AND period_start BETWEEN :first AND :last
), begun AS (
    SELECT indicator_code, unit_code, period_start, TRUE AS has_draft
    FROM draft
    WHERE unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[]))) AND period_start BETWEEN :first AND :last
)
SELECT
    indicator_code, unit_code, period_start,
    coalesce(is_delivered, FALSE) AS is_delivered, coalesce(has_draft, FALSE) AS has_draft,
    state, reason, author, "at"
FROM delivered
FULL JOIN (SELECT * FROM step WHERE latest = 1) AS newest USING (indicator_code, unit_code, period_start)
FULL JOIN begun USING (indicator_code, unit_code, period_start)
ORDER BY unit_code, indicator_code, period_start
