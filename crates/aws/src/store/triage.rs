//! Decisions about insights, and what evaluations found.

use super::DynamoStore;
use super::items::{Item, attribute, text, text_of};
use super::keys::{self, Key};
use crate::error::port_error;
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use onepane_domain::{
    Detector, ErrorKind, EvaluationRun, KnownInsight, MOST_KNOWN_INSIGHTS, PortError, PortResult, Timestamp, Triage,
    TriageStore, TriagedInsight,
};
use serde::Serialize;
use std::fmt::Write as _;

#[async_trait]
impl TriageStore for DynamoStore {
    async fn triages(&self) -> PortResult<Vec<Triage>> {
        let found = self.newest_of(keys::TRIAGE, "", u32::MAX).await?;
        let records = self.read_records::<Triage>(found.items);
        let mut triages: Vec<Triage> = records.into_iter().map(|(triage, _)| triage).collect();
        triages.sort_by_key(|triage| std::cmp::Reverse(triage.decided_at));
        Ok(triages)
    }

    async fn put_triage(&self, triage: &Triage) -> PortResult<()> {
        // People's work does not expire, as their views do not.
        self.put_record(Key::triage(&triage.insight)?, written(triage)?, None, "put a decision into").await
    }

    async fn delete_triage(&self, insight: &TriagedInsight) -> PortResult<()> {
        let key = Key::triage(insight)?;
        let request = self.client.delete_item().table_name(&self.config.table);
        let request = request.key(attribute::PK, text(key.pk)).key(attribute::SK, text(key.sk));
        request.send().await.map_err(|error| port_error(self.context("delete a decision from"), &error))?;
        Ok(())
    }

    async fn runs(&self, limit: u32) -> PortResult<Vec<EvaluationRun>> {
        let found = self.newest_of(keys::INSIGHT_RUNS, "", limit).await?;
        Ok(self.read_records(found.items).into_iter().map(|(run, _)| run).collect())
    }

    async fn put_run(&self, run: &EvaluationRun) -> PortResult<()> {
        let expires_at = run.at.plus_days(i64::from(self.config.retention_days));
        self.put_record(Key::insight_run(run.at)?, written(run)?, Some(expires_at), "put an evaluation into").await
    }

    async fn known_insights(&self) -> PortResult<Vec<KnownInsight>> {
        let key = Key::known_insights()?;
        let request = self.client.get_item().table_name(&self.config.table).consistent_read(true);
        let request = request.key(attribute::PK, text(key.pk)).key(attribute::SK, text(key.sk));
        let answer = request.send().await.map_err(|error| port_error(self.context("get insights from"), &error))?;
        let lines = answer.item.as_ref().and_then(|item| text_of(item, attribute::RECORD)).unwrap_or_default();
        lines.lines().map(|line| known_of(line).ok_or_else(|| unreadable(line))).collect()
    }

    async fn put_known_insights(&self, known: &[KnownInsight]) -> PortResult<()> {
        let mut lines = String::new();
        for insight in known.iter().take(MOST_KNOWN_INSIGHTS) {
            write_known(&mut lines, insight);
        }
        self.put_record(Key::known_insights()?, lines, None, "put insights into").await
    }
}

impl DynamoStore {
    async fn put_record(&self, key: Key, record: String, expires_at: Option<Timestamp>, doing: &str) -> PortResult<()> {
        let mut item = Item::new();
        item.insert(attribute::PK.into(), text(key.pk));
        item.insert(attribute::SK.into(), text(key.sk));
        item.insert(attribute::RECORD.into(), text(record));
        if let Some(at) = expires_at {
            let seconds = at.millis().div_euclid(1_000);
            item.insert(attribute::EXPIRES_AT.into(), AttributeValue::N(seconds.to_string()));
        }
        let request = self.client.put_item().table_name(&self.config.table).set_item(Some(item));
        request.send().await.map_err(|error| port_error(self.context(doing), &error))?;
        Ok(())
    }
}

fn written<T: Serialize>(record: &T) -> PortResult<String> {
    serde_json::to_string(record)
        .map_err(|error| PortError::with_source(ErrorKind::Invalid, "write a record as JSON", error))
}

fn unreadable(line: &str) -> PortError {
    let line: String = line.chars().take(120).collect();
    PortError::new(ErrorKind::Corrupt, format!("item {} {}: {line:?} is no insight", keys::INSIGHTS, keys::KNOWN))
}

/// One line, about 70 bytes: all of them fit one item, which JSON would not.
fn write_known(lines: &mut String, known: &KnownInsight) {
    let KnownInsight { series, detector, at, first_found, last_found } = known;
    let [at, first, last] = [at, first_found, last_found].map(|instant| instant.millis());
    // Writing to a String cannot fail.
    let _ = writeln!(lines, "{series:016x} {} {at} {first} {last}", detector.word());
}

fn known_of(line: &str) -> Option<KnownInsight> {
    let mut words = line.split(' ');
    let series = u64::from_str_radix(words.next()?, 16).ok()?;
    let word = words.next()?;
    let detector = Detector::ALL.into_iter().find(|detector| detector.word() == word)?;
    let mut instant = || Timestamp::from_millis(words.next()?.parse().ok()?).ok();
    let (at, first_found, last_found) = (instant()?, instant()?, instant()?);
    words.next().is_none().then_some(KnownInsight { series, detector, at, first_found, last_found })
}
