//! Failure reasons with what differs from case to case folded out, so that equal causes read equal.

mod scan;
mod word;

/// The longest normalised reason, in characters.
const LONGEST: usize = 300;
/// How much of a reason is looked at, in bytes: beyond it, reasons do not differ in cause.
const LOOKED_AT: usize = 4_096;
/// Folding again can find more to fold only where the cut fell into a word; this many rounds settle it.
const ROUNDS: usize = 12;

/// Folds what differs between failures of one cause out of a failure reason: numbers become `<n>`, amounts of memory
/// `<size>`, UUIDs and generated ids `<id>`, ARNs `<arn>`, S3 URIs `<s3>`, other addresses `<url>`, container images
/// `<image>`, IP addresses `<ip>`, times `<time>`, generated or quoted names `<name>`. White space collapses, and the
/// result is cut to 300 characters.
///
/// What tells causes apart stays: exit codes and error numbers, instance types, and words that merely hold a digit
/// (`s3:GetObject`, `float32`). Normalising twice gives the same as once.
pub fn normalise_reason(reason: &str) -> String {
    let mut folded = scan::fold_once(cut_bytes(reason, LOOKED_AT));
    for _ in 0..ROUNDS {
        cut_chars(&mut folded, LONGEST);
        let again = scan::fold_once(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    cut_chars(&mut folded, LONGEST);
    folded
}

fn cut_bytes(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// Cuts to `most` characters, and drops a placeholder that the cut has broken.
fn cut_chars(text: &mut String, most: usize) {
    let Some((end, _)) = text.char_indices().nth(most) else { return };
    text.truncate(end);
    if let Some(open) = text.rfind('<') {
        let broken = &text[open..];
        if scan::PLACEHOLDERS
            .iter()
            .any(|placeholder| broken.len() < placeholder.len() && placeholder.starts_with(broken))
        {
            text.truncate(open);
        }
    }
    text.truncate(text.trim_end().len());
}

#[cfg(test)]
mod tests;
