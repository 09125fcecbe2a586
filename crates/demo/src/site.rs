//! The accounts of the demo organization: where they stand, who works there, and how much of what they do.

use crate::random::Random;
use onepane_domain::{Account, AccountId, Organization};

/// The Regions in use, with the hours that working people there are ahead of UTC.
pub(crate) const REGIONS: [(&str, i64); 4] =
    [("us-east-1", -5), ("us-west-2", -8), ("eu-west-1", 1), ("ap-southeast-2", 10)];
/// The most that an account's clock is ahead of UTC, in hours.
pub(crate) const MOST_AHEAD: i64 = 10;

/// What an account is for; its habits follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Platform,
    Production,
    Staging,
    Development,
    Research,
    Sandbox,
}

/// How often things happen on a working day, at scale 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    pub(crate) pipelines: f64,
    pub(crate) tuning_jobs: f64,
    pub(crate) ad_hoc_training: f64,
    /// Training jobs that take many hours or days.
    pub(crate) long_training: f64,
    pub(crate) processing: f64,
    pub(crate) transforms: f64,
    /// Endpoints that a monitoring schedule looks at every hour.
    pub(crate) monitored: f64,
    /// Endpoint updates (new config, scaling, rollbacks).
    pub(crate) endpoint_changes: f64,
    /// Endpoints created over the month.
    pub(crate) endpoints: f64,
    pub(crate) notebooks: usize,
    pub(crate) labeling: f64,
    pub(crate) feature_groups: f64,
    /// The part of the working day's rate that a weekend day has, for what people start by hand.
    pub(crate) weekend: f64,
    /// How likely a job of its own fails, without any wave.
    pub(crate) failing: f64,
    /// The part of training jobs that run on GPU instances.
    pub(crate) gpu: f64,
}

impl Class {
    pub(crate) fn environment(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
            Self::Research => "research",
            Self::Sandbox => "sandbox",
        }
    }

    pub(crate) fn habits(self) -> Habits {
        let quiet = Habits {
            pipelines: 1.0,
            tuning_jobs: 0.1,
            ad_hoc_training: 2.0,
            long_training: 0.1,
            processing: 5.0,
            transforms: 0.6,
            monitored: 0.0,
            endpoint_changes: 0.3,
            endpoints: 1.0,
            notebooks: 1,
            labeling: 0.0,
            feature_groups: 0.3,
            weekend: 0.12,
            failing: 0.055,
            gpu: 0.3,
        };
        match self {
            Self::Platform => quiet,
            Self::Production => Habits {
                pipelines: 3.7,
                tuning_jobs: 0.45,
                long_training: 0.3,
                processing: 3.0,
                transforms: 5.0,
                monitored: 0.85,
                endpoint_changes: 2.5,
                endpoints: 9.0,
                weekend: 0.2,
                failing: 0.048,
                feature_groups: 0.2,
                ..quiet
            },
            Self::Staging => Habits {
                pipelines: 2.7,
                tuning_jobs: 0.5,
                ad_hoc_training: 4.0,
                long_training: 0.3,
                processing: 3.0,
                transforms: 2.5,
                endpoint_changes: 2.0,
                endpoints: 5.0,
                notebooks: 2,
                failing: 0.075,
                ..quiet
            },
            Self::Development => Habits {
                pipelines: 1.8,
                tuning_jobs: 1.2,
                ad_hoc_training: 13.0,
                long_training: 1.6,
                processing: 8.0,
                transforms: 2.0,
                endpoint_changes: 1.0,
                endpoints: 6.0,
                notebooks: 7,
                labeling: 0.2,
                feature_groups: 0.5,
                failing: 0.09,
                gpu: 0.5,
                ..quiet
            },
            Self::Research => Habits {
                tuning_jobs: 1.3,
                ad_hoc_training: 14.0,
                long_training: 16.0,
                processing: 8.0,
                endpoint_changes: 0.3,
                endpoints: 2.0,
                notebooks: 7,
                labeling: 1.2,
                weekend: 0.3,
                failing: 0.085,
                gpu: 0.85,
                ..quiet
            },
            Self::Sandbox => Habits {
                pipelines: 0.8,
                tuning_jobs: 0.5,
                ad_hoc_training: 13.0,
                processing: 4.0,
                endpoint_changes: 0.6,
                endpoints: 5.0,
                notebooks: 10,
                failing: 0.17,
                gpu: 0.3,
                ..quiet
            },
        }
    }
}

