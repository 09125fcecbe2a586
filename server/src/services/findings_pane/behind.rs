//! SageMaker workloads and API calls of some accounts in some time.

use super::FindingsPaneService;
use super::engine::add;
use super::grid::at;
use futures::StreamExt;
use onepane_domain::{
    AccountId, ApiCall, Filter, FindingRow, Notes, PortResult, QueryPart, Region, SearchRequest, SearchResult, SortKey,
    SortOrder, TimeField, TimeWindow, Timestamp, Transition, WorkloadQuery,
};
use onepane_index::WorkloadIndex;

/// Accounts whose workloads and calls are looked for.
const MOST_ACCOUNTS: usize = 10;
/// Days of one account in one Region that are looked through for calls.
const MOST_PARTITIONS: usize = 300;
/// Workloads and calls that are told.
const MOST_ROWS: u32 = 50;
/// Accounts and Regions that are asked for calls at a time.
const AT_ONCE: usize = 8;

/// The accounts that records are of.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Those with most records.
    named: Vec<AccountId>,
    total: usize,
}

impl Accounts {
    /// Of these accounts, those with most records first.
    pub(super) fn new(mut all: Vec<AccountId>) -> Self {
        let total = all.len();
        all.truncate(MOST_ACCOUNTS);
        Self { named: all, total }
    }

    /// Of the accounts that these records name.
    pub(super) fn of_rows(rows: &[FindingRow]) -> Self {
        let mut all: Vec<AccountId> = rows.iter().filter_map(|row| row.account).collect();
        all.sort_unstable();
        all.dedup();
        Self::new(all)
    }
}

/// What SageMaker did.
#[derive(Debug, Default)]
pub(super) struct Behind {
    pub(super) workloads: Vec<Transition>,
    pub(super) workloads_total: u64,
    pub(super) calls: Vec<ApiCall>,
    pub(super) notes: Notes,
}

impl FindingsPaneService {
    /// Workloads that changed, and API calls, newest first. What cannot be had becomes a note.
    pub(super) async fn behind(&self, accounts: &Accounts, from: Timestamp, to: Timestamp) -> Behind {
        let mut behind = Behind::default();
        if accounts.named.is_empty() {
            return behind;
        }
        if accounts.total > accounts.named.len() {
            let (named, total) = (accounts.named.len(), accounts.total);
            let note =
                format!("Workloads and API calls are of the {named} accounts with most records; there are {total}.");
            behind.notes.push(note);
        }
        let reached = self.model.fill().reaches_back_to;
        if let Some(reached) = reached.filter(|reached| *reached > from) {
            behind.notes.push(format!("Workloads are known from {} on.", at(reached)));
        }
        let (workloads, calls) = tokio::join!(self.workloads(accounts, from, to), self.calls(accounts, from, to));
        match workloads {
            Ok(found) => (behind.workloads, behind.workloads_total) = (found.rows, found.total),
            Err(error) => behind.notes.push(format!("The workloads are missing: {error}.")),
        }
        let (calls, notes) = calls;
        behind.calls = calls;
        add(&mut behind.notes, notes);
        behind
    }

    async fn workloads(&self, accounts: &Accounts, from: Timestamp, to: Timestamp) -> PortResult<SearchResult> {
        let filter = Filter {
            accounts: accounts.named.clone(),
            time_field: TimeField::Updated,
            window: TimeWindow::Between(from, to),
            ..Filter::default()
        };
        let request = SearchRequest {
            query: WorkloadQuery { filter, sort: SortKey::Updated, order: SortOrder::Descending },
            cursor: None,
            offset: 0,
            limit: MOST_ROWS,
            parts: Vec::<QueryPart>::new(),
        };
        let now = self.engine.clock.now();
        self.model.ask(move |index| index.search(&request, now)).await
    }

    /// The newest calls, in the Regions where the account is known to have workloads, else in all that are known.
    async fn calls(&self, accounts: &Accounts, from: Timestamp, to: Timestamp) -> (Vec<ApiCall>, Notes) {
        let mut notes = Notes::new();
        let sources = self.model.ask(WorkloadIndex::sources).await.unwrap_or_else(|error| {
            notes.push(format!("The API calls are missing: {error}."));
            Vec::new()
        });
        let mut places: Vec<(AccountId, Region)> = Vec::new();
        for account in &accounts.named {
            let is_known = sources.iter().any(|source| source.account == *account);
            let mut regions: Vec<&Region> = sources
                .iter()
                .filter(|source| !is_known || source.account == *account)
                .map(|source| &source.region)
                .collect();
            regions.sort_unstable();
            regions.dedup();
            places.extend(regions.into_iter().map(|region| (*account, region.clone())));
        }
        let first_day = from.start_of_day();
        let days = to.plus_millis(-1).start_of_day().millis_since(first_day) / 86_400_000 + 1;
        let days = usize::try_from(days).unwrap_or(1).max(1);
        let most_places = (MOST_PARTITIONS / days).max(1);
        if places.len() > most_places {
            let total = places.len();
            notes
                .push(format!("API calls are of {most_places} of {total} accounts and Regions: {days} days are many."));
            places.truncate(most_places);
        }
        let asked = places.into_iter().map(|(account, region)| async move {
            let calls = self.store.calls(account, &region, from, to, MOST_ROWS).await;
            calls.map_err(|error| format!("The API calls of {account} in {region} are missing: {error}."))
        });
        let answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        let mut calls = Vec::new();
        for answer in answers {
            match answer {
                Ok(found) => calls.extend(found),
                Err(note) => add(&mut notes, [note]),
            }
        }
        calls.sort_by(|one, other| {
            other.event_time.cmp(&one.event_time).then_with(|| one.event_id.cmp(&other.event_id))
        });
        calls.truncate(usize::try_from(MOST_ROWS).unwrap_or(usize::MAX));
        (calls, notes)
    }
}
