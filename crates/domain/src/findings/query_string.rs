//! The *Security* pages' queries as an address says them:
//! `?range=365d&by=product&by=account&where=severity%3DHigh&count=distinct&profile=sample`, and for one series also
//! `&key=GuardDuty&key=111122223333&iqr=2.5&layers=trend,band&at=2026-11-02T00%3A00%3A00.000Z&days=5`.

use super::{
    Bucket, CountingRule, DecompositionModel, Detector, Dimension, FilterRule, FindingFilter, InsightShow, Profile,
    SecurityQuery, SeriesQuery, SeriesSettings,
};
use crate::query_string::{absolute_window, range_millis, range_text};
use crate::{InvalidQuery, TimeWindow, Timestamp, percent_decode, percent_encode};
use std::fmt::Display;
use std::str::FromStr;

/// The longest window: three years.
const LONGEST_MS: i64 = 1_096 * 86_400_000;
/// What an address says for no grouping at all.
const NOTHING: &str = "none";
/// Most days on either side of a point.
const MOST_DAYS: u32 = 30;

type Pairs = Vec<(&'static str, String)>;

impl SecurityQuery {
    /// Reads the text after `?`. Parameters that are not the page's are left to others.
    ///
    /// # Errors
    /// [`InvalidQuery`] names the parameter whose value cannot be.
    pub fn from_query_string(text: &str) -> Result<Self, InvalidQuery> {
        let mut query = Self::default();
        let (mut from, mut to) = (None::<Timestamp>, None::<Timestamp>);
        let mut group_by: Option<Vec<Dimension>> = None;
        for (name, value) in pairs(text) {
            match name.as_str() {
                "source" => query.source = parsed(&name, &value)?,
                "range" => {
                    let millis = range_millis(&value).filter(|millis| *millis <= LONGEST_MS);
                    let millis =
                        millis.ok_or_else(|| wrong(&name, format!("{value:?} is no range like 90d, up to 1096d")))?;
                    query.window = TimeWindow::Last(millis);
                }
                "from" => from = Some(parsed(&name, &value)?),
                "to" => to = Some(parsed(&name, &value)?),
                "bucket" => query.bucket = one_of(&name, &value, Bucket::ALL, Bucket::word)?,
                "by" if value == NOTHING => drop(group_by.get_or_insert_default()),
                "by" => group_by.get_or_insert_default().push(parsed(&name, &value)?),
                "where" => query.filters.push(filter(&name, &value, FilterRule::Any)?),
                "not" => query.filters.push(filter(&name, &value, FilterRule::Not)?),
                "count" => query.count = one_of(&name, &value, CountingRule::ALL, CountingRule::word)?,
                "compare" => query.compare = one_of(&name, &value, [true], |_| "previous")?,
                "profile" => query.profile = one_of(&name, &value, Profile::ALL, Profile::word)?,
                "detector" => query.detector = Some(one_of(&name, &value, Detector::ALL, Detector::word)?),
                "show" => query.show = one_of(&name, &value, InsightShow::ALL, InsightShow::word)?,
                "q" => query.text = value,
                "since" => query.since = Some(parsed(&name, &value)?),
                _ => {}
            }
        }
        if let Some(window) = absolute_window(from, to, LONGEST_MS)? {
            query.window = window;
        }
        query.group_by = group_by.unwrap_or_else(Self::usual_grouping);
        query.filters = joined(query.filters);
        Ok(query)
    }

    /// The text after `?`; empty for the page as it comes. Reading it again gives the same query, with the values of
    /// filters on one dimension together.
    pub fn to_query_string(&self) -> String {
        written(self.to_pairs())
    }

    fn to_pairs(&self) -> Pairs {
        let usual = Self::default();
        let mut pairs = self.identity_pairs();
        match self.window {
            window if window == usual.window => {}
            TimeWindow::All => {}
            TimeWindow::Last(millis) => pairs.push(("range", range_text(millis))),
            TimeWindow::Between(from, to) => pairs.extend([("from", from.to_string()), ("to", to.to_string())]),
        }
        let mut add = |is_usual: bool, name, text: &str| {
            if !is_usual {
                pairs.push((name, text.to_owned()));
            }
        };
        add(!self.compare, "compare", "previous");
        add(self.profile == usual.profile, "profile", self.profile.word());
        add(self.detector.is_none(), "detector", self.detector.map(Detector::word).unwrap_or_default());
        add(self.show == usual.show, "show", self.show.word());
        add(self.text.is_empty(), "q", &self.text);
        pairs.extend(self.since.map(|since| ("since", since.to_string())));
        pairs
    }

    /// What makes a series another series.
    fn identity_pairs(&self) -> Pairs {
        let usual = Self::default();
        let mut pairs = Pairs::new();
        if self.source != usual.source {
            pairs.push(("source", self.source.to_string()));
        }
        if self.bucket != usual.bucket {
            pairs.push(("bucket", self.bucket.word().to_owned()));
        }
        if self.group_by.is_empty() {
            pairs.push(("by", NOTHING.to_owned()));
        } else if self.group_by != usual.group_by {
            pairs.extend(self.group_by.iter().map(|dimension| ("by", dimension.to_string())));
        }
        for filter in &self.filters {
            let name = if filter.rule == FilterRule::Any { "where" } else { "not" };
            pairs.extend(filter.values.iter().map(|value| (name, format!("{}={value}", filter.dimension))));
        }
        if self.count != usual.count {
            pairs.push(("count", self.count.word().to_owned()));
        }
        pairs
    }
}

impl SeriesQuery {
    /// Reads the text after `?`; [`SecurityQuery::from_query_string`] reads the list's part of it.
    ///
    /// # Errors
    /// [`InvalidQuery`] names the parameter whose value cannot be.
    pub fn from_query_string(text: &str) -> Result<Self, InvalidQuery> {
        let security = SecurityQuery::from_query_string(text)?;
        let mut query = Self::of(security, Vec::new());
        for (name, value) in pairs(text) {
            let settings = &mut query.settings;
            match name.as_str() {
                "key" => query.key.push(value),
                "iqr" => settings.iqr_mult = Some(number(&name, &value, 0.1, 20.0)?),
                "decomp" => {
                    settings.decomp =
                        one_of(&name, &value, [DecompositionModel::Multiplicative], |_| "multiplicative")?;
                }
                "period" => settings.period = Some(whole(&name, &value, 1, 1_000)?),
                "threshold" => settings.threshold = Some(number(&name, &value, 1e-12, 0.5)?),
                "layers" => *settings = with_layers(*settings, &value).map_err(|reason| wrong(&name, reason))?,
                "at" => query.at = Some(parsed(&name, &value)?),
                "days" => query.days = whole(&name, &value, 0, MOST_DAYS)?,
                _ => {}
            }
        }
        if query.key.len() != query.security.group_by.len() {
            let (have, want) = (query.key.len(), query.security.group_by.len());
            return Err(wrong("key", format!("{have} of them for {want} dimensions")));
        }
        Ok(query)
    }

    /// The text after `?`. Reading it again gives the same query.
    pub fn to_query_string(&self) -> String {
        let settings = &self.settings;
        let mut pairs = self.security.to_pairs();
        pairs.extend(self.key.iter().map(|value| ("key", value.clone())));
        pairs.extend(settings.iqr_mult.map(|number| ("iqr", number.to_string())));
        if settings.decomp == DecompositionModel::Multiplicative {
            pairs.push(("decomp", "multiplicative".to_owned()));
        }
        pairs.extend(settings.period.map(|points| ("period", points.to_string())));
        pairs.extend(settings.threshold.map(|number| ("threshold", number.to_string())));
        if layers(settings) != layers(&SeriesSettings::default()) {
            pairs.push(("layers", layers(settings)));
        }
        pairs.extend(self.at.map(|at| ("at", at.to_string())));
        if self.days != Self::USUAL_DAYS {
            pairs.push(("days", self.days.to_string()));
        }
        written(pairs)
    }

    /// What tells this series from all others, whatever the window and the parameters: the name under which decisions
    /// about it are kept.
    pub fn identity(&self) -> String {
        let mut pairs = self.security.identity_pairs();
        pairs.extend(self.key.iter().map(|value| ("key", value.clone())));
        written(pairs)
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decode(name), percent_decode(value))
    })
}

