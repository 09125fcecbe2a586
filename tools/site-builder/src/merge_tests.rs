use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, EntityType, Function,
    FunctionSection, GlobalType, ImportSection, MemoryType, Module, RefType, TableType, TypeSection, ValType,
};
use wasmparser::{Operator, Parser, Payload};

use super::merge;

/// A chunk with two functions, the first of which calls the second and reads the global `global`. It puts both into the
/// table from `place` on, and `data` into the memory there. `more` goes before the imports that all chunks have.
fn chunk(global: &str, place: i32, data: &[u8], more: Option<&str>) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut imports = ImportSection::new();
    let number = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
    let globals = more.into_iter().chain([global]);
    globals.for_each(|name| _ = imports.import("__wasm_split", name, EntityType::Global(number)));
    let table = TableType { element_type: RefType::FUNCREF, minimum: 8, maximum: None, table64: false, shared: false };
    imports.import("__wasm_split", "__indirect_function_table", EntityType::Table(table));
    let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    imports.import("__wasm_split", "memory", EntityType::Memory(memory));
    let mut functions = FunctionSection::new();
    functions.function(0).function(0);
    let mut elements = ElementSection::new();
    elements.active(Some(0), &ConstExpr::i32_const(place), Elements::Functions([0, 1].as_slice().into()));
    let mut first = Function::new([]);
    let read = u32::from(more.is_some());
    first.instructions().global_get(read).drop().call(1).end();
    let mut second = Function::new([]);
    second.instructions().i32_const(place).end();
    let mut code = CodeSection::new();
    code.function(&first).function(&second);
    let mut bytes = DataSection::new();
    bytes.active(0, &ConstExpr::i32_const(place), data.iter().copied());
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&elements).section(&code).section(&bytes);
    module.section(&CustomSection { name: "name".into(), data: (&[]).into() });
    module.finish()
}

/// What the functions of a module do, one text each.
fn functions(wasm: &[u8]) -> Vec<String> {
    let operators = |operators: wasmparser::OperatorsReader<'_>| -> String {
        let words = operators.into_iter().filter_map(|operator| match operator.unwrap() {
            Operator::Call { function_index } => Some(format!("call {function_index}")),
            Operator::GlobalGet { global_index } => Some(format!("global {global_index}")),
            Operator::I32Const { value } => Some(format!("{value}")),
            _ => None,
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let bodies = Parser::new(0).parse_all(wasm).filter_map(|payload| match payload.unwrap() {
        Payload::CodeSectionEntry(body) => Some(operators(body.get_operators_reader().unwrap())),
        _ => None,
    });
    bodies.collect()
}

#[test]
fn chunks_become_one_whose_functions_call_their_own() {
    let chunks =
        [chunk("heap", 1, b"one", None), chunk("stack", 3, b"two", None), chunk("heap", 5, b"three", Some("stack"))];
    let merged = merge(&chunks).unwrap();
    wasmparser::validate(&merged).unwrap();
    let expected = ["global 0, call 1", "1", "global 1, call 3", "3", "global 0, call 5", "5"];
    assert_eq!(functions(&merged), expected);
    for payload in Parser::new(0).parse_all(&merged) {
        match payload.unwrap() {
            Payload::ImportSection(section) => {
                let names: Vec<_> = section.into_imports().map(|import| import.unwrap().name).collect();
                assert_eq!(names, ["heap", "__indirect_function_table", "memory", "stack"]);
            }
            Payload::ElementSection(section) => assert_eq!(section.count(), 3),
            Payload::DataSection(section) => {
                let data: Vec<_> = section.into_iter().map(|data| data.unwrap().data).collect();
                assert_eq!(data, [b"one".as_slice(), b"two", b"three"]);
            }
            _ => {}
        }
    }
}

#[test]
fn what_tells_chunks_of_different_builds_apart_is_left_out() {
    let chunk = |more| {
        let mut imports = ImportSection::new();
        let number = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
        for name in std::iter::once("heap").chain(more) {
            imports.import("__wasm_split", name, EntityType::Global(number));
        }
        let mut module = Module::new();
        module.section(&imports);
        module.finish()
    };
    assert_eq!(merge(&[chunk(None)]).unwrap(), merge(&[chunk(Some("__canary_1f"))]).unwrap());
}

#[test]
fn what_is_no_chunk_is_refused() {
    assert!(merge(&[b"not wasm".to_vec()]).is_err());
    let mut with_export = Module::new();
    let mut exports = wasm_encoder::ExportSection::new();
    exports.export("memory", wasm_encoder::ExportKind::Memory, 0);
    with_export.section(&exports);
    let error = merge(&[with_export.finish()]).unwrap_err();
    assert!(error.to_string().contains("section that chunks do not have"), "{error}");
}
