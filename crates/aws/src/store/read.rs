//! Reading: states, histories, the feed, views.

use super::items::{Item, attribute, key_text, record_of, take_raw, text, text_of};
use super::keys::{self, Key};
use super::{DynamoStore, FEED_INDEX};
use crate::error::port_error;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use onepane_domain::{
    AccountId, ApiCall, ErrorKind, FeedEntry, FeedItem, FeedPage, FeedPosition, PortError, PortResult, Region,
    Timestamp, Transition, Unrecognised, WorkloadHistory, WorkloadId,
};
use serde::de::DeserializeOwned;

/// On which side of a place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Written later, oldest first.
    After,
    /// Written earlier, newest first.
    Before,
}

/// Items of one query.
pub(super) struct Found {
    pub(super) items: Vec<Item>,
    /// True if there may be more.
    more: bool,
}

impl DynamoStore {
    pub(super) async fn read_state(&self, id: &WorkloadId) -> PortResult<Option<Transition>> {
        let key = Key::new(id.partition_key(), keys::STATE.to_owned())?;
        let request = self.client.get_item().table_name(&self.config.table).consistent_read(true);
        let request = request.key(attribute::PK, text(key.pk)).key(attribute::SK, text(key.sk));
        let answer = request.send().await.map_err(|error| port_error(self.context("get a state from"), &error))?;
        answer.item.as_ref().map(record_of).transpose()
    }

    pub(super) async fn read_history(&self, id: &WorkloadId, limit: u32) -> PortResult<WorkloadHistory> {
        let partition = Key::new(id.partition_key(), String::new())?.pk;
        // One more than wanted tells whether older ones are left out.
        let (events, calls) = futures::future::try_join(
            self.newest_of(&partition, keys::EVENT_PREFIX, limit.saturating_add(1)),
            self.newest_of(&partition, keys::CALL_PREFIX, limit.saturating_add(1)),
        )
        .await?;
        let mut truncated = false;
        let mut events: Vec<(Transition, String)> = self.read_records(events.items);
        let mut calls: Vec<(ApiCall, String)> = self.read_records(calls.items);
        // Both are newest first: the older of the two last ones goes, until no more than the limit are left.
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        while events.len() + calls.len() > wanted {
            truncated = true;
            let oldest_event = events.last().map(|(event, _)| event.event_time);
            let oldest_call = calls.last().map(|(call, _)| call.event_time);
            let event_goes = match (oldest_event, oldest_call) {
                (Some(event), Some(call)) => event < call,
                (event, _) => event.is_some(),
            };
            if event_goes { drop(events.pop()) } else { drop(calls.pop()) }
        }
        events.reverse();
        calls.reverse();
        Ok(WorkloadHistory { events, calls, truncated })
    }

    pub(super) async fn read_calls(
        &self,
        account: AccountId,
        region: &Region,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> PortResult<Vec<ApiCall>> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut calls = Vec::new();
        // The last instant within; times are written in milliseconds, so that texts before `to` are instants before it.
        let mut day = to.plus_millis(-1).start_of_day();
        while day >= from.start_of_day() && calls.len() < wanted {
            let request = self
                .client
                .query()
                .table_name(&self.config.table)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_names("#record", attribute::RECORD)
                .expression_attribute_names("#pk", attribute::PK)
                .expression_attribute_names("#sk", attribute::SK)
                .projection_expression("#pk, #sk, #record")
                .expression_attribute_values(":pk", text(keys::call_partition(account, region, day)))
                .expression_attribute_values(":from", text(from.to_string()))
                .expression_attribute_values(":to", text(to.to_string()))
                .scan_index_forward(false);
            let missing = u32::try_from(wanted - calls.len()).unwrap_or(u32::MAX);
            let found = self.query(request, missing, "read API calls of").await?;
            calls.extend(self.read_records::<ApiCall>(found.items).into_iter().map(|(call, _)| call));
            day = day.plus_days(-1);
        }
        Ok(calls)
    }

    pub(super) async fn read_unrecognised(
        &self,
        day: Timestamp,
        limit: u32,
    ) -> PortResult<Vec<(Unrecognised, String)>> {
        let found = self.newest_of(&keys::unrecognised_partition(day), "", limit).await?;
        Ok(self.read_records(found.items))
    }

