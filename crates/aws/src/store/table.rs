//! The table itself: made, and checked.

use super::items::{Item, attribute, text};
use super::{DynamoStore, FEED_INDEX, keys};
use crate::error::port_error;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, IndexStatus, KeySchemaElement, KeyType,
    Projection, ProjectionType, ScalarAttributeType, TableDescription, TableStatus, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use onepane_domain::{ErrorKind, PortError, PortResult};
use std::time::Duration;

/// How long a new table may take to become active.
const CREATION_PATIENCE: Duration = Duration::from_secs(120);
const CREATION_POLL: Duration = Duration::from_millis(500);

impl DynamoStore {
    /// Makes the table, its index and its expiry where they are missing, and waits until they answer. Harmless when
    /// several do it at once. Ends as [`onepane_domain::WorkloadStore::check`] does.
    pub async fn create_table_if_missing(&self) -> PortResult<()> {
        if self.describe().await?.is_none() {
            self.create_table().await?;
        }
        self.wait_until_active().await?;
        self.enable_expiry().await?;
        self.keep_settings().await?;
        self.check_table().await
    }

    pub(super) async fn check_table(&self) -> PortResult<()> {
        let Some(table) = self.describe().await? else {
            return Err(self.misconfigured("it does not exist; create the table"));
        };
        if !matches!(table.table_status(), Some(TableStatus::Active | TableStatus::Updating)) {
            return Err(PortError::new(ErrorKind::Unavailable, self.context("wait for")));
        }
        if !has_keys(table.key_schema(), attribute::PK, attribute::SK) {
            return Err(self.misconfigured("its key must be pk (hash), sk (range)"));
        }
        let index = table.global_secondary_indexes().iter().find(|index| index.index_name() == Some(FEED_INDEX));
        let Some(index) = index else {
            return Err(self.misconfigured("it has no index named feed"));
        };
        if !has_keys(index.key_schema(), attribute::FEED, attribute::FED_AT) {
            return Err(self.misconfigured("the key of its index feed must be feed (hash), fed_at (range)"));
        }
        if matches!(index.index_status(), Some(IndexStatus::Creating | IndexStatus::Deleting)) {
            return Err(PortError::new(ErrorKind::Unavailable, self.context("wait for the index feed of")));
        }
        self.check_settings().await
    }

    fn misconfigured(&self, what: &str) -> PortError {
        PortError::new(ErrorKind::Misconfigured, format!("table {}: {what}", self.config.table))
    }

    /// The table's description; none if there is no such table.
    async fn describe(&self) -> PortResult<Option<TableDescription>> {
        match self.client.describe_table().table_name(&self.config.table).send().await {
            Ok(answer) => Ok(answer.table),
            Err(error) if error.as_service_error().is_some_and(DescribeTableError::is_resource_not_found_exception) => {
                Ok(None)
            }
            Err(error) => Err(port_error(self.context("describe"), &error)),
        }
    }

    async fn create_table(&self) -> PortResult<()> {
        let unbuildable = |error| PortError::with_source(ErrorKind::Invalid, self.context("describe the new"), error);
        let mut request = self
            .client
            .create_table()
            .table_name(&self.config.table)
            .billing_mode(BillingMode::PayPerRequest)
            .global_secondary_indexes(feed_index().map_err(unbuildable)?);
        for name in [attribute::PK, attribute::SK, attribute::FEED, attribute::FED_AT] {
            request = request.attribute_definitions(text_attribute(name).map_err(unbuildable)?);
        }
        for element in key_schema(attribute::PK, attribute::SK).map_err(unbuildable)? {
            request = request.key_schema(element);
        }
        match request.send().await {
            Ok(_) => Ok(()),
            // Another one was quicker.
            Err(error) if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => {
                Ok(())
            }
            Err(error) => Err(port_error(self.context("create"), &error)),
        }
    }

