//! Names of partition folders: `key=value`, as Hive writes them.

/// What stands for "no value".
pub(crate) const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Key (in lower case) and value of a folder's name; an empty value for [`NULL`]. None if it is no partition.
pub(crate) fn read(folder: &str) -> Option<(String, String)> {
    let (key, value) = folder.split_once('=')?;
    let value = if value == NULL { String::new() } else { unescaped(value) };
    (!key.is_empty()).then(|| (key.to_ascii_lowercase(), value))
}

/// A value as it stands in a folder's name: everything but letters, digits, `-`, `_` and `.` as `%XX`.
pub(crate) fn escaped(value: &str) -> String {
    let mut name = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name
}

fn unescaped(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%').then(|| value.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(escaped) => {
                plain.push(escaped);
                at += 3;
            }
            None => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// The day `YYYYMMDD` (or `YYYY-MM-DD`) as days since 1970-01-01.
pub(crate) fn day(text: &str) -> Option<i64> {
    let dashed;
    let text = match (text.len(), text.is_ascii()) {
        (8, true) => {
            dashed = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]);
            &dashed
        }
        (10, true) => text,
        _ => return None,
    };
    let at: onepane_domain::Timestamp = text.parse().ok()?;
    Some(at.millis().div_euclid(86_400_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_are_read_as_they_are_written() {
        assert_eq!(read("accountId=111122223333"), Some(("accountid".into(), "111122223333".into())));
        assert_eq!(read("region=__HIVE_DEFAULT_PARTITION__"), Some(("region".into(), String::new())));
        for value in ["eu-west-1", "a/b", "100%", "%4", "ä=ö", "../x", ""] {
            let name = format!("key={}", escaped(value));
            assert!(!name.contains('/'));
            assert_eq!(read(&name), Some(("key".into(), value.into())), "{name}");
        }
        assert_eq!(read("eventDay"), None);
        assert_eq!(day("19700102"), Some(1));
        assert_eq!(day("2026-11-25"), day("20261125"));
        assert_eq!(day("2026112x"), None);
        assert_eq!(day("20261341"), None);
    }
}
