//! A part of `SEARCH`'s language: the schema in braces, words, `name="value"`, alternatives in brackets, `NOT`.

use onepane_domain::{AccountId, MetricId};

pub struct Search {
    schema: Option<(String, Vec<String>)>,
    terms: Vec<Term>,
}

struct Term {
    not: bool,
    /// `MetricName`, `Namespace`, `:aws.AccountId` or a dimension; any of them if none.
    field: Option<String>,
    /// Any of these; exact if it was quoted.
    values: Vec<(String, bool)>,
}

impl Search {
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (schema, mut rest) = match text.strip_prefix('{') {
            None => (None, text),
            Some(after) => {
                let (inside, rest) = after.split_once('}').ok_or("a brace is not closed")?;
                let mut names = inside.split(',').map(|name| name.trim().trim_matches('"').to_owned());
                let namespace = names.next().filter(|name| !name.is_empty()).ok_or("a schema has a namespace")?;
                let mut dimensions: Vec<String> = names.collect();
                dimensions.sort();
                (Some((namespace, dimensions)), rest)
            }
        };
        let mut terms = Vec::new();
        while !rest.trim_start().is_empty() {
            let (term, after) = term(rest.trim_start())?;
            terms.push(term);
            rest = after.trim_start();
            rest = rest.strip_prefix("AND ").unwrap_or(rest);
        }
        if schema.is_none() && terms.is_empty() {
            return Err("a search looks for something".to_owned());
        }
        Ok(Self { schema, terms })
    }

    pub fn finds(&self, metric: &MetricId, account: AccountId) -> bool {
        let in_schema = self.schema.as_ref().is_none_or(|(namespace, dimensions)| {
            *namespace == metric.namespace && metric.dimensions().iter().map(|(name, _)| name).eq(dimensions)
        });
        in_schema && self.terms.iter().all(|term| term.finds(metric, account) != term.not)
    }
}

impl Term {
    fn finds(&self, metric: &MetricId, account: AccountId) -> bool {
        let account = account.to_string();
        let there: Vec<&str> = match self.field.as_deref() {
            Some("MetricName") => vec![&metric.name],
            Some("Namespace") => vec![&metric.namespace],
            Some(":aws.AccountId") => vec![&account],
            Some(dimension) => metric.dimension(dimension).into_iter().collect(),
            None => {
                let dimensions = metric.dimensions().iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
                dimensions.chain([metric.name.as_str(), metric.namespace.as_str()]).collect()
            }
        };
        let fits = |there: &str, (value, exact): &(String, bool)| {
            // A word finds itself within other words, by what is no letter or digit, whatever the case.
            let words = |text: &str| {
                text.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase).collect::<Vec<_>>()
            };
            if *exact { there == value } else { words(value).iter().all(|word| words(there).contains(word)) }
        };
        there.iter().any(|there| self.values.iter().any(|value| fits(there, value)))
    }
}

fn term(text: &str) -> Result<(Term, &str), String> {
    let (not, text) = match text.strip_prefix("NOT ") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let end = text.find(|character: char| character.is_whitespace() || "=(\"".contains(character));
    let (field, rest) = match end.filter(|end| text[*end..].starts_with('=')) {
        Some(end) => (Some(text[..end].to_owned()), &text[end + 1..]),
        None => (None, text),
    };
    if let Some(inside) = rest.strip_prefix('(') {
        let (inside, rest) = inside.split_once(')').ok_or("a bracket is not closed")?;
        let values = inside.split(" OR ").map(|one| value(one.trim()).map(|(value, _)| value));
        return Ok((Term { not, field, values: values.collect::<Result<_, _>>()? }, rest));
    }
    let (one, rest) = value(rest)?;
    Ok((Term { not, field, values: vec![one] }, rest))
}

/// A word or a quoted text, and what follows.
fn value(text: &str) -> Result<((String, bool), &str), String> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, rest) = quoted.split_once('"').ok_or("a quote is not closed")?;
        return Ok(((value.to_owned(), true), rest));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    if end == 0 {
        return Err("want a word".to_owned());
    }
    Ok(((text[..end].to_owned(), false), &text[end..]))
}
