//! The step of a series, told from its instants as pandas' `infer_freq` tells it.

use super::calendar::Date;
use onepane_domain::Timestamp;

/// The unit of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The first or last day, or business day, of a year.
    Year,
    /// The same of a quarter.
    Quarter,
    /// The same of a month.
    Month,
    /// A weekday.
    Week,
    /// 24 hours.
    Day,
    /// Monday to Friday.
    BusinessDay,
    /// 60 minutes.
    Hour,
    /// Hours of business days, from 9 to 17.
    BusinessHour,
    /// 60 seconds.
    Minute,
    /// One second.
    Second,
    /// One millisecond.
    Millisecond,
    /// A weekday in the same week of every month.
    WeekOfMonth,
}

/// A regular step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frequency {
    /// Its unit.
    pub unit: Unit,
    /// How many of them.
    pub count: u32,
    /// pandas 2.1's name for it, such as `D`, `2H`, `W-SUN` or `QS-OCT`.
    pub alias: String,
}

impl Frequency {
    fn new(unit: Unit, count: i64, alias: &str) -> Self {
        let alias = if count == 1 { alias.to_owned() } else { format!("{count}{alias}") };
        Self { unit, count: u32::try_from(count).unwrap_or(u32::MAX), alias }
    }

    /// Points a season as statsmodels takes them from a frequency, whatever its count: day 7, hour 24, week 52, month
    /// 12, quarter 4, business day 5, year 1. None for the others, for which it fails.
    pub fn period(&self) -> Option<usize> {
        let business = self.alias.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('B');
        match self.unit {
            Unit::Year => (!business).then_some(1),
            Unit::Month => (!business).then_some(12),
            Unit::Quarter => Some(4),
            Unit::Week => Some(52),
            Unit::Day => Some(7),
            Unit::BusinessDay => Some(5),
            Unit::Hour => Some(24),
            Unit::BusinessHour | Unit::Minute | Unit::Second | Unit::Millisecond | Unit::WeekOfMonth => None,
        }
    }
}

/// What can be said about the step of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inferred {
    /// Fewer than three instants.
    TooFew,
    /// Steps differ, instants repeat or are out of order.
    Irregular,
    /// One regular step.
    Regular(Frequency),
}

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// The frequency of `stamps` by all their steps: calendar units first (year, quarter, month), then equal steps, then
/// business days.
pub fn infer_frequency(stamps: &[Timestamp]) -> Inferred {
    if stamps.len() < 3 {
        return Inferred::TooFew;
    }
    if stamps.windows(2).any(|pair| pair[1] <= pair[0]) {
        return Inferred::Irregular;
    }
    let steps = distinct(stamps.windows(2).map(|pair| pair[1].millis_since(pair[0])));
    let found = if steps[0] % DAY == 0 { by_days(stamps, &steps) } else { by_time(&steps) };
    found.map_or(Inferred::Irregular, Inferred::Regular)
}

