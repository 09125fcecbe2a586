//! An expression's text, cut into tokens.

use super::Fault;

/// A piece of an expression, with the character (from 1) at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) place: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    /// A name of a function, a query or a word such as `REPEAT`.
    Name(String),
    /// A text in quotes of either kind, without them.
    Text(String),
    /// An operator, a bracket or a comma.
    Sign(&'static str),
    End,
}

/// Longer ones first, so that `<=` is not read as `<`.
const SIGNS: [&str; 20] =
    ["==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "<", ">", "{", "}"];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = characters.get(at).copied() {
        let rest = characters.get(at..).unwrap_or_default();
        let place = at + 1;
        if first.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, length) = if first.is_ascii_digit()
            || (first == '.' && rest.get(1).is_some_and(char::is_ascii_digit))
        {
            number(rest, place)?
        } else if first.is_alphabetic() || first == '_' {
            let name: String = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
            let length = name.chars().count();
            (TokenKind::Name(name), length)
        } else if first == '\'' || first == '"' {
            quoted(rest, first, place)?
        } else {
            let starts =
                |sign: &&&str| sign.chars().zip(rest).all(|(one, two)| one == *two) && sign.len() <= rest.len();
            let sign =
                SIGNS.iter().find(starts).ok_or_else(|| Fault::at(place, format!("{first:?} is not expected here")))?;
            (TokenKind::Sign(sign), sign.len())
        };
        tokens.push(Token { kind, place });
        at += length.max(1);
    }
    tokens.push(Token { kind: TokenKind::End, place: characters.len() + 1 });
    Ok(tokens)
}

/// Digits, a point with more digits, an exponent.
fn number(rest: &[char], place: usize) -> Result<(TokenKind, usize), Fault> {
    let digits = |from: usize| rest.get(from..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count();
    let mut length = digits(0);
    if rest.get(length) == Some(&'.') {
        length += 1 + digits(length + 1);
    }
    if matches!(rest.get(length), Some('e' | 'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    let text: String = rest.iter().take(length).collect();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((TokenKind::Number(number), length)),
        _ => Err(Fault::at(place, format!("{text} is no number"))),
    }
}

/// A text up to the closing quote; a backslash makes the next character part of it.
fn quoted(rest: &[char], quote: char, place: usize) -> Result<(TokenKind, usize), Fault> {
    let mut text = String::new();
    let mut at = 1;
    while let Some(character) = rest.get(at).copied() {
        match character {
            '\\' if rest.get(at + 1).is_some_and(|next| *next == quote || *next == '\\') => {
                text.extend(rest.get(at + 1));
                at += 2;
            }
            _ if character == quote => return Ok((TokenKind::Text(text), at + 1)),
            _ => {
                text.push(character);
                at += 1;
            }
        }
    }
    Err(Fault::at(place, format!("the text that begins here lacks its closing {quote}")))
}
