//! The other side of the proof: Athena's SQL, run by DuckDB in a process of Python's.

use onepane_domain::{FindingRequest, FindingRow, FindingRowsRequest, FindingSeries};
use onepane_findings::{FindingSql, Statement, read_rows, read_series};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Python with sqlglot and DuckDB, as `ONEPANE_SQL_PROOF` says; none if it is to be left out, which is then printed.
///
/// # Panics
/// If nothing says where it is: a proof that is left out is left out aloud.
pub(crate) fn python() -> Option<String> {
    if let Ok(python) = std::env::var("ONEPANE_SQL_PROOF") {
        return Some(python);
    }
    if std::env::var("ONEPANE_SKIP_SQL_PROOF").is_ok_and(|skip| skip == "1") {
        println!("SKIPPED: ONEPANE_SKIP_SQL_PROOF=1, so nothing was proved of the SQL");
        return None;
    }
    panic!(
        "ONEPANE_SQL_PROOF must name a Python with sqlglot and duckdb (scripts/install-sql-proof makes one, `make test` \
         sets the variable); ONEPANE_SKIP_SQL_PROOF=1 leaves the proof out"
    );
}

pub(crate) struct Duck {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Duck {
    pub(crate) fn start(python: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql_proof/prove.py");
        let command = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = command.unwrap_or_else(|error| panic!("{python} does not start: {error}"));
        let (asks, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, asks, answers: BufReader::new(answers) }
    }

    /// The Parquet files below a folder become the tables that the statements name.
    pub(crate) fn table(&mut self, sql: &FindingSql, number: usize, folder: &Path) {
        let table = &sql.tables()[number];
        let name = [table.database().as_str(), table.name().as_str()];
        let answer = self.ask(&json!({ "table": name, "folder": folder }));
        assert!(answer["files"].as_u64().is_some_and(|files| files > 0), "{answer}");
    }

    pub(crate) fn series(&mut self, sql: &FindingSql, request: &FindingRequest) -> (Vec<FindingSeries>, u64) {
        let result = self.run(&sql.series(request).unwrap());
        read_series(request, &result).unwrap()
    }

    pub(crate) fn rows(&mut self, sql: &FindingSql, request: &FindingRowsRequest) -> Vec<FindingRow> {
        read_rows(&self.run(&sql.rows(request).unwrap())).unwrap()
    }

    /// By the statement that people copy.
    pub(crate) fn copied_rows(&mut self, sql: &FindingSql, request: &FindingRowsRequest) -> Vec<FindingRow> {
        let text = sql.rows_sql(request).unwrap();
        read_rows(&self.run(&Statement { text, parameters: Vec::new() })).unwrap()
    }

    fn run(&mut self, statement: &Statement) -> Vec<Vec<Option<String>>> {
        let answer = self.ask(&json!({ "text": statement.text, "parameters": statement.parameters }));
        let rows = answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}\n{statement:#?}"));
        let cells =
            |row: &Value| row.as_array().unwrap().iter().map(|cell| cell.as_str().map(ToOwned::to_owned)).collect();
        rows.iter().map(cells).collect()
    }

    fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.asks, "{request}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

impl Drop for Duck {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