/// Sorted, without repetitions.
fn distinct(values: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut last = None;
    let mut values: Vec<i64> = values.filter(|&value| last.replace(value) != Some(value)).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn by_time(steps: &[i64]) -> Option<Frequency> {
    let hours: Vec<i64> = steps.iter().map(|step| step / HOUR).collect();
    let whole_hours = steps.iter().all(|step| step % HOUR == 0);
    if whole_hours && (hours == [1, 17] || hours == [1, 65] || hours == [1, 17, 65]) {
        return Some(Frequency::new(Unit::BusinessHour, 1, "BH"));
    }
    let [step] = steps else { return None };
    let units =
        [(Unit::Hour, HOUR, "H"), (Unit::Minute, 60_000, "T"), (Unit::Second, 1_000, "S"), (Unit::Millisecond, 1, "L")];
    units
        .iter()
        .find(|(_, length, _)| step % length == 0)
        .map(|(unit, length, alias)| Frequency::new(*unit, step / length, alias))
}

fn date(stamp: Timestamp) -> Date {
    Date::from_days(stamp.millis().div_euclid(DAY))
}

fn by_days(stamps: &[Timestamp], steps: &[i64]) -> Option<Frequency> {
    if let Some(frequency) = by_calendar(stamps) {
        return Some(frequency);
    }
    if let [step] = steps {
        let days = step / DAY;
        return Some(if days % 7 == 0 {
            let alias = format!("W-{}", WEEKDAYS[date(stamps[0]).weekday as usize]);
            Frequency::new(Unit::Week, days / 7, &alias)
        } else {
            Frequency::new(Unit::Day, days, "D")
        });
    }
    if steps == [DAY, 3 * DAY] && on_business_days(stamps) {
        return Some(Frequency::new(Unit::BusinessDay, 1, "B"));
    }
    week_of_month(stamps)
}

fn on_business_days(stamps: &[Timestamp]) -> bool {
    stamps.windows(2).all(|pair| {
        let (from, to) = (date(pair[0]).weekday, date(pair[1]).weekday);
        let step = (to - from).rem_euclid(7);
        if to == 0 { step == 3 } else { to <= 4 && step == 1 }
    })
}

/// Where in its month every date lies.
#[derive(Clone, Copy)]
enum Position {
    End,
    BusinessEnd,
    Start,
    BusinessStart,
}

/// Most series have no such place, which their first few dates show.
fn position(stamps: &[Timestamp]) -> Option<Position> {
    let (mut end, mut business_end, mut start, mut business_start) = (true, true, true, true);
    for date in stamps.iter().map(|&stamp| date(stamp)) {
        let left = date.days_in_month() - date.day;
        end &= left == 0;
        business_end &= left == 0 || left < 3 && date.weekday == 4;
        start &= date.day == 1;
        business_start &= date.day == 1 || date.day <= 3 && date.weekday == 0;
        if !(business_end || business_start) {
            return None;
        }
    }
    if end {
        Some(Position::End)
    } else if business_end {
        Some(Position::BusinessEnd)
    } else if start {
        Some(Position::Start)
    } else {
        Some(Position::BusinessStart)
    }
}

fn by_calendar(stamps: &[Timestamp]) -> Option<Frequency> {
    let position = position(stamps)?;
    let dates: Vec<Date> = stamps.iter().map(|&stamp| date(stamp)).collect();
    let name = |end: &str| match position {
        Position::End => end.to_owned(),
        Position::BusinessEnd => format!("B{end}"),
        Position::Start => format!("{end}S"),
        Position::BusinessStart => format!("B{end}S"),
    };
    let years = distinct(dates.windows(2).map(|pair| pair[1].year - pair[0].year));
    let months_of_year = distinct(dates.iter().map(|date| date.month));
    if let ([years], [month]) = (&years[..], &months_of_year[..]) {
        let alias = format!("{}-{}", name("A"), MONTHS[*month as usize - 1]);
        return Some(Frequency::new(Unit::Year, *years, &alias));
    }
    let months = distinct(dates.windows(2).map(|pair| pair[1].months() - pair[0].months()));
    let [months] = months[..] else { return None };
    if months % 3 == 0 {
        // Quarters are named after the month that ends the year: December, November or October.
        let month = [12, 10, 11][(dates[0].month % 3) as usize];
        let alias = format!("{}-{}", name("Q"), MONTHS[month - 1]);
        return Some(Frequency::new(Unit::Quarter, months / 3, &alias));
    }
    Some(Frequency::new(Unit::Month, months, &name("M")))
}

fn week_of_month(stamps: &[Timestamp]) -> Option<Frequency> {
    let dates: Vec<Date> = stamps.iter().map(|&stamp| date(stamp)).collect();
    let weekdays = distinct(dates.iter().map(|date| date.weekday));
    let weeks = distinct(dates.iter().map(|date| (date.day - 1) / 7).filter(|&week| week < 4));
    let ([weekday], [week]) = (&weekdays[..], &weeks[..]) else { return None };
    let alias = format!("WOM-{}{}", week + 1, WEEKDAYS[*weekday as usize]);
    Some(Frequency::new(Unit::WeekOfMonth, 1, &alias))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(stamps: &[&str]) -> String {
        let stamps: Vec<Timestamp> = stamps.iter().map(|stamp| stamp.parse().unwrap()).collect();
        match infer_frequency(&stamps) {
            Inferred::Regular(frequency) => frequency.alias,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn steps_have_the_names_that_pandas_gives() {
        assert_eq!(named(&["2023-01-01", "2023-01-02"]), "TooFew");
        assert_eq!(named(&["2023-01-01", "2023-01-02", "2023-01-02"]), "Irregular");
        assert_eq!(named(&["2023-01-01", "2023-01-02", "2023-01-04"]), "Irregular");
        assert_eq!(named(&["2023-01-01", "2023-01-03", "2023-01-05"]), "2D");
        assert_eq!(named(&["2023-01-05", "2023-01-06", "2023-01-09"]), "B");
        assert_eq!(named(&["2023-01-01", "2023-01-08", "2023-01-15"]), "W-SUN");
        assert_eq!(named(&["2023-01-31", "2023-02-28", "2023-03-31"]), "M");
        assert_eq!(named(&["2023-01-01", "2023-03-01", "2023-05-01"]), "2MS");
        assert_eq!(named(&["2023-03-31", "2023-06-30", "2023-09-30"]), "Q-DEC");
        assert_eq!(named(&["2023-01-01", "2023-04-01", "2023-07-01"]), "QS-OCT");
        assert_eq!(named(&["2020-12-31", "2021-12-31", "2022-12-31"]), "A-DEC");
        assert_eq!(named(&["2023-01-01T00:00:00", "2023-01-01T00:15:00", "2023-01-01T00:30:00"]), "15T");
        assert_eq!(named(&["2023-01-01T00:00:00", "2023-01-01T01:00:00", "2023-01-01T02:00:00"]), "H");
    }
}
