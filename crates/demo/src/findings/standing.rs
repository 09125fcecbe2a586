//! Resources in which something is wrong: told every day until it is mended, as scanners do.

use super::catalog::{Kind, Life, Rhythm};
use super::planted::{Plant, Shape};
use super::record::Told;
use super::{DAY, Findings};
use crate::plan::{HOUR, MINUTE};
use crate::random::{Random, mix};
use onepane_domain::FindingRow;

/// The part of the days on which a scanner tells again what is still wrong.
pub(super) const TOLD_OF_OPEN: f64 = 0.88;
/// Records a resource brings a day, the days on which it is mended counted.
const RECORDS_A_DAY: f64 = 0.84;

/// One resource and what may be wrong with it.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    kind: usize,
    site: usize,
    region: &'static str,
    resource: usize,
    key: u64,
    /// The first day on which it is wrong.
    from: i64,
    /// The day on which it is mended for good.
    to: i64,
    /// Days from one time that it breaks to the next, and how many of them it is wrong; 0 if it stays so.
    cycle: (i64, i64),
}

/// All slots: those that are usual, and those that are planted.
pub(super) fn slots(findings: &Findings) -> Vec<Slot> {
    let mut slots = Vec::new();
    for (index, kind) in findings.kinds.iter().enumerate().filter(|(_, kind)| kind.life == Life::Standing) {
        let mut random = Random::of(&[findings.config.seed, 0x51_07, index as u64]);
        let wanted = kind.level * findings.config.scale / RECORDS_A_DAY;
        let count = wanted as usize + usize::from(random.chance(wanted.fract()));
        let mended = findings.plants.iter().find_map(|plant| match plant.shape {
            Shape::Mend { at, share } if plant.kind == index => Some((at, share)),
            _ => None,
        });
        for _ in 0..count {
            let mut slot = slot(findings, kind, index, None, &mut random);
            let roll = random.unit();
            if let Some((at, share)) = mended
                && roll < share
            {
                slot.to = at;
            }
            let period = random.between(25, 90);
            slot.cycle = (period, period - random.between(2, 5));
            slots.push(slot);
        }
    }
    for (number, plant) in findings.plants.iter().enumerate() {
        let Shape::Arrive { from, over, resources } = plant.shape else { continue };
        let mut random = Random::of(&[findings.config.seed, 0xa7_71, number as u64]);
        for nth in 0..i64::from(resources) {
            let kind = &findings.kinds[plant.kind];
            let from = from + nth * over / i64::from(resources.max(1));
            slots.push(Slot { from, ..slot(findings, kind, plant.kind, Some(plant), &mut random) });
        }
    }
    slots
}

fn slot(findings: &Findings, kind: &Kind, index: usize, plant: Option<&Plant>, random: &mut Random) -> Slot {
    let site = plant.and_then(|plant| plant.site).unwrap_or_else(|| random.weighted(&findings.weights));
    let at = &findings.sites[site];
    let region = at.region(random);
    let resource = random.index(kind.about.pool(at));
    Slot {
        kind: index,
        site,
        region,
        resource,
        key: random.bits(),
        from: findings.joined[site],
        to: i64::MAX,
        cycle: (0, 0),
    }
}

impl Slot {
    /// The day on which what is wrong on this day began, and the day on which it is mended; none if nothing is wrong.
    fn open(&self, day: i64) -> Option<(i64, i64)> {
        let (period, open) = self.cycle;
        let (opened, closes) = if period == 0 {
            (self.from, self.to)
        } else {
            let phase = i64::try_from(self.key >> 40).unwrap_or(0) % period;
            let begun = day - (day + phase).rem_euclid(period);
            (begun.max(self.from), (begun + open).min(self.to))
        };
        (day >= opened && day <= closes && opened < closes).then_some((opened, closes))
    }
}

/// Adds what scanners tell on a day.
pub(super) fn tell(findings: &Findings, day: i64, rows: &mut Vec<FindingRow>) {
    for slot in &findings.slots {
        let Some((opened, closes)) = slot.open(day) else { continue };
        let kind = &findings.kinds[slot.kind];
        let id = mix(slot.key ^ mix(opened.cast_unsigned()));
        let mut random = Random::of(&[id, day.cast_unsigned()]);
        let told = match kind.rhythm {
            Rhythm::Working if super::is_weekend(day) => TOLD_OF_OPEN / 2.0,
            _ => TOLD_OF_OPEN,
        };
        if day != opened && day != closes && !random.chance(told) {
            continue;
        }
        // A scanner looks at a resource at the same time of day, about.
        let usual = 30 * MINUTE + i64::try_from(id % 1_380).unwrap_or(0) * MINUTE;
        let created = opened * DAY + usual;
        let at = day * DAY + usual + random.between(0, 29 * MINUTE);
        let age = day - opened;
        let status = match id >> 56 {
            _ if day == closes => "Resolved",
            0..20 if age > 4 => "Suppressed",
            20..90 if age > 9 => "In Progress",
            _ => "New",
        };
        let site = &findings.sites[slot.site];
        let resource = kind.about.resource(site, slot.region, slot.resource);
        let told = Told { kind, site, resource, id, created };
        rows.push(told.record(at, status));
        if random.chance(super::TWICE) {
            rows.push(told.record((at + random.between(2, 20) * MINUTE).min(day * DAY + 24 * HOUR - 1), status));
        }
    }
}
