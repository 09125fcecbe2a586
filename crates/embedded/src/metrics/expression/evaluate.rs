//! Expressions, worked out.

use super::super::file::FileError;
use super::super::read::Window;
use super::functions;
use super::parser::{Expression, Operator};
use super::value::{Line, Value};
use super::{Fault, Search};
use onepane_domain::{Period, SeriesStatus, Statistic, Timestamp};

/// Most periods of a window for what goes through each of them; CloudWatch gives no more values in one answer either.
const MOST_PERIODS: i64 = 100_800;

/// Why an expression gives nothing.
#[derive(Debug)]
pub(in super::super) enum Stop {
    /// It is wrong.
    Fault(Fault),
    /// The file cannot be read.
    File(FileError),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// Where series come from.
pub(in super::super) trait Sources {
    /// What another query gives; none if there is none of that id.
    fn query(&mut self, id: &str, place: usize) -> Result<Option<Value>, Stop>;
    /// The series of all queries that are no expressions and have this text in their id.
    fn metrics(&mut self, text: &str) -> Result<Vec<Line>, Stop>;
    /// The series that a search finds; of the request's period if none is given.
    fn search(&mut self, search: &Search, statistic: &Statistic, period: Option<Period>) -> Result<Vec<Line>, Stop>;
}

/// Works expressions out over a window.
pub(in super::super) struct Evaluator<'a> {
    pub(in super::super) sources: &'a mut dyn Sources,
    pub(in super::super) window: Window,
}

impl Evaluator<'_> {
    /// What an expression gives.
    pub(in super::super) fn value(&mut self, expression: &Expression) -> Result<Value, Stop> {
        match expression {
            Expression::Number(number) => Ok(Value::Number(*number)),
            Expression::Text(_) => Err(Fault::at(1, "a text is no value").into()),
            Expression::Name { name, place } => match self.sources.query(name, *place)? {
                Some(value) => Ok(value),
                None => Err(Fault::at(*place, format!("there is no query {name} in this Region")).into()),
            },
            Expression::List(list) => {
                let mut lines = Vec::new();
                for part in list {
                    match self.value(part)? {
                        Value::Number(number) => lines.push(self.constant(number)?),
                        Value::Line(line) => lines.push(line),
                        Value::Lines(more) => lines.extend(more),
                    }
                }
                Ok(Value::Lines(lines))
            }
            Expression::Negative(inner) => Ok(self.value(inner)?.each_value(|value| Some(-value))),
            Expression::Binary { operator, left, right, place } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(binary(*operator, left, right, *place)?)
            }
            Expression::Call { function, arguments, place } => self.call(function, arguments, *place),
        }
    }

    fn call(&mut self, function: &str, arguments: &[Expression], place: usize) -> Result<Value, Stop> {
        match (function, arguments) {
            ("SEARCH", [Expression::Text(text), Expression::Text(statistic), rest @ ..]) => {
                let search = Search::parse(text).map_err(|fault| Fault::at(place, format!("SEARCH: {fault}")))?;
                let statistic =
                    statistic.parse::<Statistic>().map_err(|error| Fault::at(place, format!("SEARCH: {error}")))?;
                let period = match rest {
                    [] => None,
                    [Expression::Number(seconds)] => Some(period(*seconds, place)?),
                    _ => return Err(Fault::at(place, "SEARCH: want a number of seconds behind the statistic").into()),
                };
                Ok(Value::Lines(self.sources.search(&search, &statistic, period)?))
            }
            ("SEARCH", _) => {
                Err(Fault::at(place, "SEARCH wants two texts: SEARCH('{Namespace,Dimension} terms', 'Average')").into())
            }
            ("METRICS", []) => Ok(Value::Lines(self.sources.metrics("")?)),
            ("METRICS", [Expression::Text(text)]) => Ok(Value::Lines(self.sources.metrics(text)?)),
            ("METRICS", _) => Err(Fault::at(place, "METRICS wants nothing or one text").into()),
            ("FILL", [value, Expression::Name { name, .. }]) if name == "REPEAT" || name == "LINEAR" => {
                let value = self.value(value)?;
                let fill = if name == "REPEAT" { functions::Fill::Repeat } else { functions::Fill::Linear };
                self.fill(value, &fill)
            }
            ("FILL", [value, filler]) => {
                let value = self.value(value)?;
                let fill = match self.value(filler)? {
                    Value::Number(number) => functions::Fill::With(number),
                    Value::Line(line) => functions::Fill::From(line.values.into_iter().collect()),
                    Value::Lines(_) => return Err(Fault::at(place, "FILL cannot fill with several series").into()),
                };
                self.fill(value, &fill)
            }
            ("SORT", [value, Expression::Name { name: by, .. }, Expression::Name { name: order, .. }, rest @ ..]) => {
                let value = self.value(value)?;
                let most = match rest {
                    [] => usize::MAX,
                    // A count beyond all series is cut to it.
                    [Expression::Number(most)] if *most >= 0.0 => *most as usize,
                    _ => return Err(Fault::at(place, "SORT: want a number of series behind the order").into()),
                };
                Ok(functions::sort(value, by, order, most, place)?)
            }
            ("TIME_SERIES", [value]) => match self.value(value)? {
                Value::Number(number) => Ok(Value::Line(self.constant(number)?)),
                other => Err(Fault::at(place, format!("TIME_SERIES wants a number, not {}", other.kind())).into()),
            },
            _ => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.value(argument)?);
                }
                Ok(functions::call(function, values, self.window.period, place)?)
            }
        }
    }

    fn fill(&self, value: Value, fill: &functions::Fill) -> Result<Value, Stop> {
        let grid = self.grid()?;
        Ok(value.each_line(|line| functions::fill(line, &grid, fill)))
    }

    /// The same number at every period of the window.
    fn constant(&self, number: f64) -> Result<Line, Stop> {
        let values = self.grid()?.into_iter().map(|time| (time, number)).collect();
        Ok(Line { account: None, label: number.to_string(), unit: None, values, status: SeriesStatus::Complete })
    }

    fn grid(&self) -> Result<Vec<Timestamp>, Stop> {
        let Window { from, to, period } = self.window;
        if (to - from) / period > MOST_PERIODS {
            return Err(Fault::at(1, format!("the window has more than {MOST_PERIODS} periods")).into());
        }
        let starts = (0..(to - from) / period).map(|number| (from + number * period) * 1_000);
        Ok(starts.map(Timestamp::saturating_from_millis).collect())
    }
}

