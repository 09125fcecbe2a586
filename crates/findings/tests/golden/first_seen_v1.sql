WITH records AS (
  SELECT
    coalesce(r."accountid", '') AS "k0",
    r."time" AS "at",
    nullif(r."finding"."uid", '') AS "uid",
    r."finding"."created_time" AS "created"
  FROM "amazon_security_lake_glue_db_us_east_1"."amazon_security_lake_table_us_east_1_sh_findings_1_0" AS r
  WHERE r."eventday" BETWEEN ? AND ?
    AND r."time" >= ?
    AND r."time" < ?
    AND r."severity" IN (?, ?)
    AND r."metadata"."product"."name" NOT IN (?, ?)
),
findings AS (
  SELECT "k0", min("at") AS "at", min("created") AS "created",
    CASE WHEN "uid" IS NULL THEN count(*) ELSE 1 END AS "n"
  FROM records
  GROUP BY "k0", "uid", CASE WHEN "uid" IS NULL THEN "at" END, CASE WHEN "uid" IS NULL THEN "created" END
),
counts AS (
  SELECT "k0", "at" - mod("at" - 1766966400000, 604800000) AS "bucket", sum("n") AS "n"
  FROM findings
  WHERE "created" IS NULL OR "created" >= ?
  GROUP BY "k0", "at" - mod("at" - 1766966400000, 604800000)
),
series AS (
  SELECT "k0", sum("n") AS "total",
    array_join(array_agg(concat(CAST(CAST(("bucket" - 1766966400000) / 604800000 AS bigint) AS varchar), ' ', CAST("n" AS varchar)) ORDER BY "bucket"), ',') AS "counts"
  FROM counts
  GROUP BY "k0"
  HAVING count(*) > 0
),
ranked AS (
  SELECT "k0", "counts", row_number() OVER (ORDER BY "total" DESC, "k0") AS "place",
    count(*) OVER () AS "series"
  FROM series
)
SELECT "k0", "counts", "series"
FROM ranked
WHERE "place" <= 100
ORDER BY "k0"
-- ? 1: '20251231'
-- ? 2: '20260201'
-- ? 3: 1767225600000
-- ? 4: 1769904000000
-- ? 5: 'High'
-- ? 6: 'Critical'
-- ? 7: 'O''Brien''s'
-- ? 8: ''
-- ? 9: 1767225600000
