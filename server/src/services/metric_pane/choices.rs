//! What can be picked in the explorer, given what is picked already.

use super::MetricPaneService;
use onepane_domain::{DimensionChoice, MetricChoices, MetricFilter, MetricsQuery, PortResult};
use std::collections::{BTreeMap, BTreeSet};

/// Metrics that the choices of dimensions are made from.
const LOOKED_AT: usize = 5_000;
/// Values of one dimension that are offered.
const MOST_VALUES: usize = 300;

impl MetricPaneService {
    pub(super) async fn choices(&self, query: &MetricsQuery) -> PortResult<MetricChoices> {
        let explore = &query.explore;
        let scope = MetricFilter {
            accounts: query.accounts.clone(),
            regions: query.regions.clone(),
            ..MetricFilter::default()
        };
        let set = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let known = self.source.names(&scope).await?;
        let mut choices = MetricChoices { notes: known.notes, ..MetricChoices::default() };
        let namespaces: BTreeSet<&String> = known.names.iter().map(|(namespace, _)| namespace).collect();
        choices.namespaces = namespaces.into_iter().cloned().collect();
        let Some(namespace) = set(&explore.namespace) else { return Ok(choices) };
        let names = known.names.iter().filter(|(of, _)| *of == namespace);
        choices.names = names.map(|(_, name)| name.clone()).collect();
        let in_namespace = MetricFilter { namespace: Some(namespace), ..scope };
        let Some(name) = set(&explore.name) else { return Ok(choices) };
        let of_name = self.source.list(&MetricFilter { name: Some(name), ..in_namespace }, LOOKED_AT).await?;
        // A dimension offers what goes with all that is picked but itself.
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut matching = 0;
        for listed in &of_name.metrics {
            let missing: Vec<&str> = explore
                .dimensions
                .iter()
                .filter(|wanted| {
                    let value = listed.metric.dimension(&wanted.name);
                    value.is_none_or(|value| wanted.value.as_ref().is_some_and(|wanted| wanted != value))
                })
                .map(|wanted| wanted.name.as_str())
                .collect();
            matching += u64::from(missing.is_empty());
            for (dimension, value) in listed.metric.dimensions() {
                if missing.iter().all(|other| other == dimension) {
                    values.entry(dimension.clone()).or_default().insert(value.clone());
                }
            }
        }
        choices.matching = matching;
        for (name, values) in values {
            if values.len() > MOST_VALUES {
                choices.notes.push(format!("{name} has {} values; the first {MOST_VALUES} are offered.", values.len()));
            }
            choices.dimensions.push(DimensionChoice { name, values: values.into_iter().take(MOST_VALUES).collect() });
        }
        Ok(choices)
    }
}
