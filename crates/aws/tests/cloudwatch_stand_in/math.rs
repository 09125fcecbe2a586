//! A part of metric math: operators, `SUM`, `AVG`, `MIN`, `MAX`, `FILL`, `METRICS`, `SEARCH`.

use super::data::Window;
use super::evaluate::{Drawn, Status};
use onepane_domain::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
pub enum Value {
    Number(f64),
    One(Drawn),
    Several(Vec<Drawn>),
}

/// What expressions call.
pub trait Given {
    fn window(&self) -> Window;
    fn query(&mut self, id: &str) -> Result<Value, String>;
    fn metrics(&mut self, part: &str) -> Result<Vec<Drawn>, String>;
    fn search(&mut self, text: &str, statistic: &str, period: Option<i64>) -> Result<Vec<Drawn>, String>;
}

/// Reads and works out in one go.
pub fn evaluate(given: &mut dyn Given, text: &str) -> Result<Value, String> {
    let mut reader = Reader { given, text, at: 0 };
    let value = reader.sum()?;
    match reader.peek() {
        None => Ok(value),
        Some(rest) => Err(format!("unexpected '{rest}' at {}", reader.at)),
    }
}

struct Reader<'a> {
    given: &'a mut dyn Given,
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is = self.peek() == Some(wanted);
        if is {
            self.at += wanted.len_utf8();
        }
        is
    }

    fn expects(&mut self, wanted: char) -> Result<(), String> {
        if self.takes(wanted) { Ok(()) } else { Err(format!("want '{wanted}' at {}", self.at)) }
    }

    /// The longest run of such characters.
    fn run(&mut self, fits: impl Fn(char) -> bool) -> String {
        self.peek();
        let rest = &self.text[self.at..];
        let run: String = rest.chars().take_while(|character| fits(*character)).collect();
        self.at += run.len();
        run
    }

    fn sum(&mut self) -> Result<Value, String> {
        let mut value = self.product()?;
        loop {
            value = if self.takes('+') {
                join(value, self.product()?, |one, two| Some(one + two))
            } else if self.takes('-') {
                join(value, self.product()?, |one, two| Some(one - two))
            } else {
                return Ok(value);
            };
        }
    }

    fn product(&mut self) -> Result<Value, String> {
        let mut value = self.atom()?;
        loop {
            value = if self.takes('*') {
                join(value, self.atom()?, |one, two| Some(one * two))
            } else if self.takes('/') {
                join(value, self.atom()?, |one, two| (two != 0.0).then(|| one / two))
            } else {
                return Ok(value);
            };
        }
    }

    fn atom(&mut self) -> Result<Value, String> {
        match self.peek() {
            Some('-') => {
                self.at += 1;
                Ok(join(Value::Number(0.0), self.atom()?, |one, two| Some(one - two)))
            }
            Some('(') => {
                self.at += 1;
                let value = self.sum()?;
                self.expects(')')?;
                Ok(value)
            }
            Some('[') => self.array(),
            Some(digit) if digit.is_ascii_digit() || digit == '.' => {
                let number = self.run(|character| character.is_ascii_digit() || character == '.');
                number.parse().map(Value::Number).map_err(|_| format!("'{number}' is no number"))
            }
            Some(letter) if letter.is_ascii_lowercase() => {
                let id = self.run(|character| character.is_ascii_alphanumeric() || character == '_');
                self.given.query(&id)
            }
            Some(letter) if letter.is_ascii_uppercase() => {
                let name = self.run(|character| character.is_ascii_uppercase() || character == '_');
                self.expects('(')?;
                let value = self.function(&name)?;
                self.expects(')')?;
                Ok(value)
            }
            Some(other) => Err(format!("unexpected '{other}' at {}", self.at)),
            None => Err("it ends too soon".to_owned()),
        }
    }

    fn array(&mut self) -> Result<Value, String> {
        self.expects('[')?;
        let mut all = Vec::new();
        loop {
            match self.sum()? {
                Value::One(one) => all.push(one),
                Value::Several(several) => all.extend(several),
                Value::Number(_) => return Err("a number is no time series".to_owned()),
            }
            if !self.takes(',') {
                break;
            }
        }
        self.expects(']')?;
        Ok(Value::Several(all))
    }

    fn function(&mut self, name: &str) -> Result<Value, String> {
        match name {
            "SUM" => self.fold(|values, _| values.iter().sum()),
            #[allow(clippy::cast_precision_loss)]
            "AVG" => self.fold(|values, count| values.iter().sum::<f64>() / count as f64),
            "MIN" => self.fold(|values, _| values.iter().copied().fold(f64::INFINITY, f64::min)),
            "MAX" => self.fold(|values, _| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            "FILL" => {
                let value = self.sum()?;
                self.expects(',')?;
                let Value::Number(filler) = self.sum()? else { return Err("FILL wants a number".to_owned()) };
                Ok(self.fill(value, filler))
            }
            "METRICS" => {
                let part = if self.peek() == Some(')') { String::new() } else { self.quoted()? };
                self.given.metrics(&part).map(Value::Several)
            }
            "SEARCH" => {
                let text = self.quoted()?;
                self.expects(',')?;
                let statistic = self.quoted()?;
                let seconds = if self.takes(',') { Some(self.run(|digit| digit.is_ascii_digit())) } else { None };
                let seconds = seconds.map(|seconds| seconds.parse::<i64>().map_err(|_| "no period".to_owned()));
                let period = seconds.transpose()?.map(|seconds| seconds * 1_000);
                self.given.search(&text, &statistic, period).map(Value::Several)
            }
            _ => Err(format!("unsupported function '{name}'")),
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        let quote = self.peek().filter(|quote| matches!(quote, '\'' | '"')).ok_or("want a quoted text")?;
        let rest = &self.text[self.at + 1..];
        let (text, _) = rest.split_once(quote).ok_or("a quote is not closed")?;
        self.at += text.len() + 2;
        Ok(text.to_owned())
    }

    /// One series of several, at every time that one of them has. `METRICS()` and searches that find nothing give one
    /// without values.
    fn fold(&mut self, by: impl Fn(&[f64], usize) -> f64) -> Result<Value, String> {
        let Value::Several(all) = self.sum()? else { return Err("want several time series".to_owned()) };
        let times: BTreeSet<Timestamp> = all.iter().flat_map(|drawn| drawn.points.keys().copied()).collect();
        let at = |time: Timestamp| {
            let there: Vec<f64> = all.iter().filter_map(|drawn| drawn.points.get(&time).copied()).collect();
            (time, by(&there, all.len()))
        };
        let points = times.into_iter().map(at).collect();
        Ok(Value::One(joined(&all.iter().collect::<Vec<_>>(), points)))
    }

    fn fill(&self, value: Value, filler: f64) -> Value {
        let window = self.given.window();
        let fill = |mut drawn: Drawn| {
            let mut time = window.from.floor_to(drawn.period);
            while time < window.to {
                drawn.points.entry(time).or_insert(filler);
                time = time.plus_millis(drawn.period);
            }
            drawn
        };
        match value {
            Value::One(one) => Value::One(fill(one)),
            Value::Several(several) => Value::Several(several.into_iter().map(fill).collect()),
            number @ Value::Number(_) => number,
        }
    }
}

/// A series made of others: of no metric, and no better than the worst of them.
fn joined(of: &[&Drawn], points: BTreeMap<Timestamp, f64>) -> Drawn {
    let worst = of.iter().find(|drawn| drawn.status != Status::Complete);
    Drawn {
        of: None,
        name: of.first().map_or_else(String::new, |first| first.name.clone()),
        period: of.iter().map(|drawn| drawn.period).max().unwrap_or(60_000),
        points,
        status: worst.map_or(Status::Complete, |drawn| drawn.status),
        message: worst.and_then(|drawn| drawn.message),
    }
}

/// An operator. Between two series a missing value counts as 0 where the other has one.
fn join(one: Value, two: Value, by: impl Fn(f64, f64) -> Option<f64> + Copy) -> Value {
    let with_number = |drawn: &Drawn, by: &dyn Fn(f64) -> Option<f64>| {
        let points = drawn.points.iter().filter_map(|(time, value)| Some((*time, by(*value)?))).collect();
        joined(&[drawn], points)
    };
    let pair = |one: &Drawn, two: &Drawn| {
        let times: BTreeSet<Timestamp> = one.points.keys().chain(two.points.keys()).copied().collect();
        let at = |drawn: &Drawn, time| drawn.points.get(&time).copied().unwrap_or(0.0);
        let points = times.into_iter().filter_map(|time| Some((time, by(at(one, time), at(two, time))?))).collect();
        joined(&[one, two], points)
    };
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => Value::Number(by(one, two).unwrap_or(f64::NAN)),
        (Value::Number(number), Value::One(drawn)) => Value::One(with_number(&drawn, &|value| by(number, value))),
        (Value::One(drawn), Value::Number(number)) => Value::One(with_number(&drawn, &|value| by(value, number))),
        (Value::One(one), Value::One(two)) => Value::One(pair(&one, &two)),
        (Value::Several(all), Value::Number(number)) => {
            Value::Several(all.iter().map(|drawn| with_number(drawn, &|value| by(value, number))).collect())
        }
        (Value::Number(number), Value::Several(all)) => {
            Value::Several(all.iter().map(|drawn| with_number(drawn, &|value| by(number, value))).collect())
        }
        (Value::Several(all), Value::One(two)) => Value::Several(all.iter().map(|one| pair(one, &two)).collect()),
        (Value::One(one), Value::Several(all)) => Value::Several(all.iter().map(|two| pair(&one, two)).collect()),
        (Value::Several(ones), Value::Several(twos)) => {
            Value::Several(ones.iter().zip(&twos).map(|(one, two)| pair(one, two)).collect())
        }
    }
}
