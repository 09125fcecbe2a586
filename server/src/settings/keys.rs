//! The one table of settings: flags, variables, file keys, `onepane config` and the manual all come from it.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in `onepane.toml`; the flag is the same with hyphens, the variable the same in capitals after
    /// `ONEPANE_`.
    pub name: &'static str,
    /// The form of its value, for people.
    pub form: &'static str,
    /// The value where none is given; none where it depends on others or there is none.
    pub default: Option<&'static str>,
    /// What it is for, in one sentence.
    pub doc: &'static str,
    /// True for a value that is never printed and has no flag (arguments of a process can be read by others).
    pub secret: bool,
    /// True for yes or no.
    pub switch: bool,
}

impl Key {
    /// The environment variable, such as `ONEPANE_DATA_DIR`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_uppercase())
    }

    /// The flag without its dashes, such as `data-dir`.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// What every variable of ours begins with.
pub(super) const PREFIX: &str = "ONEPANE_";

/// Variables that begin as ours do and are no settings: the file to read, and what only tests look at.
pub const OTHER_VARIABLES: &[&str] = &[
    "ONEPANE_CONFIG",
    "ONEPANE_DYNAMODB_LOCAL",
    "ONEPANE_SKIP_DYNAMODB_LOCAL",
    "ONEPANE_MINISTACK",
    "ONEPANE_SKIP_MINISTACK",
    "ONEPANE_MOTO",
    "ONEPANE_SKIP_MOTO",
    "ONEPANE_SQL_PROOF",
    "ONEPANE_SKIP_SQL_PROOF",
    "ONEPANE_GOLDEN",
    "ONEPANE_BIN",
];

const fn key(name: &'static str, form: &'static str, default: Option<&'static str>, doc: &'static str) -> Key {
    Key { name, form, default, doc, secret: false, switch: false }
}

/// Every setting, in the order in which people meet them.
pub const KEYS: &[Key] = &[
    key("listen", "ADDRESS:PORT", Some("127.0.0.1:3000"), "Where to serve; loopback only until access control exists"),
    key("data_dir", "FOLDER", Some("data"), "Where the embedded store, the ingest key and dead letters are kept"),
    key("site_dir", "FOLDER", Some("target/site"), "The built pages: manifest.json and pkg/"),
    key("store", "embedded|aws", Some("embedded"), "DynamoDB in this process on a file, or Amazon DynamoDB"),
    key("table", "NAME", Some("onepane"), "The DynamoDB table"),
    key("region", "REGION", None, "The table's Region on AWS; from the AWS configuration if not given"),
    key("endpoint_url", "URL", None, "Another DynamoDB endpoint, such as DynamoDB Local"),
    key(
        "metric_regions",
        "REGION,…",
        None,
        "Regions whose CloudWatch metrics are asked; without any, metrics come from the embedded store",
    ),
    key(
        "metric_account",
        "ACCOUNT",
        None,
        "The account that asks CloudWatch; whose metrics those are that come without an owner",
    ),
    key(
        "lake_dir",
        "FOLDER",
        None,
        "Findings as Security Lake keeps them, in Parquet files; the folder lake of the data folder if not given",
    ),
    key(
        "athena_workgroup",
        "NAME",
        None,
        "The Athena workgroup that is asked for findings in Security Lake; without it they come from lake_dir",
    ),
    key(
        "athena_region",
        "REGION",
        None,
        "The Region of the workgroup and its tables; the value of region if not given",
    ),
    key(
        "athena_database",
        "NAME",
        None,
        "The database of Security Lake's tables; Security Lake's own name if not given",
    ),
    key("athena_output", "S3-URL", None, "Where Athena puts results; the workgroup's own place if not given"),
    key(
        "athena_reuse",
        "DURATION|off",
        Some("1h"),
        "How old Athena's result of the same query may be to be used again",
    ),
    key("athena_sources", "FILE", None, "A TOML file that describes further tables of Athena as sources of findings"),
    key("evaluate_every", "DURATION|off", Some("1h"), "How often the insights over all findings are evaluated"),
    key("feed_shards", "1-256", Some("4"), "Shards of the feed; the same for the life of a table"),
    key("retention", "DURATION", Some("35d"), "How far back pages look; at least 1d"),
    key("ttl", "DURATION", Some("90d"), "How long events are kept in the store, in whole days; at least the retention"),
    key("feed_poll", "DURATION", None, "How often the feed is asked; 300ms embedded, 1s on AWS"),
    key(
        "feed_overlap",
        "DURATION",
        None,
        "How far back the feed is read again for late writes; 2s embedded, 60s on AWS",
    ),
    key("organization", "FILE", None, "organization.json: account ids, aliases and OUs"),
    Key {
        secret: true,
        ..key(
            "ingest_key",
            "TEXT",
            None,
            "The key of POST /ingest/events and /ingest/metrics, 16 characters or more; made at first start if not given",
        )
    },
    key("ingest_max_body", "SIZE", Some("4MiB"), "The largest body that POST /ingest/events and /ingest/metrics take"),
    key("ingest_queue", "COUNT", Some("32"), "Ingest requests worked on at once; further ones are answered 429"),
    key("log_format", "text|json", Some("text"), "The form of log lines on standard error"),
    key("log_level", "FILTER", Some("info"), "What is logged, such as info or warn,server=debug"),
    Key {
        switch: true,
        ..key("demo", "true|false", Some("false"), "Fill an empty store with a living demo organization")
    },
    key("demo_seed", "NUMBER", Some("1"), "Which demo organization: the same seed gives the same one"),
    key("demo_days", "1-400", Some("30"), "Days of demo history"),
    key(
        "demo_scale",
        "NUMBER",
        Some("1"),
        "The size of the demo organization's work; 1 is about 60,000 workloads in 30 days",
    ),
    key("demo_finding_days", "1-1096", Some("548"), "Days of the demo organization's security findings"),
];

/// The setting of that name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}