fn written(pairs: Pairs) -> String {
    let encoded: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{name}={}", percent_encode(&value))).collect();
    encoded.join("&")
}

fn wrong(name: &str, reason: String) -> InvalidQuery {
    InvalidQuery { name: name.to_owned(), reason }
}

fn parsed<T: FromStr<Err: Display>>(name: &str, value: &str) -> Result<T, InvalidQuery> {
    value.parse().map_err(|error: T::Err| wrong(name, error.to_string()))
}

fn one_of<T: Copy, const N: usize>(
    name: &str,
    value: &str,
    all: [T; N],
    word: impl Fn(T) -> &'static str,
) -> Result<T, InvalidQuery> {
    all.into_iter().find(|known| word(*known) == value).ok_or_else(|| {
        let words: Vec<&str> = all.into_iter().map(word).collect();
        wrong(name, format!("{value:?}; want {}", words.join(", ")))
    })
}

fn number(name: &str, value: &str, least: f64, most: f64) -> Result<f64, InvalidQuery> {
    let number = value.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| wrong(name, format!("{value:?} is no number from {least} to {most}")))
}

fn whole<T: FromStr + PartialOrd + Display + Copy>(
    name: &str,
    value: &str,
    least: T,
    most: T,
) -> Result<T, InvalidQuery> {
    let number = value.parse::<T>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| wrong(name, format!("{value:?} is no whole number from {least} to {most}")))
}

