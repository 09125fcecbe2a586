//! The demo organization's security findings: their past into the lake, newest day first, then their life.
//!
//! A day is one file, `eventDay=…/demo.parquet`, made from the day alone. So whatever was broken off is written again,
//! and today's file is written anew every few minutes: nothing is appended, and few files come about.

use super::state::DemoState;
use crate::clock::Clock;
use anyhow::Context;
use onepane_demo::Findings;
use onepane_domain::{OcsfVersion, SourceName, Timestamp};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What a file of the demo is called in its day's folder.
const NAME: &str = "demo";
const FILE: &str = "demo.parquet";
/// Where it is written what was planted, in the data folder.
const TRUTH: &str = "demo-truth.jsonl";
/// How often today's file is written.
const FLUSHED_EVERY: Duration = Duration::from_secs(240);
/// How often it is looked whether the events are in, and for how long.
const LOOKED_EVERY: Duration = Duration::from_millis(500);
const WAITED_AT_MOST: Duration = Duration::from_secs(600);
/// Days after which whoever shows findings is told that there are some: what the page shows as it comes.
const SHOWN_DAYS: i64 = 180;
/// Days that are written before it is noted.
const NOTED_DAYS: usize = 20;
/// How deep below its source's folder a lake has files.
const DEPTH: usize = 6;

/// Writes findings into the lake.
pub(super) struct FindingFeeder {
    lake: PathBuf,
    changed: Arc<Notify>,
    state: Arc<DemoState>,
    clock: Clock,
}

impl FindingFeeder {
    /// Writes into `lake`, and tells `changed` when many findings are new.
    pub(super) fn new(lake: PathBuf, changed: Arc<Notify>, state: Arc<DemoState>, clock: Clock) -> Self {
        Self { lake, changed, state, clock }
    }

    /// Fills the lake if that is not done, then keeps it up, until `stop`.
    pub(super) async fn run(&self, stop: &CancellationToken) -> anyhow::Result<()> {
        if self.state.progress().findings_back_to.is_none() && !self.begin().await? {
            return Ok(());
        }
        let config = self.state.progress().findings();
        let findings = tokio::task::spawn_blocking(move || Arc::new(Findings::new(config))).await?;
        self.write_truth(&findings)?;
        // Life first: what was missed while nobody served are the newest days.
        self.keep_up(&findings, stop).await?;
        self.fill(&findings, stop).await?;
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(FLUSHED_EVERY) => {}
            }
            self.keep_up(&findings, stop).await?;
        }
        Ok(())
    }

    /// Notes that the lake is the demo's from now on; false if it holds findings that are not.
    async fn begin(&self) -> anyhow::Result<bool> {
        let folder = self.lake.join(SourceName::SECURITY_HUB.as_str());
        let others =
            tokio::task::spawn_blocking(move || foreign(&folder, DEPTH)).await?.context("look into the lake")?;
        if let Some(file) = others {
            tracing::warn!(file = %file.display(), "the lake holds findings that are not the demo's: none are added");
            return Ok(false);
        }
        // A demo of an earlier release has lived for a while.
        self.state.update(|progress| {
            progress.findings_back_to = Some(progress.until.start_of_day());
            progress.findings_until = Some(progress.until.start_of_day());
        })?;
        Ok(true)
    }

    fn write_truth(&self, findings: &Findings) -> anyhow::Result<()> {
        let file = self.state.folder().join(TRUTH);
        let mut lines = String::new();
        for planted in findings.truth() {
            lines.push_str(&serde_json::to_string(&planted)?);
            lines.push('\n');
        }
        std::fs::write(&file, lines).with_context(|| file.display().to_string())
    }

    /// Writes the days of life since the last that is whole, today up to now.
    async fn keep_up(&self, findings: &Arc<Findings>, stop: &CancellationToken) -> anyhow::Result<()> {
        let now = self.clock.now();
        let today = now.start_of_day();
        let mut day = self.state.progress().findings_until.unwrap_or(today).start_of_day();
        while day <= today && !stop.is_cancelled() {
            self.write(findings, day, now).await?;
            let until = day.plus_days(1).min(now);
            self.state.change(|progress| progress.findings_until = Some(until));
            day = day.plus_days(1);
        }
        self.state.save()
    }

    /// Writes the history, the newest day first, as far as that is not done.
    async fn fill(&self, findings: &Arc<Findings>, stop: &CancellationToken) -> anyhow::Result<()> {
        let started = Instant::now();
        let done = self.state.progress().findings_back_to.unwrap_or(Timestamp::MAX);
        let shown_from = self.clock.now().start_of_day().plus_days(-SHOWN_DAYS);
        let mut records = 0;
        let left: Vec<Timestamp> = findings.days().rev().filter(|day| *day < done).collect();
        if left.is_empty() {
            return Ok(());
        }
        for (place, day) in left.into_iter().enumerate() {
            if stop.is_cancelled() {
                return self.state.save();
            }
            records += self.write(findings, day, Timestamp::MAX).await?;
            self.state.change(|progress| progress.findings_back_to = Some(day));
            if day == shown_from {
                self.changed.notify_one();
                tracing::info!(back_to = %day, records, seconds = started.elapsed().as_secs_f64(), "demo findings are in");
                self.state.save()?;
                self.after_the_events(stop).await;
            }
            if place % NOTED_DAYS == NOTED_DAYS - 1 {
                self.state.save()?;
            }
        }
        self.state.save()?;
        self.changed.notify_one();
        let seconds = started.elapsed().as_secs_f64();
        tracing::info!(back_to = %findings.config().start(), records, seconds, "all demo findings are in");
        Ok(())
    }

    /// Waits until the history's events are in the store: nobody waits for older findings.
    async fn after_the_events(&self, stop: &CancellationToken) {
        let filled = async {
            while !self.state.progress().filled && !stop.is_cancelled() {
                tokio::time::sleep(LOOKED_EVERY).await;
            }
        };
        // The events may stand still for good.
        let _ = tokio::time::timeout(WAITED_AT_MOST, filled).await;
    }

    /// Writes those of a day that are earlier than `before`; how many there are.
    async fn write(&self, findings: &Arc<Findings>, day: Timestamp, before: Timestamp) -> anyhow::Result<usize> {
        let (findings, lake) = (Arc::clone(findings), self.lake.clone());
        let writing = move || {
            let mut rows = findings.day(day);
            rows.retain(|row| row.time < before);
            if rows.is_empty() {
                return Ok(0);
            }
            onepane_lake::write_day(&lake, &SourceName::SECURITY_HUB, OcsfVersion::V2, day, NAME, &rows)?;
            anyhow::Ok(rows.len())
        };
        tokio::task::spawn_blocking(writing).await?.with_context(|| format!("write the findings of {}", day.day()))
    }
}