    pub(super) async fn read_feed(
        &self,
        shard: u16,
        position: Option<(Side, &FeedPosition)>,
        limit: u32,
    ) -> PortResult<FeedPage> {
        if shard >= self.config.feed_shards.get() {
            let context = format!("feed shard {shard} of {}", self.config.feed_shards);
            return Err(PortError::new(ErrorKind::Invalid, context));
        }
        let condition = match position {
            None => "#feed = :feed",
            Some((Side::After, _)) => "#feed = :feed AND #fed_at > :position",
            Some((Side::Before, _)) => "#feed = :feed AND #fed_at < :position",
        };
        let mut request = self
            .client
            .query()
            .table_name(&self.config.table)
            .index_name(FEED_INDEX)
            .key_condition_expression(condition)
            .expression_attribute_names("#feed", attribute::FEED)
            .expression_attribute_names("#fed_at", attribute::FED_AT)
            .expression_attribute_names("#pk", attribute::PK)
            .expression_attribute_names("#sk", attribute::SK)
            .expression_attribute_names("#record", attribute::RECORD)
            .expression_attribute_values(":feed", text(keys::feed_shard(shard)))
            .projection_expression("#pk, #sk, #fed_at, #record")
            .scan_index_forward(matches!(position, Some((Side::After, _))));
        if let Some((_, FeedPosition(place))) = position {
            request = request.expression_attribute_values(":position", text(place));
        }
        let found = self.query(request, limit, "read the feed of").await?;
        let last = found.items.last().and_then(|item| text_of(item, attribute::FED_AT));
        let next = last.filter(|_| found.more).map(|place| FeedPosition(place.to_owned()));
        let mut page = FeedPage { entries: Vec::with_capacity(found.items.len()), unreadable: Vec::new(), next };
        for item in &found.items {
            match feed_entry(item) {
                Ok(entry) => page.entries.push(entry),
                Err(error) => page.unreadable.push(error.context),
            }
        }
        Ok(page)
    }

    pub(super) async fn read_views(&self) -> PortResult<Vec<(String, String)>> {
        let request = self
            .client
            .query()
            .table_name(&self.config.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(keys::VIEWS))
            .consistent_read(true);
        let found = self.query(request, u32::MAX, "read the views of").await?;
        let view = |item: &Item| {
            let name = text_of(item, attribute::SK)?;
            Some((name.to_owned(), text_of(item, attribute::QUERY).unwrap_or_default().to_owned()))
        };
        Ok(found.items.iter().filter_map(view).collect())
    }

    pub(super) async fn write_view(&self, name: &str, query: &str) -> PortResult<()> {
        let key = Key::view(name)?;
        let request = self.client.put_item().table_name(&self.config.table);
        let request = request
            .item(attribute::PK, text(key.pk))
            .item(attribute::SK, text(key.sk))
            .item(attribute::QUERY, text(query));
        request.send().await.map_err(|error| port_error(self.context("put a view into"), &error))?;
        Ok(())
    }

    pub(super) async fn remove_view(&self, name: &str) -> PortResult<()> {
        let key = Key::view(name)?;
        let request = self.client.delete_item().table_name(&self.config.table);
        let request = request.key(attribute::PK, text(key.pk)).key(attribute::SK, text(key.sk));
        request.send().await.map_err(|error| port_error(self.context("delete a view from"), &error))?;
        Ok(())
    }

    /// The newest items of a partition whose sort key begins with `prefix`, newest first.
    pub(super) async fn newest_of(&self, partition: &str, prefix: &str, limit: u32) -> PortResult<Found> {
        let mut request = self
            .client
            .query()
            .table_name(&self.config.table)
            .key_condition_expression(if prefix.is_empty() { "pk = :pk" } else { "pk = :pk AND begins_with(sk, :sk)" })
            .expression_attribute_values(":pk", text(partition))
            .scan_index_forward(false)
            .consistent_read(true);
        if !prefix.is_empty() {
            request = request.expression_attribute_values(":sk", text(prefix));
        }
        self.query(request, limit, "read events of").await
    }

    /// At most `limit` items, over as many pages of the service as that takes.
    pub(super) async fn query(&self, request: QueryFluentBuilder, limit: u32, doing: &str) -> PortResult<Found> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut items = Vec::new();
        let mut start = None;
        while items.len() < wanted {
            let missing = i32::try_from(wanted - items.len()).unwrap_or(i32::MAX);
            let page = request.clone().limit(missing).set_exclusive_start_key(start.take()).send().await;
            let page = page.map_err(|error| port_error(self.context(doing), &error))?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(Found { items, more: false });
            }
        }
        Ok(Found { items, more: true })
    }

    /// What the items record, each with its JSON as it came. One that cannot be read is told in the log, and does not
    /// hide the others.
    pub(super) fn read_records<T: DeserializeOwned>(&self, items: Vec<Item>) -> Vec<(T, String)> {
        let mut records = Vec::with_capacity(items.len());
        for mut item in items {
            match record_of(&item) {
                Ok(record) => records.push((record, take_raw(&mut item))),
                Err(error) => tracing::warn!(table = self.config.table, %error, "unreadable item"),
            }
        }
        records
    }
}

fn feed_entry(item: &Item) -> PortResult<FeedEntry> {
    let Some(place) = text_of(item, attribute::FED_AT) else {
        return Err(PortError::new(ErrorKind::Corrupt, format!("item {}: it has no fed_at", key_text(item))));
    };
    let item = match text_of(item, attribute::SK) {
        Some(keys::STATE) => FeedItem::State(Box::new(record_of(item)?)),
        _ => FeedItem::Call(Box::new(record_of(item)?)),
    };
    Ok(FeedEntry { position: FeedPosition(place.to_owned()), item })
}