/// One account and what the generator knows of it.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) index: u64,
    pub(crate) account: AccountId,
    /// The account id as text, as it stands in every event.
    pub(crate) id: String,
    pub(crate) alias: &'static str,
    pub(crate) ou: &'static str,
    pub(crate) class: Class,
    /// The subject it works on, the first part of names.
    pub(crate) project: &'static str,
    pub(crate) team: &'static str,
    pub(crate) cost_center: String,
    /// 1 to 3 Regions, the home Region first.
    pub(crate) regions: Vec<&'static str>,
    /// How far its people's clocks are ahead of UTC, in milliseconds.
    pub(crate) ahead: i64,
    pub(crate) people: Vec<&'static str>,
    pub(crate) habits: Habits,
}

impl Site {
    pub(crate) fn arn(&self, region: &str, rest: &str) -> String {
        format!("arn:aws:sagemaker:{region}:{}:{rest}", self.id)
    }

    pub(crate) fn home(&self) -> &'static str {
        self.regions.first().copied().unwrap_or(REGIONS[0].0)
    }

    /// A Region for one piece of work: mostly the home Region.
    pub(crate) fn region(&self, random: &mut Random) -> &'static str {
        if random.chance(0.65) { self.home() } else { random.pick(&self.regions) }
    }
}

use Class::{Development, Platform, Production, Research, Sandbox, Staging};

