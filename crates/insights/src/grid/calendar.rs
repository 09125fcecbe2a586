//! Dates of the proleptic Gregorian calendar, counted from 1970-01-01.

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i64,
    /// 1 to 12.
    pub(super) month: i64,
    /// 1 to 31.
    pub(super) day: i64,
    /// 0 is Monday.
    pub(super) weekday: i64,
}

impl Date {
    /// The date `days` after 1970-01-01. Years are counted from March, so that leap days end them.
    pub(super) fn from_days(days: i64) -> Self {
        let since_0000_03_01 = days + 719_468;
        let era = since_0000_03_01.div_euclid(146_097);
        let day_of_era = since_0000_03_01.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Self {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            weekday: (days + 3).rem_euclid(7),
        }
    }

    /// How many days the month has.
    pub(super) fn days_in_month(self) -> i64 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// Months since year 0.
    pub(super) fn months(self) -> i64 {
        self.year * 12 + self.month - 1
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn known_dates() {
        let date = |days| {
            let date = Date::from_days(days);
            (date.year, date.month, date.day, date.weekday)
        };
        assert_eq!(date(0), (1970, 1, 1, 3));
        assert_eq!(date(-1), (1969, 12, 31, 2));
        assert_eq!(date(11_016), (2000, 2, 29, 1));
        assert_eq!(date(19_358), (2023, 1, 1, 6));
        assert_eq!(Date::from_days(11_016).days_in_month(), 29);
    }
}
