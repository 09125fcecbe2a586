//! *Explore*: whatever the reader picks.

use super::MetricPaneService;
use super::endpoints::MOST_METRICS;
use super::fleet::width_in_words;
use super::group::{caveat, group_of};
use super::lines::{MOST_LINES, full_label, line, mean, metric_lines, on_grid, status_note, strongest, sum};
use super::notes::in_words;
use super::panel::{PanelData, Picture};
use super::scope::Scope;
use super::units::unit;
use onepane_charts::Line;
use onepane_domain::{
    Exploration, ListedMetric, MetricFilter, MetricQuery, Notes, PortResult, QuerySource, Region, Statistic,
};
use std::collections::{BTreeMap, BTreeSet};

/// Metrics that expressions can name as `m1`, `m2`…
const NAMED: usize = 100;

impl MetricPaneService {
    pub(super) async fn explore(&self, explore: &Exploration, scope: &Scope) -> PortResult<Vec<PanelData>> {
        let mut panels = Vec::new();
        let metrics = match explore.namespace.is_empty() || explore.name.is_empty() {
            true => Vec::new(),
            false => {
                let filter = MetricFilter {
                    dimensions: explore.dimensions.clone(),
                    ..scope.metrics(&explore.namespace, &explore.name)
                };
                let found = self.source.list(&filter, MOST_METRICS).await?;
                panels.push(self.picked(explore, &found.metrics, scope).await?.with_notes(found.notes));
                found.metrics
            }
        };
        if explore.expressions.iter().any(|expression| !expression.trim().is_empty()) {
            panels.push(self.expressions(explore, &metrics, scope).await?);
        }
        Ok(panels)
    }

    async fn picked(&self, explore: &Exploration, metrics: &[ListedMetric], scope: &Scope) -> PortResult<PanelData> {
        let organization = self.model.organization();
        let group = |metric: &ListedMetric| group_of(metric, &explore.group_by, organization);
        let (lines, mut notes) = self.grouped_lines(metrics, &explore.statistic, group, scope).await?;
        let groups: BTreeSet<String> = metrics.iter().map(group).collect();
        if groups.len() < metrics.len() {
            notes.extend(caveat(&explore.statistic));
        }
        let (weight, chosen): (fn(&Line) -> f64, &str) = match explore.statistic {
            Statistic::Sum | Statistic::SampleCount => (sum, "largest sum"),
            _ => (mean, "largest mean"),
        };
        let (lines, note) = strongest(lines, MOST_LINES, weight, chosen);
        notes.extend(note);
        let unit = unit(&explore.name, &explore.statistic);
        let measure = match explore.statistic {
            Statistic::Sum | Statistic::SampleCount => {
                format!("{}, {} each {}", explore.name, explore.statistic, width_in_words(scope.period.seconds()))
            }
            _ => format!("{}, {}", explore.name, explore.statistic),
        };
        Ok(PanelData::new("picked", Picture::Lines(metric_lines(measure, unit, scope, lines))).with_notes(notes))
    }

    async fn expressions(
        &self,
        explore: &Exploration,
        metrics: &[ListedMetric],
        scope: &Scope,
    ) -> PortResult<PanelData> {
        let mut queries: Vec<MetricQuery> = Vec::new();
        let mut notes = Notes::new();
        let named: Vec<&ListedMetric> = metrics.iter().take(NAMED).collect();
        let mut used = BTreeSet::new();
        let mut asked: BTreeMap<String, String> = BTreeMap::new();
        for (number, expression) in explore.expressions.iter().filter(|text| !text.trim().is_empty()).enumerate() {
            let names = metrics_named(expression, named.len());
            let regions: BTreeSet<&Region> =
                names.iter().filter_map(|place| named.get(*place)).map(|listed| &listed.region).collect();
            if regions.len() > 1 {
                let regions: Vec<&str> = regions.iter().map(|region| region.as_str()).collect();
                notes.push(format!(
                    "{expression}: names metrics of {}; CloudWatch computes within one Region.",
                    regions.join(" and ")
                ));
                continue;
            }
            let id = format!("e{}", number + 1);
            asked.insert(id.clone(), expression.trim().to_owned());
            queries.push(MetricQuery {
                id,
                region: regions.first().map(|region| (*region).clone()),
                source: QuerySource::Expression(expression.trim().to_owned()),
                label: None,
                wanted: true,
            });
            used.extend(names);
        }
        let sources = used.into_iter().filter_map(|place| {
            let listed = named.get(place)?;
            let query = super::endpoints::query(&format!("m{}", place + 1), listed, &explore.statistic);
            Some(MetricQuery { wanted: false, ..query })
        });
        let queries = sources.chain(queries).collect();
        let answer = self.ask(queries, scope).await?;
        notes.extend(in_words(answer.notes, |id| asked.get(id).cloned()));
        let organization = self.model.organization();
        let lines = answer.series.iter().map(|data| {
            let label = full_label(&data.label, data.account, Some(&data.region), organization);
            notes.extend(status_note(&label, data.status));
            line(label, on_grid(data, scope))
        });
        let lines: Vec<Line> = lines.collect();
        let (lines, note) = strongest(lines, MOST_LINES, mean, "largest mean");
        notes.extend(note);
        let measure = match explore.expressions.as_slice() {
            [one] => one.trim().to_owned(),
            _ => "Expressions".to_owned(),
        };
        let unit = answer.series.iter().find_map(|data| data.unit.clone()).unwrap_or_else(|| "None".to_owned());
        Ok(PanelData::new("expressions", Picture::Lines(metric_lines(measure, &unit, scope, lines))).with_notes(notes))
    }
}

/// The places (from 0) of the metrics `m1`… that an expression names, of `count` there are. What stands in quotes names
/// nothing.
fn metrics_named(expression: &str, count: usize) -> BTreeSet<usize> {
    let outside = expression.split(['\'', '"']).step_by(2);
    let words =
        outside.flat_map(|text| text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_'));
    let number = |word: &str| word.strip_prefix('m')?.parse::<usize>().ok()?.checked_sub(1);
    words.filter_map(number).filter(|place| *place < count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_metrics_are_words_outside_of_quotes() {
        let named = |text: &str| metrics_named(text, 3).into_iter().collect::<Vec<_>>();
        assert_eq!(named("m1 + m3 / SUM([m1,m2])"), [0, 1, 2]);
        assert_eq!(named("SEARCH('m1 m2', 'Average', 300) + m2"), [1]);
        assert_eq!(named("m0 + m4 + am1 + m1a + mm1"), Vec::<usize>::new());
    }
}
