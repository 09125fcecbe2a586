//! Writes JSON straight into a text, in the order of the calls: a quarter of a million events take a second, and no
//! tree is built for any of them.

use std::fmt::Write;

/// An object that is being written.
pub(crate) struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Writes one object to the end of `out`.
    pub(crate) fn write(out: &'a mut String, fill: impl FnOnce(&mut Object<'_>)) {
        out.push('{');
        fill(&mut Object { out: &mut *out, empty: true });
        out.push('}');
    }

    fn key(&mut self, key: &str) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key);
        string(self.out, value);
        self
    }

    /// A text, if there is one.
    pub(crate) fn some_text(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(key, value);
        }
        self
    }

    /// A text that is formatted in place. It must not hold quotes, backslashes or control characters.
    pub(crate) fn format(&mut self, key: &str, value: std::fmt::Arguments<'_>) -> &mut Self {
        self.key(key);
        self.out.push('"');
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(value);
        self.out.push('"');
        self
    }

    /// A whole number.
    pub(crate) fn number(&mut self, key: &str, value: i64) -> &mut Self {
        self.key(key);
        let _ = write!(self.out, "{value}");
        self
    }

    /// A whole number, if there is one.
    pub(crate) fn some_number(&mut self, key: &str, value: Option<i64>) -> &mut Self {
        if let Some(value) = value {
            self.number(key, value);
        }
        self
    }

    /// A whole number with a decimal point, as endpoint events carry it.
    pub(crate) fn float(&mut self, key: &str, value: i64) -> &mut Self {
        self.key(key);
        let _ = write!(self.out, "{value}.0");
        self
    }

    /// True or false.
    pub(crate) fn flag(&mut self, key: &str, value: bool) -> &mut Self {
        self.key(key);
        self.out.push_str(if value { "true" } else { "false" });
        self
    }

    /// An explicit null.
    pub(crate) fn null(&mut self, key: &str) -> &mut Self {
        self.key(key);
        self.out.push_str("null");
        self
    }

    /// An object inside.
    pub(crate) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        self.key(key);
        Object::write(self.out, fill);
        self
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, key: &str, values: &[&str]) -> &mut Self {
        self.key(key);
        self.out.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            string(self.out, value);
        }
        self.out.push(']');
        self
    }

    /// A list of objects, one for each item.
    pub(crate) fn objects<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Object<'_>, T),
    ) -> &mut Self {
        self.key(key);
        self.out.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            Object::write(self.out, |object| fill(object, item));
        }
        self.out.push(']');
        self
    }
}

fn string(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_a_reader_reads() {
        let odd = "quote \" backslash \\ newline \n tab \t bell \u{7} é 漢";
        let mut out = String::new();
        Object::write(&mut out, |object| {
            object.text("text", odd).some_text("none", None).number("n", -5).float("f", 1_592_411_992_203);
            object.flag("yes", true).null("nothing").texts("list", &["a", odd]);
            object.objects("rows", [1, 2], |row, n| {
                row.number("n", n);
            });
            object.object("empty", |_| {}).format("made", format_args!("{}-{:03}", "x", 7));
        });
        let read: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected = serde_json::json!({
            "text": odd, "n": -5, "f": 1_592_411_992_203.0, "yes": true, "nothing": null, "list": ["a", odd],
            "rows": [{"n": 1}, {"n": 2}], "empty": {}, "made": "x-007"
        });
        assert_eq!(read, expected);
    }
}
