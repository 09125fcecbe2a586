//! One record of a finding, written out.

use super::catalog::{Kind, Severity};
use super::resource::Resource;
use crate::random::mix;
use crate::site::Site;
use onepane_domain::{FindingRow, Timestamp};

/// Families of software in which vulnerabilities are found.
const PACKAGES: [&str; 14] = [
    "openssl",
    "glibc",
    "linux-kernel",
    "curl",
    "python3",
    "openssh",
    "expat",
    "libxml2",
    "sudo",
    "containerd",
    "numpy",
    "pillow",
    "requests",
    "setuptools",
];
/// Those of model servers.
const SERVERS: [&str; 6] = ["vllm", "torchserve", "transformers", "triton-server", "ray-serve", "mlflow"];

/// A finding that is told.
pub(super) struct Told<'a> {
    pub(super) kind: &'a Kind,
    pub(super) site: &'a Site,
    pub(super) resource: Resource,
    /// From which its uid and whatever else is its own follow.
    pub(super) id: u64,
    pub(super) created: i64,
}

impl Told<'_> {
    /// One of its records.
    pub(super) fn record(&self, at: i64, status: &str) -> FindingRow {
        let title = self.filled(self.kind.title);
        let of_account = format!("{title} Account {} ({}), {}.", self.site.alias, self.site.id, self.resource.region);
        FindingRow {
            time: Timestamp::saturating_from_millis(at),
            uid: self.filled(self.kind.product.uid),
            description: of_account,
            title,
            product: self.kind.product.name.to_owned(),
            feature: self.kind.product.feature.to_owned(),
            types: vec![self.kind.finding_type.to_owned()],
            severity: self.severity().to_owned(),
            status: status.to_owned(),
            account: Some(self.site.account),
            region: self.resource.region.to_owned(),
            resources: vec![self.resource.at.clone()],
            created: Some(Timestamp::saturating_from_millis(self.created)),
        }
    }

    fn severity(&self) -> &'static str {
        match self.kind.severity {
            Severity::Informational => "Informational",
            Severity::Low => "Low",
            Severity::Medium => "Medium",
            Severity::High => "High",
            Severity::Critical => "Critical",
            Severity::Graded => match mix(self.id ^ 0x5e) % 100 {
                0..8 => "Critical",
                8..42 => "High",
                42..88 => "Medium",
                _ => "Low",
            },
        }
    }

    /// The text with what stands in braces filled in.
    fn filled(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len() + 48);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (word, after) = after.split_once('}').unwrap_or((after, ""));
            self.fill(word, &mut filled);
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn fill(&self, word: &str, to: &mut String) {
        let (high, low) = (mix(self.id ^ 0x1d), mix(self.id ^ 0x2d));
        match word {
            "name" => to.push_str(&self.resource.name),
            "region" => to.push_str(self.resource.region),
            "account" => to.push_str(&self.site.id),
            "id" => to.push_str(&format!("{high:016x}{low:016x}")),
            "uuid" => to.push_str(&crate::sink::uuid(self.id)),
            // One detector an account and Region.
            "detector" => {
                let bits = self.site.account.number() ^ self.resource.region.len() as u64;
                to.push_str(&format!("{:016x}{:016x}", mix(bits), mix(!bits)));
            }
            "rule" => {
                let first = self.kind.title.split(' ').next().unwrap_or_default();
                to.push_str(first.trim_end_matches(':'));
            }
            "cve" => {
                // A few of a year's are found again and again, most but once.
                let year = self.created.div_euclid(31_556_952_000) + 1_970;
                let number = if high % 3 == 0 { 20_000 + high / 3 % 40 * 731 } else { 20_000 + low % 34_000 };
                to.push_str(&format!("CVE-{year}-{number}"));
            }
            "package" => {
                let of_servers = self.kind.title.contains("model server");
                let packages = if of_servers { &SERVERS[..] } else { &PACKAGES };
                to.push_str(packages[(low >> 32) as usize % packages.len()]);
            }
            _ => {}
        }
    }
}
