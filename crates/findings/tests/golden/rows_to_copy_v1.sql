WITH records AS (
  SELECT
    r."time" AS "time_ms",
    coalesce(r."finding"."uid", '') AS "uid",
    coalesce(r."finding"."title", '') AS "title",
    coalesce(r."finding"."desc", '') AS "description",
    coalesce(r."metadata"."product"."name", '') AS "product",
    coalesce(r."metadata"."product"."feature"."name", '') AS "feature",
    json_format(CAST(r."finding"."types" AS json)) AS "types",
    coalesce(r."severity", '') AS "severity",
    coalesce(r."state", '') AS "status",
    coalesce(r."accountid", '') AS "account",
    coalesce(r."region", '') AS "region",
    json_format(CAST(transform(r."resources", e -> ARRAY[e."uid", e."type"]) AS json)) AS "resources",
    r."finding"."created_time" AS "created_ms"
  FROM "amazon_security_lake_glue_db_us_east_1"."amazon_security_lake_table_us_east_1_sh_findings_1_0" AS r
  WHERE r."eventday" BETWEEN '20260113' AND '20260119'
    AND r."time" >= 1768348800000
    AND r."time" < 1768739400500
    AND (element_at(r."finding"."types", 1) IN ('', 'TTPs/Impact') OR element_at(r."finding"."types", 1) IS NULL)
    AND (r."accountid" NOT IN ('111122223333') OR r."accountid" IS NULL)
)
SELECT "time_ms", "uid", "title", "description", "product", "feature", "types", "severity", "status", "account", "region", "resources", "created_ms"
FROM records
ORDER BY "time_ms" DESC, "uid"
OFFSET 200
LIMIT 100
