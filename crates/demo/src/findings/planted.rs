//! What is planted among the findings, for people and tests to find: see [`PlantedSeries`].

use super::catalog::{Kind, planted};
use super::resource::About;
use super::{DAY, FindingsConfig};
use crate::plan::HOUR;
use crate::site::Site;
use onepane_domain::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// How a planted series behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlantedKind {
    /// A slow rise or fall up to the end.
    Trend,
    /// Many within one day, or a few.
    Spike,
    /// A new level from one day to the next.
    Shift,
    /// A new level over many days.
    Ramp,
    /// Nothing for some days, because the product's integration was broken.
    Outage,
    /// Nothing at all: a strong week that might be mistaken for something.
    Weekly,
    /// Nothing at all: a level that walks about at random.
    Walk,
}

impl PlantedKind {
    /// Whether there is something to find.
    pub fn is_decoy(self) -> bool {
        matches!(self, Self::Weekly | Self::Walk)
    }
}

/// What was planted in one series of findings by product and type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlantedSeries {
    /// The product.
    pub product: String,
    /// The type.
    #[serde(rename = "type")]
    pub finding_type: String,
    /// How the series behaves.
    pub kind: PlantedKind,
    /// The day on which it begins.
    pub from: Timestamp,
    /// The first day that it does not concern; the end of the history for what lasts.
    pub to: Timestamp,
    /// Records a day before, about.
    pub before: f64,
    /// Records a day at its height, or at its end, about.
    pub after: f64,
    /// The only account that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What happened.
    pub story: String,
}

/// What changes, in days since 1970-01-01 (UTC).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// Each week brings this many times more, over the days; then it stays. `of` is the series' level before.
    Rise { weekly: f64, from: i64, to: i64, of: f64 },
    /// Each week brings this many times less.
    Fall { weekly: f64, from: i64, to: i64 },
    /// So many at random instants, in epoch milliseconds.
    Burst { from: i64, to: i64, count: u32 },
    /// So many more a day, from a day on.
    Raise { from: i64, a_day: f64 },
    /// So many resources more that are wrong: all at once, or one by one over the days.
    Arrive { from: i64, over: i64, resources: u32 },
    /// This part of the resources that are wrong is mended on one day.
    Mend { at: i64, share: f64 },
    /// Nothing of the product arrives.
    Silence { from: i64, to: i64 },
}

/// One thing that is planted.
#[derive(Debug, Clone)]
pub(super) struct Plant {
    /// Place of the kind that it concerns.
    pub(super) kind: usize,
    pub(super) shape: Shape,
    /// Place of the only account.
    pub(super) site: Option<usize>,
    /// What it is about, if not what the kind is about.
    pub(super) about: Option<About>,
    story: &'static str,
}

const WEEK: i64 = 7;

/// Everything that is planted in a history that ends at this instant.
pub(super) fn plants(config: &FindingsConfig, kinds: &[Kind], sites: &[Site]) -> Vec<Plant> {
    let until = config.until.millis();
    let today = until.div_euclid(DAY);
    let first = config.start().millis().div_euclid(DAY);
    let level = |title: &str| series_level(kinds, kind_of(kinds, title)) * config.scale;
    let whole_day =
        |ago: i64, count: u32| Shape::Burst { from: (today - ago) * DAY, to: (today - ago + 1) * DAY, count };
    // The stranger of the demo's history first calls 38 hours before its end; half of it lies in the newest whole day.
    let stranger = (until - 38 * HOUR).max((today - 1) * DAY);
    let list = [
        (
            planted::SERVING_LIBRARY,
            None,
            Shape::Rise { weekly: 1.04, from: today - 20 * WEEK, to: today, of: level(planted::SERVING_LIBRARY) },
            "Vulnerabilities in model servers rise by 4 % a week for 20 weeks.",
        ),
        (
            planted::PORT_PROBE,
            Some("ads-prod"),
            whole_day(9, 70),
            "One day of port probes against an account whose security group was opened.",
        ),
        (
            planted::BLOCK_PUBLIC_ACCESS,
            None,
            Shape::Arrive { from: today - 3 * WEEK, over: 1, resources: 55 },
            "A policy changed, and buckets lost their block of public access.",
        ),
        (
            planted::UNUSED_PERMISSION,
            None,
            Shape::Arrive { from: today - 75, over: 30, resources: 34 },
            "The analyzer was rolled out account by account within a month.",
        ),
        (
            planted::FALCON_MALWARE,
            None,
            Shape::Silence { from: today - 38, to: today - 34 },
            "The integration's credentials ran out, and nothing came for four days.",
        ),
        (
            planted::DISTRUSTED_CALLER,
            Some("risk-prod"),
            Shape::Burst { from: stranger, to: today * DAY, count: 26 },
            "A user that nobody knew calls from an address on the threat list.",
        ),
        (
            planted::DISTRUSTED_CALLER,
            Some("risk-prod"),
            Shape::Burst { from: today * DAY, to: until.max(today * DAY + 1), count: 6 },
            "",
        ),
        (
            planted::BITCOIN_DNS,
            Some("research-vision"),
            Shape::Burst { from: (today - 47) * DAY, to: (today - 44) * DAY, count: 45 },
            "A miner on a research machine, for three days.",
        ),
        (
            planted::IMDS_V2,
            None,
            Shape::Mend { at: today - 100, share: 0.8 },
            "Version 2 of the metadata service was enforced, and most instances comply.",
        ),
        (
            planted::MISSING_PATCHES,
            None,
            Shape::Fall { weekly: 1.03, from: today - 25 * WEEK, to: today },
            "Patch baselines reach more instances every week: 3 % fewer.",
        ),
        (
            planted::PERSONAL_DATA,
            Some("research-language"),
            Shape::Raise { from: today - 60, a_day: 18.0 },
            "A new bucket of training data that nobody had cleaned.",
        ),
        (
            planted::LIFECYCLE,
            None,
            whole_day(66, 40),
            "The provider announced the end of a runtime for all accounts on one day.",
        ),
        (
            planted::CREDENTIALS_OUTSIDE,
            Some("pricing-prod"),
            whole_day(16, 9),
            "Credentials of a role were used from outside, where hardly ever any are.",
        ),
    ];
    list.into_iter()
        .map(|(title, alias, shape, story)| Plant {
            kind: kind_of(kinds, title),
            shape,
            site: alias.and_then(|alias| sites.iter().position(|site| site.alias == alias)),
            about: (title == planted::DISTRUSTED_CALLER).then_some(About::Outsider),
            story,
        })
        .filter(|plant| plant.shape.first_day() >= first)
        .collect()
}

