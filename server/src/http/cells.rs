//! Cells of CSV files.

/// One line.
pub(super) fn push_line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        push_cell(text, &cell);
    }
    text.push_str("\r\n");
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it: names and reasons come from
/// anyone who may start a job.
pub(super) fn push_cell(text: &mut String, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = is_formula || cell.contains(['"', ',', '\n', '\r']);
    if quoted {
        text.push('"');
    }
    if is_formula {
        text.push('\'');
    }
    if quoted {
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(cell);
    }
}
