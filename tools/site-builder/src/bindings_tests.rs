use std::fs;
use std::path::{Path, PathBuf};

use super::{Binding, Bound};
use crate::arguments::Speed;

/// A module that exports `add`, a function of two 32-bit integers; compiled by hand.
const ADD: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x07\x01\x60\x02\x7f\x7f\x01\x7f\
    \x03\x02\x01\0\
    \x07\x07\x01\x03add\0\0\
    \x0a\x09\x01\x07\0\x20\0\x20\x01\x6a\x0b";

fn bind(folder: &Path, wasm: &[u8]) -> Bound {
    let path = folder.join("input.wasm");
    fs::write(&path, wasm).unwrap();
    let binding = Binding { name: "series", wasm: &path, in_parts: false, speed: Speed::Release };
    binding.bind(&folder.join("cache")).unwrap()
}

#[test]
fn a_module_becomes_a_script_that_finds_its_wasm_beside_itself() {
    let folder = tempfile::tempdir().unwrap();
    let bound = bind(folder.path(), ADD);
    let names: Vec<_> = bound.files.iter().map(|(path, _)| path.to_str().unwrap()).collect();
    assert_eq!(names, ["series.js", "series_bg.wasm"]);
    let script = String::from_utf8(bound.files[0].1.clone()).unwrap();
    assert!(script.contains("new URL('series_bg.wasm', import.meta.url)"), "{script}");
    assert!(script.contains("as default"), "its default export starts it: {script}");
    assert!(bound.files[1].1.windows(3).any(|window| window == b"add"));
    assert!(bound.parts.is_empty());
}

#[test]
fn bindings_are_kept_until_their_module_changes() {
    let folder = tempfile::tempdir().unwrap();
    bind(folder.path(), ADD);
    let kept = || -> Vec<PathBuf> {
        fs::read_dir(folder.path().join("cache/series")).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let first = kept();
    assert_eq!(first.len(), 1);
    fs::write(first[0].join("series.js"), "kept").unwrap();
    assert_eq!(bind(folder.path(), ADD).files[0].1, b"kept");

    let mut other = ADD.to_vec();
    // `add` becomes `sub`, by name.
    let name = other.windows(3).position(|window| window == b"add").unwrap();
    other[name..name + 3].copy_from_slice(b"sub");
    assert_ne!(bind(folder.path(), &other).files[0].1, b"kept");
    assert_eq!(kept().len(), 1, "what an earlier module became is gone");
}
