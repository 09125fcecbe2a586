//! What `SEARCH` looks for: `{Namespace,Dimension} term MetricName="X" Dimension="v" NOT (a OR b)`.

use super::Fault;
use onepane_domain::{AccountId, DimensionFilter, MetricFilter};

/// Brackets within brackets are followed so far.
const DEEPEST: usize = 32;

/// A search, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in super::super) struct Search {
    namespace: Option<String>,
    /// The names of all dimensions, where the search says which.
    dimensions: Option<Vec<String>>,
    wanted: Option<Wanted>,
}

#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    All(Vec<Wanted>),
    Any(Vec<Wanted>),
    Not(Box<Wanted>),
    Term { field: Option<String>, text: String, exact: bool },
}

/// A metric to be looked at.
#[derive(Debug)]
pub(in super::super) struct Candidate<'a> {
    pub(in super::super) account: String,
    pub(in super::super) namespace: &'a str,
    pub(in super::super) name: &'a str,
    pub(in super::super) dimensions: Vec<(&'a str, &'a str)>,
}

impl Search {
    /// Reads a search. Faults have their place within the search's own text.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader { characters: text.chars().collect(), at: 0, depth: 0 };
        let mut search = Self::default();
        if reader.takes('{') {
            let mut names = Vec::new();
            loop {
                names.push(reader.name()?);
                if !reader.takes(',') {
                    break;
                }
            }
            reader.expects('}')?;
            // A comma between schema and terms is an old way to write it.
            reader.takes(',');
            let mut names = names.into_iter();
            search.namespace = names.next();
            let mut dimensions: Vec<String> = names.collect();
            dimensions.sort();
            search.dimensions = Some(dimensions).filter(|dimensions| !dimensions.is_empty());
        }
        if reader.peek().is_some() {
            search.wanted = Some(reader.any()?);
        }
        match reader.peek() {
            Some(rest) => Err(reader.fault(format!("{rest:?} is not expected here"))),
            None if search.namespace.is_none() && search.wanted.is_none() => Err(reader.fault("it looks for nothing")),
            None => Ok(search),
        }
    }

    /// A filter that lets through all that the search finds, and possibly more.
    pub(in super::super) fn narrow(&self) -> MetricFilter {
        let mut filter = MetricFilter { namespace: self.namespace.clone(), ..MetricFilter::default() };
        let all: &[Wanted] = match &self.wanted {
            None => &[],
            Some(Wanted::All(all)) => all,
            Some(one) => std::slice::from_ref(one),
        };
        for wanted in all {
            let Wanted::Term { field: Some(field), text, exact: true } = wanted else { continue };
            match field.as_str() {
                "MetricName" => filter.name = Some(text.clone()),
                "Namespace" => filter.namespace = Some(text.clone()),
                ACCOUNT => filter.accounts.extend(text.parse::<AccountId>().ok()),
                _ => {
                    let dimension = DimensionFilter { name: field.clone(), value: Some(text.clone()) };
                    filter.dimensions.push(dimension);
                }
            }
        }
        // One account alone can be asked for; two that must both hold find nothing by themselves.
        if filter.accounts.len() > 1 {
            filter.accounts.clear();
        }
        filter
    }

    /// True if the metric is looked for.
    pub(in super::super) fn finds(&self, candidate: &Candidate<'_>) -> bool {
        let named = |names: &Vec<String>| {
            names.len() == candidate.dimensions.len()
                && names.iter().zip(&candidate.dimensions).all(|(one, (two, _))| one == two)
        };
        self.namespace.as_ref().is_none_or(|namespace| namespace == candidate.namespace)
            && self.dimensions.as_ref().is_none_or(named)
            && self.wanted.as_ref().is_none_or(|wanted| wanted.holds(candidate))
    }
}

/// How an account is named in a search.
const ACCOUNT: &str = ":aws.AccountId";

impl Wanted {
    fn holds(&self, candidate: &Candidate<'_>) -> bool {
        match self {
            Self::All(all) => all.iter().all(|wanted| wanted.holds(candidate)),
            Self::Any(any) => any.iter().any(|wanted| wanted.holds(candidate)),
            Self::Not(wanted) => !wanted.holds(candidate),
            Self::Term { field: None, text, exact } => {
                let names = [candidate.name, candidate.namespace, candidate.account.as_str()].into_iter();
                let of_dimensions = candidate.dimensions.iter().flat_map(|(name, value)| [*name, *value]);
                names.chain(of_dimensions).any(|there| fits(there, text, *exact))
            }
            Self::Term { field: Some(field), text, exact } => match field.as_str() {
                "MetricName" => fits(candidate.name, text, *exact),
                "Namespace" => fits(candidate.namespace, text, *exact),
                ACCOUNT => fits(&candidate.account, text, *exact),
                _ => candidate.dimensions.iter().any(|(name, value)| name == field && fits(value, text, *exact)),
            },
        }
    }
}

