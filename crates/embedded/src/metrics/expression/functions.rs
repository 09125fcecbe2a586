//! The functions that look at values alone.

use super::Fault;
use super::value::{Line, Value, worse};
use onepane_domain::{SeriesStatus, Timestamp};
use std::collections::BTreeMap;

/// What comes where nothing was.
pub(super) enum Fill {
    With(f64),
    /// The value before.
    Repeat,
    /// A straight line from the value before to the value behind.
    Linear,
    /// Another series' value.
    From(BTreeMap<Timestamp, f64>),
}

/// Calls a function with its arguments worked out. `period` is in seconds.
pub(super) fn call(function: &str, mut arguments: Vec<Value>, period: i64, place: usize) -> Result<Value, Fault> {
    if function == "IF" {
        return choose(arguments, place);
    }
    if !KNOWN.contains(&function) {
        let known = KNOWN.join(" ");
        return Err(Fault::at(
            place,
            format!("{function} is not known here; want one of SEARCH METRICS FILL IF SORT TIME_SERIES {known}"),
        ));
    }
    let (1, Some(value)) = (arguments.len(), arguments.pop()) else {
        return Err(Fault::at(place, format!("{function} wants one value")));
    };
    let number = |change: fn(f64) -> f64| move |value| Some(change(value)).filter(|value| value.is_finite());
    match function {
        "SUM" | "AVG" | "MIN" | "MAX" | "STDDEV" => Ok(gather(function, value)),
        "ABS" => Ok(value.each_value(number(f64::abs))),
        "CEIL" => Ok(value.each_value(number(f64::ceil))),
        "FLOOR" => Ok(value.each_value(number(f64::floor))),
        "LOG" => Ok(value.each_value(number(f64::ln))),
        "LOG10" => Ok(value.each_value(number(f64::log10))),
        "RATE" | "DIFF" | "RUNNING_SUM" if matches!(value, Value::Number(_)) => {
            Err(Fault::at(place, format!("{function} wants a series, not a number")))
        }
        "RATE" => Ok(value
            .each_line(|line| steps(line, |from, to| (to.1 - from.1) * 1_000.0 / to.0.millis_since(from.0) as f64))),
        "DIFF" => Ok(value.each_line(|line| steps(line, |from, to| to.1 - from.1))),
        "RUNNING_SUM" => Ok(value.each_line(|mut line| {
            let mut sum = 0.0;
            for (_, value) in &mut line.values {
                sum += *value;
                *value = sum;
            }
            line
        })),
        "PERIOD" => Ok(Value::Number(period as f64)),
        "METRIC_COUNT" => Ok(Value::Number(value.into_lines().map_or(0, |lines| lines.len()) as f64)),
        "DATAPOINT_COUNT" => match value {
            Value::Line(line) => Ok(Value::Number(line.values.len() as f64)),
            other => Err(Fault::at(place, format!("DATAPOINT_COUNT wants a series, not {}", other.kind()))),
        },
        "REMOVE_EMPTY" => {
            let lines = value.into_lines().unwrap_or_default();
            Ok(Value::Lines(lines.into_iter().filter(|line| !line.values.is_empty()).collect()))
        }
        _ => {
            let mut lines = value.into_lines().unwrap_or_default();
            let line = if function == "LAST" { lines.pop() } else { lines.into_iter().next() };
            line.map(Value::Line).ok_or_else(|| Fault::at(place, format!("{function} of no series")))
        }
    }
}

const KNOWN: [&str; 19] = [
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "STDDEV",
    "ABS",
    "CEIL",
    "FLOOR",
    "LOG",
    "LOG10",
    "RATE",
    "DIFF",
    "RUNNING_SUM",
    "PERIOD",
    "METRIC_COUNT",
    "DATAPOINT_COUNT",
    "REMOVE_EMPTY",
    "FIRST",
    "LAST",
];

/// Of one series a number; of several one series, of what they have at each instant.
fn gather(function: &str, value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(number),
        Value::Line(line) => {
            let values: Vec<f64> = line.values.iter().map(|(_, value)| *value).collect();
            Value::Number(of_values(function, &values))
        }
        Value::Lines(lines) => {
            let mut instants: BTreeMap<Timestamp, Vec<f64>> = BTreeMap::new();
            let mut joined: Option<Line> = None;
            // A mean is one over all series: what one lacks counts as 0, as in CloudWatch.
            let zeros = if function == "AVG" { lines.len() } else { 0 };
            for line in lines {
                for (time, value) in &line.values {
                    instants.entry(*time).or_default().push(*value);
                }
                let empty = Line { values: Vec::new(), ..line };
                joined = Some(match joined {
                    None => empty,
                    Some(before) => {
                        let status = worse(before.status, empty.status);
                        Line { status, ..before.join(&empty, |_, _| None) }
                    }
                });
            }
            let of = |mut values: Vec<f64>| {
                values.resize(values.len().max(zeros), 0.0);
                of_values(function, &values)
            };
            let values = instants.into_iter().map(|(time, values)| (time, of(values))).collect();
            let nothing = Line {
                account: None,
                label: String::new(),
                unit: None,
                values: Vec::new(),
                status: SeriesStatus::Complete,
            };
            Value::Line(Line { values, ..joined.unwrap_or(nothing) })
        }
    }
}

