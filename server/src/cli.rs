//! The command line.

use crate::commands;
use crate::output;
use crate::settings::{ConfigError, Effective, FileSettings, KEYS, Settings};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Parser, Subcommand};
use onepane_domain::{OcsfVersion, Timestamp};
use onepane_insights::{DecompositionModel, Detector, Period, Profile};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The exit status of a command line or configuration that cannot be used.
const USAGE: u8 = 2;

#[derive(Parser)]
#[command(name = "onepane", version, about = "One pane of glass for Amazon SageMaker across an AWS Organization")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Serve the pages and take in events
    Serve(SettingsFlags),
    /// Put events into the store: JSON, arrays or JSON Lines of EventBridge events or CloudTrail records, also gzip; or
    /// metrics
    Ingest(IngestArgs),
    /// Read events and print one record a line; the status is 1 if anything was rejected
    Parse(ParseArgs),
    /// Print the demo organization's events as JSON Lines
    Demo(DemoArgs),
    /// Find trends, outliers and change points in time series
    Analyze(AnalyzeArgs),
    /// Print synthetic series with planted spikes, shifts, ramps and bursts
    Synth(SynthArgs),
    /// Draw a chart from data to an SVG file, without a browser
    Render(commands::RenderArgs),
    /// The lake of security findings: Parquet files laid out as Security Lake lays them
    #[command(subcommand)]
    Lake(LakeTask),
    /// Print the effective settings and where each came from
    Config(SettingsFlags),
}

#[derive(Subcommand)]
enum LakeTask {
    /// Tell what lies in the lake: files, records, days, accounts, Regions and dimensions of each source and version
    Describe(DescribeArgs),
    /// Write findings (OCSF or ASFF: JSON Lines, arrays, {"Findings": […]}, also gzip) into the lake
    Import(ImportArgs),
}

#[derive(clap::Args)]
struct DescribeArgs {
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    format: commands::DescribeFormat,
    #[command(flatten)]
    settings: SettingsFlags,
}

#[derive(clap::Args)]
struct ImportArgs {
    /// Files to read; standard input if `-` or none
    files: Vec<PathBuf>,
    /// In which of Security Lake's source versions they are written: 1 (OCSF 1.0) or 2 (OCSF 1.1)
    #[arg(long, default_value = "2", value_parser = clap::value_parser!(u8).range(1..=2))]
    version: u8,
    /// Where findings go that were rejected; dead-letters.jsonl in the data folder if absent
    #[arg(long, value_name = "FILE")]
    dead_letters: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsFlags,
}

#[derive(clap::Args)]
struct ParseArgs {
    /// The file to read; standard input if it is `-` or absent
    file: Option<PathBuf>,
}

#[derive(clap::Args)]
struct IngestArgs {
    /// Files to read; standard input if `-` or none
    files: Vec<PathBuf>,
    /// The input is records of CloudWatch Metric Streams (JSON), for the embedded metric store
    #[arg(long)]
    metrics: bool,
    /// Where events and records go that were rejected or could not be kept; dead-letters.jsonl in the data folder if absent
    #[arg(long, value_name = "FILE")]
    dead_letters: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsFlags,
}

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// Which organization: the same seed gives the same events
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Days of history
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=400))]
    pub(crate) days: u16,
    /// The size of the work; 1 is about 60,000 workloads in 30 days
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    pub(crate) scale: f64,
    /// The end of the history; the last midnight (UTC) if absent
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Timestamp>,
    /// Print organization.json instead of events
    #[arg(long)]
    pub(crate) organization: bool,
}

fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.01..=100.0).contains(&value) => Ok(value),
        _ => Err("want a number from 0.01 to 100".to_owned()),
    }
}

#[derive(clap::Args)]
pub(crate) struct AnalyzeArgs {
    /// CSV (timestamp,value[,key]) or JSON ({"timestamps":[…],"values":[…]}, or a list of such with "key"); standard
    /// input if it is `-` or absent
    pub(crate) file: Option<PathBuf>,
    /// Whose numbers: Onepane's own, the SageMaker-ML-Insights notebooks', or Kats'
    #[arg(long, default_value = "robust", value_parser = word::<Profile>(&["robust", "sample", "kats"]))]
    pub(crate) profile: Profile,
    /// What to look for
    #[arg(long, value_delimiter = ',', default_value = "trend,outlier,changepoint",
          value_parser = word::<Detector>(&["trend", "outlier", "changepoint"]))]
    pub(crate) detectors: Vec<Detector>,
    /// Points a season: `auto`, or a number (1 for none)
    #[arg(long, value_name = "auto|N", default_value = "auto", value_parser = period)]
    pub(crate) period: Period,
    /// Fences of the outlier detector, in interquartile ranges [default: the profile's]
    #[arg(long, value_name = "X", allow_negative_numbers = true, value_parser = positive)]
    pub(crate) iqr_mult: Option<f64>,
    /// The decomposition behind the outliers of `kats`
    #[arg(long, default_value = "additive", value_parser = word::<DecompositionModel>(&["additive", "multiplicative"]))]
    pub(crate) decomp: DecompositionModel,
    /// Significance of a change point (sample, kats), or the false discovery rate (robust) [default: the profile's]
    #[arg(long, value_name = "P", allow_negative_numbers = true, value_parser = probability)]
    pub(crate) threshold: Option<f64>,
    /// Print trend, season and rest too (JSON)
    #[arg(long)]
    pub(crate) decomposition: bool,
    /// How to print it
    #[arg(long, value_enum, default_value = "json")]
    pub(crate) format: commands::Format,
}