fn period(seconds: f64, place: usize) -> Result<Period, Fault> {
    let whole = (seconds.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&seconds)).then_some(seconds as u32);
    let period = whole.and_then(|seconds| Period::new(seconds).ok());
    period.ok_or_else(|| Fault::at(place, format!("SEARCH: {seconds} s is no period: want a multiple of 60")))
}

fn binary(operator: Operator, left: Value, right: Value, place: usize) -> Result<Value, Fault> {
    let apply = |one, two| operator.apply(one, two);
    Ok(match (left, right) {
        (Value::Number(left), Value::Number(right)) => Value::Number(apply(left, right).unwrap_or(f64::NAN)),
        (left, Value::Number(right)) => left.each_line(|line| line.map(|value| apply(value, right))),
        (Value::Number(left), right) => right.each_line(|line| line.map(|value| apply(left, value))),
        (Value::Line(left), Value::Line(right)) => Value::Line(left.join(&right, apply)),
        (Value::Lines(left), Value::Line(right)) => {
            Value::Lines(left.into_iter().map(|line| line.join(&right, apply)).collect())
        }
        (Value::Line(left), Value::Lines(right)) => {
            let joined = right.into_iter().map(|line| line.join(&left, |value, left| apply(left, value)));
            Value::Lines(joined.collect())
        }
        (Value::Lines(left), Value::Lines(right)) if left.len() == right.len() => {
            Value::Lines(left.into_iter().zip(right).map(|(one, two)| one.join(&two, apply)).collect())
        }
        (Value::Lines(left), Value::Lines(right)) => {
            let why = format!("{} series on the left and {} on the right: want as many", left.len(), right.len());
            return Err(Fault::at(place, why));
        }
    })
}