/// A term in quotes is the whole text; one without is words in a row, whatever their case.
fn fits(there: &str, wanted: &str, exact: bool) -> bool {
    if exact {
        return there == wanted;
    }
    let (there, wanted) = (words(there), words(wanted));
    wanted.is_empty() || there.windows(wanted.len()).any(|run| run == wanted)
}

/// `HTTPCode_Target5XX` is http, code, target, 5, xx: words end at signs, at digits, and where small letters give way to
/// capitals.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let characters: Vec<char> = text.chars().collect();
    let mut open = false;
    for (place, character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            open = false;
            continue;
        }
        let before = place.checked_sub(1).and_then(|before| characters.get(before));
        let behind = characters.get(place + 1);
        let new = before.is_some_and(|before| {
            before.is_numeric() != character.is_numeric()
                || (before.is_lowercase() && character.is_uppercase())
                || (before.is_uppercase() && character.is_uppercase() && behind.is_some_and(|c| c.is_lowercase()))
        });
        if !open || new {
            words.push(String::new());
            open = true;
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words
}

struct Reader {
    characters: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    /// The next character that is no blank.
    fn peek(&mut self) -> Option<char> {
        while self.characters.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.characters.get(self.at).copied()
    }

    fn fault(&self, why: impl Into<String>) -> Fault {
        Fault::at(self.at + 1, why)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn expects(&mut self, wanted: char) -> Result<(), Fault> {
        if self.takes(wanted) { Ok(()) } else { Err(self.fault(format!("want {wanted}"))) }
    }

    /// True if this word comes next, which is then taken.
    fn takes_word(&mut self, word: &str) -> bool {
        self.peek();
        let before = self.at;
        if self.bare().is_some_and(|found| found == word) {
            return true;
        }
        self.at = before;
        false
    }

    /// A word without quotes.
    fn bare(&mut self) -> Option<String> {
        self.peek();
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let word: String = rest.iter().take_while(|c| !c.is_whitespace() && !"\"'(){}=,".contains(**c)).collect();
        self.at += word.chars().count();
        Some(word).filter(|word| !word.is_empty())
    }

    /// A text in quotes; none if there is none.
    fn quoted(&mut self) -> Result<Option<String>, Fault> {
        let Some(quote) = self.peek().filter(|c| matches!(c, '"' | '\'')) else { return Ok(None) };
        let rest = self.characters.get(self.at + 1..).unwrap_or_default();
        let Some(length) = rest.iter().position(|c| *c == quote) else {
            return Err(self.fault(format!("the text that begins here lacks its closing {quote}")));
        };
        let text = rest.iter().take(length).collect();
        self.at += length + 2;
        Ok(Some(text))
    }

    fn name(&mut self) -> Result<String, Fault> {
        match self.quoted()? {
            Some(text) => Ok(text),
            None => self.bare().ok_or_else(|| self.fault("want a name")),
        }
    }

    fn any(&mut self) -> Result<Wanted, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault(format!("brackets are more than {DEEPEST} deep")));
        }
        let mut any = vec![self.all()?];
        while self.takes_word("OR") {
            any.push(self.all()?);
        }
        self.depth -= 1;
        Ok(one_or(any, Wanted::Any))
    }

    fn all(&mut self) -> Result<Wanted, Fault> {
        let mut all = vec![self.one()?];
        loop {
            let said = self.takes_word("AND");
            let before = self.at;
            let ended = matches!(self.peek(), None | Some(')')) || self.takes_word("OR");
            self.at = before;
            if ended && !said {
                return Ok(one_or(all, Wanted::All));
            }
            all.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Wanted, Fault> {
        let mut turned = false;
        while self.takes_word("NOT") {
            turned = !turned;
        }
        let wanted = if self.takes('(') {
            let wanted = self.any()?;
            self.expects(')')?;
            wanted
        } else {
            self.term()?
        };
        Ok(if turned { Wanted::Not(Box::new(wanted)) } else { wanted })
    }

    /// A term, or a field with `=` and a term or several in brackets.
    fn term(&mut self) -> Result<Wanted, Fault> {
        let quoted = self.quoted()?;
        let exact = quoted.is_some();
        let text = match quoted {
            Some(text) => text,
            None => self.bare().ok_or_else(|| self.fault("want a term"))?,
        };
        if !self.takes('=') {
            return Ok(Wanted::Term { field: None, text, exact });
        }
        if self.takes('(') {
            let mut wanted = self.any()?;
            self.expects(')')?;
            wanted.within(&text);
            return Ok(wanted);
        }
        let quoted = self.quoted()?;
        let exact = quoted.is_some();
        let value = match quoted {
            Some(value) => value,
            None => self.bare().ok_or_else(|| self.fault("want a value behind ="))?,
        };
        Ok(Wanted::Term { field: Some(text), text: value, exact })
    }
}

impl Wanted {
    /// Looks for the same in one field.
    fn within(&mut self, name: &str) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter_mut().for_each(|part| part.within(name)),
            Self::Not(part) => part.within(name),
            Self::Term { field, .. } => {
                field.get_or_insert_with(|| name.to_owned());
            }
        }
    }
}

