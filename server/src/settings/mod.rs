//! Configuration: flags, then `ONEPANE_*` variables, then `onepane.toml`, then defaults.

mod file;
mod keys;
mod values;

pub use file::FileSettings;
pub use keys::{KEYS, Key, OTHER_VARIABLES};

use onepane_domain::{AccountId, Region};
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

/// Which store holds the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// DynamoDB's engine in this process, on a file in the data folder.
    Embedded,
    /// Amazon DynamoDB.
    Aws,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret of this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, to compare with.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

/// The effective configuration. Each field is the key of the same name in [`KEYS`].
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Settings {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub site_dir: PathBuf,
    pub store: StoreKind,
    pub table: String,
    pub region: Option<String>,
    pub endpoint_url: Option<String>,
    pub metric_regions: Vec<Region>,
    pub metric_account: Option<AccountId>,
    pub lake_dir: PathBuf,
    pub athena_workgroup: Option<String>,
    pub athena_region: Option<Region>,
    pub athena_database: Option<String>,
    pub athena_output: Option<String>,
    pub athena_reuse: Option<Duration>,
    pub athena_sources: Option<PathBuf>,
    pub evaluate_every: Option<Duration>,
    pub feed_shards: NonZeroU16,
    pub retention: Duration,
    pub ttl: Duration,
    pub feed_poll: Duration,
    pub feed_overlap: Duration,
    pub organization: Option<PathBuf>,
    pub ingest_key: Option<Secret>,
    pub ingest_max_body: usize,
    pub ingest_queue: usize,
    pub log_format: LogFormat,
    pub log_level: String,
    pub demo: bool,
    pub demo_seed: u64,
    pub demo_days: u16,
    pub demo_scale: f64,
    pub demo_finding_days: u16,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command.
    Flag,
    /// An environment variable.
    Variable(String),
    /// A line of the file.
    File(PathBuf, usize),
    /// Nothing was given.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Variable(name) => write!(f, "env {name}"),
            Self::File(path, line) => write!(f, "{} line {line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One setting as it holds, in a form to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The setting.
    pub name: &'static str,
    /// Its value; none where there is none, redacted where it is secret.
    pub value: Option<String>,
    /// Where it came from.
    pub source: Source,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Variables that begin as ours do and are none of ours.
    #[error("unknown environment variable {0}: `onepane config` lists the settings")]
    UnknownVariable(String),
    /// Keys in the file that are no settings.
    #[error("{file}: unknown key {keys}: `onepane config` lists the settings")]
    UnknownKey {
        /// The file.
        file: String,
        /// The keys, each with its line.
        keys: String,
    },
    /// A file that cannot be read or is no TOML.
    #[error("{file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// A value that cannot be.
    #[error("{name} ({from}): {reason}, not {value:?}")]
    Value {
        /// The setting.
        name: &'static str,
        /// Where the value came from.
        from: String,
        /// What it should be.
        reason: String,
        /// What it is; redacted where it is secret.
        value: String,
    },
    /// Values that do not go together, or that are refused for a reason.
    #[error("{0}")]
    Refused(String),
}

/// The lake's folder in the data folder.
const LAKE: &str = "lake";
/// The least length of an ingest key, in characters.
const LEAST_KEY_LENGTH: usize = 16;

struct Values {
    given: BTreeMap<&'static str, (String, Source)>,
}

impl Values {
    fn text(&self, name: &'static str) -> Option<(String, Source)> {
        let default = || keys::find(name)?.default.map(|text| (text.to_owned(), Source::Default));
        self.given.get(name).cloned().or_else(default)
    }

    fn optional<T>(
        &self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((text, source)) = self.text(name) else {
            return Ok(None);
        };
        let secret = keys::find(name).is_some_and(|key| key.secret);
        read(&text).map(Some).map_err(|reason| ConfigError::Value {
            name,
            from: source.to_string(),
            reason,
            value: if secret { "(redacted)".to_owned() } else { text.clone() },
        })
    }

    fn required<T>(&self, name: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        self.optional(name, read)?.ok_or_else(|| ConfigError::Refused(format!("{name} is not set")))
    }
}

impl Settings {
    /// Puts the sources together. `flags` are by key name; `variables` may hold anything, and those that begin with
    /// `ONEPANE_` must be known.
    pub fn load(
        flags: &BTreeMap<&'static str, String>,
        variables: impl IntoIterator<Item = (String, String)>,
        file: Option<&FileSettings>,
    ) -> Result<(Self, Vec<Effective>), ConfigError> {
        let mut given = BTreeMap::new();
        for (name, (value, line)) in file.iter().flat_map(|file| file.values()) {
            let path = file.map(|file| file.path().to_owned()).unwrap_or_default();
            given.insert(*name, (value.clone(), Source::File(path, *line)));
        }
        let ours = variables.into_iter().filter(|(variable, _)| variable.starts_with(keys::PREFIX));
        for (variable, value) in ours.filter(|(variable, _)| !OTHER_VARIABLES.contains(&variable.as_str())) {
            let known = KEYS.iter().find(|key| key.variable() == variable);
            let key = known.ok_or_else(|| ConfigError::UnknownVariable(variable.clone()))?;
            given.insert(key.name, (value, Source::Variable(variable)));
        }
        given.extend(flags.iter().map(|(name, value)| (*name, (value.clone(), Source::Flag))));
        let values = Values { given };
        let settings = Self::read(&values)?;
        let effective = KEYS.iter().map(|key| settings.effective(key, &values)).collect();
        Ok((settings, effective))
    }

    fn read(values: &Values) -> Result<Self, ConfigError> {
        let path = |text: &str| values::word(text).map(PathBuf::from);
        let store = values.required("store", |text| match text {
            "embedded" => Ok(StoreKind::Embedded),
            "aws" => Ok(StoreKind::Aws),
            _ => Err("want embedded or aws".to_owned()),
        })?;
        let (usual_poll, usual_overlap) = match store {
            StoreKind::Embedded => (Duration::from_millis(300), Duration::from_secs(2)),
            StoreKind::Aws => (Duration::from_secs(1), Duration::from_secs(60)),
        };
        let data_dir = values.required("data_dir", path)?;
        // A Region that is none is an error of the key that names it, and none of Athena's.
        let usual_region = values.optional("region", values::word)?.and_then(|text| text.parse().ok());
        let lake_dir = values.optional("lake_dir", path)?.unwrap_or_else(|| data_dir.join(LAKE));
        let settings = Self {
            listen: values.required("listen", |text| {
                text.parse().map_err(|_| "want an address and a port such as 127.0.0.1:3000".to_owned())
            })?,
            data_dir,
            site_dir: values.required("site_dir", path)?,
            store,
            table: values.required("table", values::word)?,
            region: values.optional("region", values::word)?,
            endpoint_url: values.optional("endpoint_url", endpoint)?,
            metric_regions: values.optional("metric_regions", regions)?.unwrap_or_default(),
            metric_account: values
                .optional("metric_account", |text| text.parse::<AccountId>().map_err(|error| error.to_string()))?,
            lake_dir,
            athena_workgroup: values.optional("athena_workgroup", values::word)?,
            athena_region: values.optional("athena_region", region)?.or(usual_region),
            athena_database: values.optional("athena_database", values::word)?,
            athena_output: values.optional("athena_output", s3_url)?,
            athena_reuse: values.required("athena_reuse", values::duration_or_off)?,
            athena_sources: values.optional("athena_sources", path)?,
            evaluate_every: values.required("evaluate_every", values::duration_or_off)?,
            feed_shards: values.required("feed_shards", |text| {
                let shards = values::number::<u16>(text, 1, 256)?;
                NonZeroU16::new(shards).ok_or_else(|| "want one shard or more".to_owned())
            })?,
            retention: values.required("retention", values::duration)?,
            ttl: values.required("ttl", values::duration)?,
            feed_poll: values.optional("feed_poll", values::duration)?.unwrap_or(usual_poll),
            feed_overlap: values.optional("feed_overlap", values::duration)?.unwrap_or(usual_overlap),
            organization: values.optional("organization", path)?,
            ingest_key: values.optional("ingest_key", ingest_key)?,
            ingest_max_body: values.required("ingest_max_body", values::size)?,
            ingest_queue: values.required("ingest_queue", |text| values::number(text, 1, 10_000))?,
            log_format: values.required("log_format", |text| match text {
                "text" => Ok(LogFormat::Text),
                "json" => Ok(LogFormat::Json),
                _ => Err("want text or json".to_owned()),
            })?,
            log_level: values.required("log_level", |text| {
                let filter = tracing_subscriber::EnvFilter::builder().parse(text);
                filter.map(|_| text.to_owned()).map_err(|_| "want a level or a tracing filter".to_owned())
            })?,
            demo: values.required("demo", values::switch)?,
            demo_seed: values.required("demo_seed", |text| values::number(text, 0, u64::MAX))?,
            demo_days: values.required("demo_days", |text| values::number(text, 1, 400))?,
            demo_scale: values.required("demo_scale", |text| values::number(text, 0.01, 100.0))?,
            demo_finding_days: values.required("demo_finding_days", |text| values::number(text, 1, 1_096))?,
        };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), ConfigError> {
        const DAY: Duration = Duration::from_secs(86_400);
        if self.retention < DAY {
            return Err(ConfigError::Refused("retention: want 1d or more".to_owned()));
        }
        if self.evaluate_every.is_some_and(|every| every < Duration::from_secs(60)) {
            return Err(ConfigError::Refused("evaluate_every: want 1m or more, or off".to_owned()));
        }
        if self.athena_workgroup.is_some() && self.athena_region.is_none() {
            return Err(ConfigError::Refused("athena_workgroup: needs athena_region".to_owned()));
        }
        if self.athena_workgroup.is_none() && (self.athena_output.is_some() || self.athena_sources.is_some()) {
            return Err(ConfigError::Refused("athena_output, athena_sources: need athena_workgroup".to_owned()));
        }
        if self.ttl < self.retention {
            return Err(ConfigError::Refused("ttl: want at least the retention".to_owned()));
        }
        if self.demo && self.store == StoreKind::Aws {
            return Err(ConfigError::Refused(
                "demo: the demo organization goes into the embedded store only".to_owned(),
            ));
        }
        Ok(())
    }

    /// An error that says why, unless the address is one that only this machine can reach.
    pub fn require_loopback(&self) -> Result<(), ConfigError> {
        if self.listen.ip().is_loopback() {
            return Ok(());
        }
        Err(ConfigError::Refused(format!(
            "listen {}: only a loopback address such as 127.0.0.1:3000 is allowed, because access control does not exist \
             yet and anyone who can reach the address could read everything",
            self.listen
        )))
    }

    fn effective(&self, key: &Key, values: &Values) -> Effective {
        let text = values.text(key.name);
        let source = text.as_ref().map_or(Source::Default, |(_, source)| source.clone());
        let value = match key.name {
            _ if key.secret => text.map(|_| "(redacted)".to_owned()),
            "feed_poll" => Some(values::duration_text(self.feed_poll)),
            "lake_dir" => Some(self.lake_dir.display().to_string()),
            "feed_overlap" => Some(values::duration_text(self.feed_overlap)),
            _ => text.map(|(text, _)| text),
        };
        Effective { name: key.name, value, source }
    }
}

fn region(text: &str) -> Result<Region, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// A place in S3.
fn s3_url(text: &str) -> Result<String, String> {
    match text.strip_prefix("s3://") {
        Some(place) if !place.is_empty() && !place.starts_with('/') => values::word(text),
        _ => Err("want a place such as s3://bucket/folder/".to_owned()),
    }
}

/// `us-east-1,eu-west-1`: each once.
fn regions(text: &str) -> Result<Vec<Region>, String> {
    let mut regions: Vec<Region> = Vec::new();
    for word in text.split(',') {
        let region = word.trim().parse().map_err(|error| format!("{error}"))?;
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    Ok(regions)
}

fn ingest_key(text: &str) -> Result<Secret, String> {
    let long_enough = text.chars().count() >= LEAST_KEY_LENGTH;
    if long_enough && text.chars().all(|c| c.is_ascii_graphic()) {
        Ok(Secret::new(text.to_owned()))
    } else {
        Err(format!("want {LEAST_KEY_LENGTH} or more visible ASCII characters"))
    }
}

fn endpoint(text: &str) -> Result<String, String> {
    match text.parse::<axum::http::Uri>() {
        Ok(uri) if matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() => Ok(text.to_owned()),
        _ => Err("want an http or https address".to_owned()),
    }
}

#[cfg(test)]
mod tests;
