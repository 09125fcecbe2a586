//! One pass over a reason: finds the tokens, leaves single words to [`super::word`].

use super::word;

/// Everything that a fold can leave behind; copied as it is when it is met again.
pub(super) const PLACEHOLDERS: [&str; 10] =
    ["<n>", "<size>", "<id>", "<arn>", "<s3>", "<url>", "<image>", "<ip>", "<time>", "<name>"];

const ADDRESSES: [(&str, &str); 6] = [
    ("arn:", "<arn>"),
    ("s3://", "<s3>"),
    ("s3a://", "<s3>"),
    ("s3n://", "<s3>"),
    ("http://", "<url>"),
    ("https://", "<url>"),
];

const SIZE_UNITS: [&str; 9] = ["KiB", "MiB", "GiB", "TiB", "KB", "MB", "GB", "TB", "bytes"];

/// A number after one of these tells the cause and stays.
const CODE_WORDS: [&str; 7] = ["exitcode", "exit code", "exit status", "errno", "status code", "error code", "signal"];

/// True for what a word is made of.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// What becomes of a token.
enum Fold {
    /// This stands in its place.
    Put(&'static str),
    /// It stays.
    Keep,
    /// It is a word, to be judged by itself.
    Word,
}

/// Folds every token of `text` once and collapses its white space.
pub(super) fn fold_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let starts_token = !out.chars().next_back().is_some_and(is_word_char);
        let (taken, fold) = match first {
            c if c.is_whitespace() => (rest.len() - rest.trim_start().len(), Fold::Put(" ")),
            '<' => placeholder(rest),
            '"' | '\'' | '`' => quoted(rest, first),
            _ if starts_token => token(rest, &out),
            c => (c.len_utf8(), Fold::Keep),
        };
        match fold {
            Fold::Put(placeholder) => out.push_str(placeholder),
            Fold::Keep => out.push_str(&rest[..taken]),
            Fold::Word => word::fold_word(&rest[..taken], &mut out),
        }
        rest = &rest[taken..];
    }
    out
}

fn placeholder(rest: &str) -> (usize, Fold) {
    PLACEHOLDERS
        .iter()
        .find(|placeholder| rest.starts_with(**placeholder))
        .map_or((1, Fold::Keep), |placeholder| (placeholder.len(), Fold::Put(placeholder)))
}

/// A quoted word that looks made up for one workload becomes a name; anything else quoted is read like other text.
fn quoted(rest: &str, quote: char) -> (usize, Fold) {
    let Some(length) = rest[1..].find(quote) else { return (1, Fold::Keep) };
    let inner = &rest[1..=length];
    let like_a_name = !inner.is_empty()
        && inner.len() <= 256
        && inner.chars().all(|c| is_word_char(c) || matches!(c, '.' | '/'))
        && inner.contains(|c: char| c.is_ascii_digit() || c == '-')
        && !is_number(inner)
        && !inner.starts_with(['/', '-', '.'])
        && instance_type(inner) != inner.len()
        && !word::is_technical(inner);
    if like_a_name { (length + 2, Fold::Put("<name>")) } else { (1, Fold::Keep) }
}

fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-')
}

fn token(rest: &str, before: &str) -> (usize, Fold) {
    for (start, folded) in ADDRESSES {
        if rest.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)) {
            return (address_length(rest), Fold::Put(folded));
        }
    }
    if let Some(length) = image_length(rest) {
        return (length, Fold::Put("<image>"));
    }
    let instance = instance_type(rest);
    if instance > 0 {
        return (instance, Fold::Keep);
    }
    if let Some(length) = time_length(rest) {
        return (length, Fold::Put("<time>"));
    }
    if let Some(length) = ip_length(rest) {
        return (length, Fold::Put("<ip>"));
    }
    if let Some(number) = number(rest, before) {
        return number;
    }
    match rest.find(|c: char| !is_word_char(c)).unwrap_or(rest.len()) {
        0 => (rest.chars().next().map_or(1, char::len_utf8), Fold::Keep),
        length => (length, Fold::Word),
    }
}

fn address_length(rest: &str) -> usize {
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | ')' | ']' | '}' | '<' | '>'))
        .unwrap_or(rest.len());
    rest[..end].trim_end_matches(['.', ':', '!', '?']).len().max(1)
}

