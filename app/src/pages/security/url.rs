//! What the *Security* page shows, as its address says it.

use onepane_domain::{
    Dimension, FilterRule, FindingFilter, SecurityQuery, SeriesQuery, TimeWindow, Timestamp, percent_encode,
};

/// Most dimensions that one list is grouped by.
const MOST_DIMENSIONS: usize = 4;

/// The address of a list.
pub(crate) fn href(query: &SecurityQuery) -> String {
    match query.to_query_string() {
        search if search.is_empty() => "/security".to_owned(),
        search => format!("/security?{search}"),
    }
}

/// The addresses of the series of one list: all but their keys is said once.
pub(crate) struct SeriesHrefs(String);

impl SeriesHrefs {
    pub(crate) fn of(query: &SecurityQuery) -> Self {
        Self(format!("/security/series?{}", SeriesQuery::of(query.clone(), Vec::new()).to_query_string()))
    }

    /// The address of the series of a key; with `at`, of what lies behind a point of it.
    pub(crate) fn href(&self, key: &[String], at: Option<Timestamp>) -> String {
        let keys = key.iter().map(|value| ("key", value.clone()));
        let mut text = self.0.clone();
        for (name, value) in keys.chain(at.map(|at| ("at", at.to_string()))) {
            if !text.ends_with('?') {
                text.push('&');
            }
            text.push_str(&format!("{name}={}", percent_encode(&value)));
        }
        text
    }
}

/// With a value wanted, or unwanted; as it was before if it is so already.
pub(crate) fn toggled(query: &SecurityQuery, dimension: &Dimension, rule: FilterRule, value: &str) -> SecurityQuery {
    let mut query = query.clone();
    let had = has(&query, dimension, rule, value);
    // Wanted and unwanted at once is nothing.
    for filter in query.filters.iter_mut().filter(|filter| filter.dimension == *dimension) {
        filter.values.retain(|known| known != value);
    }
    if !had {
        match query.filters.iter_mut().find(|filter| filter.dimension == *dimension && filter.rule == rule) {
            Some(filter) => filter.values.push(value.to_owned()),
            None => {
                query.filters.push(FindingFilter {
                    dimension: dimension.clone(),
                    rule,
                    values: vec![value.to_owned()],
                });
            }
        }
    }
    query.filters.retain(|filter| !filter.values.is_empty());
    query
}

/// True if the value is wanted, or unwanted, by that rule.
pub(crate) fn has(query: &SecurityQuery, dimension: &Dimension, rule: FilterRule, value: &str) -> bool {
    let of_it = |filter: &&FindingFilter| filter.dimension == *dimension && filter.rule == rule;
    query.filters.iter().find(of_it).is_some_and(|filter| filter.values.iter().any(|known| known == value))
}

/// With a dimension among those that are grouped by, at the end, or without it; a fifth changes nothing.
pub(crate) fn grouped(query: &SecurityQuery, dimension: &Dimension) -> SecurityQuery {
    let mut query = query.clone();
    match query.group_by.iter().position(|known| known == dimension) {
        Some(place) => drop(query.group_by.remove(place)),
        None if query.group_by.len() < MOST_DIMENSIONS => query.group_by.push(dimension.clone()),
        None => {}
    }
    query
}

/// With another window.
pub(crate) fn within(query: &SecurityQuery, window: TimeWindow) -> SecurityQuery {
    SecurityQuery { window, ..query.clone() }
}

/// Without filters and search.
pub(crate) fn cleared(query: &SecurityQuery) -> SecurityQuery {
    SecurityQuery { filters: Vec::new(), text: String::new(), ..query.clone() }
}

/// What a value is called: the empty one stands for records that have none.
pub(crate) fn value_name(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toggling_twice_changes_nothing_and_a_value_has_one_rule() {
        let query = SecurityQuery::from_query_string("where=severity%3DHigh").unwrap();
        let severity = Dimension::SEVERITY;
        let odd = "x'; DROP TABLE \"ä\" --";
        let once = toggled(&query, &severity, FilterRule::Any, odd);
        assert!(has(&once, &severity, FilterRule::Any, odd));
        assert_eq!(toggled(&once, &severity, FilterRule::Any, odd), query);
        let other_way = toggled(&once, &severity, FilterRule::Not, odd);
        assert!(!has(&other_way, &severity, FilterRule::Any, odd));
        assert!(has(&other_way, &severity, FilterRule::Not, odd));
        assert_eq!(href(&toggled(&query, &severity, FilterRule::Any, "High")), "/security");
    }

    #[test]
    fn a_list_is_grouped_by_four_at_most() {
        let mut query = SecurityQuery::default();
        for dimension in [Dimension::ACCOUNT, Dimension::REGION, Dimension::SEVERITY] {
            query = grouped(&query, &dimension);
        }
        let names: Vec<&str> = query.group_by.iter().map(Dimension::as_str).collect();
        assert_eq!(names, ["product", "type", "account", "region"]);
        assert_eq!(
            href(&grouped(&grouped(&SecurityQuery::default(), &Dimension::TYPE), &Dimension::PRODUCT)),
            "/security?by=none"
        );
    }

    #[test]
    fn the_address_of_a_series_reads_back() {
        let key = vec!["Guard & Duty".to_owned(), "a=b/ü".to_owned()];
        let at: Timestamp = "2026-11-02T00:00:00Z".parse().unwrap();
        for text in ["", "range=365d&count=distinct&where=severity%3DHigh"] {
            let query = SecurityQuery::from_query_string(text).unwrap();
            let href = SeriesHrefs::of(&query).href(&key, Some(at));
            let read = SeriesQuery::from_query_string(href.split_once('?').unwrap().1).unwrap();
            assert_eq!(read, SeriesQuery { at: Some(at), ..SeriesQuery::of(query, key.clone()) });
        }
    }
}
