use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Addresses, Site, brotli, gzip};
use crate::arguments::Speed;
use crate::bindings::Bound;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_file_stands_beside_compressed_forms_that_unpack_to_it() {
    let content = b"onepane ".repeat(500);
    for speed in [Speed::Release, Speed::Dev] {
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut brotli(&content, speed).unwrap().as_slice(), &mut unpacked).unwrap();
        assert_eq!(unpacked, content);
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(gzip(&content, speed).unwrap().as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, content);
    }
}

#[test]
fn names_follow_content_and_stale_files_go() {
    let folder = tempfile::tempdir().unwrap();
    let build = |style: &str| {
        let mut site = Site::open(folder.path(), Speed::Release).unwrap();
        let url = site.publish("onepane", "css", style.as_bytes()).unwrap();
        site.finish(&Addresses { style: url.clone(), ..Addresses::default() }).unwrap();
        url
    };
    let first = build("a{}");
    assert_eq!(first, build("a{}"), "the same content keeps its URL");
    let second = build("b{}");
    assert_ne!(first, second, "other content gets another URL");

    let file = second.trim_start_matches("/pkg/").to_owned();
    assert_eq!(names(&folder.path().join("pkg")), [file.clone(), format!("{file}.br"), format!("{file}.gz")]);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["css"], second.as_str());
    assert_eq!(manifest["sizes"]["css"]["raw"], 3);
}

#[test]
fn a_release_build_replaces_what_a_dev_build_compressed_lightly() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..200_000_u32).flat_map(|number| (number % 977).to_le_bytes()).collect();
    let weight = |speed| {
        let mut site = Site::open(folder.path(), speed).unwrap();
        site.publish("onepane", "js", &content).unwrap();
        site.total().brotli
    };
    let light = weight(Speed::Dev);
    let heavy = weight(Speed::Release);
    assert!(heavy < light, "{heavy} is not less than {light}");
    assert_eq!(weight(Speed::Dev), heavy, "a dev build keeps the better form that is there");
}

#[test]
fn snippets_keep_their_relative_paths_below_one_hashed_folder() {
    let folder = tempfile::tempdir().unwrap();
    let snippets = [(PathBuf::from("app-1/src/copy.js"), b"export const a = 1;".to_vec())];
    let mut site = Site::open(folder.path(), Speed::Release).unwrap();
    let name = site.publish_snippets(&snippets).unwrap().unwrap();
    let published = folder.path().join("pkg").join(name).join("app-1/src/copy.js");
    assert_eq!(fs::read(published).unwrap(), snippets[0].1);
}

#[test]
fn what_is_loaded_later_is_named_but_no_part_of_the_first_load() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::open(folder.path(), Speed::Dev).unwrap();
    let echarts = site.publish_for_later("echarts", "js", b"var a;").unwrap();
    let bound = Bound {
        script: "import { a } from './snippets/x-1/a.js';\n".to_owned(),
        wasm: b"\0asm".to_vec(),
        snippets: vec![(PathBuf::from("x-1/a.js"), b"export let a;".to_vec())],
    };
    let series = site.publish_module("series", bound).unwrap();
    let modules = [("series".to_owned(), series.clone())].into();
    site.finish(&Addresses { echarts: Some(echarts.clone()), modules, ..Addresses::default() }).unwrap();

    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["echarts"], echarts.as_str());
    assert_eq!(manifest["sizes"]["echarts"]["raw"], 6);
    assert_eq!(manifest["modules"]["series"], series.as_str());
    assert!(folder.path().join(echarts.trim_start_matches('/')).is_file());
    assert_eq!(site.total().raw, 0);

    let script = folder.path().join(series.trim_start_matches('/'));
    assert_eq!(fs::read(script.with_file_name("series_bg.wasm")).unwrap(), b"\0asm");
    assert_eq!(fs::read(script.with_file_name("snippets").join("x-1/a.js")).unwrap(), b"export let a;");
    let expected = "import { a } from './snippets/x-1/a.js';\n".len() + 4 + "export let a;".len();
    assert_eq!(manifest["sizes"]["series"]["raw"], expected);
}

#[test]
fn what_is_too_heavy_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::open(folder.path(), Speed::Dev).unwrap();
    site.publish("onepane_bg", "wasm", b"light").unwrap();
    assert!(site.over_budget().is_empty());

    // Numbers without a pattern do not compress.
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take(900_000)
    .collect();
    site.publish("onepane_bg", "wasm", &noise).unwrap();
    let complaints = site.over_budget();
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints[0].contains("WASM"));
}
