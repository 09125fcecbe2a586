WITH records AS (
  SELECT
    coalesce(r."metadata"."product"."name", '') AS "k0",
    coalesce(element_at(r."finding_info"."types", 1), '') AS "k1",
    date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', r."time_dt") AS "at"
  FROM "amazon_security_lake_glue_db_us_east_1"."amazon_security_lake_table_us_east_1_sh_findings_2_0" AS r
  WHERE r."eventday" BETWEEN ? AND ?
    AND r."time_dt" >= CAST(? AS timestamp)
    AND r."time_dt" < CAST(? AS timestamp)
    AND r."severity" IN (?, ?)
    AND r."metadata"."product"."name" NOT IN (?, ?)
),
counts AS (
  SELECT "k0", "k1", "at" - mod("at" - 1767225600000, 86400000) AS "bucket", count(*) AS "n"
  FROM records
  GROUP BY "k0", "k1", "at" - mod("at" - 1767225600000, 86400000)
),
series AS (
  SELECT "k0", "k1", sum("n") AS "total",
    array_join(array_agg(concat(CAST(CAST(("bucket" - 1767225600000) / 86400000 AS bigint) AS varchar), ' ', CAST("n" AS varchar)) ORDER BY "bucket"), ',') AS "counts"
  FROM counts
  GROUP BY "k0", "k1"
  HAVING count(*) > 0
),
ranked AS (
  SELECT "k0", "k1", "counts", row_number() OVER (ORDER BY "total" DESC, "k0", "k1") AS "place",
    count(*) OVER () AS "series"
  FROM series
)
SELECT "k0", "k1", "counts", "series"
FROM ranked
WHERE "place" <= 100
ORDER BY "k0", "k1"
-- ? 1: '20251231'
-- ? 2: '20260201'
-- ? 3: '2026-01-01 00:00:00.000'
-- ? 4: '2026-02-01 00:00:00.000'
-- ? 5: 'High'
-- ? 6: 'Critical'
-- ? 7: 'O''Brien''s'
-- ? 8: ''
