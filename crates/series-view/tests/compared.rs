//! Where a profile differs from the default one, the page says so, and why: on planted truth.
#![allow(missing_docs, clippy::unwrap_used)]

use onepane_domain::{Profile, SeriesInput, SeriesSettings, SeriesView, SeriesViewRequest};
use onepane_insights::synth::{Noise, Plant, Season, Spec};
use onepane_series_view::series_view;

const POINTS: usize = 365;

fn view(spec: &Spec, profile: Profile) -> SeriesView {
    let made = spec.make().series;
    let series = SeriesInput {
        name: "planted".to_owned(),
        measure: "Updates a day".to_owned(),
        start: made.timestamps[0],
        step_ms: 86_400_000,
        values: made.values,
    };
    series_view(&SeriesViewRequest { series, settings: SeriesSettings { profile, ..SeriesSettings::default() } })
}

fn counts(plants: Vec<Plant>) -> Spec {
    let seasons = vec![Season::Weekend { period: 7, drop: 25.0 }];
    Spec { points: POINTS, level: 60.0, noise: Noise::Poisson, seasons, plants, seed: 11, ..Spec::default() }
}

fn assert_tells(view: &SeriesView, words: &[&str]) {
    let found = view.compared.iter().any(|note| words.iter().all(|word| note.contains(word)));
    assert!(found, "{words:?} are not in {:#?}", view.compared);
}

#[test]
fn the_ends_that_the_notebooks_cannot_see_are_named_with_their_dates() {
    let spec = counts(vec![Plant::Spike { at: POINTS - 2, size: 200.0 }]);
    let robust = view(&spec, Profile::Robust);
    let at = robust.outliers[0].at.day();
    assert_tells(
        &view(&spec, Profile::Sample),
        &[&format!("robust flags {at}, which sample cannot"), "first and last 3 days"],
    );
}

#[test]
fn neighbours_of_a_spike_are_told_apart_from_it() {
    let noise = Noise::Gaussian { sd: 1.0 };
    let spec = Spec { seasons: Vec::new(), noise, ..counts(vec![Plant::Spike { at: 180, size: 300.0 }]) };
    let spike = view(&spec, Profile::Robust).outliers[0].at.day();
    let sample = view(&spec, Profile::Sample);
    assert_tells(
        &sample,
        &["sample flags 6 neighbours of one spike", &spike, "its mean over 7 days moves with a spike"],
    );
    assert_eq!(sample.outliers[0].points, 7, "they are one incident");
}

#[test]
fn a_ramp_that_is_cut_into_a_step_is_named() {
    let spec = Spec { seasons: Vec::new(), ..counts(vec![Plant::Ramp { from: 150, to: 210, size: 80.0 }]) };
    let kats = view(&spec, Profile::Kats);
    assert_tells(&kats, &["robust tells a ramp where kats tells a step"]);
    assert!(view(&spec, Profile::Robust).changes.iter().all(|change| change.is_ramp));
}

#[test]
fn rare_counts_are_no_flood() {
    let spec = Spec { level: 0.5, seasons: Vec::new(), noise: Noise::ZeroHeavy { zeros: 0.9 }, ..counts(Vec::new()) };
    let sample = view(&spec, Profile::Sample);
    assert_tells(&sample, &["sample flags", "of 365 points", "its fences have no width"]);
}

#[test]
fn a_slope_that_nobody_tested_is_named_as_such() {
    let sample = view(&counts(Vec::new()), Profile::Sample);
    assert!(sample.trend.is_some() && view(&counts(Vec::new()), Profile::Robust).trend.is_none());
    assert_tells(&sample, &["robust does not claim it (p", "without a test"]);
}

#[test]
fn a_series_that_nobody_can_analyse_is_named_as_such() {
    let sample = view(&Spec { points: 4, ..counts(Vec::new()) }, Profile::Sample);
    assert_eq!(sample.outcome, "Not analysed: 6 points at least are needed, there are 4.");
    assert_eq!(sample.compared, ["Neither sample nor robust can say anything of this series."]);
}