    async fn wait_until_active(&self) -> PortResult<()> {
        let polls = CREATION_PATIENCE.as_millis() / CREATION_POLL.as_millis();
        for _ in 0..polls {
            let status = self.describe().await?.and_then(|table| table.table_status);
            if matches!(status, Some(TableStatus::Active | TableStatus::Updating)) {
                return Ok(());
            }
            tokio::time::sleep(CREATION_POLL).await;
        }
        Err(PortError::new(ErrorKind::TimedOut, self.context("wait for the new")))
    }

    async fn enable_expiry(&self) -> PortResult<()> {
        let answer = self.client.describe_time_to_live().table_name(&self.config.table).send().await;
        let answer = answer.map_err(|error| port_error(self.context("read the expiry of"), &error))?;
        let status = answer.time_to_live_description.and_then(|description| description.time_to_live_status);
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let specification = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute::EXPIRES_AT);
        let specification = specification.build().map_err(|error| {
            PortError::with_source(ErrorKind::Invalid, self.context("describe the expiry of"), error)
        })?;
        let request = self.client.update_time_to_live().table_name(&self.config.table);
        match request.time_to_live_specification(specification).send().await {
            Ok(_) => Ok(()),
            // Another one was quicker; DynamoDB has no code of its own for it.
            Err(error) if error.message().is_some_and(|message| message.contains("already enabled")) => Ok(()),
            Err(error) => Err(port_error(self.context("set the expiry of"), &error)),
        }
    }

    async fn keep_settings(&self) -> PortResult<()> {
        let shards = self.config.feed_shards.to_string();
        let request = self.client.put_item().table_name(&self.config.table);
        let request = request
            .item(attribute::PK, text(keys::TABLE))
            .item(attribute::SK, text(keys::SETTINGS))
            .item(attribute::FEED_SHARDS, AttributeValue::N(shards))
            .condition_expression("attribute_not_exists(pk)");
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(())
            }
            Err(error) => Err(port_error(self.context("put the settings of"), &error)),
        }
    }

    /// A table without settings was made by other hands (CDK): nothing to compare.
    async fn check_settings(&self) -> PortResult<()> {
        let request = self.client.get_item().table_name(&self.config.table);
        let request = request.key(attribute::PK, text(keys::TABLE)).key(attribute::SK, text(keys::SETTINGS));
        let answer = request.send().await.map_err(|error| port_error(self.context("read the settings of"), &error))?;
        let Some(shards) = answer.item.as_ref().and_then(stored_shards) else { return Ok(()) };
        let configured = self.config.feed_shards.to_string();
        if shards == configured {
            return Ok(());
        }
        Err(self.misconfigured(&format!("it was made with {shards} feed shards, and {configured} are configured")))
    }
}

fn stored_shards(settings: &Item) -> Option<String> {
    settings.get(attribute::FEED_SHARDS).and_then(|shards| shards.as_n().ok()).cloned()
}

fn has_keys(schema: &[KeySchemaElement], hash: &str, range: &str) -> bool {
    let has = |name: &str, kind: &KeyType| {
        schema.iter().any(|element| element.attribute_name() == name && element.key_type() == kind)
    };
    has(hash, &KeyType::Hash) && has(range, &KeyType::Range)
}

fn key_schema(hash: &str, range: &str) -> Result<[KeySchemaElement; 2], BuildError> {
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok([element(hash, KeyType::Hash)?, element(range, KeyType::Range)?])
}

fn text_attribute(name: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
}

fn feed_index() -> Result<GlobalSecondaryIndex, BuildError> {
    let [hash, range] = key_schema(attribute::FEED, attribute::FED_AT)?;
    let projection =
        Projection::builder().projection_type(ProjectionType::Include).non_key_attributes(attribute::RECORD).build();
    GlobalSecondaryIndex::builder()
        .index_name(FEED_INDEX)
        .key_schema(hash)
        .key_schema(range)
        .projection(projection)
        .build()
}
