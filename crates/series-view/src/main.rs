//! `series-view`: requests as JSON Lines in, views as JSON Lines out, as the browser's module makes them. The tests of that
//! module compare the two.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::BufRead;

fn main() -> Result<(), Box<dyn Error>> {
    for line in std::io::stdin().lock().lines() {
        println!("{}", onepane_series_view::answer(&line?));
    }
    Ok(())
}
