//! What the parts of the page share: the address, the parameters that run ahead of it, and the view of them.

use crate::api::{self, ApiError};
use crate::browser;
use crate::components::ToDecide;
use crate::series_module;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use onepane_domain::{
    Detector, SecurityQuery, SeriesInput, SeriesPage as Answer, SeriesQuery, SeriesSettings, SeriesView,
    SeriesViewRequest, Timestamp, TriagedInsight,
};
use std::time::Duration;

/// The address follows the parameters after so long without a change.
const PAUSE: Duration = Duration::from_millis(400);

/// The shared state.
#[derive(Clone, Copy)]
pub(super) struct Series {
    /// What the address says.
    pub(super) query: Memo<SeriesQuery>,
    /// What it cannot say.
    pub(super) problem: Memo<Option<String>>,
    /// The parameters in force.
    pub(super) settings: RwSignal<SeriesSettings>,
    /// The series, and the server's view of it.
    pub(super) page: Resource<Result<Answer, ApiError>>,
    /// The insight that is being decided about.
    pub(super) deciding: RwSignal<Option<ToDecide>>,
    /// Which series the answer is of, whatever the parameters.
    of: Memo<String>,
    /// The browser's own view: of which series, by which parameters.
    computed: RwSignal<Option<(String, SeriesSettings, SeriesView)>>,
    /// The numbers, for event handlers, which may not read a resource.
    input: StoredValue<Option<SeriesInput>>,
    pending: StoredValue<Option<TimeoutHandle>>,
    go: Callback<(SeriesQuery, bool)>,
}

impl Series {
    pub(super) fn expect() -> Self {
        expect_context::<Self>()
    }

