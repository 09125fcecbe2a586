//! The JavaScript that wasm-bindgen writes.

/// Drops indentation, blank lines and whole-line comments, which are half of wasm-bindgen's script.
///
/// Works by lines, not by syntax: right for wasm-bindgen's output, which has no string or template over several lines.
pub(crate) fn tidy(script: &str) -> String {
    let mut tidied = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines() {
        let line = line.trim();
        if in_comment {
            in_comment = !line.ends_with("*/");
            continue;
        }
        let opens_comment = line.starts_with("/*");
        if opens_comment && !line.contains("*/") {
            in_comment = true;
            continue;
        }
        let only_comment = line.starts_with("//") || (opens_comment && line.ends_with("*/"));
        if line.is_empty() || only_comment {
            continue;
        }
        tidied.push_str(line);
        tidied.push('\n');
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let script = "/* @ts-self-types */\n/**\n * Starts.\n */\nexport function hydrate() {\n    // why\n    wasm.hydrate(); // kept\n\n}\n";
        assert_eq!(tidy(script), "export function hydrate() {\nwasm.hydrate(); // kept\n}\n");
    }
}