fn one_or(mut parts: Vec<Wanted>, join: fn(Vec<Wanted>) -> Wanted) -> Wanted {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(search: &str) -> bool {
        let candidate = Candidate {
            account: "111122223333".to_owned(),
            namespace: "AWS/SageMaker",
            name: "Invocation5XXErrors",
            dimensions: vec![("EndpointName", "fraud-scoring-2"), ("VariantName", "AllTraffic")],
        };
        Search::parse(search).unwrap().finds(&candidate)
    }

    #[test]
    fn searches_find_as_cloudwatchs_do() {
        for search in [
            "{AWS/SageMaker,EndpointName,VariantName}",
            "{AWS/SageMaker,VariantName,EndpointName} MetricName=\"Invocation5XXErrors\"",
            "{\"AWS/SageMaker\"} scoring",
            "fraud-scoring",
            "FRAUD",
            "5XX errors",
            "invocation NOT (4xx OR latency)",
            "EndpointName=\"fraud-scoring-2\" AND VariantName=(\"AllTraffic\" OR \"Blue\")",
            "EndpointName=scoring",
            ":aws.AccountId = \"111122223333\" Namespace=\"AWS/SageMaker\"",
        ] {
            assert!(found(search), "{search}");
        }
        for search in [
            "{AWS/SageMaker,EndpointName}",
            "{AWS/EC2,InstanceId}",
            "MetricName=\"Invocation\"",
            "scoring-fraud",
            "scor",
            "\"fraud\"",
            "EndpointName=AllTraffic",
            ":aws.AccountId=\"000000000000\"",
            "NOT fraud OR latency",
        ] {
            assert!(!found(search), "{search}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (search, place) in [("", 1), ("{AWS/EC2", 9), ("(a", 3), ("a )", 3), ("a = ", 5), ("x \"y", 3), ("{}", 2)] {
            assert_eq!(Search::parse(search).unwrap_err().place, place, "{search}");
        }
        assert!(Search::parse(&"(".repeat(1_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            if let Ok(search) = Search::parse(&text) {
                let candidate = Candidate { account: String::new(), namespace: &text, name: "a", dimensions: vec![] };
                search.finds(&candidate);
                search.narrow();
            }
        }

        /// The filter that goes before the search never hides what the search would find.
        #[test]
        fn narrowing_loses_nothing(parts in proptest::collection::vec(
            proptest::sample::select(vec!["MetricName=\"a\"", "OR", "Namespace=\"n\"", "d=\"v\"", "NOT", "v"]), 1..6)) {
            if let Ok(search) = Search::parse(&parts.join(" ")) {
                for (name, value) in [("a", "v"), ("b", "v"), ("a", "w")] {
                    let candidate = Candidate { account: String::new(), namespace: "n", name, dimensions: vec![("d", value)] };
                    let filter = search.narrow();
                    let passes = filter.name.is_none_or(|wanted| wanted == name)
                        && filter.namespace.is_none_or(|wanted| wanted == "n")
                        && filter.dimensions.iter().all(|wanted| wanted.name == "d" && wanted.value.as_deref() == Some(value));
                    prop_assert!(passes || !search.finds(&candidate));
                }
            }
        }
    }
}
