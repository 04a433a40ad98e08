-- Every row ever delivered for one indicator in one period, in all units: a value, and what it must be hidden by.
SELECT
    o.id, o.unit_code, o.period_start, o.numerator, o.denominator, o.value, o.sd, o.note, o.indicator_version,
    o.delivery_id, o.recorded_at, d.receipt, d.origin, d.file_name, d.account_id, a.name AS account_name
FROM observation AS o
JOIN delivery AS d ON d.id = o.delivery_id
LEFT JOIN account AS a ON a.id = d.account_id
WHERE o.indicator_code = :indicator AND o.period_start = :period
ORDER BY o.recorded_at, o.id
