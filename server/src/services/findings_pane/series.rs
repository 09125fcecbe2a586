//! One series, with the parameters of its page.

use super::engine::add;
use super::evaluation::{measure, series_input};
use super::grid::Grid;
use super::{FindingsPaneService, decisions::Decisions};
use onepane_domain::{
    ErrorKind, FindingSeries, PortError, PortResult, SeriesInput, SeriesPage, SeriesQuery, SeriesView,
    SeriesViewRequest,
};
use onepane_series_view::{Drawn, drawn};

impl FindingsPaneService {
    pub(super) async fn series_page(&self, query: SeriesQuery, pictures: bool) -> PortResult<SeriesPage> {
        let security = &query.security;
        if query.key.len() != security.group_by.len() {
            let (have, want) = (query.key.len(), security.group_by.len());
            return Err(PortError::new(ErrorKind::Invalid, format!("key has {have} values, the grouping has {want}")));
        }
        let schema = self.engine.source.schema(&security.source).await?;
        let (grid, note) = Grid::of(security.window, security.bucket, self.engine.clock.now());
        let (grid, more) = grid.within(schema.first, schema.last);
        let asked = self.engine.one_series(&security.source, grid, query.filters(), security.count);
        let (answer, triages) = tokio::join!(asked, self.triages.triages());
        let answer = answer?;
        let mut notes: Vec<String> = note.into_iter().chain(more).collect();
        add(&mut notes, schema.notes);
        add(&mut notes, answer.notes);
        let triages = triages.unwrap_or_else(|error| {
            notes.push(format!("The decisions are missing: {error}."));
            Vec::new()
        });
        let triages = Decisions::new(triages, security.bucket).of(&query.identity()).to_vec();
        let one = answer.series.into_iter().next().unwrap_or_default();
        let series = input(&query, &one, grid);
        let request = SeriesViewRequest { series, settings: query.settings };
        let asked = request.clone();
        let work = move || {
            let Drawn { view, charts } = drawn(&asked);
            (view, charts)
        };
        let (view, charts) = self.charts.views(pictures, work).await?;
        let view = SeriesView { charts, ..view };
        Ok(SeriesPage {
            from: grid.from,
            to: grid.to,
            dimensions: schema.dimensions,
            series: request.series,
            view,
            triages,
            cost: answer.cost,
            notes,
        })
    }
}

/// The counts as they are analysed; all of them 0 if there are none.
fn input(query: &SeriesQuery, series: &FindingSeries, grid: Grid) -> SeriesInput {
    let named = |value: &String| if value.is_empty() { "(none)".to_owned() } else { value.clone() };
    let name = match query.key.is_empty() {
        true => "All findings".to_owned(),
        false => query.key.iter().map(named).collect::<Vec<_>>().join(" | "),
    };
    let (counts, rule) = (grid.counts(series), query.security.count);
    series_input(name.clone(), &counts, grid, rule).unwrap_or_else(|| SeriesInput {
        name,
        measure: measure(rule, grid.bucket),
        start: grid.from,
        step_ms: grid.bucket.millis(),
        values: vec![0.0; grid.len()],
    })
}
