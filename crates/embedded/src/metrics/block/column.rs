//! Numbers and columns of numbers, as bytes.

use super::Damaged;

/// Decimals that are tried, fewest first; the number of them is the column's tag.
const SCALES: [f64; 4] = [1.0, 10.0, 100.0, 1_000.0];
/// The tag of a column of numbers as they are.
const RAW: u8 = 4;
/// Added to the tag of a column whose numbers are all the same.
const CONSTANT: u8 = 8;
/// Whole numbers beyond this are not told apart by a float.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number, seven bits a byte, lowest first.
pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

pub(super) fn take_number(bytes: &mut &[u8]) -> Result<u64, Damaged> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(Damaged)?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Damaged)
}

pub(super) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

pub(super) fn take_text<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, Damaged> {
    let length = usize::try_from(take_number(bytes)?).map_err(|_| Damaged)?;
    let (text, rest) = bytes.split_at_checked(length).ok_or(Damaged)?;
    *bytes = rest;
    std::str::from_utf8(text).map_err(|_| Damaged)
}

/// A column, in the shortest form that gives every number back exactly.
pub(super) fn put_column(bytes: &mut Vec<u8>, values: &[f64]) {
    let constant = values.len() > 1 && values.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits());
    let values = if constant { &values[..1] } else { values };
    let mark = if constant { CONSTANT } else { 0 };
    let scale = (0_u8..).zip(SCALES).find(|(_, scale)| values.iter().all(|value| whole(*value, *scale).is_some()));
    let Some((tag, scale)) = scale else {
        bytes.push(RAW | mark);
        for value in values {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        return;
    };
    bytes.push(tag | mark);
    let mut before = 0;
    for value in values.iter().filter_map(|value| whole(*value, scale)) {
        put_number(bytes, zigzag(value - before));
        before = value;
    }
}

pub(super) fn take_column(bytes: &mut &[u8], length: usize) -> Result<Vec<f64>, Damaged> {
    let (tag, rest) = bytes.split_first().ok_or(Damaged)?;
    *bytes = rest;
    let (constant, form) = (tag & CONSTANT != 0, tag & !CONSTANT);
    if constant && length < 2 {
        return Err(Damaged);
    }
    let written = if constant { 1 } else { length };
    let mut values = Vec::with_capacity(written);
    if form == RAW {
        for _ in 0..written {
            let (value, rest) = bytes.split_first_chunk::<8>().ok_or(Damaged)?;
            *bytes = rest;
            values.push(f64::from_le_bytes(*value));
        }
    } else {
        let scale = SCALES.get(usize::from(form)).ok_or(Damaged)?;
        let mut before = 0_i64;
        for _ in 0..written {
            before = before.checked_add(unzigzag(take_number(bytes)?)).ok_or(Damaged)?;
            values.push(before as f64 / scale);
        }
    }
    Ok(if constant { vec![values[0]; length] } else { values })
}

/// The number times the scale, if that is whole and gives the number back bit for bit.
fn whole(value: f64, scale: f64) -> Option<i64> {
    let scaled = (value * scale).round();
    let exact = scaled.abs() < MOST_EXACT;
    let number = if exact { scaled as i64 } else { return None };
    (number as f64 / scale).to_bits().eq(&value.to_bits()).then_some(number)
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}
