//! What a user relies on of charts drawn on the server. Needs the bundle: `scripts/build-echarts`.
#![allow(clippy::panic, clippy::unwrap_used)]
use onepane_charts::svg::{RenderError, Renderer, RendererConfig};
use onepane_charts::{Drawing, Size, Theme, chart_names, draw, example};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

fn bundle() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/echarts/echarts.js");
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}: run scripts/build-echarts first"))
}

/// A bundle that loads as quickly as it can be read, with only as much in it as a test of limits needs.
fn stand_in(svg: &str) -> String {
    format!("globalThis.onepaneCharts = {{ svg(definition, theme, width, height) {{ {svg} }} }};")
}

/// Tests run side by side on a busy machine: time is no matter here.
static RENDERER: LazyLock<Renderer> = LazyLock::new(|| {
    let config = RendererConfig { time: Duration::from_secs(60), queue: 1_000, ..RendererConfig::default() };
    Renderer::new(bundle(), config).unwrap()
});

fn example_of(name: &str, theme: Theme, size: Size) -> Drawing {
    draw(name, &example(name).unwrap(), theme, size).unwrap()
}

fn svg(drawing: &Drawing, theme: Theme) -> Arc<str> {
    RENDERER.svg(drawing, Size::default(), theme).unwrap()
}

