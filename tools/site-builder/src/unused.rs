//! What Leptos compiles into every frontend and this one never calls.
//!
//! Leptos 0.8 keeps, for each kind of view, a second way to take over a page that the server drew: `hydrate_async`, which
//! `hydrate_lazy` uses and `hydrate_body` does not. It is found by a pointer beside the one that is used, so no linker
//! sees that it is dead; it is a tenth of the code. Leptos 0.9 leaves it out.

use std::collections::HashSet;
use std::ops::Range;

use anyhow::{Context, Result};
use wasm_encoder::{CustomSection, Encode, Section};
use wasmparser::{CustomSectionReader, KnownCustom, Name, Parser, Payload, RelocSectionReader, TypeRef};

/// What the name of such a function holds, in both of rustc's ways to write names.
const UNUSED: &str = "8into_any13hydrate_async";
/// What the name holds in addition if it is a part of such a function. Those parts go by themselves: nobody refers to
/// them any more.
const PARTS: [&str; 3] = ["closure", "_RNC", "drop_in_place"];

/// Empties these functions in a module that was linked with `--emit-relocs`, and forgets what they referred to, so that the
/// splitter, which keeps what is referred to, leaves it out. A call would end the program at once: with a page that does
/// not come alive, as every test in a browser would see.
pub(crate) fn without_unused(wasm: &[u8]) -> Result<Vec<u8>> {
    let module = Layout::read(wasm)?;
    let empty: Vec<_> = module.unused_bodies();
    let mut edited = wasm.to_vec();
    for body in &empty {
        if let Some(code) = edited.get_mut(body.clone()) {
            write_trap(code);
        }
    }
    let Some((section, reader)) = module.relocations else { return Ok(edited) };

    let code_start = u64::try_from(module.code_start)?;
    let is_kept = |offset: u32| {
        let place = code_start + u64::from(offset);
        !empty.iter().any(|body| (body.start as u64..body.end as u64).contains(&place))
    };
    let relocations = keep(&reader, is_kept)?;
    let mut replaced = edited[..section.start].to_vec();
    CustomSection { name: reader.name().into(), data: relocations.into() }.append_to(&mut replaced);
    replaced.extend_from_slice(&edited[section.end..]);
    Ok(replaced)
}

/// A body without local variables that traps, as long as it was.
fn write_trap(code: &mut [u8]) {
    const NO_LOCALS: u8 = 0;
    const UNREACHABLE: u8 = 0x00;
    const NOP: u8 = 0x01;
    const END: u8 = 0x0b;
    if let [locals, first, between @ .., end] = code {
        (*locals, *first, *end) = (NO_LOCALS, UNREACHABLE, END);
        between.fill(NOP);
    }
}

/// The content of a section of relocations with those entries alone whose offset is kept.
fn keep(reader: &CustomSectionReader<'_>, is_kept: impl Fn(u32) -> bool) -> Result<Vec<u8>> {
    let section = RelocSectionReader::new(reader.data_reader())?;
    let start = reader.data_offset();
    let entries: Vec<_> = section.entries().into_iter_with_offsets().collect::<Result<_, _>>()?;
    let ends = entries.iter().skip(1).map(|(offset, _)| *offset).chain([reader.data_range().end]);
    let mut kept = Vec::new();
    let mut count = 0_u32;
    for ((offset, entry), end) in entries.iter().zip(ends) {
        if is_kept(entry.offset) {
            let range = usize::try_from(offset - start)?..usize::try_from(end - start)?;
            kept.extend_from_slice(reader.data().get(range).context("a relocation is cut off")?);
            count += 1;
        }
    }
    let mut content = Vec::new();
    section.section_index().encode(&mut content);
    count.encode(&mut content);
    content.append(&mut kept);
    Ok(content)
}

/// Where things are in a module.
#[derive(Default)]
struct Layout<'a> {
    imported_functions: usize,
    code_start: usize,
    bodies: Vec<Range<usize>>,
    unused: HashSet<usize>,
    /// The section with the code's relocations: the whole of it, header included, and its content.
    relocations: Option<(Range<usize>, CustomSectionReader<'a>)>,
}

