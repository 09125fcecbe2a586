//! One style sheet out of many: follows `@import`, then drops comments and needless white space.
//!
//! Deliberately small. It does not understand properties or selectors and changes neither; compressed, the result is
//! within a few percent of what a full minifier makes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Reads `entry` and all that it imports, and returns them as one minified style sheet.
///
/// An import may name a `layer(…)`, or a media query, or both. It fails on a file that is not there, on imports in a
/// circle, and on a relative `url(…)`, which would point nowhere once published: use a `data:` URL or an absolute path.
pub(crate) fn bundle(entry: &Path) -> Result<String> {
    let mut whole = String::new();
    include(entry, &mut Vec::new(), &mut whole)?;
    Ok(whole)
}

fn include(path: &Path, including: &mut Vec<PathBuf>, whole: &mut String) -> Result<()> {
    let canonical = path.canonicalize().with_context(|| format!("cannot find style sheet {}", path.display()))?;
    if including.contains(&canonical) {
        bail!("style sheets import each other in a circle: {} comes again", path.display());
    }
    let source = fs::read_to_string(path).with_context(|| format!("cannot read style sheet {}", path.display()))?;
    let minified = minify(&source).with_context(|| format!("in style sheet {}", path.display()))?;
    including.push(canonical);

    let mut rest = minified.as_str();
    loop {
        if let Some(statement) = rest.strip_prefix("@import") {
            let end = end_of_statement(statement);
            let import = Import::parse(&statement[..end])
                .with_context(|| format!("in style sheet {}: @import{}", path.display(), &statement[..end]))?;
            whole.push_str(&import.opening);
            include(&path.with_file_name(&import.file), including, whole)
                .with_context(|| format!("imported by {}", path.display()))?;
            whole.push_str(&"}".repeat(import.blocks));
            rest = statement[end..].strip_prefix(';').unwrap_or_default();
        } else if rest.starts_with("@charset") || is_layer_statement(rest) {
            let end = end_of_statement(rest);
            if rest.starts_with("@layer") {
                whole.push_str(&rest[..end]);
                whole.push(';');
            }
            rest = rest[end..].strip_prefix(';').unwrap_or_default();
        } else {
            break;
        }
    }
    if let Some(misplaced) = rest.find("@import") {
        let from = &rest[misplaced..];
        bail!(
            "in style sheet {}: {} stands after rules, where browsers ignore it",
            path.display(),
            &from[..end_of_statement(from)]
        );
    }
    whole.push_str(rest);
    including.pop();
    Ok(())
}

/// `@layer a,b;` (an order of layers), not `@layer a{…}`.
fn is_layer_statement(rest: &str) -> bool {
    rest.starts_with("@layer") && rest.find(';').unwrap_or(usize::MAX) < rest.find('{').unwrap_or(usize::MAX)
}

fn end_of_statement(text: &str) -> usize {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, ';') => return at,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// What stands between `@import` and `;`.
struct Import {
    file: String,
    /// The blocks that the imported rules go into, opened.
    opening: String,
    /// How many blocks that are.
    blocks: usize,
}

impl Import {
    fn parse(statement: &str) -> Result<Self> {
        let statement = statement.trim();
        let unwrapped = statement.strip_prefix("url(").and_then(|inner| inner.split_once(')'));
        let (file, conditions) = match unwrapped {
            Some((file, conditions)) => (file.trim_matches(['"', '\'']), conditions),
            None => {
                let Some(quote) = statement.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
                    bail!("an import starts with a quoted file name or url(…)");
                };
                statement[1..].split_once(quote).context("the file name's quote is not closed")?
            }
        };
        if file.contains("//") {
            bail!("only files of this project can be imported");
        }

        let mut conditions = conditions.trim();
        let mut opening = String::new();
        let mut blocks = 0;
        if let Some(after) = conditions.strip_prefix("layer(") {
            let (layer, others) = after.split_once(')').context("layer( is not closed")?;
            opening.push_str(&format!("@layer {layer}{{"));
            blocks += 1;
            conditions = others.trim();
        }
        if conditions.starts_with("supports(") || conditions.starts_with("layer") {
            bail!("only layer(name) and media queries are understood here");
        }
        if !conditions.is_empty() {
            opening.push_str(&format!("@media {conditions}{{"));
            blocks += 1;
        }
        Ok(Self { file: file.to_owned(), opening, blocks })
    }
}

/// Drops comments and white space that means nothing. Strings and `url(…)` stay as they are.
fn minify(source: &str) -> Result<String> {
    let mut out = String::with_capacity(source.len());
    let mut rest = source.trim_start_matches('\u{feff}');
    let mut space = false;
    while let Some(next) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            let Some(end) = comment.find("*/") else {
                bail!("a comment is not closed");
            };
            // A comment separates words, like a space.
            space = true;
            rest = &comment[end + 2..];
            continue;
        }
        if next.is_ascii_whitespace() {
            space = true;
            rest = &rest[1..];
            continue;
        }
        if std::mem::take(&mut space) && needs_space(&out, next) {
            out.push(' ');
        }
        let length = match next {
            '"' | '\'' => string_length(rest)?,
            '\\' => next.len_utf8() + rest[1..].chars().next().map_or(0, char::len_utf8),
            'u' | 'U' if is_unquoted_url(rest, &out) => url_length(rest)?,
            _ => next.len_utf8(),
        };
        if next == '}' && out.ends_with(';') {
            out.pop();
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    relative_url(&out)?;
    Ok(out)
}

/// Whether a space between what is written already and `next` can mean something.
fn needs_space(written: &str, next: char) -> bool {
    let Some(previous) = written.chars().next_back() else {
        return false;
    };
    // After an escape a space ends it; before `:` it is the descendant combinator; around `+` and `-` it is arithmetic.
    !matches!(previous, '{' | '}' | ';' | ',' | ':' | '(') && !matches!(next, '{' | '}' | ';' | ',' | ')')
}

fn string_length(text: &str) -> Result<usize> {
    let mut characters = text.char_indices();
    let Some((_, quote)) = characters.next() else {
        bail!("a string is expected");
    };
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '\n' => break,
            _ if character == quote => return Ok(at + quote.len_utf8()),
            _ => {}
        }
    }
    bail!("a string is not closed: {}", text.lines().next().unwrap_or_default())
}

fn is_unquoted_url(rest: &str, written: &str) -> bool {
    let starts_word = !written.ends_with(|before: char| before.is_alphanumeric() || matches!(before, '-' | '_'));
    let Some(opening) = rest.get(..4) else {
        return false;
    };
    starts_word && opening.eq_ignore_ascii_case("url(") && !rest[4..].trim_start().starts_with(['"', '\''])
}

fn url_length(rest: &str) -> Result<usize> {
    match rest.find(')') {
        Some(end) => Ok(end + 1),
        None => bail!("url( is not closed: {}", rest.lines().next().unwrap_or_default()),
    }
}

/// Fails on the first `url(…)` of a rule that is relative.
fn relative_url(css: &str) -> Result<()> {
    for (at, _) in css.match_indices("url(") {
        if css[..at].ends_with("@import ") {
            continue;
        }
        let target = css[at + 4..].trim_start_matches(['"', '\'', ' ']);
        if !["data:", "/", "#"].iter().any(|start| target.starts_with(start)) {
            let end = target.find(')').unwrap_or(target.len());
            bail!("url({}) is relative; use a data: URL or an absolute path", &target[..end]);
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "css_tests.rs"]
mod tests;
