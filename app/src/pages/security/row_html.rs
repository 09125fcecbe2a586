//! One row of the list as HTML. Hundreds of rows with a picture each are too many to bring to life one by one.

use super::facets::dimension_value;
use super::sparkline::sparkline;
use super::url::SeriesHrefs;
use crate::format;
use crate::html::Text;
use crate::state::Accounts;
use onepane_domain::{
    ChangeCell, Detector, Dimension, InsightRow, OutlierCell, SecurityQuery, Timestamp, TrendCell, Verdict,
};
use std::fmt::Write;

/// What all rows of a list share.
pub(super) struct Around<'a> {
    pub(super) query: &'a SecurityQuery,
    pub(super) hrefs: SeriesHrefs,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) accounts: Accounts,
}

/// What a decision makes of an insight in the list.
pub(crate) fn is_muting(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Expected | Verdict::FalsePositive)
}

/// Writing to a String cannot fail: results of `write!` are dropped.
pub(super) fn write_row(place: usize, row: &InsightRow, around: &Around<'_>, html: &mut String) {
    let names = key_names(&around.query.group_by, &row.key, around.accounts);
    let (first, rest) = head_and_rest(&around.query.group_by, &names);
    let href = around.hrefs.href(&row.key, None);
    let muted = row.triage.as_ref().is_some_and(|triage| is_muting(triage.verdict));
    let _ = write!(
        html,
        "<tr id=\"row-{place}\" data-row=\"{place}\"{muted}><td class=\"s-score num\">{score}</td><td class=\"s-key\">\
         <a href=\"{href}\" title=\"{whole}\">{first}</a>{new}{rest}</td><td class=\"s-spark\">",
        muted = if muted { " class=\"muted\"" } else { "" },
        score = score(row.score),
        href = Text(&href),
        whole = Text(&names.join(" · ")),
        first = Text(&first),
        new = if row.is_new { "<b class=\"new\">new</b>" } else { "" },
        rest = match rest.is_empty() {
            true => String::new(),
            false => format!("<span class=\"sub\">{}</span>", Text(&rest)),
        },
    );
    sparkline(row, around.from, around.to, html);
    let _ = write!(
        html,
        "</td><td class=\"s-level num\">{level}<span class=\"sub\">{total}</span></td><td class=\"s-trend num\">{trend}</td>\
         <td class=\"s-outlier num\">{outlier}</td><td class=\"s-change num\">{change}</td>\
         <td class=\"s-why\"><span title=\"{why}\">{why}</span></td><td class=\"s-triage\">{triage}</td></tr>",
        level = format::number(row.level),
        total = total(row),
        trend = row.trend.as_ref().map_or_else(nothing, trend),
        outlier = row.outlier.as_ref().map_or_else(nothing, |cell| outlier(cell, around, row)),
        change = row.change.as_ref().map_or_else(nothing, |cell| change(cell, around, row)),
        why = Text(&format::sentence(&row.why)),
        triage = triage(row, &names),
    );
}

/// The values of a key as people know them.
pub(crate) fn key_names(group_by: &[Dimension], key: &[String], accounts: Accounts) -> Vec<String> {
    group_by.iter().zip(key).map(|(dimension, value)| dimension_value(dimension, value, accounts)).collect()
}

/// A key in two lines. Types are paths whose end tells them apart: the end of a type comes first, what it belongs to
/// after that. Without a type the first value comes first.
pub(crate) fn head_and_rest(group_by: &[Dimension], names: &[String]) -> (String, String) {
    let Some(first) = names.first() else { return ("All records".to_owned(), String::new()) };
    let of_type = group_by.iter().position(|dimension| *dimension == Dimension::TYPE);
    let split = of_type.and_then(|place| Some((place, names.get(place)?.rsplit_once('/')?)));
    let Some((place, (before, end))) = split.filter(|(_, (_, end))| !end.is_empty()) else {
        return (first.clone(), names.get(1..).unwrap_or_default().join(" · "));
    };
    let rest = names.iter().enumerate().map(|(at, name)| if at == place { before } else { name.as_str() });
    (end.to_owned(), rest.collect::<Vec<_>>().join(" · "))
}

fn nothing() -> String {
    "<span class=\"dim\">–</span>".to_owned()
}

fn score(score: f64) -> String {
    let width = score.clamp(0.0, 100.0);
    match score > 0.0 {
        true => format!("<b>{score:.0}</b><i class=\"score-bar\" style=\"--score:{width:.0}%\"></i>"),
        false => nothing(),
    }
}

/// The sum; against the one of the time before where that is known.
fn total(row: &InsightRow) -> String {
    let total = format::count(row.total);
    let Some(previous) = row.previous else { return format!("Σ {total}") };
    let before = format::count(previous);
    format!("<span title=\"{total} in all, {before} in the time before\">Σ {}</span>", against(row.total, previous))
}