/// All text that a reader sees, joined.
fn words(svg: &str) -> String {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let texts = document.descendants().filter(|node| node.has_tag_name("text")).filter_map(|node| node.text());
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_chart_is_well_formed_in_both_themes_and_labels_what_it_shows() {
    let labels = |name: &str| -> &[&str] {
        match name {
            "workloads-by-phase" => &["Workloads by phase", "Failed 2,605", "Succeeded 46.1k", "2,500"],
            "account-days" => &["Failed jobs by account and day", "fraud-prod", "to 22", "11-01"],
            "duration-percentiles" => &["p50", "p90", "p99", "8 h"],
            "failure-pareto" => &["AlgorithmError: CUDA out of memory", "412   42 %   Σ 42 %"],
            "job-timeline" => &["train-xgb-fold-2-retry", "Failed 1", "08:00"],
            "metric-lines" => &["algo-1", "algo-4", "100 %", "in %"],
            "small-multiples" => &["fraud-prod", "forecasting-prod", "78.9 %", "in %, all on one scale"],
            "series-marks" => {
                &["Findings of medium severity", "expected", "trend", "level", "4 outliers in 3", "+56 %"]
            }
            "residuals" => {
                &["What trend and season leave", "within the fences", "4 outliers in 3 incidents", "residual"]
            }
            "findings-by-severity" => &["Updates a day by severity", "Critical", "Informational", "15 Dec"],
            other => panic!("no labels are known of {other}"),
        }
    };
    for (name, _) in chart_names() {
        for theme in Theme::ALL {
            let drawing = example_of(name, theme, Size::default());
            let svg = svg(&drawing, theme);
            let seen = words(&svg);
            for label in labels(name) {
                assert!(seen.contains(label), "{name}, {theme}: no {label:?} in {seen}");
            }
            assert!(!svg.contains("NaN") && !svg.contains("undefined"), "{name}: {svg}");
            assert!(svg.contains("role=\"img\"") && svg.contains("<desc"), "{name}");
            assert!(!drawing.summary.is_empty() && !drawing.table.rows.is_empty());
            assert!(drawing.table.rows.iter().all(|row| row.len() == drawing.table.columns.len()), "{name}");
        }
    }
}

#[test]
fn ids_are_unique_in_a_page_and_the_same_chart_is_the_same_text() {
    let mut ids = HashSet::new();
    for (name, _) in chart_names() {
        let drawing = example_of(name, Theme::Light, Size::default());
        let svg = svg(&drawing, Theme::Light);
        let document = roxmltree::Document::parse(&svg).unwrap();
        for id in document.descendants().filter_map(|node| node.attribute("id")) {
            assert!(ids.insert(id.to_owned()), "{name}: {id} comes again");
        }
        let other = Renderer::new(bundle(), RendererConfig { contexts: 1, ..RendererConfig::default() }).unwrap();
        assert_eq!(other.svg(&drawing, Size::default(), Theme::Light).unwrap(), svg, "{name}");
    }
    assert!(ids.iter().all(|id| id.starts_with('c')) && ids.len() >= 16, "{ids:?}");
}

/// Where text comes from outside, per chart.
fn hostile_data(text: &str) -> Vec<(&'static str, Value)> {
    let time = json!({ "start": "2026-11-01T00:00:00Z", "step_seconds": 3600 });
    let lines = json!({
        "measure": text, "unit": text, "time": time, "lines": [{ "label": text, "values": [1, 2] }],
    });
    // Half in the morning and half in the afternoon: too many for a row each, and two fit in one row.
    let job = |number: usize| {
        let (start, end) = if number.is_multiple_of(2) { ("00", "11") } else { ("12", "23") };
        let at = |hour: &str| format!("2026-11-01T{hour}:00:00Z");
        json!({ "name": text, "phase": "failed", "start": at(start), "end": at(end) })
    };
    let day = |jobs: usize| {
        let jobs: Vec<Value> = (0..jobs).map(job).collect();
        json!({ "from": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z", "jobs": jobs })
    };
    vec![
        ("metric-lines", lines.clone()),
        ("small-multiples", lines),
        ("failure-pareto", json!({ "reasons": [{ "reason": text, "count": 3 }] })),
        ("job-timeline", day(1)),
        ("job-timeline", day(16)),
        (
            "account-days",
            json!({
                "measure": text, "unit": text, "start": "2026-11-01T00:00:00Z", "accounts": [text], "values": [[1, 2]],
            }),
        ),
        (
            "series-marks",
            json!({
                "measure": text, "unit": text, "time": time, "values": [1, 2],
                "changes": [{ "at": 1, "label": text }],
            }),
        ),
        ("residuals", json!({ "title": text, "unit": text, "time": time, "values": [1, 2] })),
    ]
}

#[test]
fn hostile_text_comes_out_as_text() {
    let hostile = ["<script>x</script>", "]]>", "a\"b'c", "&lt;", "{a|b}", "zr0-c1", "\u{0}\u{b}\u{ffff}x", "a\nb"];
    for text in hostile {
        for (name, data) in hostile_data(text) {
            let drawing = draw(name, &data.to_string(), Theme::Light, Size::default()).unwrap();
            let svg = svg(&drawing, Theme::Light);
            let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name}, {text:?}: {error}"));
            assert!(document.descendants().all(|node| !node.has_tag_name("script")), "{name}");
            if text
                .chars()
                .all(|character| !character.is_control() && !"{|}".contains(character) && character < '\u{fff0}')
            {
                assert!(words(&svg).contains(text), "{name}: {text:?} is not in {}", words(&svg));
            }
        }
    }
}

#[test]
fn the_same_picture_asked_for_at_one_moment_is_drawn_once() {
    let program = "let drawn = 0; globalThis.onepaneCharts = { svg() { drawn += 1; for (let i = 0; i < 1e6; i++); \
        return `<svg>drawn ${drawn}</svg>`; } };";
    let config = RendererConfig { contexts: 1, time: Duration::from_secs(60), ..RendererConfig::default() };
    let renderer = Renderer::new(program.to_owned(), config).unwrap();
    let drawing = example_of("failure-pareto", Theme::Light, Size::default());
    std::thread::scope(|scope| {
        let draw = || renderer.svg(&drawing, Size::default(), Theme::Light).unwrap();
        let all: Vec<_> = (0..8).map(|_| scope.spawn(draw)).collect();
        assert!(all.into_iter().all(|one| one.join().unwrap().contains(">drawn 1</svg>")));
    });
}

#[test]
fn a_picture_for_a_page_has_names_of_colours_and_none_of_its_own() {
    for (name, _) in chart_names() {
        let svg = svg(&example_of(name, Theme::Page, Size::default()), Theme::Page);
        let document = roxmltree::Document::parse(&svg).unwrap();
        // What only cuts off is never seen.
        let seen = document.descendants().filter(|node| !node.ancestors().any(|above| above.has_tag_name("clipPath")));
        for node in seen.filter(|node| node.attribute("fill-opacity") != Some("0")) {
            for colour in ["fill", "stroke"].into_iter().filter_map(|name| node.attribute(name)) {
                assert!(colour == "none" || colour.starts_with("var(--"), "{name}: {colour} in {node:?}");
            }
        }
        assert!(svg.contains("preserveAspectRatio=\"none\"") && svg.contains("translate:"), "{name}");
    }
}

#[test]
fn an_endless_render_ends_and_the_next_one_works() {
    let program = stand_in("if (width === 100) for (;;) {} return `<svg>${width}</svg>`;");
    let limit = Duration::from_millis(80);
    let config = RendererConfig { contexts: 1, time: limit, ..RendererConfig::default() };
    let renderer = Renderer::new(program, config).unwrap();
    let drawing = example_of("failure-pareto", Theme::Light, Size::default());
    let error = renderer.svg(&drawing, Size::new(100, 200), Theme::Light).unwrap_err();
    assert_eq!(error, RenderError::TimeLimit { limit });
    assert!(renderer.svg(&drawing, Size::new(200, 200), Theme::Light).unwrap().contains("200"));
}

#[test]
fn a_render_that_eats_memory_ends_and_the_next_one_works() {
    let program =
        stand_in("const all = []; while (width === 100) all.push('x'.repeat(1e6) + all.length); return '<svg></svg>';");
    let config = RendererConfig {
        contexts: 1,
        memory_bytes: 16 << 20,
        time: Duration::from_secs(30),
        ..RendererConfig::default()
    };
    let renderer = Renderer::new(program, config).unwrap();
    let drawing = example_of("failure-pareto", Theme::Light, Size::default());
    let error = renderer.svg(&drawing, Size::new(100, 200), Theme::Light).unwrap_err();
    assert_eq!(error, RenderError::MemoryLimit { limit: 16 << 20 });
    renderer.svg(&drawing, Size::new(200, 200), Theme::Light).unwrap();
}

#[test]
fn a_huge_chart_ends_within_its_limits_and_the_next_one_works() {
    let values: Vec<f64> = (0..400_000_u32).map(|at| f64::from(at % 977)).collect();
    let data = json!({
        "measure": "huge", "unit": "Count", "time": { "start": "2026-01-01T00:00:00Z", "step_seconds": 60 },
        "lines": [{ "label": "one", "values": values }],
    });
    let limit = Duration::from_millis(150);
    let config = RendererConfig { contexts: 1, time: limit, ..RendererConfig::default() };
    let renderer = Renderer::new(bundle(), config).unwrap();
    let huge = draw("metric-lines", &data.to_string(), Theme::Light, Size::default()).unwrap();
    let error = renderer.svg(&huge, Size::default(), Theme::Light).unwrap_err();
    let is_limit = matches!(error, RenderError::TimeLimit { .. } | RenderError::MemoryLimit { .. });
    assert!(is_limit, "{error}");
    // On a busy machine an ordinary chart may take its time; what counts is that it is drawn again.
    let small = example_of("failure-pareto", Theme::Light, Size::default());
    let drawn = (0..50).any(|_| renderer.svg(&small, Size::default(), Theme::Light).is_ok());
    assert!(drawn);
}

#[test]
fn what_is_not_the_bundle_is_refused_at_once() {
    for program in ["", "throw new Error('broken')", "this is no program"] {
        let refused = Renderer::new(program.to_owned(), RendererConfig::default());
        assert!(matches!(refused, Err(RenderError::Script(_))), "{program}");
    }
}

#[test]
fn data_that_is_wrong_is_refused_by_chart_and_field() {
    let refused =
        |name: &str, data: Value| draw(name, &data.to_string(), Theme::Light, Size::default()).unwrap_err().to_string();
    let message = refused("failure-pareto", json!({ "reasons": [], "colour": "red" }));
    assert!(message.contains("failure-pareto") && message.contains("unknown field `colour`"), "{message}");
    let time = json!({ "start": "2026-11-01T00:00:00Z", "step_seconds": 60 });
    let message = refused("duration-percentiles", json!({ "time": time, "p50": [1], "p90": [], "p99": [1] }));
    assert_eq!(message, "chart duration-percentiles: field p90: has 0 values, want 1: one for each time");
    let message = refused(
        "series-marks",
        json!({ "measure": "m", "unit": "", "time": time, "values": [1], "incidents": [[0, 4]] }),
    );
    assert!(message.contains("incidents[0][1]"), "{message}");
    let levels = json!([{ "from": 0, "to": 1, "value": 3 }]);
    let message =
        refused("series-marks", json!({ "measure": "m", "unit": "", "time": time, "values": [1], "levels": levels }));
    assert!(message.contains("levels[0].to"), "{message}");
    assert!(refused("pie", json!({})).contains("known: workloads-by-phase"));
}

#[test]
fn the_numbers_of_axes_and_of_tables_are_written_alike() {
    // The stand-in's `svg` is the bundle's `format`, asked through the definition.
    let program = bundle()
        + ";{ const { format } = onepaneCharts; onepaneCharts.svg = (definition) => \
        '<svg>' + JSON.parse(definition).series[0].data.map((item) => format(item.value, '%')).join('\\n') + '</svg>'; }";
    let renderer = Renderer::new(program, RendererConfig::default()).unwrap();
    let counts = [1_u32, 12, 123, 999, 1_000, 1_234, 9_999, 10_000, 99_949, 123_456, 1_234_567, 4_000_000_000];
    let reasons: Vec<Value> =
        counts.iter().rev().map(|count| json!({ "reason": count.to_string(), "count": count })).collect();
    let data = json!({ "reasons": reasons }).to_string();
    let drawing = draw("failure-pareto", &data, Theme::Light, Size::new(800, 800)).unwrap();
    let written = renderer.svg(&drawing, Size::new(800, 800), Theme::Light).unwrap();
    for count in counts {
        let expected = onepane_charts::format(Some(f64::from(count)), "%");
        assert!(written.lines().any(|line| line.contains(&expected)), "{count}: no {expected} in {written}");
    }
}

fn any_value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        3 => (-1e6..1e6).prop_map(Some),
        1 => Just(None),
        1 => proptest::num::f64::ANY.prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_values_and_none_can_be_drawn(
        values in proptest::collection::vec(any_value(), 0..40),
        lines in 0_usize..5,
        width in 0_u32..900,
        height in 0_u32..500,
    ) {
        use onepane_charts::{
            AccountDays, Band, Change, DurationPercentiles, Level, Line, MetricLines, Residuals, SeriesMarks, TimeGrid,
            account_days, duration_percentiles, metric_lines, residuals, series_marks, small_multiples,
        };
        let size = Size::new(width, height);
        let start = "2026-11-01T00:00:00Z".parse().unwrap();
        let time = TimeGrid { start, step_seconds: 3_600 };
        let (measure, unit) = ("measure".to_owned(), "Seconds".to_owned());
        let line = Line { label: "line".to_owned(), values: values.clone(), is_previous: false };
        let metrics = MetricLines { measure: measure.clone(), unit: unit.clone(), time: time.clone(), lines: vec![line; lines] };
        let band = Band { lower: values.clone(), upper: values.iter().rev().copied().collect() };
        let incidents: Vec<_> = (0..values.len()).step_by(3).map(|at| vec![at, at / 2]).collect();
        let level = |(at, value): (usize, &Option<f64>)| Some(Level { from: at / 2, to: at, value: (*value)? });
        let levels = values.iter().enumerate().filter_map(level).collect();
        let marks = SeriesMarks {
            measure: measure.clone(), unit: unit.clone(), time: time.clone(), values: values.clone(),
            expected: Some(band.clone()), trend: Some(values.clone()), season: Some(values.clone()),
            slope: values.first().copied().flatten().map(|value| [value, -value]),
            incidents: incidents.clone(), levels,
            changes: (0..values.len()).step_by(5).map(|at| Change { at, label: String::new() }).collect(),
        };
        let rest = Residuals {
            title: measure.clone(), unit: unit.clone(), time: time.clone(), values: values.clone(), fences: Some(band),
            incidents,
        };
        let heat = AccountDays {
            measure, unit, start,
            accounts: vec!["account".to_owned(); lines], values: vec![values.clone(); lines],
        };
        let percentiles = DurationPercentiles { time, p50: values.clone(), p90: values.clone(), p99: values };
        for drawing in [
            metric_lines(&metrics, Theme::Dark, size).unwrap(),
            small_multiples(&metrics, Theme::Dark, size).unwrap(),
            series_marks(&marks, Theme::Dark, size).unwrap(),
            residuals(&rest, Theme::Dark, size).unwrap(),
            account_days(&heat, Theme::Dark, size).unwrap(),
            duration_percentiles(&percentiles, Theme::Dark, size).unwrap(),
        ] {
            let svg = RENDERER.svg(&drawing, size, Theme::Dark).unwrap();
            prop_assert!(roxmltree::Document::parse(&svg).is_ok(), "{}: {svg}", drawing.name);
        }
    }
}