/// NaN of no values: whatever is made of it has no value either.
fn of_values(function: &str, values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let sum: f64 = values.iter().sum();
    if values.is_empty() {
        return f64::NAN;
    }
    match function {
        "SUM" => sum,
        "AVG" => sum / count,
        "MIN" => values.iter().copied().fold(f64::INFINITY, f64::min),
        "MAX" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => {
            let mean = sum / count;
            (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt()
        }
    }
}

/// What changes from each value to the next, at the next.
fn steps(mut line: Line, step: impl Fn((Timestamp, f64), (Timestamp, f64)) -> f64) -> Line {
    let steps = line.values.windows(2).map(|pair| (pair[1].0, step(pair[0], pair[1])));
    line.values = steps.filter(|(_, value)| value.is_finite()).collect();
    line
}

/// A series with a value at every instant of the grid for which there is a filler.
pub(super) fn fill(mut line: Line, grid: &[Timestamp], fill: &Fill) -> Line {
    let known = std::mem::take(&mut line.values);
    let mut next = 0;
    for time in grid {
        while known.get(next).is_some_and(|(at, _)| at < time) {
            next += 1;
        }
        let before = next.checked_sub(1).and_then(|at| known.get(at));
        let behind = known.get(next);
        let value = match (behind.filter(|(at, _)| at == time), fill) {
            (Some((_, value)), _) => Some(*value),
            (None, Fill::With(value)) => Some(*value),
            (None, Fill::Repeat) => before.map(|(_, value)| *value),
            (None, Fill::From(other)) => other.get(time).copied(),
            (None, Fill::Linear) => before.zip(behind).map(|((from, low), (to, high))| {
                low + (high - low) * time.millis_since(*from) as f64 / to.millis_since(*from) as f64
            }),
        };
        line.values.extend(value.filter(|value| value.is_finite()).map(|value| (*time, value)));
    }
    line
}

/// `IF(condition, then, else)`, instant by instant where the condition is a series.
fn choose(arguments: Vec<Value>, place: usize) -> Result<Value, Fault> {
    let mut arguments = arguments.into_iter();
    let (Some(condition), Some(then), otherwise, None) =
        (arguments.next(), arguments.next(), arguments.next(), arguments.next())
    else {
        return Err(Fault::at(place, "IF wants a condition and one or two values"));
    };
    let condition = match condition {
        Value::Number(number) => {
            let chosen = if number != 0.0 { Some(then) } else { otherwise };
            return chosen.ok_or_else(|| Fault::at(place, "IF: the condition is 0 and there is no other value"));
        }
        Value::Line(line) => line,
        Value::Lines(_) => return Err(Fault::at(place, "IF wants one series as its condition")),
    };
    let then = At::of(then, place)?;
    let otherwise = otherwise.map(|value| At::of(value, place)).transpose()?;
    let mut chosen = condition.clone();
    chosen.unit = None;
    let values = condition.values.into_iter().filter_map(|(time, holds)| {
        let from = if holds != 0.0 { Some(&then) } else { otherwise.as_ref() };
        Some((time, from?.at(time)?))
    });
    chosen.values = values.collect();
    Ok(Value::Line(chosen))
}

/// A number or a series, asked instant by instant.
enum At {
    Always(f64),
    Sometimes(BTreeMap<Timestamp, f64>),
}

impl At {
    fn of(value: Value, place: usize) -> Result<Self, Fault> {
        match value {
            Value::Number(number) => Ok(Self::Always(number)),
            Value::Line(line) => Ok(Self::Sometimes(line.values.into_iter().collect())),
            Value::Lines(_) => Err(Fault::at(place, "IF cannot choose from several series")),
        }
    }

    fn at(&self, time: Timestamp) -> Option<f64> {
        match self {
            Self::Always(number) => Some(*number).filter(|number| number.is_finite()),
            Self::Sometimes(values) => values.get(&time).copied(),
        }
    }
}

/// The first `most` series by a number of each.
pub(super) fn sort(value: Value, by: &str, order: &str, most: usize, place: usize) -> Result<Value, Fault> {
    if !["SUM", "AVG", "MIN", "MAX", "STDDEV"].contains(&by) || !["ASC", "DESC"].contains(&order) {
        return Err(Fault::at(place, "SORT wants series, then SUM, AVG, MIN, MAX or STDDEV, then ASC or DESC"));
    }
    let mut lines = value.into_lines().ok_or_else(|| Fault::at(place, "SORT wants series, not a number"))?;
    let rank = |line: &Line| {
        let values: Vec<f64> = line.values.iter().map(|(_, value)| *value).collect();
        let number = of_values(by, &values);
        if order == "DESC" { -number } else { number }
    };
    // Empty ones come last: their number is NaN, which sorts behind all others once it is positive.
    lines.sort_by(|one, two| {
        rank(one).abs().is_nan().cmp(&rank(two).abs().is_nan()).then(rank(one).total_cmp(&rank(two)))
    });
    lines.truncate(most);
    Ok(Value::Lines(lines))
}
