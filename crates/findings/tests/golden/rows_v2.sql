WITH records AS (
  SELECT
    date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', r."time_dt") AS "time_ms",
    coalesce(r."finding_info"."uid", '') AS "uid",
    coalesce(r."finding_info"."title", '') AS "title",
    coalesce(r."finding_info"."desc", '') AS "description",
    coalesce(r."metadata"."product"."name", '') AS "product",
    coalesce(r."metadata"."product"."feature"."name", '') AS "feature",
    json_format(CAST(r."finding_info"."types" AS json)) AS "types",
    coalesce(r."severity", '') AS "severity",
    coalesce(r."status", '') AS "status",
    coalesce(r."accountid", '') AS "account",
    coalesce(r."region", '') AS "region",
    json_format(CAST(transform(r."resources", e -> ARRAY[e."uid", e."type"]) AS json)) AS "resources",
    r."finding_info"."created_time" AS "created_ms"
  FROM "amazon_security_lake_glue_db_us_east_1"."amazon_security_lake_table_us_east_1_sh_findings_2_0" AS r
  WHERE r."eventday" BETWEEN ? AND ?
    AND r."time_dt" >= CAST(? AS timestamp)
    AND r."time_dt" < CAST(? AS timestamp)
    AND (element_at(r."finding_info"."types", 1) IN (?, ?) OR element_at(r."finding_info"."types", 1) IS NULL)
    AND (r."accountid" NOT IN (?) OR r."accountid" IS NULL)
)
SELECT "time_ms", "uid", "title", "description", "product", "feature", "types", "severity", "status", "account", "region", "resources", "created_ms"
FROM records
ORDER BY "time_ms" DESC, "uid"
OFFSET 200
LIMIT 101
-- ? 1: '20260113'
-- ? 2: '20260119'
-- ? 3: '2026-01-14 00:00:00.000'
-- ? 4: '2026-01-18 12:30:00.500'
-- ? 5: ''
-- ? 6: 'TTPs/Impact'
-- ? 7: '111122223333'
