//! A metrics query as an address says it:
//! `?view=explore&range=7d&namespace=AWS/SageMaker&metric=ModelLatency&dim=EndpointName=chat&stat=p99&group=account`.

use super::{DimensionFilter, Exploration, MetricGrouping, MetricsQuery, MetricsView, Period, Statistic};
use crate::query_string::{absolute_window, range_millis, range_text};
use crate::{InvalidQuery, TimeWindow, Timestamp, percent_decode, percent_encode};

/// Most expressions of one page.
const MOST_EXPRESSIONS: usize = 10;
/// The longest window: what CloudWatch keeps.
const LONGEST_MS: i64 = 455 * 86_400_000;

impl MetricsQuery {
    /// Reads the text after `?`. Parameters that are not the page's are left to others.
    ///
    /// # Errors
    /// [`InvalidQuery`] names the parameter whose value cannot be.
    pub fn from_query_string(text: &str) -> Result<Self, InvalidQuery> {
        let mut query = Self::default();
        let (mut from, mut to) = (None::<Timestamp>, None::<Timestamp>);
        for pair in text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (percent_decode(name), percent_decode(value));
            let wrong = |reason: String| InvalidQuery { name: name.clone(), reason };
            let explore = &mut query.explore;
            match name.as_str() {
                "view" => {
                    let known = MetricsView::ALL.into_iter().find(|view| view.word() == value);
                    query.view = known.ok_or_else(|| wrong(format!("unknown view {value:?}")))?;
                }
                "range" => {
                    let millis = range_millis(&value).filter(|millis| *millis <= LONGEST_MS);
                    let millis = millis.ok_or_else(|| wrong(format!("{value:?} is no range like 24h, up to 455d")))?;
                    query.window = TimeWindow::Last(millis);
                }
                "from" => from = Some(value.parse().map_err(|error| wrong(format!("{error}")))?),
                "to" => to = Some(value.parse().map_err(|error| wrong(format!("{error}")))?),
                "period" => {
                    let seconds: u32 =
                        value.parse().map_err(|_| wrong(format!("{value:?} is no number of seconds")))?;
                    query.period = Some(Period::new(seconds).map_err(|error| wrong(error.to_string()))?);
                }
                "account" => query.accounts.push(value.parse().map_err(|error| wrong(format!("{error}")))?),
                "region" => query.regions.push(value.parse().map_err(|error| wrong(format!("{error}")))?),
                "compare" => {
                    query.compare = match value.as_str() {
                        "previous" => true,
                        "" => false,
                        _ => return Err(wrong(format!("{value:?}; want previous"))),
                    };
                }
                "namespace" => explore.namespace = value,
                "metric" => explore.name = value,
                "dim" => explore.dimensions.push(dimension(&value).ok_or_else(|| wrong("has no name".to_owned()))?),
                "stat" => explore.statistic = value.parse().map_err(|error| wrong(format!("{error}")))?,
                "group" => {
                    explore.group_by = grouping(&value).ok_or_else(|| wrong(format!("unknown group {value:?}")))?;
                }
                "expr" if explore.expressions.len() == MOST_EXPRESSIONS => {
                    return Err(wrong(format!("more than {MOST_EXPRESSIONS} of them")));
                }
                "expr" => explore.expressions.push(value),
                _ => {}
            }
        }
        if let Some(window) = absolute_window(from, to, LONGEST_MS)? {
            query.window = window;
        }
        Ok(query)
    }

    /// The text after `?`; empty for the page as it comes. Reading it again gives the same query.
    pub fn to_query_string(&self) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        if self.view != MetricsView::default() {
            pairs.push(("view", self.view.word().to_owned()));
        }
        match self.window {
            window if window == Self::USUAL_WINDOW => {}
            TimeWindow::All => {}
            TimeWindow::Last(millis) => pairs.push(("range", range_text(millis))),
            TimeWindow::Between(from, to) => pairs.extend([("from", from.to_string()), ("to", to.to_string())]),
        }
        pairs.extend(self.period.map(|period| ("period", period.seconds().to_string())));
        pairs.extend(self.accounts.iter().map(|account| ("account", account.to_string())));
        pairs.extend(self.regions.iter().map(|region| ("region", region.to_string())));
        if self.compare {
            pairs.push(("compare", "previous".to_owned()));
        }
        pairs.extend(self.explore.to_pairs());
        let encoded: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={}", percent_encode(&value))).collect();
        encoded.join("&")
    }

    /// The window of the same length just before.
    pub fn previous(from: Timestamp, to: Timestamp) -> (Timestamp, Timestamp) {
        (from.plus_millis(-to.millis_since(from)), from)
    }
}

