//! Trends that one profile claims and the other does not.

use super::Pair;
use crate::cells::trend as cell;
use crate::words::number;
use onepane_domain::{Notes, Profile, TrendCell};
use onepane_insights::rank::probability;
use onepane_insights::{SeriesReport, TrendDirection};

/// Slopes that differ by less than this factor are told alike.
const ALIKE: f64 = 1.5;

pub(super) fn differences(pair: &Pair<'_>, notes: &mut Notes) {
    let direction = |report: &SeriesReport| report.trend.as_ref().map_or(TrendDirection::None, |trend| trend.direction);
    let (own, robust) = (direction(pair.own), direction(pair.robust));
    let name = pair.name;
    let p = pair.robust.trend.as_ref().and_then(|trend| trend.p_value);
    let p = p.map(|p| format!(" (p {})", probability(p))).unwrap_or_default();
    let way = match pair.profile {
        Profile::Sample => "sample takes the slope of least squares as it is, without a test",
        Profile::Kats => "kats tests its last 20 points alone, smoothed",
        Profile::Robust => "",
    };
    let robust_way = "robust tests the whole series, with its memory allowed for";
    match (own, robust) {
        (TrendDirection::None, TrendDirection::None) => {}
        (_, TrendDirection::None) => notes.push(format!(
            "{name} says that the series {}; robust does not claim it{p}: {way}; {robust_way}.",
            verb(own)
        )),
        (TrendDirection::None, _) => notes.push(format!(
            "robust says that the series {}{p}, {name} makes no claim: {way}; {robust_way}.",
            verb(robust)
        )),
        _ if own != robust => notes.push(format!(
            "{name} says that the series {}, robust that it {}{p}: {way}; {robust_way}.",
            verb(own),
            verb(robust)
        )),
        _ => tell_sizes(pair, notes),
    }
}

fn verb(direction: TrendDirection) -> &'static str {
    match direction {
        TrendDirection::Up => "rises",
        TrendDirection::Down => "falls",
        TrendDirection::None => "does neither rise nor fall",
    }
}

/// Both claim the same direction: is one much steeper?
fn tell_sizes(pair: &Pair<'_>, notes: &mut Notes) {
    // Slopes a step of hours and of days are no sizes of one kind.
    if pair.robust.n != pair.own.n {
        return;
    }
    let (Some(own), Some(robust)) = (cell(pair.own, pair.basis), cell(pair.robust, pair.basis)) else { return };
    let ratio = (own.per_week / robust.per_week).abs();
    if own.is_percent != robust.is_percent || (ALIKE.recip()..=ALIKE).contains(&ratio) {
        return;
    }
    let size = |cell: &TrendCell| format!("{}{}", number(cell.per_week), if cell.is_percent { " %" } else { "" });
    let why = match pair.profile {
        Profile::Kats => "kats takes the slope of its last 20 points, smoothed, robust that of the whole series",
        Profile::Sample | Profile::Robust => "least squares are pulled by outliers, the median of all slopes is not",
    };
    notes.push(format!("A week, the trend is {} by {}, {} by robust: {why}.", size(&own), pair.name, size(&robust)));
}
