use std::fs;

use super::{Binding, Bound};
use crate::arguments::Speed;

/// A module that exports `add`, a function of two 32-bit integers; compiled by hand.
const ADD: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x07\x01\x60\x02\x7f\x7f\x01\x7f\
    \x03\x02\x01\0\
    \x07\x07\x01\x03add\0\0\
    \x0a\x09\x01\x07\0\x20\0\x20\x01\x6a\x0b";

fn bind(folder: &std::path::Path, wasm: &[u8], finds_its_wasm: bool) -> Bound {
    let path = folder.join("input.wasm");
    fs::write(&path, wasm).unwrap();
    let binding = Binding { name: "series", wasm: &path, finds_its_wasm, speed: Speed::Release };
    binding.bind(&folder.join("cache")).unwrap()
}

#[test]
fn a_module_that_stands_alone_finds_its_wasm_beside_itself() {
    let folder = tempfile::tempdir().unwrap();
    let alone = bind(folder.path(), ADD, true);
    assert!(alone.script.contains("new URL('series_bg.wasm', import.meta.url)"), "{}", alone.script);
    assert!(alone.script.contains("as default"), "its default export starts it: {}", alone.script);
    assert!(alone.wasm.windows(3).any(|window| window == b"add"));
    assert!(alone.snippets.is_empty());

    let told = bind(folder.path(), ADD, false);
    assert!(!told.script.contains("import.meta.url"), "{}", told.script);
}

#[test]
fn bindings_are_kept_until_their_module_changes() {
    let folder = tempfile::tempdir().unwrap();
    bind(folder.path(), ADD, true);
    let kept = |folder: &std::path::Path| -> Vec<_> {
        fs::read_dir(folder.join("cache/series")).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let first = kept(folder.path());
    let [only] = first.as_slice() else { panic!("one result, not {first:?}") };
    fs::write(only.join("series.js"), "kept").unwrap();
    assert_eq!(bind(folder.path(), ADD, true).script, "kept");

    let mut other = ADD.to_vec();
    // `add` becomes `sub`, by name.
    let name = other.windows(3).position(|window| window == b"add").unwrap();
    other[name..name + 3].copy_from_slice(b"sub");
    assert_ne!(bind(folder.path(), &other, true).script, "kept");
    assert_eq!(kept(folder.path()).len(), 1, "what an earlier module became is gone");
}