#[derive(clap::Args)]
pub(crate) struct SynthArgs {
    /// A spec or a list of specs as JSON, `-` for standard input; examples of all kinds if absent
    pub(crate) file: Option<PathBuf>,
    /// Seed of the first series; each further one has the next
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Write what was planted to this file, as JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// Print the specs instead of the series
    #[arg(long)]
    pub(crate) specs: bool,
}

/// One of the words that serde knows the type by.
fn word<T: serde::de::DeserializeOwned + Clone + Send + Sync + 'static>(
    words: &'static [&'static str],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words).try_map(|word| serde_json::from_value::<T>(word.into()))
}

fn period(text: &str) -> Result<Period, String> {
    match text {
        "auto" => Ok(Period::Auto),
        text => match text.parse::<usize>() {
            Ok(points) if points > 0 => Ok(Period::Points(points)),
            _ => Err("want auto or a whole number from 1 on".to_owned()),
        },
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("want a number above 0".to_owned()),
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("want a number between 0 and 1".to_owned()),
    }
}

/// The settings that were given as flags: one flag for each key of the table that is no secret.
#[derive(Debug, Clone, Default)]
struct SettingsFlags {
    file: Option<PathBuf>,
    given: BTreeMap<&'static str, String>,
}

impl Args for SettingsFlags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .env("ONEPANE_CONFIG")
            .value_parser(clap::value_parser!(PathBuf))
            .help("The settings file; onepane.toml if it is there");
        KEYS.iter().filter(|key| !key.secret).fold(command.arg(config), |command, key| {
            let default = key.default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
            let arg = Arg::new(key.name).long(key.flag()).value_name(key.form).help(format!(
                "{} [env: {}]{default}",
                key.doc,
                key.variable()
            ));
            let arg =
                if key.switch { arg.num_args(0..=1).default_missing_value("true").require_equals(true) } else { arg };
            command.arg(arg)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingsFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
        let given = KEYS.iter().filter_map(|key| Some((key.name, text(key.name)?))).collect();
        Ok(Self { file: matches.get_one::<PathBuf>("config").cloned(), given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl SettingsFlags {
    fn load(&self) -> Result<(Settings, Vec<Effective>), ConfigError> {
        let usual = Path::new("onepane.toml");
        let file = match &self.file {
            Some(path) => Some(FileSettings::read(path)?),
            None if usual.exists() => Some(FileSettings::read(usual)?),
            None => None,
        };
        // A variable that is no text cannot be one of ours.
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Settings::load(&self.given, variables, file.as_ref())
    }
}

/// Runs the command line and gives its exit status: 0 for success, 1 for failure, 2 for a command line or
/// configuration that cannot be used.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody may be reading; there is no one else to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    perform(cli.command).unwrap_or_else(|error| {
        eprintln!("onepane: {error:#}");
        let usage = error.downcast_ref::<ConfigError>().is_some();
        if usage { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
    })
}

fn perform(task: Task) -> anyhow::Result<ExitCode> {
    match task {
        Task::Serve(flags) => commands::serve(flags.load()?.0),
        Task::Ingest(args) => commands::ingest(&args.settings.load()?.0, args.files, args.dead_letters, args.metrics),
        Task::Parse(args) => commands::parse(args.file.as_deref()),
        Task::Demo(args) => commands::demo(&args),
        Task::Analyze(args) => commands::analyze(&args),
        Task::Synth(args) => commands::synth(&args),
        Task::Render(args) => commands::render(&args),
        Task::Lake(LakeTask::Describe(args)) => commands::describe(&args.settings.load()?.0, args.format),
        Task::Lake(LakeTask::Import(args)) => {
            let version = if args.version == 1 { OcsfVersion::V1 } else { OcsfVersion::V2 };
            commands::import(&args.settings.load()?.0, args.files, args.dead_letters, version)
        }
        Task::Config(flags) => {
            let (_, effective) = flags.load()?;
            print_settings(&effective)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// One line a setting: `key = "value"` as the file has it, then where it came from.
fn print_settings(effective: &[Effective]) -> anyhow::Result<()> {
    let mut lines = output::Lines::stdout();
    for setting in effective {
        let text = match &setting.value {
            Some(value) => format!("{} = {value:?}", setting.name),
            None => format!("# {} is not set", setting.name),
        };
        if !lines.line(&format!("{text:<44} # {}", setting.source))? {
            return Ok(());
        }
    }
    lines.flush()?;
    Ok(())
}
