//! Things that happen: told once, and now and then again within days.

use super::catalog::{Kind, Life, Rhythm};
use super::planted::{Plant, Shape};
use super::record::Told;
use super::{DAY, Findings};
use crate::metrics::noise::{swing, wave};
use crate::plan::{HOUR, MINUTE, WORKING_HOURS};
use crate::random::{Random, mix};
use crate::site::Site;
use onepane_domain::FindingRow;

/// How likely something is told a second time, and after that a third.
const AGAIN: f64 = 0.24;
/// The longest time from one record to the next.
const NEXT_WITHIN: i64 = 44 * HOUR;
/// Days after which nothing of a day is told any more: two further records, and the day's own length.
const LONGEST: i64 = 4;
/// Records that something brings.
const RECORDS: f64 = 1.0 + AGAIN + AGAIN * AGAIN;
/// How a week is for people, Thursday first, as days are counted from 1970-01-01.
const WEEK: [f64; 7] = [1.25, 1.14, 0.4, 0.35, 1.3, 1.28, 1.28];

/// Adds what happened on a day, and what is told again of the days before.
pub(super) fn tell(findings: &Findings, day: i64, rows: &mut Vec<FindingRow>) {
    for (index, kind) in findings.kinds.iter().enumerate().filter(|(_, kind)| kind.life == Life::Event) {
        for born in day - LONGEST..=day {
            let mut random = Random::of(&[findings.config.seed, 0xeb_e4, index as u64, born.cast_unsigned()]);
            let count = random.events(rate(findings, index, born) / RECORDS);
            for _ in 0..count {
                happen(findings, kind, born, None, &mut Random::of(&[random.bits()]), day, rows);
            }
        }
    }
    for (number, plant) in findings.plants.iter().enumerate() {
        let kind = &findings.kinds[plant.kind];
        match plant.shape {
            Shape::Burst { from, to, count } => burst(findings, plant, number, from..to, count, day, rows),
            Shape::Rise { .. } | Shape::Raise { .. } => {
                for born in day - LONGEST..=day {
                    let mut random = Random::of(&[findings.config.seed, 0x91_a7, number as u64, born.cast_unsigned()]);
                    for _ in 0..random.events(plant.shape.more(born) / RECORDS) {
                        happen(findings, kind, born, plant.site, &mut Random::of(&[random.bits()]), day, rows);
                    }
                }
            }
            Shape::Fall { .. } | Shape::Arrive { .. } | Shape::Mend { .. } | Shape::Silence { .. } => {}
        }
    }
}

/// Records a day of a kind, planted ones left out.
fn rate(findings: &Findings, index: usize, day: i64) -> f64 {
    let kind = &findings.kinds[index];
    let seed = mix(findings.config.seed ^ mix(index as u64));
    let usual = kind.level * findings.config.scale * (1.0 + 0.08 * swing(seed, day));
    let rhythm = match kind.rhythm {
        Rhythm::Steady => 1.0,
        Rhythm::Working => WEEK[day.rem_euclid(7) as usize],
        Rhythm::Wandering => 0.3 + 1.4 * walk(seed, day),
    };
    let planted = findings.plants.iter().filter(|plant| plant.kind == index);
    usual * rhythm * planted.map(|plant| plant.shape.left(day)).product::<f64>()
}

/// A level from 0 to 1 that walks: waves of every length, the longer the higher, as a random walk has them.
fn walk(seed: u64, day: i64) -> f64 {
    let lengths: [(i64, f64); 4] = [(256, 16.0), (64, 8.0), (16, 4.0), (4, 2.0)];
    let sum: f64 =
        lengths.iter().map(|&(length, height)| height * wave(seed ^ length.unsigned_abs(), day, length)).sum();
    sum / lengths.iter().map(|(_, height)| height).sum::<f64>()
}

/// Lets something happen on the day `born`, and adds those of its records that are told on `day`.
fn happen(
    findings: &Findings,
    kind: &Kind,
    born: i64,
    place: Option<usize>,
    random: &mut Random,
    day: i64,
    rows: &mut Vec<FindingRow>,
) {
    let drawn = random.weighted(&findings.weights);
    let place = place.unwrap_or(drawn);
    let again = random.chance(AGAIN);
    if findings.joined[place] > born || (day != born && !again) {
        return;
    }
    let site = &findings.sites[place];
    let created = born * DAY + time_of_day(kind, site, random);
    let region = site.region(random);
    let resource = random.index(kind.about.pool(site));
    let id = random.bits();
    let mut records = [(created, "New"), (i64::MAX, ""), (i64::MAX, "")];
    if again {
        records[1] = (created + random.between(HOUR, NEXT_WITHIN), later_status(random));
        if random.chance(AGAIN) {
            records[2] = (records[1].0 + random.between(HOUR, NEXT_WITHIN), later_status(random));
        }
    }
    for (at, status) in records.into_iter().filter(|(at, _)| at.div_euclid(DAY) == day) {
        let told = Told { kind, site, resource: kind.about.resource(site, region, resource), id, created };
        rows.push(told.record(at, status));
        if random.chance(super::TWICE) {
            rows.push(told.record((at + random.between(2, 20) * MINUTE).min(day * DAY + DAY - 1), status));
        }
    }
}

/// Adds those of a burst that fall on `day`.
fn burst(
    findings: &Findings,
    plant: &Plant,
    number: usize,
    window: std::ops::Range<i64>,
    count: u32,
    day: i64,
    rows: &mut Vec<FindingRow>,
) {
    if !(window.start.div_euclid(DAY)..=(window.end - 1).div_euclid(DAY)).contains(&day) {
        return;
    }
    let kind = &findings.kinds[plant.kind];
    let about = plant.about.unwrap_or(kind.about);
    let mut random = Random::of(&[findings.config.seed, 0xb0_57, number as u64]);
    for _ in 0..count {
        let at = random.between(window.start, window.end - 1);
        let drawn = random.weighted(&findings.weights);
        let site = &findings.sites[plant.site.unwrap_or(drawn)];
        let region = if plant.site.is_some() { site.home() } else { site.region(&mut random) };
        let resource = random.index(about.pool(site));
        let id = random.bits();
        if at.div_euclid(DAY) == day {
            let resource = about.resource(site, region, resource);
            rows.push(Told { kind, site, resource, id, created: at }.record(at, "New"));
        }
    }
}

fn time_of_day(kind: &Kind, site: &Site, random: &mut Random) -> i64 {
    let within = random.between(0, HOUR - 1);
    let hour = match kind.rhythm {
        Rhythm::Working => {
            let local = i64::try_from(random.weighted(&WORKING_HOURS)).unwrap_or(9);
            (local - site.ahead / HOUR).rem_euclid(24)
        }
        Rhythm::Steady | Rhythm::Wandering => random.between(0, 23),
    };
    hour * HOUR + within
}

fn later_status(random: &mut Random) -> &'static str {
    ["New", "In Progress", "Resolved", "Suppressed"][random.weighted(&[40.0, 25.0, 28.0, 7.0])]
}
