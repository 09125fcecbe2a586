//! Several chunks made one.
//!
//! A chunk has no function that another module calls by name: it puts its functions into the main module's table and its
//! data into the main module's memory, at places of its own. So chunks are put together section by section; only the
//! functions that follow others get other numbers.

use anyhow::{Context, Result, anyhow, bail, ensure};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataSection, ElementSection, EntityType, FunctionSection, ImportSection, Module, TypeSection,
};
use wasmparser::{FunctionSectionReader, ImportSectionReader, Parser, Payload, TypeRef, TypeSectionReader};

/// In a build with assertions a chunk asks for an export of this name, by which it knows the main module it was made with.
/// Here both stand in one folder, named by what is in it.
const CANARY: &str = "__canary_";

/// Makes one chunk of `chunks`, which must be of one split. It has no names, and every number in it is as short as can be,
/// where the linker left room: a chunk alone becomes smaller too.
pub(crate) fn merge(chunks: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut merged = Merged::default();
    for chunk in chunks {
        merged.add(chunk)?;
    }
    Ok(merged.finish())
}

#[derive(Default)]
struct Merged {
    /// The types' section as it is in every chunk.
    raw_types: Option<Vec<u8>>,
    types: TypeSection,
    imports: Vec<(String, String, EntityType)>,
    functions: FunctionSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
}

impl Merged {
    fn add(&mut self, chunk: &[u8]) -> Result<()> {
        let mut numbers = Renumbered { first_function: self.functions.len(), ..Renumbered::default() };
        for payload in Parser::new(0).parse_all(chunk) {
            match payload.context("a chunk is no module")? {
                Payload::TypeSection(section) => self.add_types(section, chunk)?,
                Payload::ImportSection(section) => self.add_imports(section, &mut numbers)?,
                Payload::FunctionSection(section) => self.add_functions(section)?,
                Payload::ElementSection(section) => {
                    numbers.parse_element_section(&mut self.elements, section).map_err(why)?;
                }
                Payload::CodeSectionEntry(body) => numbers.parse_function_body(&mut self.code, body).map_err(why)?,
                Payload::DataSection(section) => numbers.parse_data_section(&mut self.data, section).map_err(why)?,
                // The splitter writes this one even if it is empty, as it must be.
                Payload::ExportSection(section) if section.count() == 0 => {}
                Payload::Version { .. }
                | Payload::DataCountSection { .. }
                | Payload::CodeSectionStart { .. }
                | Payload::CustomSection(_)
                | Payload::End(_) => {}
                other => bail!("a chunk has a section that chunks do not have: {other:?}"),
            }
        }
        Ok(())
    }

    fn add_types(&mut self, section: TypeSectionReader<'_>, chunk: &[u8]) -> Result<()> {
        let range = section.range();
        let raw = chunk.get(usize::try_from(range.start)?..usize::try_from(range.end)?).unwrap_or_default();
        if let Some(before) = &self.raw_types {
            ensure!(before == raw, "chunks of one split have the same types");
            return Ok(());
        }
        self.raw_types = Some(raw.to_vec());
        Renumbered::default().parse_type_section(&mut self.types, section).map_err(why)
    }

    fn add_imports(&mut self, section: ImportSectionReader<'_>, numbers: &mut Renumbered) -> Result<()> {
        for import in section.into_imports() {
            let import = import?;
            if import.name.starts_with(CANARY) {
                continue;
            }
            let ty = numbers.entity_type(import.ty).map_err(why)?;
            let is_it = |known: &(String, String, EntityType)| known.0 == import.module && known.1 == import.name;
            let place = self.imports.iter().position(is_it).unwrap_or_else(|| {
                self.imports.push((import.module.to_owned(), import.name.to_owned(), ty));
                self.imports.len() - 1
            });
            let is_alike =
                |ty: &EntityType| std::mem::discriminant(ty) == std::mem::discriminant(&self.imports[place].2);
            let alike_before = self.imports[..place].iter().filter(|(_, _, ty)| is_alike(ty)).count();
            let number = u32::try_from(alike_before)?;
            match import.ty {
                TypeRef::Global(_) => numbers.globals.push(number),
                TypeRef::Table(_) => numbers.tables.push(number),
                TypeRef::Memory(_) => numbers.memories.push(number),
                other => bail!("a chunk imports {}, which is none of global, table, memory: {other:?}", import.name),
            }
        }
        Ok(())
    }

    fn add_functions(&mut self, section: FunctionSectionReader<'_>) -> Result<()> {
        for ty in section {
            self.functions.function(ty?);
        }
        Ok(())
    }

    fn finish(self) -> Vec<u8> {
        let mut imports = ImportSection::new();
        for (module, name, ty) in &self.imports {
            imports.import(module, name, *ty);
        }
        let mut module = Module::new();
        module.section(&self.types).section(&imports).section(&self.functions);
        module.section(&self.elements).section(&self.code).section(&self.data);
        module.finish()
    }
}

/// The numbers that one chunk's things have in the merged chunk. Types keep theirs.
#[derive(Default)]
struct Renumbered {
    first_function: u32,
    globals: Vec<u32>,
    tables: Vec<u32>,
    memories: Vec<u32>,
}

impl Reencode for Renumbered {
    type Error = Unknown;

    fn function_index(&mut self, number: u32) -> Result<u32, Error<Unknown>> {
        Ok(self.first_function + number)
    }

    fn global_index(&mut self, number: u32) -> Result<u32, Error<Unknown>> {
        find(&self.globals, "global", number)
    }

    fn table_index(&mut self, number: u32) -> Result<u32, Error<Unknown>> {
        find(&self.tables, "table", number)
    }

    /// Only what fills a memory at run time names its data by number. Chunks fill it when they start.
    fn data_index(&mut self, number: u32) -> Result<u32, Error<Unknown>> {
        Err(Error::UserError(Unknown("data", number)))
    }

    fn element_index(&mut self, number: u32) -> Result<u32, Error<Unknown>> {
        Err(Error::UserError(Unknown("elements", number)))
    }

    fn memory_index(&mut self, number: u32) -> Result<u32, Error<Unknown>> {
        find(&self.memories, "memory", number)
    }
}

/// What a chunk refers to and has not.
#[derive(Debug, PartialEq, Eq)]
struct Unknown(&'static str, u32);

fn find(numbers: &[u32], what: &'static str, number: u32) -> Result<u32, Error<Unknown>> {
    let place = usize::try_from(number).ok().and_then(|number| numbers.get(number));
    place.copied().ok_or(Error::UserError(Unknown(what, number)))
}

fn why(error: Error<Unknown>) -> anyhow::Error {
    match error {
        Error::UserError(Unknown(what, number)) => anyhow!("a chunk uses {what} {number}, which chunks do not have"),
        Error::ParseError(error) => anyhow!(error).context("a chunk is no module"),
        other => anyhow!("a chunk cannot be written anew: {other:?}"),
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
