//! What the demo organization's products find: every rule, control and detector, how often, and about what.
//!
//! Names of products, types and controls are the real ones, as Security Hub shows them.

mod guardduty;
mod partners;
mod posture;
mod scanners;

use super::resource::About;

/// The titles by which planted kinds are known.
pub(super) mod planted {
    pub(in super::super) use super::guardduty::{BITCOIN_DNS, CREDENTIALS_OUTSIDE, DISTRUSTED_CALLER, PORT_PROBE};
    pub(in super::super) use super::partners::{AQUA_CVE, FALCON_MALWARE};
    pub(in super::super) use super::posture::{BLOCK_PUBLIC_ACCESS, IMDS_V2, LIFECYCLE, MISSING_PATCHES};
    pub(in super::super) use super::scanners::{EXTERNAL_ACCESS, PERSONAL_DATA, SERVING_LIBRARY, UNUSED_PERMISSION};
}

/// Who finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) name: &'static str,
    pub(super) feature: &'static str,
    /// The uid of a finding: `{region}`, `{account}`, `{id}` (32 hexadecimal digits), `{uuid}` and `{rule}` (the title's
    /// first word) are filled in.
    pub(super) uid: &'static str,
}

/// When it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// Day and night alike.
    Steady,
    /// When people work.
    Working,
    /// As [`Self::Steady`], but the rate walks about at random.
    Wandering,
}

/// How long a finding lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// Something happened: told once, and now and then again within days.
    Event,
    /// Something is wrong with a resource: told every day until it is mended.
    Standing,
}

/// OCSF's captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    Informational,
    Low,
    Medium,
    High,
    Critical,
    /// Every finding has its own, as vulnerabilities have.
    Graded,
}

/// One thing that a product finds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) product: Product,
    pub(super) finding_type: &'static str,
    /// `{name}` stands for the resource's name, `{cve}` for a vulnerability, `{package}` for where it is.
    pub(super) title: &'static str,
    pub(super) severity: Severity,
    pub(super) about: About,
    /// Records a day in the whole organization, at scale 1, about.
    pub(super) level: f64,
    pub(super) rhythm: Rhythm,
    pub(super) life: Life,
}

impl Kind {
    /// Something that happens, day and night.
    const fn event(
        product: Product,
        finding_type: &'static str,
        title: &'static str,
        severity: Severity,
        about: About,
        level: f64,
    ) -> Self {
        Self { product, finding_type, title, severity, about, level, rhythm: Rhythm::Steady, life: Life::Event }
    }

    const fn standing(self) -> Self {
        Self { life: Life::Standing, ..self }
    }

    const fn working(self) -> Self {
        Self { rhythm: Rhythm::Working, ..self }
    }

    const fn wandering(self) -> Self {
        Self { rhythm: Rhythm::Wandering, ..self }
    }
}

/// All of them. Their order is part of what a seed means.
pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = posture::kinds();
    kinds.extend(scanners::kinds());
    kinds.extend(guardduty::kinds());
    kinds.extend(partners::kinds());
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_series_are_some_hundreds_and_the_records_some_hundred_thousands() {
        let kinds = kinds();
        let series: BTreeSet<_> = kinds.iter().map(|kind| (kind.product.name, kind.finding_type)).collect();
        assert!((120..=300).contains(&series.len()), "{} series", series.len());
        let a_day: f64 = kinds.iter().map(|kind| kind.level).sum();
        assert!((550.0..=1_100.0).contains(&a_day), "{a_day} records a day");
        assert!(kinds.iter().all(|kind| kind.level > 0.0 && !kind.title.is_empty()));
    }
}