impl<'a> Layout<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut layout = Self::default();
        let mut section_before = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.context("the frontend is no module")?;
            match &payload {
                Payload::Version { range, .. } => section_before = usize::try_from(range.end)?,
                Payload::ImportSection(section) => {
                    for import in section.clone().into_imports() {
                        layout.imported_functions += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => layout.code_start = usize::try_from(range.start)?,
                Payload::CodeSectionEntry(body) => {
                    layout.bodies.push(usize::try_from(body.range().start)?..usize::try_from(body.range().end)?);
                }
                Payload::CustomSection(section) if section.name() == "reloc.CODE" => {
                    layout.relocations = Some((section_before..usize::try_from(section.range().end)?, section.clone()));
                }
                Payload::CustomSection(section) => layout.read_names(section)?,
                _ => {}
            }
            if let Some((_, range)) = payload.as_section() {
                section_before = usize::try_from(range.end)?;
            }
        }
        Ok(layout)
    }

    fn read_names(&mut self, section: &CustomSectionReader<'a>) -> Result<()> {
        let KnownCustom::Name(names) = section.as_known() else { return Ok(()) };
        for name in names {
            let Name::Function(functions) = name? else { continue };
            for naming in functions {
                let naming = naming?;
                let is_part = PARTS.iter().any(|part| naming.name.contains(part));
                if naming.name.contains(UNUSED) && !is_part {
                    self.unused.insert(usize::try_from(naming.index)?);
                }
            }
        }
        Ok(())
    }

    fn unused_bodies(&self) -> Vec<Range<usize>> {
        let bodies = self.bodies.iter().enumerate();
        bodies
            .filter(|(place, _)| self.unused.contains(&(self.imported_functions + place)))
            .map(|(_, body)| body.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{UNUSED, without_unused};
    use wasm_encoder::{
        CodeSection, CustomSection, Encode, FunctionSection, Module, NameMap, NameSection, TypeSection,
    };
    use wasmparser::{Operator, Parser, Payload, RelocSectionReader};

    /// A module of three functions, each of which calls the last; the numbers are 5 bytes long, as linkers write them, and
    /// each has its relocation.
    fn module(names: [&str; 3]) -> Vec<u8> {
        const CALL: [u8; 8] = [0, 0x10, 0x82, 0x80, 0x80, 0x80, 0x00, 0x0b];
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        let mut relocations = vec![2, 3];
        let mut map = NameMap::new();
        for (number, name) in (0_u8..).zip(names) {
            functions.function(0);
            code.raw(&CALL);
            // One byte for the count of functions, one for the size of each body, two to the number.
            let offset = 1 + number * 9 + 1 + 2;
            relocations.extend([0, offset, 2]);
            map.append(u32::from(number), name);
        }
        let mut named = NameSection::new();
        named.functions(&map);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        module.section(&CustomSection { name: "reloc.CODE".into(), data: relocations.into() });
        module.section(&named);
        module.finish()
    }

    /// How often each function of a module calls, and the offsets of the relocations.
    fn calls(wasm: &[u8]) -> (Vec<usize>, Vec<u32>) {
        let (mut calls, mut offsets) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader().unwrap().into_iter().map(Result::unwrap);
                    calls.push(operators.filter(|operator| matches!(operator, Operator::Call { .. })).count());
                }
                Payload::CustomSection(section) if section.name() == "reloc.CODE" => {
                    let section = RelocSectionReader::new(section.data_reader()).unwrap();
                    offsets = section.entries().into_iter().map(|entry| entry.unwrap().offset).collect();
                }
                _ => {}
            }
        }
        (calls, offsets)
    }

    #[test]
    fn an_unused_function_is_emptied_and_refers_to_nothing() {
        let unused = format!("_ZN6tachys{UNUSED}17h0123456789abcdefE");
        let wasm = module(["main", &unused, "callee"]);
        assert_eq!(calls(&wasm), (vec![1, 1, 1], vec![4, 13, 22]));
        let edited = without_unused(&wasm).unwrap();
        wasmparser::validate(&edited).unwrap();
        assert_eq!(calls(&edited), (vec![1, 0, 1], vec![4, 22]));
    }

    #[test]
    fn what_has_other_names_stays_as_it_is() {
        let part = format!("_ZN6tachys{UNUSED}28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE");
        let wasm = module(["main", &part, "callee"]);
        assert_eq!(without_unused(&wasm).unwrap(), wasm);
        assert!(without_unused(b"not wasm").is_err());
        let mut leb = Vec::new();
        3_u32.encode(&mut leb);
        assert_eq!(leb, [3], "numbers are written as short as the test writes them");
    }
}
