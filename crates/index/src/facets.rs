//! Facets: counts of every dimension's values, from the counts by shared value.

use crate::filter::failed;
use crate::index::WorkloadIndex;
use crate::scan::Counts;
use hashbrown::HashMap;
use onepane_domain::{Facet, FacetValue, Filter, Grouping};
use std::hash::Hash;

/// Values that a facet lists, beside the selected ones.
const LISTED: usize = 50;
const LISTED_TAGS: usize = 30;

impl WorkloadIndex {
    pub(crate) fn facets(&self, filter: &Filter, counts: &Counts) -> Vec<Facet> {
        Grouping::FACETS.into_iter().map(|dimension| self.facet(dimension, filter, counts)).collect()
    }

    fn facet(&self, dimension: Grouping, filter: &Filter, counts: &Counts) -> Facet {
        let places = |bit| self.places.items().iter().zip(summed(&counts.places, counts, bit));
        let states = |bit| self.states.items().iter().zip(summed(&counts.states, counts, bit));
        match dimension {
            Grouping::Account => {
                let found = tally(places(failed::ACCOUNT).map(|(place, count)| (place.account, count)));
                list(dimension, found, &filter.accounts, LISTED, ToString::to_string)
            }
            Grouping::Ou => {
                let by_account = tally(places(failed::OU).map(|(place, count)| (place.account, count)));
                let found = tally(by_account.into_iter().flat_map(|(account, count)| {
                    let ou = self.organization.account(account).map_or("", |account| &account.ou);
                    ou_and_above(ou).map(move |ou| (ou, count))
                }));
                let selected: Vec<&str> = filter.ous.iter().map(String::as_str).collect();
                list(dimension, found, &selected, LISTED, |ou| (*ou).to_owned())
            }
            Grouping::Region => {
                let found = tally(places(failed::REGION).map(|(place, count)| (&place.region, count)));
                let selected: Vec<_> = filter.regions.iter().collect();
                list(dimension, found, &selected, LISTED, ToString::to_string)
            }
            Grouping::Kind => {
                let found = tally(places(failed::KIND).map(|(place, count)| (&place.kind, count)));
                let selected: Vec<_> = filter.kinds.iter().collect();
                list(dimension, found, &selected, LISTED, ToString::to_string)
            }
            Grouping::Phase => {
                let found = tally(states(failed::PHASE).map(|(state, count)| (state.phase, count)));
                list(dimension, found, &filter.phases, LISTED, ToString::to_string)
            }
            Grouping::Status => {
                let of = states(failed::STATUS).filter_map(|(state, count)| Some((state.status.as_deref()?, count)));
                let selected: Vec<&str> = filter.statuses.iter().map(String::as_str).collect();
                list(dimension, tally(of), &selected, LISTED, |status| (*status).to_owned())
            }
            Grouping::InstanceType => {
                let of = states(failed::INSTANCE_TYPE)
                    .filter_map(|(state, count)| Some((state.instance_type.as_deref()?, count)));
                let selected: Vec<&str> = filter.instance_types.iter().map(String::as_str).collect();
                list(dimension, tally(of), &selected, LISTED, |instance_type| (*instance_type).to_owned())
            }
            Grouping::Tag => {
                let mut by_tag = vec![0u64; self.tags.len()];
                for (set, count) in self.tag_sets.items().iter().zip(summed(&counts.tag_sets, counts, failed::TAG)) {
                    if count > 0 {
                        set.iter().for_each(|tag| by_tag[*tag as usize] += count);
                    }
                }
                let tags = self.tags.items().iter().map(|tag| (&*tag.key, &*tag.value));
                let selected: Vec<_> = filter.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
                list(dimension, tally(tags.zip(by_tag)), &selected, LISTED_TAGS, |(key, value)| {
                    format!("{key}={value}")
                })
            }
            // No facet counts these: Failure groups are a part of their own.
            Grouping::FailureGroup => Facet { dimension, values: Vec::new(), more: 0 },
        }
    }
}

/// Counts by code of the rows that match, or fail in the dimension of `bit` alone.
fn summed<'c>(matching: &'c [u32], counts: &'c Counts, bit: u16) -> impl Iterator<Item = u64> + 'c {
    let alone = &counts.failed_alone[bit.trailing_zeros() as usize];
    matching
        .iter()
        .enumerate()
        .map(|(code, count)| u64::from(*count) + u64::from(alone.get(code).copied().unwrap_or(0)))
}

fn tally<V: Hash + Eq>(counts: impl Iterator<Item = (V, u64)>) -> HashMap<V, u64> {
    let mut tally = HashMap::new();
    for (value, count) in counts.filter(|(_, count)| *count > 0) {
        *tally.entry(value).or_insert(0) += count;
    }
    tally
}

/// An OU's path and every path above it; nothing for the root.
fn ou_and_above(ou: &str) -> impl Iterator<Item = &str> {
    let above = ou.match_indices('/').map(|(end, _)| &ou[..end]);
    above.chain(Some(ou).filter(|ou| !ou.is_empty()))
}

fn list<V: Hash + Eq + Clone + Ord>(
    dimension: Grouping,
    mut found: HashMap<V, u64>,
    selected: &[V],
    listed: usize,
    text: impl Fn(&V) -> String,
) -> Facet {
    for value in selected {
        found.entry(value.clone()).or_insert(0);
    }
    let mut all: Vec<(V, u64)> = found.into_iter().collect();
    let most_first = |a: &(V, u64), b: &(V, u64)| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0));
    if all.len() > listed {
        all.select_nth_unstable_by(listed, most_first);
        let further = all.split_off(listed);
        let kept = further.len();
        all.extend(further.into_iter().filter(|(value, _)| selected.contains(value)));
        let more = (listed + kept - all.len()) as u32;
        all.sort_unstable_by(most_first);
        return Facet { dimension, values: values(all, selected, text), more };
    }
    all.sort_unstable_by(most_first);
    Facet { dimension, values: values(all, selected, text), more: 0 }
}

fn values<V: Eq>(listed: Vec<(V, u64)>, selected: &[V], text: impl Fn(&V) -> String) -> Vec<FacetValue> {
    let value =
        |(value, count): (V, u64)| FacetValue { value: text(&value), count, selected: selected.contains(&value) };
    listed.into_iter().map(value).collect()
}
