//! Keeping events: first each event's own items, then the states.

use super::items::{ItemWriter, NewItem, NewState, attribute, text};
use super::keys::Key;
use super::{DynamoStore, WriteStrategy};
use crate::error::port_error;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use futures::StreamExt;
use onepane_domain::{ErrorKind, EventItem, PortError, PortResult, Stored, Timestamp};
use std::collections::HashMap;

/// DynamoDB takes this many actions in one transaction.
const GROUP_ACTIONS: usize = 100;
/// DynamoDB takes 4 MB in one transaction; the JSON around the items needs its part.
const GROUP_BYTES: usize = 3_000_000;
/// How often a group is sent again without the writes that were refused, before the rest goes one by one.
const GROUP_ROUNDS: usize = 4;

const PUT_CONDITION: &str = "attribute_not_exists(pk)";
const ADVANCE_CONDITION: &str = "attribute_not_exists(#version) OR #version < :version";

/// A write that happens only under its condition.
#[derive(Debug)]
enum Write {
    /// Puts an item if there is none.
    Put(NewItem),
    /// Replaces a state if it is older.
    Advance(NewState),
}

/// What a group's transaction came to.
enum GroupOutcome {
    Written,
    /// Nothing was written, for the conditions of these (positions in the group) do not hold.
    Refused(Vec<usize>),
    /// Nothing was written, and the writes have to be told apart.
    Unclear,
    /// Nothing can be written now.
    Failed(PortError),
}

/// Where an event of the batch stands: its items' places among the puts, its workload's among the states.
struct Place {
    first: usize,
    second: Option<usize>,
    duplicate: bool,
    state: Option<usize>,
}

impl DynamoStore {
    pub(super) async fn put_events(&self, events: &[EventItem], now: Timestamp) -> Vec<PortResult<Stored>> {
        let shards = self.config.feed_shards.get();
        let writer = ItemWriter { shards, now, retention_days: self.config.retention_days };
        let mut puts: Vec<Write> = Vec::with_capacity(events.len());
        let mut states: Vec<NewState> = Vec::new();
        let mut put_of: HashMap<Key, (usize, Option<usize>)> = HashMap::new();
        let mut state_of: HashMap<String, usize> = HashMap::new();
        let mut places: Vec<PortResult<(Place, Option<NewState>)>> = Vec::with_capacity(events.len());
        for event in events {
            places.push(writer.writes(event).map(|writes| {
                let known = put_of.get(&writes.first.key).copied();
                let (first, second) = known.unwrap_or_else(|| {
                    let place = (puts.len(), writes.second.is_some().then_some(puts.len() + 1));
                    put_of.insert(writes.first.key.clone(), place);
                    puts.push(Write::Put(writes.first));
                    puts.extend(writes.second.map(Write::Put));
                    place
                });
                (Place { first, second, duplicate: known.is_some(), state: None }, writes.state)
            }));
        }
        let put = self.write_all(&puts).await;

        // Only what is kept may become a state: a state without its event would be a state that nobody can explain.
        for (place, state) in places.iter_mut().flatten() {
            let Some(state) = state.take().filter(|_| put[place.first].is_ok()) else { continue };
            let index = *state_of.entry(state.key.pk.clone()).or_insert(states.len());
            place.state = Some(index);
            match states.get_mut(index) {
                Some(newest) if newest.version >= state.version => {}
                Some(newest) => *newest = state,
                None => states.push(state),
            }
        }
        let states: Vec<Write> = states.into_iter().map(Write::Advance).collect();
        let advanced = self.write_all(&states).await;

        let outcome = |place: Place| {
            let second = place.second.map(|second| &put[second]);
            let state = place.state.map(|state| &advanced[state]);
            for write in [second, state].into_iter().flatten() {
                write.as_ref().map_err(again)?;
            }
            let written = *put[place.first].as_ref().map_err(again)?;
            Ok(if written && !place.duplicate { Stored::New } else { Stored::Duplicate })
        };
        places.into_iter().map(|place| place.and_then(|(place, _)| outcome(place))).collect()
    }

    /// Sends writes of different items; for each whether it was written (true) or refused by its condition (false).
    async fn write_all(&self, writes: &[Write]) -> Vec<PortResult<bool>> {
        match self.config.writes {
            WriteStrategy::Single { in_flight } => self.write_singly(writes, in_flight).await,
            WriteStrategy::Grouped { in_flight } => {
                let groups: Vec<_> = groups_of(writes).into_iter().map(|group| self.write_group(group)).collect();
                let outcomes = futures::stream::iter(groups).buffered(in_flight.max(1)).collect::<Vec<_>>().await;
                outcomes.into_iter().flatten().collect()
            }
        }
    }

    async fn write_singly(&self, writes: &[Write], in_flight: usize) -> Vec<PortResult<bool>> {
        let requests: Vec<_> = writes.iter().map(|write| self.write_one(write)).collect();
        futures::stream::iter(requests).buffered(in_flight.max(1)).collect().await
    }

    async fn write_one(&self, write: &Write) -> PortResult<bool> {
        match write {
            Write::Put(new) => {
                let request = self.client.put_item().table_name(&self.config.table).condition_expression(PUT_CONDITION);
                match request.set_item(Some(new.item.clone())).send().await {
                    Ok(_) => Ok(true),
                    Err(error)
                        if error
                            .as_service_error()
                            .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
                    {
                        Ok(false)
                    }
                    Err(error) => Err(port_error(self.context("put an event into"), &error)),
                }
            }
            Write::Advance(state) => {
                let request = self
                    .client
                    .update_item()
                    .table_name(&self.config.table)
                    .set_key(Some(state.key_values()))
                    .update_expression(state.update_expression())
                    .condition_expression(ADVANCE_CONDITION)
                    .set_expression_attribute_names(Some(state.names()))
                    .set_expression_attribute_values(Some(state.values()));
                match request.send().await {
                    Ok(_) => Ok(true),
                    Err(error)
                        if error
                            .as_service_error()
                            .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
                    {
                        Ok(false)
                    }
                    Err(error) => Err(port_error(self.context("update a state in"), &error)),
                }
            }
        }
    }

