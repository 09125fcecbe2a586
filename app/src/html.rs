//! HTML as text, for what has too many cells to be brought to life one by one. Whatever comes from outside goes through
//! [`escape`] or [`Text`].

use std::fmt;

/// Adds `text` so that it stays text, within elements and within attributes in double quotes.
pub(crate) fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}

/// Text that writes itself escaped: for `format!` and `write!`.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut html = String::with_capacity(self.0.len());
        escape(self.0, &mut html);
        f.write_str(&html)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn text_stays_text() {
        let html = format!("<a title=\"{}\">", Text("\" onclick=\"x()\" <b>&é"));
        assert_eq!(html, "<a title=\"&quot; onclick=&quot;x()&quot; &lt;b&gt;&amp;é\">");
    }
}
