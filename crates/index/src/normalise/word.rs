//! What becomes of a single word: letters, digits, hyphens and underscores.

/// Words whose digits belong to what they mean.
const TECHNICAL: [&str; 36] = [
    "s3", "ec2", "efs2", "k8s", "utf8", "utf-8", "utf16", "ascii7", "base64", "md5", "sha1", "sha256", "sha512", "x86",
    "x64", "amd64", "arm64", "http2", "oauth2", "ipv4", "ipv6", "h5", "hdf5", "mp4", "bf16", "fp16", "fp32", "fp64",
    "fp8", "int4", "l1", "l2", "f1", "log1p", "p2p", "mp3",
];

/// Word beginnings that a number of bits or dimensions follows.
const SIZED: [&str; 8] = ["float", "bfloat", "int", "uint", "conv", "complex", "python", "maxpool"];

/// True for a word that keeps its digits: `s3`, `float32`, `conv2d`.
pub(super) fn is_technical(word: &str) -> bool {
    let is = |known: &&str| word.eq_ignore_ascii_case(known);
    if TECHNICAL.iter().any(is) {
        return true;
    }
    SIZED.iter().any(|start| {
        let rest =
            word.get(..start.len()).filter(|head| head.eq_ignore_ascii_case(start)).map(|_| &word[start.len()..]);
        rest.is_some_and(|rest| {
            let digits = rest.trim_end_matches(['d', 'D']);
            (1..=3).contains(&digits.len())
                && digits.bytes().all(|b| b.is_ascii_digit())
                && rest.len() - digits.len() < 2
        })
    })
}

/// True for a UUID with its four hyphens.
fn is_uuid(word: &str) -> bool {
    word.len() == 36
        && word.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// How often a word changes between letters and digits.
fn changes(part: &str) -> usize {
    part.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count()
}

/// True for a part that a machine made: hexadecimal of eight or more, or letters and digits well mixed.
fn is_generated(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let letters = part.len() - digits;
    if digits == 0 || letters == 0 || !part.is_ascii() {
        return false;
    }
    let hexadecimal = part.bytes().all(|b| b.is_ascii_hexdigit());
    let prefixed = part.len() > 3 && (part.starts_with("0x") || part.starts_with("0X"));
    (hexadecimal && part.len() >= 8)
        || (prefixed && part[2..].bytes().all(|b| b.is_ascii_hexdigit()))
        || (part.len() >= 6 && changes(part) >= 3)
        || (part.len() >= 12 && digits >= 3)
}

/// True for a hyphenated name that was made for one workload.
fn is_made_up_name(word: &str) -> bool {
    let hyphens = word.bytes().filter(|b| *b == b'-').count();
    if hyphens == 0 || !word.contains(is_digit) {
        return false;
    }
    let mixed = |part: &str| part.len() >= 5 && part.is_ascii() && part.contains(is_digit) && changes(part) >= 2;
    let long_number = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() >= 4;
    hyphens >= 2 || word.split('-').any(|part| is_generated(part) || mixed(part) || long_number(part))
}

/// Writes a word with what differs folded out of it.
pub(super) fn fold_word(word: &str, out: &mut String) {
    if !word.contains(is_digit) || is_technical(word) {
        out.push_str(word);
        return;
    }
    let bare = word.trim_start_matches('-');
    out.push_str(&word[..word.len() - bare.len()]);
    if is_uuid(bare) {
        out.push_str("<id>");
        return;
    }
    if is_made_up_name(bare.trim_end_matches('-')) {
        out.push_str("<name>");
        return;
    }
    for part in bare.split_inclusive(['-', '_']) {
        let (stem, joint) = part.split_at(part.trim_end_matches(['-', '_']).len());
        fold_part(stem, out);
        out.push_str(joint);
    }
}

fn fold_part(part: &str, out: &mut String) {
    if !part.contains(is_digit) || is_technical(part) {
        out.push_str(part);
        return;
    }
    if is_generated(part) {
        out.push_str("<id>");
        return;
    }
    let mut in_number = false;
    for c in part.chars() {
        if !is_digit(c) {
            out.push(c);
        } else if !in_number {
            out.push_str("<n>");
        }
        in_number = is_digit(c);
    }
}
