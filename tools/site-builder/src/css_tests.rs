use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::{bundle, minify};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn bundled(folder: &Path) -> Result<String, String> {
    bundle(&folder.join("main.css")).map_err(|error| format!("{error:#}"))
}

#[test]
fn imports_come_in_order_with_their_layers_and_media() {
    let folder = folder(&[
        (
            "main.css",
            "@charset \"utf-8\"; @layer base, page;\n@import \"tokens.css\";\n@import url('parts/table.css') layer(page);\n@import url(print.css) print;\nb { top: 0; }",
        ),
        ("tokens.css", ":root { --ink: #111; }"),
        ("parts/table.css", "@import \"cell.css\";\ntable { margin: 0 }"),
        ("parts/cell.css", "td{padding:1px}"),
        ("print.css", "nav { display: none; }"),
    ]);
    let expected = "@layer base,page;:root{--ink:#111}@layer page{td{padding:1px}table{margin:0}}@media print{nav{display:none}}b{top:0}";
    assert_eq!(bundled(folder.path()).unwrap(), expected);
}

#[test]
fn mistakes_are_named() {
    let cases = [
        ("@import \"gone.css\";", "gone.css"),
        ("@import \"main.css\";", "circle"),
        ("a{} @import \"tokens.css\";", "after rules"),
        ("@import \"https://example.com/a.css\";", "this project"),
        ("a { background: url(../logo.svg) }", "relative"),
        ("/* open", "comment"),
        ("a { content: \"open\n }", "string"),
    ];
    for (source, hint) in cases {
        let folder = folder(&[("main.css", source), ("tokens.css", "")]);
        let error = bundled(folder.path()).unwrap_err();
        assert!(error.contains(hint) && error.contains("main.css"), "{source}: {error}");
    }
}

#[test]
fn white_space_that_means_something_stays() {
    let cases = [
        ("a  :hover , b > c { width : calc( 1px  +  2px ) }", "a :hover,b > c{width :calc(1px + 2px)}"),
        ("@media (min-width: 40em) and (hover) { a { b: c } }", "@media (min-width:40em) and (hover){a{b:c}}"),
        ("a::before { content: \"a ; b /* no */ \" }", "a::before{content:\"a ; b /* no */ \"}"),
        ("a { margin: 0/**/auto; }", "a{margin:0 auto}"),
        ("a { src: url( data:x;y, /*z*/ ) }", "a{src:url( data:x;y, /*z*/ )}"),
        (".a\\ b { c: d }", ".a\\ b{c:d}"),
    ];
    for (source, expected) in cases {
        // The relative-url check tolerates the leading space.
        assert_eq!(minify(source).unwrap(), expected);
    }
}

proptest! {
    #[test]
    fn minifying_twice_changes_nothing_more(source in "[a-c {};:,()\"'/*+>\n\\\\@-]{0,60}") {
        if let Ok(once) = minify(&source) {
            prop_assert_eq!(minify(&once).unwrap(), once);
        }
    }

    #[test]
    fn no_style_sheet_panics(source in "\\PC{0,80}") {
        let _ = minify(&source);
    }
}
