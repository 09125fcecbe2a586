//! What every engine under the store must do: one suite for Amazon's DynamoDB Local and the embedded engine.
//!
//! Shared by path with `crates/embedded/tests`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, dead_code, unreachable_pub, missing_docs)]

mod events;
mod faults;
mod feed;
mod order;
pub mod samples;
mod table;
mod triage;

use aws_sdk_dynamodb::Client;
use onepane_aws::{DynamoStore, StoreConfig, WriteStrategy};
use onepane_domain::Timestamp;

/// The time of writing, well after the events.
pub fn now() -> Timestamp {
    "2026-11-22T05:00:00.000Z".parse().unwrap()
}

/// A later time of writing.
pub fn later() -> Timestamp {
    now().plus_millis(5_000)
}

/// An engine to test, and how to write to it.
pub struct Bench {
    pub client: Client,
    pub writes: WriteStrategy,
    /// What the names of its tables begin with.
    pub name: &'static str,
}

impl Bench {
    pub fn config(&self, table: &str) -> StoreConfig {
        StoreConfig { table: format!("{}-{table}", self.name), writes: self.writes, ..StoreConfig::default() }
    }

    /// A store on a table of its own.
    pub async fn store(&self, table: &str) -> DynamoStore {
        let store = DynamoStore::new(self.client.clone(), self.config(table));
        store.create_table_if_missing().await.unwrap();
        store
    }
}

/// The whole suite; `cases` random deliveries.
pub async fn run(bench: &Bench, cases: u32) {
    println!("{}: table", bench.name);
    table::a_missing_table_is_named(bench).await;
    table::a_table_is_made_once_and_keeps_its_shards(bench).await;
    table::views_are_kept_by_name(bench).await;
    table::items_expire_except_lasting_things(bench).await;
    println!("{}: events", bench.name);
    events::an_event_is_kept_once_and_whole(bench).await;
    events::the_newest_event_is_the_state_in_whatever_order(bench).await;
    events::a_batch_tells_one_outcome_per_event_in_order(bench).await;
    events::a_history_has_the_newest_events_and_calls_oldest_first(bench).await;
    events::unrecognised_events_are_listed_by_day(bench).await;
    events::any_name_is_kept(bench).await;
    events::no_event_is_too_large(bench).await;
    println!("{}: feed", bench.name);
    feed::pages_cover_everything_exactly_once(bench).await;
    feed::a_change_moves_a_workload_to_the_end(bench).await;
    feed::an_unreadable_item_is_told_and_skipped(bench).await;
    println!("{}: triage", bench.name);
    triage::a_decision_stands_until_it_is_replaced_or_taken_back(bench).await;
    triage::evaluations_are_kept_newest_first(bench).await;
    triage::what_evaluations_found_is_remembered(bench).await;
    triage::calls_of_an_account_are_found_by_time(bench).await;
    println!("{}: order", bench.name);
    order::any_delivery_ends_the_same(bench, cases).await;
}