impl Exploration {
    fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.namespace.is_empty() {
            pairs.push(("namespace", self.namespace.clone()));
        }
        if !self.name.is_empty() {
            pairs.push(("metric", self.name.clone()));
        }
        pairs.extend(self.dimensions.iter().map(|dimension| {
            // The name's own equal signs are hidden once more, so that the first one ends it.
            let name = percent_encode(&dimension.name);
            ("dim", dimension.value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}={value}")))
        }));
        if self.statistic != Statistic::Average {
            pairs.push(("stat", self.statistic.to_string()));
        }
        match &self.group_by {
            MetricGrouping::Each => {}
            MetricGrouping::All => pairs.push(("group", "all".to_owned())),
            MetricGrouping::Account => pairs.push(("group", "account".to_owned())),
            MetricGrouping::Region => pairs.push(("group", "region".to_owned())),
            MetricGrouping::Dimension(name) => pairs.push(("group", format!("dim:{name}"))),
        }
        pairs.extend(self.expressions.iter().map(|expression| ("expr", expression.clone())));
        pairs
    }
}

fn dimension(text: &str) -> Option<DimensionFilter> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    let name = percent_decode(name);
    (!name.is_empty()).then_some(DimensionFilter { name, value })
}

fn grouping(text: &str) -> Option<MetricGrouping> {
    Some(match text {
        "each" => MetricGrouping::Each,
        "all" => MetricGrouping::All,
        "account" => MetricGrouping::Account,
        "region" => MetricGrouping::Region,
        _ => MetricGrouping::Dimension(text.strip_prefix("dim:").filter(|name| !name.is_empty())?.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_read() {
        let address = "view=explore&range=7d&period=300&account=111122223333&region=eu-west-1&compare=previous\
            &namespace=AWS%2FSageMaker&metric=ModelLatency&dim=EndpointName%3Da%3Db&dim=VariantName&stat=p99&group=account\
            &expr=m1%20%2B%201";
        let query = MetricsQuery::from_query_string(address).unwrap();
        assert_eq!(query.view, MetricsView::Explore);
        let dimension = |name: &str, value: Option<&str>| DimensionFilter {
            name: name.to_owned(),
            value: value.map(ToOwned::to_owned),
        };
        assert_eq!(query.explore.dimensions, [dimension("EndpointName", Some("a=b")), dimension("VariantName", None)]);
        assert_eq!(query.explore.expressions, ["m1 + 1"]);
        assert_eq!(query.to_query_string(), address);
        assert_eq!(MetricsQuery::default().to_query_string(), "");
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (text, name) in [
            ("view=x", "view"),
            ("range=0h", "range"),
            ("range=456d", "range"),
            ("period=61", "period"),
            ("period=x", "period"),
            ("account=1", "account"),
            ("compare=x", "compare"),
            ("dim=", "dim"),
            ("stat=x", "stat"),
            ("group=dim:", "group"),
            ("from=2026-01-01", "from"),
            ("from=2026-01-01&to=2026-01-01", "to"),
            ("from=2020-01-01&to=2026-01-01", "from"),
            (&"expr=1&".repeat(11), "expr"),
        ] {
            assert_eq!(MetricsQuery::from_query_string(text).unwrap_err().name, name, "{text}");
        }
    }

    prop_compose! {
        fn any_query()(
            view in prop::sample::select(MetricsView::ALL.to_vec()),
            seconds in 1_i64..10_000_000,
            absolute in any::<bool>(),
            minutes in proptest::option::of(1_u32..1_440),
            compare in any::<bool>(),
            texts in (".{0,12}", ".{0,12}", prop::collection::vec(".{0,12}", 0..4)),
            dimensions in prop::collection::vec((".{1,8}", proptest::option::of(".{0,8}")), 0..3),
            group in 0..5,
            hundredths in 0_u16..=10_000,
        ) -> MetricsQuery {
            let window = match absolute {
                true => TimeWindow::Between(Timestamp::EPOCH, Timestamp::from_millis(seconds).unwrap()),
                false => TimeWindow::Last(seconds * 1_000),
            };
            let group_by = match group {
                0 => MetricGrouping::Each,
                1 => MetricGrouping::All,
                2 => MetricGrouping::Account,
                3 => MetricGrouping::Region,
                _ => MetricGrouping::Dimension("Host".to_owned()),
            };
            let dimensions = dimensions.into_iter().map(|(name, value)| DimensionFilter { name, value }).collect();
            let explore = Exploration {
                namespace: texts.0, name: texts.1, expressions: texts.2, dimensions, group_by,
                statistic: Statistic::Percentile(hundredths),
            };
            let period = minutes.map(|minutes| Period::new(minutes * 60).unwrap());
            MetricsQuery { view, window, period, compare, explore, ..MetricsQuery::default() }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(query in any_query()) {
            prop_assert_eq!(MetricsQuery::from_query_string(&query.to_query_string()).unwrap(), query);
        }

        #[test]
        fn no_address_panics(text in "\\PC{0,60}") {
            let _ = MetricsQuery::from_query_string(&text);
        }
    }
}
