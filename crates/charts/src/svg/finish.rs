//! From what ECharts writes to what may stand in a page.

use crate::drawing::Drawing;
use crate::theme::{FONT, Theme};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Attributes of ECharts' own runtime for such pictures, which we do not use. Their values hold no text of the data.
const NEEDLESS: [&str; 5] =
    [" class=\"", " ecmeta_series_index=\"", " ecmeta_data_index=\"", " ecmeta_ssr_type=\"", " pointer-events=\""];

/// Gives the SVG ids of its own, a name and a description, says its font once, and drops what XML forbids.
///
/// ECharts begins ids with `zr` and a number that counts its charts, which differs from render to render and is the same
/// in two processes. Its style sheet says only what happens under a pointer, with counted names too: it goes, with the
/// classes, and the same drawing is the same text.
///
/// In a page a picture takes the width that there is: its shapes stretch, and its texts, which are placed by their own
/// CSS property, keep their form (`style/chart.css`). There the figure around it has the words.
pub(super) fn finish(raw: &str, id: &str, drawing: &Drawing, theme: Theme) -> String {
    let font = format!("font-family:{FONT};");
    let mut svg = String::with_capacity(raw.len() + 512);
    let mut rest = raw;
    let mut is_root = true;
    while let Some(open) = rest.find('<') {
        let (text, tag_on) = rest.split_at(open);
        push_allowed(text, &mut svg);
        if tag_on.starts_with("<style") {
            rest = tag_on.find("</style>").map_or("", |at| &tag_on[at + "</style>".len()..]);
            continue;
        }
        let end = tag_on.find('>').map_or(tag_on.len(), |at| at + 1);
        let (tag, after) = tag_on.split_at(end);
        if is_root && tag.starts_with("<svg") {
            is_root = false;
            rename(&without_needless(tag.trim_end_matches('>')), id, &mut svg);
            let _ = write!(svg, " font-family=\"{FONT}\"");
            if theme == Theme::Page {
                svg.push_str(" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
                rest = after;
                continue;
            }
            let _ = write!(svg, " role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">");
            let _ = write!(svg, "<title id=\"{id}-title\">{}</title>", Escaped(&drawing.title));
            let _ = write!(svg, "<desc id=\"{id}-desc\">{}</desc>", Escaped(&drawing.summary));
        } else if tag.starts_with("<text") {
            let tag = without_needless(tag).replace(&font, "");
            rename(
                if theme == Theme::Page { placed_by_style(&tag) } else { Cow::Borrowed(&*tag) }.as_ref(),
                id,
                &mut svg,
            );
        } else {
            rename(&without_needless(tag), id, &mut svg);
        }
        rest = after;
    }
    push_allowed(rest, &mut svg);
    svg
}

fn without_needless(tag: &str) -> Cow<'_, str> {
    let mut kept = Cow::Borrowed(tag);
    for attribute in NEEDLESS {
        while let Some(at) = kept.find(attribute) {
            let value = at + attribute.len();
            let end = kept[value..].find('"').map_or(kept.len(), |quote| value + quote + 1);
            kept.to_mut().replace_range(at..end, "");
        }
    }
    kept
}

/// A canvas sets letters at the middle of the em box, SVG at its central baseline, which is lower in most fonts: by
/// about so much of the font's size.
const CENTRAL_BELOW_MIDDLE: f64 = 0.05;

/// A text's tag with its place in the CSS property `translate`, so that the style sheet's `scale` acts at that place; as
/// high as the canvas will set it that takes the picture's place.
fn placed_by_style(tag: &str) -> Cow<'_, str> {
    const BEFORE: &str = " transform=\"translate(";
    let placed = || {
        let (head, after) = tag.split_once(BEFORE)?;
        let (place, tail) = after.split_once(")\"")?;
        let (head_before, style) = head.split_once(" style=\"")?;
        let mut place = place.split_whitespace().map(str::parse::<f64>);
        let (x, mut y) = (place.next()?.ok()?, place.next().and_then(Result::ok).unwrap_or_default());
        if head.contains("\"central\"") {
            let size = style.split_once("font-size:")?.1.split_once("px")?.0.parse::<f64>().ok()?;
            y = ((y - CENTRAL_BELOW_MIDDLE * size) * 100.0).round() / 100.0;
        }
        Some(format!("{head_before} style=\"translate:{x}px {y}px;{style}{tail}"))
    };
    placed().map_or(Cow::Borrowed(tag), Cow::Owned)
}

/// Appends text of a tag with `zr<number>-` as `<id>-`.
fn rename(text: &str, id: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find("zr") {
        let after = &rest[at + 2..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let begins_word = !rest[..at].ends_with(|before: char| before.is_alphanumeric() || before == '-');
        if digits > 0 && begins_word && after[digits..].starts_with('-') {
            push_allowed(&rest[..at], out);
            out.push_str(id);
            rest = &after[digits..];
        } else {
            push_allowed(&rest[..at + 2], out);
            rest = after;
        }
    }
    push_allowed(rest, out);
}

/// Whether XML 1.0 has this character.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn push_allowed(text: &str, out: &mut String) {
    if text.chars().all(is_allowed) {
        out.push_str(text);
    } else {
        out.extend(text.chars().filter(|character| is_allowed(*character)));
    }
}

struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars().filter(|character| is_allowed(*character)) {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{placed_by_style, push_allowed, rename};

    #[test]
    fn texts_of_pages_are_placed_by_their_style() {
        let text = "<text style=\"font-size:11px;\" transform=\"translate(56.5 312)\" fill=\"var(--text)\">";
        let placed = "<text style=\"translate:56.5px 312px;font-size:11px;\" fill=\"var(--text)\">";
        assert_eq!(placed_by_style(text), placed);
        let central = "<text dominant-baseline=\"central\" style=\"font-size:20px;\" transform=\"translate(5 9)\">";
        let placed = "<text dominant-baseline=\"central\" style=\"translate:5px 8px;font-size:20px;\">";
        assert_eq!(placed_by_style(central), placed);
        let turned = "<text style=\"\" transform=\"matrix(0,1,1,0,2,3)\">";
        assert_eq!(placed_by_style(turned), turned);
    }

    #[test]
    fn only_ids_are_renamed() {
        let mut out = String::new();
        rename("class=\"zr12-cls-0\" href=\"url(#zr12-c0)\" x=\"azr1-b zr-1 zr1\"", "c0f", &mut out);
        assert_eq!(out, "class=\"c0f-cls-0\" href=\"url(#c0f-c0)\" x=\"azr1-b zr-1 zr1\"");
    }

    #[test]
    fn characters_that_xml_forbids_are_dropped() {
        let mut out = String::new();
        push_allowed("a\u{0}b\u{b}c\u{ffff}\n", &mut out);
        assert_eq!(out, "abc\n");
    }
}
