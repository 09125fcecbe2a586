//! The columns of the table.

use crate::components::{AccountName, Instant, PhaseMark, WorkloadLink, status_text};
use crate::format;
use crate::state::Now;
use leptos::prelude::*;
use onepane_domain::{SortKey, Transition};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    Status,
    Name,
    Kind,
    Account,
    Region,
    Instance,
    Instances,
    Created,
    Started,
    Ended,
    Duration,
    Updated,
    Reason,
}

impl Column {
    /// Every column, in the order of the table.
    pub(crate) const ALL: [Self; 13] = [
        Self::Status,
        Self::Name,
        Self::Kind,
        Self::Account,
        Self::Region,
        Self::Instance,
        Self::Instances,
        Self::Created,
        Self::Started,
        Self::Ended,
        Self::Duration,
        Self::Updated,
        Self::Reason,
    ];

    /// Those shown unless the address says otherwise.
    pub(crate) const USUAL: [Self; 8] = [
        Self::Status,
        Self::Name,
        Self::Kind,
        Self::Account,
        Self::Instance,
        Self::Duration,
        Self::Updated,
        Self::Reason,
    ];

    /// The word in an address.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Account => "account",
            Self::Region => "region",
            Self::Instance => "instance",
            Self::Instances => "instances",
            Self::Created => "created",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Duration => "duration",
            Self::Updated => "updated",
            Self::Reason => "reason",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.word() == word)
    }

    /// The head.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::Name => "Name",
            Self::Kind => "Kind",
            Self::Account => "Account",
            Self::Region => "Region",
            Self::Instance => "Instance",
            Self::Instances => "Count",
            Self::Created => "Created",
            Self::Started => "Started",
            Self::Ended => "Ended",
            Self::Duration => "Duration",
            Self::Updated => "Updated",
            Self::Reason => "Failure reason",
        }
    }

    /// What a click on the head sorts by.
    pub(crate) fn sort_key(self) -> SortKey {
        match self {
            Self::Status => SortKey::Phase,
            Self::Name => SortKey::Name,
            Self::Kind => SortKey::Kind,
            Self::Account => SortKey::Account,
            Self::Region => SortKey::Region,
            Self::Instance => SortKey::Instance,
            Self::Instances => SortKey::Instances,
            Self::Created => SortKey::Created,
            Self::Started => SortKey::Started,
            Self::Ended => SortKey::Ended,
            Self::Duration => SortKey::Duration,
            Self::Updated => SortKey::Updated,
            Self::Reason => SortKey::Reason,
        }
    }

    /// True where numbers or times stand, which align at their end.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Self::Instances | Self::Created | Self::Started | Self::Ended | Self::Duration | Self::Updated)
    }

    /// The cell's content.
    pub(crate) fn cell(self, state: &Transition) -> AnyView {
        match self {
            Self::Status => view! { <PhaseMark phase=state.phase status=status_text(state) /> }.into_any(),
            Self::Name => view! {
                <WorkloadLink id=state.id.clone() />
                <span class="sub narrow-only">
                    {state.id.kind.label().to_owned()}" · "<AccountName id=state.id.account />" · "
                    <Instant time=state.event_time />
                </span>
            }
            .into_any(),
            Self::Kind => state.id.kind.label().to_owned().into_any(),
            Self::Account => view! { <AccountName id=state.id.account /> }.into_any(),
            Self::Region => state.id.region.to_string().into_any(),
            Self::Instance => instance(state).into_any(),
            Self::Instances => state.instance_count.map(|count| count.to_string()).into_any(),
            Self::Created => state.created_at.map(|time| view! { <Instant time /> }).into_any(),
            Self::Started => state.started_at.map(|time| view! { <Instant time /> }).into_any(),
            Self::Ended => state.ended_at.map(|time| view! { <Instant time /> }).into_any(),
            Self::Duration => duration(state).into_any(),
            Self::Updated => view! { <Instant time=state.event_time /> }.into_any(),
            Self::Reason => state
                .failure_reason
                .clone()
                .map(|reason| {
                    let title = reason.clone();
                    view! { <span title=title>{reason}</span> }
                })
                .into_any(),
        }
    }
}

/// `ml.p3.2xlarge × 4`.
pub(crate) fn instance(state: &Transition) -> Option<String> {
    let kind = state.instance_type.as_deref()?;
    Some(match state.instance_count {
        Some(count) if count > 1 => format!("{kind} × {count}"),
        _ => kind.to_owned(),
    })
}

/// How long it took; for what still runs, how long it has been running, ticking.
fn duration(state: &Transition) -> impl IntoView + use<> {
    let ended = state.duration_s;
    let running_since = (state.phase.is_active() && state.id.kind.is_job()).then_some(state.started_at).flatten();
    move || match (ended, running_since) {
        (Some(seconds), _) => format::duration(seconds),
        #[allow(clippy::cast_precision_loss)] // spans are far below 2^53
        (None, Some(since)) => format::duration(Now::get().millis_since(since).max(0) as f64 / 1_000.0),
        (None, None) => String::new(),
    }
}