/// How much more, or less, than before: `+12 %`, `3.5×`, `new`.
#[allow(clippy::cast_precision_loss)] // counts are far below 2^53
pub(crate) fn against(now: u64, before: u64) -> String {
    match (now, before) {
        (0, 0) => "0 %".to_owned(),
        (_, 0) => "new".to_owned(),
        _ if now / before >= 3 => format!("{}×", format::number(now as f64 / before as f64)),
        _ => format!("{} %", format::signed((now as f64 / before as f64 * 100.0 - 100.0).round())),
    }
}

fn trend(cell: &TrendCell) -> String {
    let unit = if cell.is_percent { " %" } else { "" };
    let direction = if cell.per_week > 0.0 { "up" } else { "down" };
    let interval = cell.interval.map(|(low, high)| {
        let tenths = |end: f64| format::signed((end * 10.0).round() / 10.0);
        format!("<span class=\"sub\">{} … {}</span>", tenths(low), tenths(high))
    });
    format!(
        "<span class=\"trend {direction}\">{}{unit}</span>{}",
        format::signed(cell.per_week),
        interval.unwrap_or_default()
    )
}

fn outlier(cell: &OutlierCell, around: &Around<'_>, row: &InsightRow) -> String {
    let expected = cell.expected.map(|expected| format!(" <span class=\"dim\">/ {}</span>", format::number(expected)));
    format!(
        "<a href=\"{}\" title=\"Seen, against expected: what lies behind it\"><b>{}</b>{}<span class=\"sub\">{}{}</span></a>",
        Text(&around.hrefs.href(&row.key, Some(cell.at))),
        format::number(cell.value),
        expected.unwrap_or_default(),
        format::date_near(cell.at, around.to),
        if cell.points > 1 { format!(" · {}×", cell.points) } else { String::new() },
    )
}

fn change(cell: &ChangeCell, around: &Around<'_>, row: &InsightRow) -> String {
    format!(
        "<a href=\"{}\" title=\"Level before, and after: what lies behind it\">{} → <b>{}</b><span class=\"sub\">{}{}</span></a>",
        Text(&around.hrefs.href(&row.key, Some(cell.at))),
        format::number(cell.before),
        format::number(cell.after),
        format::date_near(cell.at, around.to),
        if cell.is_ramp { " · ramp" } else { "" },
    )
}

/// The button that opens the decision; what was decided stands on it.
fn triage(row: &InsightRow, names: &[String]) -> String {
    if row.insight.is_none() {
        return String::new();
    }
    let name = names.join(" · ");
    match &row.triage {
        None => format!(
            "<button type=\"button\" class=\"triage\" aria-label=\"Decide about {}\" title=\"Decide (t)\">Decide</button>",
            Text(&name)
        ),
        Some(triage) => format!(
            "<button type=\"button\" class=\"triage decided\" data-verdict=\"{word}\" aria-label=\"{label}: {name}\" \
             title=\"{label} by {by}, {when}. {note}\">{label}</button>",
            word = if is_muting(triage.verdict) { "muted" } else { "open" },
            label = triage.verdict.label(),
            name = Text(&name),
            by = Text(&triage.by),
            when = format::instant(triage.decided_at),
            note = Text(&triage.note),
        ),
    }
}

/// What a detector finds, in a word.
pub(crate) fn detector_name(detector: Detector) -> &'static str {
    match detector {
        Detector::Trend => "Trend",
        Detector::Outlier => "Outlier",
        Detector::Changepoint => "Change",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_and_less_than_before() {
        for (now, before, text) in
            [(0, 0, "0 %"), (5, 0, "new"), (0, 5, "\u{2212}100 %"), (11, 10, "+10 %"), (35, 10, "3.5×")]
        {
            assert_eq!(against(now, before), text);
        }
    }

    #[test]
    fn the_end_of_a_type_comes_first() {
        let names = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let usual = SecurityQuery::usual_grouping();
        let split = |texts: &[&str]| head_and_rest(&usual, &names(texts));
        assert_eq!(
            split(&["GuardDuty", "TTPs/Discovery/Recon"]),
            ("Recon".to_owned(), "GuardDuty · TTPs/Discovery".to_owned())
        );
        assert_eq!(split(&["Macie", "PII"]), ("Macie".to_owned(), "PII".to_owned()));
        assert_eq!(split(&["Macie", "odd/"]), ("Macie".to_owned(), "odd/".to_owned()));
        assert_eq!(head_and_rest(&[], &[]).0, "All records");
    }

    #[test]
    fn cells_say_how_sure_they_are() {
        let cell = TrendCell { per_week: 4.21, interval: Some((3.0, 5.5)), is_percent: true, q_value: None };
        let html = trend(&cell);
        assert!(html.contains("+4.21 %") && html.contains("+3 … +5.5"), "{html}");
        assert!(score(0.0).contains('–') && score(86.6).contains("<b>87</b>"));
    }
}
