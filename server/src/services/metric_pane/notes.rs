//! A source's notes in the words of the page.

use onepane_domain::Notes;
use std::collections::BTreeMap;

/// More series than this are counted instead of named.
const NAMED: usize = 3;

/// Notes of a source, which name queries by their ids, with what people call those instead; and one note for all series
/// of which the same is said.
pub(super) fn in_words(notes: Notes, name: impl Fn(&str) -> Option<String>) -> Notes {
    let mut order: Vec<String> = Vec::new();
    let mut series: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for note in notes {
        let named = note.split_once(": ").and_then(|(id, what)| Some((name(id)?, what.to_owned())));
        let (who, what) = named.map_or((None, note), |(who, what)| (Some(who), what));
        if !series.contains_key(&what) {
            order.push(what.clone());
        }
        series.entry(what).or_default().extend(who);
    }
    let told = |what: String| {
        let mut who = series.remove(&what).unwrap_or_default();
        who.dedup();
        match who.len() {
            0 => what,
            count if count > NAMED => format!("{count} series: {what}"),
            _ => format!("{}: {what}", who.join(", ")),
        }
    };
    order.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_and_ids_become_names() {
        let notes = (0..5).map(|number| format!("m{number}_0: is a mean")).chain(["e1: what is this?".to_owned()]);
        let notes: Notes = notes.chain(["eu-west-1: throttled".to_owned()]).collect();
        let name = |id: &str| match id.as_bytes().first() {
            Some(b'm') => Some(format!("line {id}")),
            Some(b'e') if id == "e1" => Some("m1 +".to_owned()),
            _ => None,
        };
        let expected = ["5 series: is a mean", "m1 +: what is this?", "eu-west-1: throttled"];
        assert_eq!(in_words(notes, name), expected);
    }
}