/// A Parquet file that is not the demo's, if there is one.
fn foreign(folder: &Path, depth: usize) -> std::io::Result<Option<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            if depth > 0
                && let Some(file) = foreign(&path, depth - 1)?
            {
                return Ok(Some(file));
            }
        } else if path.extension().is_some_and(|extension| extension == "parquet")
            && path.file_name().is_some_and(|name| name != FILE)
        {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;

    fn files(lake: &Path) -> Vec<String> {
        let folder = lake.join("security-hub/2.0");
        let days = std::fs::read_dir(folder).map(|days| days.flatten().collect::<Vec<_>>()).unwrap_or_default();
        let mut days: Vec<String> = days.iter().map(|day| day.file_name().to_string_lossy().into_owned()).collect();
        days.sort();
        days
    }

    struct House {
        folder: tempfile::TempDir,
        now: Arc<Mutex<Timestamp>>,
        changed: Arc<Notify>,
    }

    impl House {
        fn new() -> Self {
            let now = "2026-11-18T15:20:00Z".parse().unwrap();
            Self { folder: tempfile::tempdir().unwrap(), now: Arc::new(Mutex::new(now)), changed: Arc::default() }
        }

        fn lake(&self) -> PathBuf {
            self.folder.path().join("lake")
        }

        fn feeder(&self) -> FindingFeeder {
            let file = self.folder.path().join("demo.json");
            let read = DemoState::read(&file).unwrap();
            let state = read.unwrap_or_else(|| {
                let state = super::super::fresh_state(file, 1, 30, 0.1, 200, *self.now.lock());
                state.change(|progress| progress.filled = true);
                state
            });
            let now = Arc::clone(&self.now);
            let clock = Clock::from_fn(move || *now.lock());
            FindingFeeder::new(self.lake(), Arc::clone(&self.changed), Arc::new(state), clock)
        }

        /// Runs until the history and life up to now are in, as a server that is stopped then.
        async fn run(&self) {
            let (feeder, stop) = (self.feeder(), CancellationToken::new());
            let stopper = stop.clone();
            let is_done = || {
                let progress = feeder.state.progress();
                progress.findings_back_to == Some(progress.findings().start())
                    && progress.findings_until == Some(*self.now.lock())
            };
            let filled = async {
                while !is_done() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                stopper.cancel();
            };
            let (ran, ()) = tokio::join!(feeder.run(&stop), filled);
            ran.unwrap();
        }
    }

    #[tokio::test]
    async fn the_lake_is_filled_and_goes_on_after_days() {
        let house = House::new();
        house.run().await;
        let first = files(&house.lake());
        assert_eq!(first.len(), 201);
        assert_eq!((first[0].as_str(), first[200].as_str()), ("eventDay=20260502", "eventDay=20261118"));
        let truth = std::fs::read_to_string(house.folder.path().join(TRUTH)).unwrap();
        assert!(truth.lines().count() > 10 && truth.contains("PortProbe"));
        *house.now.lock() = "2026-11-21T12:00:00Z".parse().unwrap();
        house.run().await;
        assert_eq!(files(&house.lake()).len(), 204);
    }

    #[tokio::test]
    async fn a_demo_from_before_there_were_findings_gets_them_up_to_now() {
        let house = House::new();
        house.feeder().state.save().unwrap();
        *house.now.lock() = "2026-11-21T12:00:00Z".parse().unwrap();
        house.run().await;
        assert_eq!(files(&house.lake()).len(), 204);
    }

    #[tokio::test]
    async fn what_was_broken_off_is_taken_up() {
        let house = House::new();
        let stop = CancellationToken::new();
        stop.cancel();
        house.feeder().run(&stop).await.unwrap();
        assert!(files(&house.lake()).is_empty(), "it was stopped at once");
        house.run().await;
        assert_eq!(files(&house.lake()).len(), 201);
    }

    #[tokio::test]
    async fn a_lake_of_others_stays_theirs() {
        let house = House::new();
        let folder = house.lake().join("security-hub/1.0/region=eu-west-1/accountId=1/eventDay=20260101");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("part-1.gz.parquet"), "theirs").unwrap();
        house.feeder().run(&CancellationToken::new()).await.unwrap();
        assert!(files(&house.lake()).is_empty());
    }
}
