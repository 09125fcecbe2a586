//! What the commands print on standard output.

use std::io::{self, BufWriter, Write};

/// Writes lines to standard output. A reader that has gone away (`| head`) is no error: the answer is `false`, and the
/// caller stops.
pub(crate) struct Lines<W: Write> {
    out: W,
}

impl Lines<BufWriter<io::StdoutLock<'static>>> {
    /// Buffered standard output.
    pub(crate) fn stdout() -> Self {
        Self { out: BufWriter::with_capacity(64 * 1024, io::stdout().lock()) }
    }
}

impl<W: Write> Lines<W> {
    /// Writes one line. False if nobody reads any more.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<bool> {
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
        still_read(written)
    }

    /// Writes one value as a line of JSON. False if nobody reads any more.
    pub(crate) fn json(&mut self, value: &impl serde::Serialize) -> io::Result<bool> {
        match serde_json::to_writer(&mut self.out, value) {
            Ok(()) => still_read(self.out.write_all(b"\n")),
            Err(error) => still_read(Err(error.into())),
        }
    }

    /// Hands everything on. False if nobody reads any more.
    pub(crate) fn flush(&mut self) -> io::Result<bool> {
        still_read(self.out.flush())
    }
}

/// Prints one line at once.
pub(crate) fn print_line(text: &str) -> io::Result<()> {
    let mut lines = Lines::stdout();
    lines.line(text)?;
    lines.flush()?;
    Ok(())
}

fn still_read(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}
