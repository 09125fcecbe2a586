//! What the *Jobs* page shows, as its address says it.

use super::columns::Column;
use onepane_domain::{
    AccountId, Filter, Grouping, InvalidQuery, Phase, Region, SortKey, SortOrder, TimeWindow, WorkloadKind,
    WorkloadQuery, percent_decode,
};

/// The query and the chosen columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct JobsUrl {
    pub(crate) query: WorkloadQuery,
    pub(crate) columns: Vec<Column>,
}

impl JobsUrl {
    /// Reads the text after `?`.
    pub(crate) fn parse(search: &str) -> Result<Self, InvalidQuery> {
        let query = WorkloadQuery::from_query_string(search)?;
        let columns = search
            .trim_start_matches('?')
            .split('&')
            .find_map(|pair| pair.strip_prefix("cols="))
            .map(|list| percent_decode(list).split(',').filter_map(Column::from_word).collect::<Vec<_>>())
            .filter(|columns| !columns.is_empty())
            .unwrap_or_else(|| Column::USUAL.to_vec());
        Ok(Self { query, columns })
    }

    /// The text after `?`; empty for the page as it comes.
    pub(crate) fn search(&self) -> String {
        let mut text = self.query.to_query_string();
        if self.columns != Column::USUAL {
            let words: Vec<&str> = self.columns.iter().map(|column| column.word()).collect();
            if !text.is_empty() {
                text.push('&');
            }
            text.push_str("cols=");
            text.push_str(&words.join(","));
        }
        text
    }

    /// The whole address.
    pub(crate) fn href(&self) -> String {
        match self.search() {
            search if search.is_empty() => "/jobs".to_owned(),
            search => format!("/jobs?{search}"),
        }
    }

    /// With a facet's value added, or taken away if it is there.
    pub(crate) fn toggled(&self, dimension: Grouping, value: &str) -> Self {
        let mut url = self.clone();
        let filter = &mut url.query.filter;
        match dimension {
            Grouping::Account => toggle(&mut filter.accounts, value.parse::<AccountId>().ok()),
            Grouping::Ou => toggle(&mut filter.ous, Some(value.to_owned())),
            Grouping::Region => toggle(&mut filter.regions, value.parse::<Region>().ok()),
            Grouping::Kind => toggle(&mut filter.kinds, Some(WorkloadKind::from(value))),
            Grouping::Phase => toggle(&mut filter.phases, value.parse::<Phase>().ok()),
            Grouping::Status => toggle(&mut filter.statuses, Some(value.to_owned())),
            Grouping::InstanceType => toggle(&mut filter.instance_types, Some(value.to_owned())),
            Grouping::FailureGroup => toggle(&mut filter.failure_groups, Some(value.to_owned())),
            Grouping::Tag => {
                let tag = value.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
                toggle(&mut filter.tags, tag);
            }
        }
        url
    }

    /// Sorted by a column; by its other end if it is sorted by that column already.
    pub(crate) fn sorted(&self, key: SortKey) -> Self {
        let mut url = self.clone();
        url.query.order = match (self.query.sort == key, self.query.order) {
            (true, SortOrder::Descending) => SortOrder::Ascending,
            (true, SortOrder::Ascending) => SortOrder::Descending,
            (false, _) if matches!(key, SortKey::Name | SortKey::Kind | SortKey::Account | SortKey::Region) => {
                SortOrder::Ascending
            }
            (false, _) => SortOrder::Descending,
        };
        url.query.sort = key;
        url
    }

    /// With another window.
    pub(crate) fn within(&self, window: TimeWindow) -> Self {
        let mut url = self.clone();
        url.query.filter.window = window;
        url
    }

    /// Without any filter; order and columns stay.
    pub(crate) fn cleared(&self) -> Self {
        let mut url = self.clone();
        url.query.filter = Filter { time_field: self.query.filter.time_field, ..Filter::default() };
        url
    }

    /// With a column shown, or hidden if it is shown; the name stays.
    pub(crate) fn with_column_toggled(&self, column: Column) -> Self {
        let mut url = self.clone();
        if column == Column::Name {
            return url;
        }
        if url.columns.contains(&column) {
            url.columns.retain(|other| *other != column);
        } else {
            url.columns.push(column);
            url.columns.sort_by_key(|column| Column::ALL.iter().position(|other| other == column));
        }
        url
    }
}

/// Adds a value to a list, or takes it away if it is there; no value changes nothing.
pub(crate) fn toggle<T: PartialEq>(values: &mut Vec<T>, value: Option<T>) {
    let Some(value) = value else { return };
    match values.iter().position(|other| *other == value) {
        Some(place) => drop(values.remove(place)),
        None => values.push(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_address_shows_the_same() {
        let address = "q=xgb&phase=failed&range=7d&sort=name&cols=status,name,reason";
        let url = JobsUrl::parse(address).unwrap();
        assert_eq!(url.columns, [Column::Status, Column::Name, Column::Reason]);
        assert_eq!(url.search(), address);
        assert_eq!(JobsUrl::parse("").unwrap().href(), "/jobs");
    }

    #[test]
    fn toggling_twice_changes_nothing() {
        let url = JobsUrl::parse("phase=failed").unwrap();
        for (dimension, value) in
            [(Grouping::Phase, "running"), (Grouping::Tag, "team=a=b"), (Grouping::Account, "111122223333")]
        {
            let once = url.toggled(dimension, value);
            assert_ne!(once, url);
            assert_eq!(once.toggled(dimension, value), url);
        }
        assert_eq!(url.toggled(Grouping::Phase, "failed").href(), "/jobs");
    }

    #[test]
    fn the_name_cannot_be_hidden() {
        let url = JobsUrl::parse("").unwrap();
        assert!(url.with_column_toggled(Column::Name).columns.contains(&Column::Name));
        assert!(!url.with_column_toggled(Column::Reason).columns.contains(&Column::Reason));
    }
}
