//! *Failures*: where, why and since when; from the read model alone.

use super::MetricPaneService;
use super::fleet::{account_name, count_lines, days, lines_by_group};
use super::panel::{PanelData, Picture};
use super::scope::Scope;
use onepane_charts::{AccountDays, FailurePareto, ReasonCount};
use onepane_domain::{
    Aggregate, AggregateQuery, Filter, Grouping, Notes, Organization, Pane, Phase, PortResult, QueryPart,
    SearchRequest, WorkloadKind, WorkloadQuery,
};
use std::collections::BTreeMap;

const DAY_MS: i64 = 86_400_000;
/// What stands for a failure whose event says no reason: most kinds have none.
const NO_REASON: &str = "No reason given";
/// Accounts of the heat map: what a chart has room for.
const HEAT_ACCOUNTS: usize = 12;

impl MetricPaneService {
    pub(super) async fn failures(&self, scope: &Scope) -> PortResult<Vec<PanelData>> {
        let failed = Filter { phases: vec![Phase::Failed], ..scope.jobs() };
        let reasons = SearchRequest {
            query: WorkloadQuery { filter: failed.clone(), ..WorkloadQuery::default() },
            cursor: None,
            offset: 0,
            limit: 0,
            parts: vec![QueryPart::FailureGroups],
        };
        let days_of = whole_days(scope);
        let by_day = AggregateQuery {
            filter: Filter { window: days_of.window(), ..failed.clone() },
            group_by: Some(Grouping::Account),
            bucket_ms: Some(DAY_MS),
        };
        let (kinds, accounts, reasons, by_day) = futures::try_join!(
            self.counted(failed.clone(), Some(Grouping::Kind), scope),
            self.counted(failed, Some(Grouping::Account), scope),
            self.pane.search(reasons),
            self.pane.aggregate(by_day),
        )?;
        let organization = self.model.organization();
        let kind_name = |kind: &str| WorkloadKind::from(kind.to_owned()).plural().to_owned();
        let failures = |counts: &[u32; 8]| f64::from(counts[Phase::Failed.index()]);
        let name = |id: &str| account_name(id, organization);
        let reasons = reasons.failure_groups.into_iter().map(|group| ReasonCount {
            reason: if group.reason.is_empty() { NO_REASON.to_owned() } else { group.reason },
            count: u32::try_from(group.count).unwrap_or(u32::MAX),
        });
        let pareto = FailurePareto { reasons: reasons.collect() };
        Ok(vec![
            count_lines("failed-by-kind", "Failures by kind", &kinds, scope, kind_name, failures),
            PanelData::new("reasons", Picture::Pareto(pareto)),
            count_lines("failed-by-account", "Failures by account", &accounts, scope, name, failures),
            heat_map(&by_day, &days_of, organization),
        ])
    }
}

/// The days that a scope touches, whole.
fn whole_days(scope: &Scope) -> Scope {
    let (from, to) = (scope.from.start_of_day(), scope.to.plus_millis(DAY_MS - 1).start_of_day());
    // A day is a period.
    let period = onepane_domain::Period::new(86_400).unwrap_or(scope.period);
    Scope { from, to, period, ..scope.clone() }
}

fn heat_map(by_day: &Aggregate, scope: &Scope, organization: &Organization) -> PanelData {
    let failures = |counts: &[u32; 8]| f64::from(counts[Phase::Failed.index()]);
    let mut rows: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    for line in lines_by_group(by_day, scope, |id| account_name(id, organization), failures) {
        rows.insert(line.label, line.values);
    }
    let total = |values: &[Option<f64>]| values.iter().flatten().sum::<f64>();
    let mut rows: Vec<(String, Vec<Option<f64>>)> = rows.into_iter().collect();
    rows.sort_by(|one, other| total(&other.1).total_cmp(&total(&one.1)).then_with(|| one.0.cmp(&other.0)));
    let all = rows.len();
    rows.truncate(HEAT_ACCOUNTS);
    let notes: Notes = (all > rows.len())
        .then(|| format!("{} of {all} accounts are drawn: those with the most failures.", rows.len()))
        .into_iter()
        .collect();
    let (accounts, values) = rows.into_iter().unzip();
    let start = days(scope).first().copied().unwrap_or(scope.from);
    let map = AccountDays { measure: "Failures".to_owned(), unit: "Count".to_owned(), start, accounts, values };
    PanelData::new("failed-days", Picture::Days(map)).with_notes(notes)
}