fn filter(name: &str, value: &str, rule: FilterRule) -> Result<FindingFilter, InvalidQuery> {
    let (dimension, value) =
        value.split_once('=').ok_or_else(|| wrong(name, format!("{value:?}; want DIMENSION=VALUE")))?;
    Ok(FindingFilter { dimension: parsed(name, dimension)?, rule, values: vec![value.to_owned()] })
}

/// One filter a dimension and rule, in the order in which they first came.
fn joined(filters: Vec<FindingFilter>) -> Vec<FindingFilter> {
    let mut joined: Vec<FindingFilter> = Vec::new();
    for filter in filters {
        match joined.iter_mut().find(|known| known.dimension == filter.dimension && known.rule == filter.rule) {
            Some(known) => known.values.extend(filter.values),
            None => joined.push(filter),
        }
    }
    joined
}

/// The names of the layers, in the order of the page, and whether each is drawn.
fn named_layers(settings: &mut SeriesSettings) -> [(&'static str, &mut bool); 5] {
    [
        ("trend", &mut settings.trend),
        ("season", &mut settings.season),
        ("band", &mut settings.band),
        ("outliers", &mut settings.outliers),
        ("changes", &mut settings.changes),
    ]
}

fn layers(settings: &SeriesSettings) -> String {
    let mut settings = *settings;
    let shown: Vec<&str> =
        named_layers(&mut settings).into_iter().filter(|(_, is_shown)| **is_shown).map(|(name, _)| name).collect();
    if shown.is_empty() { NOTHING.to_owned() } else { shown.join(",") }
}

fn with_layers(mut settings: SeriesSettings, text: &str) -> Result<SeriesSettings, String> {
    let mut wanted: Vec<&str> = text.split(',').filter(|name| !name.is_empty() && *name != NOTHING).collect();
    for (name, is_shown) in named_layers(&mut settings) {
        *is_shown = wanted.contains(&name);
        wanted.retain(|wanted| *wanted != name);
    }
    match wanted.first() {
        Some(unknown) => Err(format!("{unknown:?}; want trend, season, band, outliers, changes")),
        None => Ok(settings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceName;
    use proptest::prelude::*;

    #[test]
    fn the_page_as_it_comes_has_no_parameters() {
        assert_eq!(SecurityQuery::default().to_query_string(), "");
        assert_eq!(SecurityQuery::from_query_string("").unwrap(), SecurityQuery::default());
    }

    #[test]
    fn an_address_is_read() {
        let address = "source=vpc-flow&bucket=week&by=product&where=severity%3DHigh&where=severity%3D&not=title%3Da%3Db\
            &count=distinct&range=365d&compare=previous&profile=sample&detector=outlier&show=muted&q=port&key=GuardDuty\
            &iqr=2.5&decomp=multiplicative&period=7&threshold=0.05&layers=season%2Cband\
            &at=2026-11-02T00%3A00%3A00.000Z&days=5";
        let query = SeriesQuery::from_query_string(address).unwrap();
        assert_eq!(query.security.source, "vpc-flow".parse::<SourceName>().unwrap());
        assert_eq!(query.security.filters.len(), 2);
        assert_eq!(query.security.filters[0].values, ["High", ""]);
        assert_eq!(query.security.filters[1].values, ["a=b"]);
        assert!(query.settings.season && query.settings.band && !query.settings.trend);
        assert_eq!(query.to_query_string(), address);
        assert_eq!(
            query.identity(),
            "source=vpc-flow&bucket=week&by=product&where=severity%3DHigh&where=severity%3D&not=title%3Da%3Db\
            &count=distinct&key=GuardDuty"
        );
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (text, name) in [
            ("source=A", "source"),
            ("range=0d", "range"),
            ("range=1097d", "range"),
            ("bucket=year", "bucket"),
            ("by=a'b", "by"),
            ("where=severity", "where"),
            ("not=%3B=x", "not"),
            ("count=all", "count"),
            ("compare=x", "compare"),
            ("profile=best", "profile"),
            ("detector=x", "detector"),
            ("show=x", "show"),
            ("from=2026-01-01", "from"),
            ("since=x", "since"),
            ("key=a", "key"),
            ("by=none&iqr=0", "iqr"),
            ("by=none&iqr=NaN", "iqr"),
            ("by=none&period=0", "period"),
            ("by=none&threshold=1", "threshold"),
            ("by=none&layers=x", "layers"),
            ("by=none&days=31", "days"),
        ] {
            assert_eq!(SeriesQuery::from_query_string(text).unwrap_err().name, name, "{text}");
        }
    }

    prop_compose! {
        fn any_query()(
            days in 1_i64..1_096,
            picks in (0..3_usize, 0..4_usize, 0..3_usize, 0..4_usize),
            detector in proptest::option::of(0..3_usize),
            compare in any::<bool>(),
            by in prop::sample::subsequence(vec![Dimension::PRODUCT, Dimension::ACCOUNT, Dimension::SEVERITY], 0..=3),
            values in prop::collection::vec(".{0,9}", 3),
            filtered in any::<bool>(),
            text in ".{0,9}",
            numbers in (proptest::option::of(0.1_f64..20.0), proptest::option::of(1_usize..1_000), 0_u32..=30),
            layers in any::<[bool; 5]>(),
        ) -> SeriesQuery {
            let key = values.iter().take(by.len()).cloned().collect();
            let filters = match filtered {
                true => vec![FindingFilter { dimension: Dimension::TITLE, rule: FilterRule::Not, values }],
                false => Vec::new(),
            };
            let security = SecurityQuery {
                window: TimeWindow::Last(days * 86_400_000),
                bucket: Bucket::ALL[picks.0],
                count: CountingRule::ALL[picks.1],
                profile: Profile::ALL[picks.2],
                show: InsightShow::ALL[picks.3],
                detector: detector.map(|number| Detector::ALL[number]),
                group_by: by,
                filters,
                compare,
                text,
                ..SecurityQuery::default()
            };
            let [trend, season, band, outliers, changes] = layers;
            let first = SeriesQuery::of(security, key);
            let settings = SeriesSettings {
                iqr_mult: numbers.0, period: numbers.1, trend, season, band, outliers, changes, ..first.settings
            };
            SeriesQuery { settings, days: numbers.2, ..first }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(query in any_query()) {
            prop_assert_eq!(&SeriesQuery::from_query_string(&query.to_query_string()).unwrap(), &query);
            prop_assert_eq!(SecurityQuery::from_query_string(&query.security.to_query_string()).unwrap(), query.security);
        }

        #[test]
        fn no_address_panics(text in "\\PC{0,60}") {
            let _ = SeriesQuery::from_query_string(&text);
        }
    }
}