    /// State that follows the address. Called once by the page.
    pub(super) fn follow() -> Self {
        let search = use_location().search;
        let parsed = Memo::new(move |_| SeriesQuery::from_query_string(&search.get()));
        let query =
            Memo::new(move |_| parsed.get().unwrap_or_else(|_| SeriesQuery::of(SecurityQuery::default(), Vec::new())));
        let problem = Memo::new(move |_| parsed.with(|parsed| parsed.as_ref().err().map(ToString::to_string)));
        let settings = RwSignal::new(query.with_untracked(|query| query.settings));
        let of = Memo::new(move |_| query.with(data_of));
        let page = Resource::new(
            move || (of.get(), problem.with(Option::is_some)),
            move |(_, is_unreadable)| async move {
                if is_unreadable {
                    return Err(ApiError::Invalid("see above".to_owned()));
                }
                let query = with_settings(query.get_untracked(), settings.get_untracked());
                api::get_series(SeriesQuery { at: None, ..query }.to_query_string()).await
            },
        );
        let navigate = use_navigate();
        let go = Callback::new(move |(query, replace): (SeriesQuery, bool)| {
            let href = format!("/security/series?{}", query.to_query_string());
            navigate(&href, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        });
        let series = Self {
            query,
            problem,
            settings,
            page,
            deciding: RwSignal::new(None),
            of,
            computed: RwSignal::new(None),
            input: StoredValue::new(None),
            pending: StoredValue::new(None),
            go,
        };
        Effect::new(move || {
            let input = series.answer(|page| page.series.clone());
            series.input.set_value(input);
        });
        // Back and forward bring other parameters.
        Effect::new(move |earlier: Option<()>| {
            let settings = query.with(|query| query.settings);
            let is_ahead = series.pending.with_value(Option::is_some);
            if earlier.is_some() && !is_ahead && series.settings.get_untracked() != settings {
                series.settings.set(settings);
                series.compute();
            }
        });
        Effect::new(move || {
            browser::on_keys(move |event| {
                if event.key() == "Escape" && !browser::is_typing() && series.deciding.get_untracked().is_none() {
                    match series.query.with_untracked(|query| query.at) {
                        Some(_) => series.look_at(None),
                        None => browser::back(),
                    }
                }
            });
            series_module::warm_up();
        });
        series
    }

    /// The newest answer, if it is one. Read within a `Suspense`.
    pub(super) fn answer<T>(self, read: impl FnOnce(&Answer) -> T) -> Option<T> {
        self.page.with(|page| page.as_ref().and_then(|page| page.as_ref().ok()).map(read))
    }

    /// What is shown: the browser's own view if it is of this series, else the server's. Read within a `Suspense`.
    pub(super) fn view<T>(self, read: impl FnOnce(&SeriesView) -> T) -> Option<T> {
        let of = self.of.get();
        let is_own = self.computed.with(|computed| computed.as_ref().is_some_and(|(known, ..)| *known == of));
        match is_own {
            true => self.computed.with(|computed| computed.as_ref().map(|(.., view)| read(view))),
            false => self.answer(|page| read(&page.view)),
        }
    }

    /// The address with the parameters in force.
    pub(super) fn current(self) -> SeriesQuery {
        with_settings(self.query.get(), self.settings.get())
    }

    /// Takes other parameters: draws at once, and lets the address follow.
    pub(super) fn set(self, change: impl FnOnce(&mut SeriesSettings)) {
        let mut settings = self.settings.get_untracked();
        change(&mut settings);
        if settings == self.settings.get_untracked() {
            return;
        }
        self.settings.set(settings);
        self.compute();
        self.drop_pending();
        let follow = move || {
            self.pending.set_value(None);
            self.go.run((with_settings(self.query.get_untracked(), self.settings.get_untracked()), true));
        };
        self.pending.set_value(set_timeout_with_handle(follow, PAUSE).ok());
    }

    /// Goes to another series, window, bucket or counting rule.
    pub(super) fn change(self, change: impl FnOnce(&mut SeriesQuery)) {
        self.drop_pending();
        let mut query = with_settings(self.query.get_untracked(), self.settings.get_untracked());
        change(&mut query);
        self.go.run((query, false));
    }

    /// Looks behind a point, or no longer.
    pub(super) fn look_at(self, at: Option<Timestamp>) {
        self.change(|query| query.at = at.map(|at| query.security.bucket.start_of(at)));
    }

    /// The span that is looked behind.
    pub(super) fn span(self) -> Option<(Timestamp, Timestamp)> {
        self.query.with(|query| {
            let investigation = query.investigation(query.at?);
            Some((investigation.from, investigation.to))
        })
    }

    /// The name by which decisions know an insight of this series.
    pub(super) fn insight(self, detector: Detector, at: Timestamp) -> TriagedInsight {
        TriagedInsight { series: self.query.with_untracked(SeriesQuery::identity), detector, at }
    }

    fn drop_pending(self) {
        if let Some(pending) = self.pending.try_update_value(Option::take).flatten() {
            pending.clear();
        }
    }

    /// Analyses and draws in the browser; asks the server where the browser cannot.
    fn compute(self) {
        let Some(series) = self.input.get_value() else { return };
        let (of, settings) = (self.of.get_untracked(), self.settings.get_untracked());
        series_module::recompute(SeriesViewRequest { series, settings }, move |view| {
            // The page may have gone, or may show something else by now.
            if self.settings.try_get_untracked() != Some(settings) {
                return;
            }
            match view {
                Some(view) => self.computed.set(Some((of, settings, view))),
                None => {
                    self.computed.set(None);
                    self.page.refetch();
                }
            }
        });
    }
}

/// The query with parameters; the profile stands in the list's part of it too.
fn with_settings(mut query: SeriesQuery, settings: SeriesSettings) -> SeriesQuery {
    query.security.profile = settings.profile;
    query.settings = settings;
    query
}

/// What the numbers depend on, as text: series and window.
fn data_of(query: &SeriesQuery) -> String {
    let SecurityQuery { source, window, bucket, group_by, filters, count, .. } = query.security.clone();
    let security = SecurityQuery { source, window, bucket, group_by, filters, count, ..SecurityQuery::default() };
    SeriesQuery::of(security, query.key.clone()).to_query_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_change_the_view_and_not_the_numbers() {
        let read = |text: &str| SeriesQuery::from_query_string(text).unwrap();
        let plain = read("key=a&key=b");
        let tuned = read(
            "key=a&key=b&iqr=2.5&profile=sample&layers=season&at=2026-11-02T00%3A00%3A00.000Z&days=5&q=x&show=all",
        );
        assert_eq!(data_of(&plain), data_of(&tuned));
        for other in ["key=a&key=c", "key=a&key=b&range=30d", "key=a&key=b&bucket=week", "key=a&key=b&count=active"] {
            assert_ne!(data_of(&plain), data_of(&read(other)), "{other}");
        }
    }

    #[test]
    fn the_profile_in_force_is_the_address_profile() {
        let query = SeriesQuery::from_query_string("by=none").unwrap();
        let settings = SeriesSettings { profile: onepane_domain::Profile::Kats, ..query.settings };
        let text = with_settings(query, settings).to_query_string();
        assert_eq!(SeriesQuery::from_query_string(&text).unwrap().settings, settings);
    }
}