/// Alias, OU, class, project, team, Regions by their place in [`REGIONS`].
type Row = (&'static str, &'static str, Class, &'static str, &'static str, &'static [usize]);

const ACCOUNTS: [Row; 40] = [
    ("ml-platform-shared", "platform/shared-services", Platform, "platform", "ml-platform", &[0, 2, 3]),
    ("ml-artifacts", "platform/shared-services", Platform, "artifacts", "ml-platform", &[0, 1]),
    ("ml-observability", "platform/observability", Platform, "observability", "ml-platform", &[0]),
    ("security-analytics", "security/analytics", Platform, "anomaly", "security-data", &[0, 2]),
    ("fraud-prod", "workloads/production/fraud", Production, "fraud", "fraud-ml", &[0, 1]),
    ("fraud-prod-eu", "workloads/production/fraud", Production, "fraud", "fraud-ml", &[2]),
    ("risk-prod", "workloads/production/risk", Production, "credit-risk", "risk-ml", &[0]),
    ("risk-prod-eu", "workloads/production/risk", Production, "credit-risk", "risk-ml", &[2]),
    ("recommendations-prod", "workloads/production/retail", Production, "recs", "personalization", &[0, 1, 2]),
    ("search-prod", "workloads/production/retail", Production, "search-rank", "search-relevance", &[0, 2]),
    ("pricing-prod", "workloads/production/retail", Production, "pricing", "pricing-science", &[0]),
    ("demand-prod", "workloads/production/retail", Production, "demand", "forecasting", &[0, 3]),
    ("ads-prod", "workloads/production/ads", Production, "ctr", "ads-ml", &[1, 0]),
    ("logistics-prod", "workloads/production/operations", Production, "eta", "logistics-ml", &[2, 3]),
    ("support-nlp-prod", "workloads/production/operations", Production, "triage", "support-nlp", &[2]),
    ("claims-prod", "workloads/production/operations", Production, "claims", "claims-ml", &[3]),
    ("maintenance-prod", "workloads/production/operations", Production, "predictive", "iot-ml", &[1]),
    ("churn-prod", "workloads/production/growth", Production, "churn", "growth-ml", &[0]),
    ("fraud-staging", "workloads/staging", Staging, "fraud", "fraud-ml", &[0, 1]),
    ("risk-staging", "workloads/staging", Staging, "credit-risk", "risk-ml", &[0, 2]),
    ("recommendations-staging", "workloads/staging", Staging, "recs", "personalization", &[0]),
    ("search-staging", "workloads/staging", Staging, "search-rank", "search-relevance", &[2]),
    ("demand-staging", "workloads/staging", Staging, "demand", "forecasting", &[0]),
    ("ads-staging", "workloads/staging", Staging, "ctr", "ads-ml", &[1]),
    ("logistics-staging", "workloads/staging", Staging, "eta", "logistics-ml", &[2]),
    ("claims-staging", "workloads/staging", Staging, "claims", "claims-ml", &[3]),
    ("fraud-dev", "workloads/development", Development, "fraud", "fraud-ml", &[0]),
    ("retail-dev", "workloads/development", Development, "recs", "personalization", &[0, 1]),
    ("forecasting-dev", "workloads/development", Development, "demand", "forecasting", &[0, 3]),
    ("ads-dev", "workloads/development", Development, "ctr", "ads-ml", &[1]),
    ("operations-dev", "workloads/development", Development, "eta", "logistics-ml", &[2, 3]),
    ("research-vision", "research/vision", Research, "vision", "vision-lab", &[1, 0]),
    ("research-vision-eu", "research/vision", Research, "vision", "vision-lab", &[2]),
    ("research-language", "research/language", Research, "llm", "language-lab", &[0, 1]),
    ("research-language-eu", "research/language", Research, "llm", "language-lab", &[2]),
    ("research-foundation", "research/language/foundation", Research, "foundation", "language-lab", &[1]),
    ("research-speech", "research/speech", Research, "speech", "speech-lab", &[3, 1]),
    ("research-control", "research/control", Research, "policy", "control-lab", &[0]),
    ("sandbox-us", "sandbox", Sandbox, "playground", "enablement", &[0, 1]),
    ("sandbox-eu", "sandbox", Sandbox, "playground", "enablement", &[2]),
];

const PEOPLE: [&str; 48] = [
    "amara.okafor",
    "anna.lindqvist",
    "arjun.mehta",
    "beatriz.costa",
    "bo.andersen",
    "carla.rossi",
    "chen.wei",
    "daniel.kim",
    "dina.haddad",
    "elena.petrova",
    "emeka.obi",
    "farah.aziz",
    "felix.braun",
    "grace.murphy",
    "hana.sato",
    "hugo.martin",
    "ines.garcia",
    "ivan.horvat",
    "jack.wilson",
    "jin.park",
    "jonas.weber",
    "julia.nowak",
    "kavya.rao",
    "kenji.mori",
    "lara.jansen",
    "leo.dubois",
    "liam.byrne",
    "lucia.moreno",
    "maya.cohen",
    "mei.lin",
    "mia.schmidt",
    "noah.taylor",
    "nora.berg",
    "olga.ivanova",
    "oscar.silva",
    "priya.nair",
    "rafael.lima",
    "rosa.vargas",
    "ruth.adler",
    "sam.reed",
    "sara.khan",
    "sofia.ricci",
    "tariq.hassan",
    "tess.brown",
    "tom.hughes",
    "vera.novak",
    "yara.saleh",
    "zoe.carter",
];

/// The accounts of this seed.
pub(crate) fn sites(seed: u64) -> Vec<Site> {
    let mut taken = Vec::with_capacity(ACCOUNTS.len());
    let mut sites = Vec::with_capacity(ACCOUNTS.len());
    for (index, (alias, ou, class, project, team, places)) in (0_u64..).zip(ACCOUNTS) {
        let mut random = Random::of(&[seed, index, 0x5174]);
        let account = loop {
            let number = u64::try_from(random.between(100_000_000_000, 999_999_999_999)).unwrap_or_default();
            // Never out of range; the loop only guards against drawing one number twice.
            if let Some(account) = AccountId::from_number(number).ok().filter(|account| !taken.contains(account)) {
                break account;
            }
        };
        taken.push(account);
        let first = random.index(PEOPLE.len());
        let staff = 3 + class.habits().notebooks;
        sites.push(Site {
            index,
            account,
            id: account.to_string(),
            alias,
            ou,
            class,
            project,
            team,
            cost_center: format!("cc-{}", 1_000 + team.len() * 37 + project.len() * 11),
            regions: places.iter().map(|place| REGIONS[*place].0).collect(),
            ahead: REGIONS[places[0]].1 * 3_600_000,
            people: (0..staff).map(|step| PEOPLE[(first + step * 5) % PEOPLE.len()]).collect(),
            habits: class.habits(),
        });
    }
    sites
}

/// The organization of these sites.
pub(crate) fn organization(sites: &[Site]) -> Organization {
    let accounts =
        sites.iter().map(|site| Account { id: site.account, alias: site.alias.to_owned(), ou: site.ou.to_owned() });
    // The ids are distinct by construction, so that this cannot fail.
    Organization::new(accounts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_accounts_in_nested_ous_and_four_regions() {
        for seed in [0, 1, 42] {
            let sites = sites(seed);
            let organization = organization(&sites);
            assert_eq!(organization.accounts().count(), 40);
            assert!(organization.ous().iter().any(|ou| ou == "workloads/production/fraud"));
            for (region, _) in REGIONS {
                assert!(sites.iter().any(|site| site.regions.contains(&region)));
            }
            assert!(sites.iter().all(|site| (1..=3).contains(&site.regions.len())));
        }
    }
}
