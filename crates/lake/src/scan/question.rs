//! What is asked of one form's files, and where a file has it.

use crate::listing::LakeFile;
use crate::parquet_file::{Fit, Slot};
use crate::source::{Column, Form, Path};
use hashbrown::HashSet;
use onepane_domain::{FilterRule, FindingFilter};

/// A condition on one column.
pub(crate) struct Filter {
    pub(crate) column: Column,
    wants: bool,
    values: HashSet<Vec<u8>>,
}

impl Filter {
    /// The condition; none for one without values, which asks for nothing.
    pub(crate) fn new(column: Column, filter: &FindingFilter) -> Option<Self> {
        let values: HashSet<_> = filter.values.iter().map(|value| value.clone().into_bytes()).collect();
        (!values.is_empty()).then_some(Self { column, wants: filter.rule == FilterRule::Any, values })
    }

    pub(crate) fn passes(&self, text: &[u8]) -> bool {
        self.values.contains(text) == self.wants
    }
}

/// What is asked of the files of one form.
pub(crate) struct Question {
    pub(crate) form: Form,
    /// The form's columns, by slot.
    pub(crate) slots: Vec<Path>,
    /// The window in milliseconds: from here (inclusive) to there (exclusive).
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) filters: Vec<Filter>,
    /// The texts that are wanted of each record.
    pub(crate) texts: Vec<Column>,
    /// The numbers that are wanted of each record; none for one that the form does not have.
    pub(crate) longs: Vec<Option<Path>>,
}

/// Where a file has a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// All its records have the same.
    Fixed(String),
    /// In this slot.
    Slot(usize),
    /// Nowhere: it is empty. The column that would have it, and what is wrong with that.
    Nowhere(String, String),
}

impl Question {
    /// Where a file has a text.
    pub(crate) fn target(&self, column: &Column, file: &LakeFile, fit: &Fit) -> Target {
        let partition = column.partition.as_deref();
        if let Some(value) = partition.and_then(|key| file.partition(key)) {
            return Target::Fixed(value.to_owned());
        }
        match &column.path {
            Some(path) => self.slot(path, fit),
            None => Target::Nowhere(partition.unwrap_or_default().to_owned(), "is not in the folder's name".to_owned()),
        }
    }

    /// Where a file has a column.
    pub(crate) fn slot(&self, path: &Path, fit: &Fit) -> Target {
        let at = self.slots.iter().position(|slot| slot == path);
        match at.and_then(|at| Some((at, fit.slots.get(at)?))) {
            Some((at, Slot::Leaf(_))) => Target::Slot(at),
            Some((_, Slot::Missing(why))) => Target::Nowhere(path.join("."), why.clone()),
            None => Target::Nowhere(path.join("."), "is not there".to_owned()),
        }
    }

    /// True for records of this time.
    pub(crate) fn has(&self, time: i64) -> bool {
        (self.from..self.to).contains(&time)
    }
}
