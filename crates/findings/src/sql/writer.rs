//! A statement as it grows.

use super::Statement;
use onepane_domain::Timestamp;
use std::fmt::Write as _;

/// Most bytes of a parameter. Athena takes 1,024 characters (`ExecutionParameters`,
/// <https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html>).
const MOST_OF_PARAMETER: usize = 1_024;
/// Most parts that one text is put together from; `concat` takes 254.
const MOST_PARTS: usize = 250;

/// What becomes of values.
enum Values {
    /// Question marks stand for them.
    Bound(Vec<String>),
    /// They are written out.
    Literal,
}

pub(super) struct Writer {
    text: String,
    values: Values,
}

impl Writer {
    pub(super) fn bound() -> Self {
        Self { text: String::new(), values: Values::Bound(Vec::new()) }
    }

    pub(super) fn literal() -> Self {
        Self { text: String::new(), values: Values::Literal }
    }

    /// Text of this crate's own, or of an [`super::Identifier`].
    pub(super) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        for (number, item) in items.into_iter().enumerate() {
            if number > 0 {
                self.raw(", ");
            }
            write(self, item);
        }
    }

    pub(super) fn number(&mut self, number: i64) {
        match &mut self.values {
            Values::Bound(parameters) => {
                parameters.push(number.to_string());
                self.text.push('?');
            }
            Values::Literal => self.text.push_str(&number.to_string()),
        }
    }

    /// An instant as a `timestamp`.
    pub(super) fn timestamp(&mut self, at: Timestamp) {
        let text = at.to_string().replace('T', " ").replace('Z', "");
        match &mut self.values {
            Values::Bound(parameters) => {
                parameters.push(format!("'{text}'"));
                self.raw("CAST(? AS timestamp)");
            }
            Values::Literal => self.raw(&format!("TIMESTAMP '{text}'")),
        }
    }

    pub(super) fn value(&mut self, value: &str) {
        match &mut self.values {
            Values::Bound(parameters) => {
                let mut parts = parts(value);
                let marks = vec!["?"; parts.len()].join(", ");
                let text = if parts.len() == 1 { marks } else { format!("concat({marks})") };
                parameters.append(&mut parts);
                self.text.push_str(&text);
            }
            Values::Literal => self.text.push_str(&literal(value)),
        }
    }

    pub(super) fn statement(self) -> Statement {
        let parameters = match self.values {
            Values::Bound(parameters) => parameters,
            Values::Literal => Vec::new(),
        };
        Statement { text: self.text, parameters }
    }
}

/// True for a text that has to be put together from more parts than Athena takes.
pub(super) fn is_too_long(value: &str) -> bool {
    // A long value is not taken apart only to be refused.
    value.len() > MOST_PARTS * MOST_OF_PARAMETER || parts(value).len() > MOST_PARTS
}

/// A text as literals, each short enough for a parameter.
fn parts(value: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::from("'");
    for character in value.chars() {
        if part.len() + 2 * character.len_utf8() + 1 > MOST_OF_PARAMETER {
            part.push('\'');
            parts.push(std::mem::replace(&mut part, String::from("'")));
        }
        part.push(character);
        if character == '\'' {
            part.push('\'');
        }
    }
    part.push('\'');
    parts.push(part);
    parts
}

/// A text as one literal. What cannot be seen, or makes other characters seem to stand elsewhere, is written by its
/// number: `U&'\202E'`.
fn literal(value: &str) -> String {
    let plain = value.replace('\'', "''");
    if !value.chars().any(is_unseen) {
        return format!("'{plain}'");
    }
    let mut text = String::from("U&'");
    for character in plain.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            unseen if is_unseen(unseen) => {
                let number = u32::from(unseen);
                let _ = if number > 0xFFFF { write!(text, "\\+{number:06X}") } else { write!(text, "\\{number:04X}") };
            }
            seen => text.push(seen),
        }
    }
    text.push('\'');
    text
}

/// Control characters, and Unicode's separators and formats (zero width, direction, tags).
fn is_unseen(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_show_what_they_hold() {
        for (value, text) in [
            ("", "''"),
            ("it's", "'it''s'"),
            (r"a\b", r"'a\b'"),
            ("\0", r"U&'\0000'"),
            ("a\nb\\'", r"U&'a\000Ab\\'''"),
            ("user\u{202E}txt", r"U&'user\202Etxt'"),
            ("\u{E0041}", r"U&'\+0E0041'"),
            ("Größe 😀", "'Größe 😀'"),
        ] {
            assert_eq!(literal(value), text);
        }
    }

    proptest! {
        #[test]
        fn parts_are_short_and_together_the_value(value in "(.|'|\\\\|\u{0}|😀){0,3000}") {
            let parts = parts(&value);
            prop_assert!(parts.iter().all(|part| part.len() <= MOST_OF_PARAMETER));
            let inside = |part: &String| part[1..part.len() - 1].replace("''", "'");
            prop_assert!(parts.iter().all(|part| part.starts_with('\'') && part.ends_with('\'')));
            prop_assert_eq!(parts.iter().map(inside).collect::<String>(), value);
        }
    }
}
