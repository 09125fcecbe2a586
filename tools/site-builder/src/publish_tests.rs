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
    assert_eq!(manifest["sizes"]["always"]["css"]["raw"], 3);
}

#[test]
fn a_release_build_replaces_what_a_dev_build_compressed_lightly() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..200_000_u32).flat_map(|number| (number % 977).to_le_bytes()).collect();
    let weight = |speed| {
        let mut site = Site::open(folder.path(), speed).unwrap();
        site.publish("onepane", "js", &content).unwrap();
        site.weights().always["js"].brotli
    };
    let light = weight(Speed::Dev);
    let heavy = weight(Speed::Release);
    assert!(heavy < light, "{heavy} is not less than {light}");
    assert_eq!(weight(Speed::Dev), heavy, "a dev build keeps the better form that is there");
}

/// A split frontend: two pages, one chunk that both need, a snippet that a crate brought along.
fn frontend(jobs: &[u8]) -> Bound {
    let file = |path: &str, content: &[u8]| (PathBuf::from(path), content.to_vec());
    let parts = |page: &str| (page.to_owned(), vec!["chunk_0.wasm".to_owned(), format!("split_{page}.wasm")]);
    Bound {
        files: vec![
            file("chunk_0.wasm", b"shared"),
            file("onepane.js", b"import './split.js';"),
            file("onepane_bg.wasm", b"main"),
            file("snippets/x-1/a.js", b"export let a;"),
            file("split.js", b"import './onepane.js';"),
            file("split_jobs.wasm", jobs),
            file("split_metrics.wasm", b"metrics"),
        ],
        parts: [parts("jobs"), parts("metrics")].into(),
    }
}

#[test]
fn a_frontend_keeps_its_relative_paths_below_one_folder_and_names_each_pages_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let build = |jobs: &[u8]| {
        let mut site = Site::open(folder.path(), Speed::Dev).unwrap();
        let mut addresses = Addresses::default();
        site.publish_frontend("onepane", &frontend(jobs), &mut addresses).unwrap();
        site.finish(&addresses).unwrap();
        (site, addresses)
    };
    let (_, first) = build(b"jobs");
    let (site, second) = build(b"other jobs");
    assert_ne!(first.script, second.script, "one changed file changes the address of all");
    assert_eq!(names(&folder.path().join("pkg")).len(), 1, "the folder of the first build is gone");

    let script = folder.path().join(second.script.trim_start_matches('/'));
    let beside = |url: &str| {
        let path = folder.path().join(url.trim_start_matches('/'));
        assert_eq!(path.parent(), script.parent(), "{url}");
        fs::read(path).unwrap()
    };
    assert_eq!(beside(&second.wasm), b"main");
    assert_eq!(beside(second.loader.as_ref().unwrap()), b"import './onepane.js';");
    let chunks: Vec<_> = second.pages["jobs"].iter().map(|url| beside(url)).collect();
    assert_eq!(chunks, [b"shared".to_vec(), b"other jobs".to_vec()]);
    assert_eq!(fs::read(script.with_file_name("snippets").join("x-1/a.js")).unwrap(), b"export let a;");

    let weights = site.weights();
    assert_eq!(weights.always["wasm"].raw, b"main".len());
    assert_eq!(weights.pages["metrics"].raw, b"shared".len() + b"metrics".len());
    let scripts = b"import './split.js';".len() + b"export let a;".len() + b"import './onepane.js';".len();
    assert_eq!(weights.always["js"].raw, scripts);
}

#[test]
fn what_is_loaded_later_is_named_but_no_part_of_the_first_load() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::open(folder.path(), Speed::Dev).unwrap();
    let echarts = site.publish_for_later("echarts", "js", b"var a;").unwrap();
    let files = vec![(PathBuf::from("series.js"), b"let a;".to_vec()), ("series_bg.wasm".into(), b"\0asm".to_vec())];
    let series = site.publish_module("series", &Bound { files, ..Bound::default() }).unwrap();
    let modules = [("series".to_owned(), series.clone())].into();
    site.finish(&Addresses { echarts: Some(echarts.clone()), modules, ..Addresses::default() }).unwrap();

    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["echarts"], echarts.as_str());
    assert_eq!(manifest["sizes"]["later"]["echarts"]["raw"], 6);
    assert_eq!(manifest["modules"]["series"], series.as_str());
    assert_eq!(manifest["sizes"]["later"]["series"]["raw"], 10);
    assert!(folder.path().join(echarts.trim_start_matches('/')).is_file());
    let script = folder.path().join(series.trim_start_matches('/'));
    assert_eq!(fs::read(script.with_file_name("series_bg.wasm")).unwrap(), b"\0asm");
    assert!(site.weights().always.is_empty());
}