/// The length of an ECR image's address at the start of `rest`.
fn image_length(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && rest[digits..].starts_with(".dkr.ecr")).then(|| address_length(rest))
}

/// The length of an instance type (`ml.p3.2xlarge`) at the start of `rest`, or zero.
fn instance_type(rest: &str) -> usize {
    let Some(after) = rest.strip_prefix("ml.") else { return 0 };
    let Some(dot) = after.find('.') else { return 0 };
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let size_end = after[dot + 1..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len() - dot - 1);
    let size = &after[dot + 1..dot + 1 + size_end];
    let known = ["large", "medium", "small", "micro", "nano", "metal"].iter().any(|end| size.ends_with(end));
    if plain(&after[..dot]) && known { 3 + dot + 1 + size_end } else { 0 }
}

/// True if `rest` starts with `pattern`, in which `d` stands for a digit.
fn matches_digits(rest: &str, pattern: &str) -> bool {
    let bytes = rest.as_bytes();
    pattern.bytes().enumerate().all(|(at, want)| match want {
        b'd' => bytes.get(at).is_some_and(u8::is_ascii_digit),
        other => bytes.get(at) == Some(&other),
    })
}

/// The length of a clock time (`12:30:45.678`) with its zone, or zero.
fn clock_length(rest: &str) -> usize {
    if !matches_digits(rest, "dd:dd") {
        return 0;
    }
    let body = rest.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.')).count();
    let mut end = rest[..body].trim_end_matches([':', '.']).len();
    if rest[end..].starts_with('Z') {
        end += 1;
    } else if matches_digits(&rest[end..], "+dd:dd") || matches_digits(&rest[end..], "-dd:dd") {
        end += 6;
    } else if matches_digits(&rest[end..], "+dddd") {
        end += 5;
    }
    end
}

/// The length of a date, a date with a time, or a time of day at the start of `rest`.
fn time_length(rest: &str) -> Option<usize> {
    if matches_digits(rest, "dddd-dd-dd") || matches_digits(rest, "dddd/dd/dd") {
        let after = &rest[10..];
        if after.starts_with(['T', 't', ' ']) {
            let clock = clock_length(&after[1..]);
            if clock > 0 {
                return Some(11 + clock);
            }
        }
        return (!after.starts_with(is_word_char)).then_some(10);
    }
    if matches_digits(rest, "dd:dd:dd") {
        return Some(clock_length(rest));
    }
    None
}

fn ip_length(rest: &str) -> Option<usize> {
    let body = rest.bytes().take_while(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':')).count();
    let text = rest[..body].trim_end_matches(['.', ':']);
    if rest[text.len()..].starts_with(is_word_char) {
        return None;
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) if host.contains('.') => (host, port),
        _ => (text, ""),
    };
    if host.parse::<std::net::Ipv4Addr>().is_ok() && port.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.len());
    }
    let colons = text.bytes().filter(|b| *b == b':').count();
    (colons >= 2 && text.parse::<std::net::Ipv6Addr>().is_ok()).then_some(text.len())
}

/// A number with its sign, groups, decimals and exponent, and the unit of memory after it.
fn number(rest: &str, before: &str) -> Option<(usize, Fold)> {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let sign = usize::from(bytes.first() == Some(&b'-'));
    if !digit(sign) {
        return None;
    }
    let mut end = sign;
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b',')) && digit(end + 1)) {
        end += 1;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + signed) {
            end += 1 + signed;
            while digit(end) {
                end += 1;
            }
        }
    }
    let after = &rest[end..];
    let unit = after.strip_prefix(' ').unwrap_or(after);
    for name in SIZE_UNITS {
        if unit.strip_prefix(name).is_some_and(|next| !next.starts_with(is_word_char)) {
            return Some((rest.len() - unit.len() + name.len(), Fold::Put("<size>")));
        }
    }
    if after.starts_with(is_word_char) {
        return None;
    }
    let tells_the_cause = end - sign <= 3 && follows_code_word(before);
    Some((end, if tells_the_cause { Fold::Keep } else { Fold::Put("<n>") }))
}

fn follows_code_word(before: &str) -> bool {
    let text = before.trim_end_matches([' ', ':', '=', '-']);
    CODE_WORDS.iter().any(|word| {
        text.len()
            .checked_sub(word.len())
            .and_then(|at| text.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word))
    })
}