/// What there is to find, and two series that only look as if there were.
pub(super) fn truth(config: &FindingsConfig, kinds: &[Kind], sites: &[Site], plants: &[Plant]) -> Vec<PlantedSeries> {
    let day = |number: i64| Timestamp::saturating_from_millis(number * DAY);
    let last = day(config.until.millis().div_euclid(DAY));
    let mut truth = Vec::new();
    let of_series = |kind: usize, planted, from, to, before: f64, after: f64, site: Option<usize>, story: &str| {
        let Kind { product, finding_type, .. } = kinds[kind];
        PlantedSeries {
            product: product.name.to_owned(),
            finding_type: finding_type.to_owned(),
            kind: planted,
            from,
            to,
            before: tenths(before),
            after: tenths(after),
            account: site.and_then(|site| sites.get(site)).map(|site| site.account),
            story: story.to_owned(),
        }
    };
    for plant in plants.iter().filter(|plant| !plant.story.is_empty()) {
        let before = series_level(kinds, plant.kind) * config.scale;
        let (planted, from, to, after) = match plant.shape {
            Shape::Rise { weekly, from, to, of } => {
                (PlantedKind::Trend, day(from), last, before + of * (power(weekly, from, to) - 1.0))
            }
            Shape::Fall { weekly, from, to } => {
                let own = kinds[plant.kind].level * config.scale;
                (PlantedKind::Trend, day(from), last, before - own + own / power(weekly, from, to))
            }
            Shape::Burst { from, to, count } => {
                let days = (to - from + DAY - 1).div_euclid(DAY).max(1);
                let from = day(from.div_euclid(DAY));
                (PlantedKind::Spike, from, from.plus_days(days), before + f64::from(count) / days as f64)
            }
            Shape::Raise { from, a_day } => (PlantedKind::Shift, day(from), last, before + a_day),
            Shape::Arrive { from, over, resources } => {
                let (planted, to) =
                    if over > 1 { (PlantedKind::Ramp, day(from + over)) } else { (PlantedKind::Shift, last) };
                (planted, day(from), to, before + f64::from(resources) * super::standing::TOLD_OF_OPEN)
            }
            Shape::Mend { at, share } => {
                let own = kinds[plant.kind].level * config.scale;
                (PlantedKind::Shift, day(at), last, before - own * share)
            }
            Shape::Silence { from, to } => (PlantedKind::Outage, day(from), day(to), 0.0),
        };
        truth.push(of_series(plant.kind, planted, from, to, before, after, plant.site, plant.story));
    }
    let decoys = [
        (planted::EXTERNAL_ACCESS, PlantedKind::Weekly, "People work from Monday to Friday."),
        (planted::AQUA_CVE, PlantedKind::Walk, "The level walks about at random."),
    ];
    for (title, planted, story) in decoys {
        let kind = kind_of(kinds, title);
        let level = series_level(kinds, kind) * config.scale;
        truth.push(of_series(kind, planted, config.start(), last, level, level, None, story));
    }
    truth
}

impl Shape {
    fn first_day(self) -> i64 {
        match self {
            Self::Burst { from, .. } => from.div_euclid(DAY),
            Self::Mend { at, .. } => at,
            Self::Rise { from, .. }
            | Self::Fall { from, .. }
            | Self::Raise { from, .. }
            | Self::Arrive { from, .. }
            | Self::Silence { from, .. } => from,
        }
    }

    /// Records a day that come on top.
    pub(super) fn more(self, day: i64) -> f64 {
        match self {
            Self::Rise { weekly, from, to, of } if day >= from => of * (power(weekly, from, day.min(to)) - 1.0),
            Self::Raise { from, a_day } if day >= from => a_day,
            _ => 0.0,
        }
    }

    /// The part of the usual records that is left.
    pub(super) fn left(self, day: i64) -> f64 {
        match self {
            Self::Fall { weekly, from, to } if day >= from => 1.0 / power(weekly, from, day.min(to)),
            _ => 1.0,
        }
    }
}

/// `weekly` to the power of whole weeks, and a straight line within a week: multiplications alone, so that every
/// platform gives the same.
fn power(weekly: f64, from: i64, to: i64) -> f64 {
    let days = (to - from).max(0);
    let whole = (0..days / WEEK).fold(1.0, |power, _| power * weekly);
    whole * (1.0 + (weekly - 1.0) * (days % WEEK) as f64 / WEEK as f64)
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn kind_of(kinds: &[Kind], title: &str) -> usize {
    kinds.iter().position(|kind| kind.title == title).unwrap_or(0)
}

/// Records a day of all kinds that make one series, at scale 1.
fn series_level(kinds: &[Kind], kind: usize) -> f64 {
    let Kind { product, finding_type, .. } = kinds[kind];
    let same = kinds.iter().filter(|kind| kind.product == product && kind.finding_type == finding_type);
    same.map(|kind| kind.level).sum()
}