    /// One transaction; again without the writes whose conditions do not hold; one by one if it stays unclear.
    async fn write_group(&self, group: &[Write]) -> Vec<PortResult<bool>> {
        let mut outcomes: Vec<Option<PortResult<bool>>> = group.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..group.len()).collect();
        for _ in 0..GROUP_ROUNDS {
            if open.is_empty() {
                break;
            }
            let writes: Vec<&Write> = open.iter().map(|index| &group[*index]).collect();
            match self.transact(&writes).await {
                GroupOutcome::Written => {
                    open.drain(..).for_each(|index| outcomes[index] = Some(Ok(true)));
                }
                GroupOutcome::Refused(positions) => {
                    for position in positions.iter().rev() {
                        let index = open.remove(*position);
                        outcomes[index] = Some(Ok(false));
                    }
                }
                GroupOutcome::Unclear => break,
                GroupOutcome::Failed(error) => {
                    open.drain(..).for_each(|index| outcomes[index] = Some(Err(again(&error))));
                }
            }
        }
        for index in open {
            outcomes[index] = Some(self.write_one(&group[index]).await);
        }
        let missing = || Err(PortError::new(ErrorKind::Unavailable, self.context("write into")));
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(missing)).collect()
    }

    async fn transact(&self, writes: &[&Write]) -> GroupOutcome {
        let actions: Result<Vec<_>, BuildError> = writes.iter().map(|write| write.action(&self.config.table)).collect();
        let Ok(actions) = actions else { return GroupOutcome::Unclear };
        let request = self.client.transact_write_items().set_transact_items(Some(actions));
        let Err(error) = request.send().await else { return GroupOutcome::Written };
        if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
            let mut refused = Vec::new();
            for (position, reason) in cancelled.cancellation_reasons().iter().enumerate() {
                match reason.code() {
                    None | Some("None") => {}
                    Some("ConditionalCheckFailed") => refused.push(position),
                    Some(_) => return GroupOutcome::Unclear,
                }
            }
            let told = cancelled.cancellation_reasons().len() == writes.len() && !refused.is_empty();
            return if told { GroupOutcome::Refused(refused) } else { GroupOutcome::Unclear };
        }
        let error = port_error(self.context("write events into"), &error);
        // One item can be wrong for all: then each is told its own.
        if error.kind == ErrorKind::Invalid { GroupOutcome::Unclear } else { GroupOutcome::Failed(error) }
    }
}

/// The same failure once more, for another event of the batch.
fn again(error: &PortError) -> PortError {
    let source = error.source.as_ref().map(|source| source.to_string().into());
    PortError { kind: error.kind, context: error.context.clone(), retry_after: error.retry_after, source }
}

/// Cuts into groups that fit one transaction each.
fn groups_of(writes: &[Write]) -> Vec<&[Write]> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, write) in writes.iter().enumerate() {
        let size = write.bytes();
        if index > start && (index - start == GROUP_ACTIONS || bytes + size > GROUP_BYTES) {
            groups.push(&writes[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += size;
    }
    if start < writes.len() {
        groups.push(&writes[start..]);
    }
    groups
}

impl Write {
    fn bytes(&self) -> usize {
        match self {
            Self::Put(new) => new.bytes,
            Self::Advance(state) => state.record.len() + 2 * state.key.pk.len() + 600,
        }
    }

    fn action(&self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let action = TransactWriteItem::builder();
        Ok(match self {
            Self::Put(new) => {
                let put = Put::builder().table_name(table).set_item(Some(new.item.clone()));
                action.put(put.condition_expression(PUT_CONDITION).build()?).build()
            }
            Self::Advance(state) => {
                let update = Update::builder()
                    .table_name(table)
                    .set_key(Some(state.key_values()))
                    .update_expression(state.update_expression())
                    .condition_expression(ADVANCE_CONDITION)
                    .set_expression_attribute_names(Some(state.names()))
                    .set_expression_attribute_values(Some(state.values()));
                action.update(update.build()?).build()
            }
        })
    }
}

impl NewState {
    fn key_values(&self) -> HashMap<String, AttributeValue> {
        let pk = (attribute::PK.to_owned(), text(&self.key.pk));
        HashMap::from([pk, (attribute::SK.to_owned(), text(&self.key.sk))])
    }

    fn update_expression(&self) -> &'static str {
        if self.expires_at.is_some() {
            "SET #feed = :feed, #fed_at = :fed_at, #version = :version, #record = :record, #expires_at = :expires_at"
        } else {
            "SET #feed = :feed, #fed_at = :fed_at, #version = :version, #record = :record REMOVE #expires_at"
        }
    }

    fn names(&self) -> HashMap<String, String> {
        let names = [attribute::FEED, attribute::FED_AT, attribute::VERSION, attribute::RECORD, attribute::EXPIRES_AT];
        names.into_iter().map(|name| (format!("#{name}"), name.to_owned())).collect()
    }

    fn values(&self) -> HashMap<String, AttributeValue> {
        let mut values = HashMap::from([
            (":feed".to_owned(), text(&self.feed)),
            (":fed_at".to_owned(), text(&self.fed_at)),
            (":version".to_owned(), text(&self.version)),
            (":record".to_owned(), text(&self.record)),
        ]);
        if let Some(expires_at) = self.expires_at {
            values.insert(":expires_at".to_owned(), AttributeValue::N(expires_at.to_string()));
        }
        values
    }
}
