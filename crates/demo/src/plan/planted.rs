//! What is planted among the believable rest, for people and tests to find: see [`crate::Truth`].

use super::calls::{Actor, Call, OUTSIDER};
use super::jobs::{Job, JobKind, Machine, Pace, Purpose};
use super::{DAY, HOUR, LocalDay, MINUTE, Planner, SECOND};
use crate::DemoConfig;
use crate::failure::Cause;
use crate::metrics::Trouble;
use crate::site::Site;
use crate::truth::{BadDeployment, FailureWave, NewActor, SilentAccount, StuckJob, Truth, UnknownEvents};
use onepane_domain::{AccountId, Timestamp, WorkloadId, WorkloadKind};

/// The detail-type that no parser knows.
const UNKNOWN_TYPE: &str = "SageMaker Quantum Job State Change";
const UNKNOWN_ALIAS: &str = "ml-platform-shared";
const SILENT_ALIAS: &str = "maintenance-prod";
const SILENT_DAYS: i64 = 5;
/// What the endpoint with the bad deployment is called after its project.
const DEPLOYED_NAME: &str = "realtime-main";
const DEPLOYED_ALIAS: &str = "search-prod";
/// How long before the end the bad deployment takes the traffic, and how long until it is taken back.
const DEPLOYED_BEFORE: i64 = 31 * HOUR;
const DEPLOYED_FOR: i64 = 2 * HOUR + 10 * MINUTE;
const DEPLOYED_SLOWER: f64 = 3.2;
const DEPLOYED_FAILING: f64 = 0.08;
const OUTSIDER_ALIAS: &str = "risk-prod";

/// Alias, cause, days before the end (moved back to a Tuesday or Wednesday), days it lasts, share of jobs it hits.
const WAVES: [(&str, Cause, i64, i64, f64); 3] = [
    ("fraud-prod", Cause::AccessDenied, 9, 2, 0.8),
    ("research-vision", Cause::Capacity, 16, 1, 0.75),
    ("operations-dev", Cause::ImageNotFound, 3, 1, 0.85),
];

/// Alias, kind, subject, hours before the end.
const STUCK: [(&str, JobKind, &str, i64); 6] = [
    ("pricing-prod", JobKind::Training, "eval-sweep", 8 * 24 + 13),
    ("retail-dev", JobKind::Training, "baseline", 5 * 24 + 4),
    ("ads-staging", JobKind::Training, "xgb", 3 * 24 + 7),
    ("demand-prod", JobKind::Processing, "features", 4 * 24 + 2),
    ("sandbox-us", JobKind::Processing, "sample", 6 * 24 + 9),
    ("search-prod", JobKind::Transform, "backfill", 3 * 24 + 1),
];

/// The planted actor's calls: name, what is asked for, whether it only reads, and the refusal, if it is refused.
const OUTSIDER_CALLS: [(&str, bool, Option<&str>); 13] = [
    ("ListTrainingJobs", true, None),
    ("ListModels", true, None),
    ("ListEndpoints", true, None),
    ("DescribeEndpoint", true, None),
    ("ListNotebookInstances", true, None),
    ("CreatePresignedNotebookInstanceUrl", false, Some("AccessDenied")),
    ("ListDomains", true, None),
    ("CreatePresignedDomainUrl", false, Some("AccessDenied")),
    ("ListModelPackages", true, None),
    ("DescribeModelPackage", true, None),
    ("CreateTrainingJob", false, Some("AccessDenied")),
    ("UpdateModelPackage", false, Some("ValidationException")),
    ("CreatePresignedNotebookInstanceUrl", false, None),
];
const OUTSIDER_FIRST: i64 = 38 * HOUR;
const OUTSIDER_ROUNDS: i64 = 2;

struct Wave {
    account: AccountId,
    alias: &'static str,
    cause: Cause,
    from: i64,
    to: i64,
    share: f64,
}

/// What is planted, when and where.
pub(crate) struct Plot {
    start: i64,
    until: i64,
    waves: Vec<Wave>,
    pub(crate) silent: (AccountId, i64),
}

/// What came of it before the end of the history.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    wave_failures: Vec<u32>,
    stuck: Vec<StuckJob>,
    first_foreign_call: Option<i64>,
    foreign_calls: u32,
    foreign_refusals: u32,
    unknown: u32,
}

impl Tally {
    /// Counts a failed job to the wave it belongs to, if any.
    pub(crate) fn failed(&mut self, plot: &Plot, site: &Site, created: i64, cause: Cause, at: i64) {
        self.wave_failures.resize(plot.waves.len(), 0);
        for (wave, count) in plot.waves.iter().zip(&mut self.wave_failures) {
            if wave.covers(site, created) && wave.cause == cause && at <= plot.until {
                *count += 1;
            }
        }
    }
}

impl Wave {
    fn covers(&self, site: &Site, created: i64) -> bool {
        self.account == site.account && (self.from..self.to).contains(&created)
    }
}

fn account(sites: &[Site], alias: &str) -> AccountId {
    sites.iter().find(|site| site.alias == alias).map_or(sites[0].account, |site| site.account)
}

impl Plot {
    pub(crate) fn new(config: &DemoConfig, sites: &[Site]) -> Self {
        let (start, until) = (config.start().millis(), config.until.millis());
        let mut waves = Vec::new();
        for (alias, cause, days, lasts, share) in WAVES {
            let mut from = until - until.rem_euclid(DAY) - days * DAY;
            // 1970-01-01 was a Thursday: a Tuesday leaves 5, a Wednesday 6.
            while !matches!((from / DAY).rem_euclid(7), 5 | 6) {
                from -= DAY;
            }
            if from >= start {
                waves.push(Wave { account: account(sites, alias), alias, cause, from, to: from + lasts * DAY, share });
            }
        }
        let silent_from = until - SILENT_DAYS * DAY;
        Self {
            start,
            until,
            waves,
            silent: (account(sites, SILENT_ALIAS), silent_from - silent_from.rem_euclid(SECOND)),
        }
    }

    /// The cause by which a wave fells this job; `roll` is a random number below 1.
    pub(crate) fn wave_hits(&self, site: &Site, job: &Job<'_>, roll: f64) -> Option<Cause> {
        let wave = self.waves.iter().find(|wave| wave.covers(site, job.created))?;
        (roll < wave.share).then_some(wave.cause)
    }

    /// When the bad deployment is planted.
    fn deployment(&self) -> Trouble {
        let from = (self.until - DEPLOYED_BEFORE).div_euclid(MINUTE) * MINUTE;
        Trouble { from, to: from + DEPLOYED_FOR, slower: DEPLOYED_SLOWER, failing: DEPLOYED_FAILING }
    }

    fn bad_deployment(&self, sites: &[Site]) -> BadDeployment {
        let site = sites.iter().find(|site| site.alias == DEPLOYED_ALIAS).unwrap_or(&sites[0]);
        let Trouble { from, to, slower, failing } = self.deployment();
        BadDeployment {
            endpoint: WorkloadId {
                account: site.account,
                region: region(site.home()),
                kind: WorkloadKind::Endpoint,
                name: format!("{}-{DEPLOYED_NAME}", site.project),
            },
            from: Timestamp::saturating_from_millis(from),
            to: Timestamp::saturating_from_millis(to),
            slower,
            failing,
        }
    }

    /// What was planted, and what came of it.
    pub(crate) fn truth(&self, sites: &[Site], tally: Tally) -> Truth {
        let time = Timestamp::saturating_from_millis;
        let failures = tally.wave_failures.iter().copied().chain(std::iter::repeat(0));
        let waves = self.waves.iter().zip(failures).map(|(wave, failures)| FailureWave {
            account: wave.account,
            alias: wave.alias.to_owned(),
            reason_prefix: wave.cause.prefix().to_owned(),
            from: time(wave.from),
            to: time(wave.to),
            failures,
        });
        let outsider = sites.iter().find(|site| site.alias == OUTSIDER_ALIAS).unwrap_or(&sites[0]);
        Truth {
            waves: waves.collect(),
            stuck: tally.stuck,
            silent: SilentAccount {
                account: self.silent.0,
                alias: SILENT_ALIAS.to_owned(),
                since: time(self.silent.1),
            },
            new_actor: NewActor {
                account: outsider.account,
                region: region(outsider.home()),
                arn: format!("arn:aws:iam::{}:user/{}", outsider.id, OUTSIDER.0),
                source_ip: OUTSIDER.1.to_owned(),
                first_seen: time(tally.first_foreign_call.unwrap_or(self.until)),
                calls: tally.foreign_calls,
                refused: tally.foreign_refusals,
            },
            bad_deployment: self.bad_deployment(sites),
            unknown: UnknownEvents { detail_type: UNKNOWN_TYPE.to_owned(), count: tally.unknown },
        }
    }
}

#[allow(clippy::expect_used, reason = "the Regions are constants of this crate, and a test reads each of them")]
pub(crate) fn region(name: &str) -> onepane_domain::Region {
    name.parse().expect("a Region")
}

impl Planner<'_> {
    pub(crate) fn plan_planted(&mut self, day: LocalDay) {
        let today = day.midnight..day.midnight + DAY;
        let until = self.plot.until;
        for (alias, kind, subject, hours) in STUCK {
            let since = (until - hours * HOUR).div_euclid(SECOND) * SECOND;
            if alias == self.site.alias && today.contains(&since) && since > self.plot.start {
                self.stuck_job(kind, subject, since);
            }
        }
        if self.site.alias == DEPLOYED_ALIAS {
            self.busy_endpoint(DEPLOYED_NAME, self.plot.start, &today, self.plot.deployment());
        }
        if self.site.alias == OUTSIDER_ALIAS {
            self.foreign_calls(&today);
        }
        if self.site.alias == UNKNOWN_ALIAS {
            for count in 0..6 {
                let at = until - 5 * HOUR - count * 37 * HOUR;
                if today.contains(&at) && at > self.plot.start {
                    self.unknown_event(count, at);
                }
            }
        }
    }

    fn stuck_job(&mut self, kind: JobKind, subject: &str, since: i64) {
        let site = self.site;
        let job = Job {
            kind,
            name: format!("{}-{subject}-{}", site.project, self.random.suffix(8)),
            region: site.home(),
            machine: Machine { instance_type: "ml.m5.2xlarge", count: 1, volume: 50 },
            owner: site.people[0],
            purpose: Purpose::Alone,
            created: since,
            work: HOUR,
            pace: Pace::Usual,
            stuck: true,
            risk: 0.0,
        };
        self.start_call(&job, Actor::Person(job.owner));
        self.run_job(&job);
        self.tally.stuck.push(StuckJob {
            workload: WorkloadId {
                account: site.account,
                region: region(site.home()),
                kind: WorkloadKind::from(kind.arn_type()),
                name: job.name,
            },
            since: Timestamp::saturating_from_millis(since),
        });
    }

    fn foreign_calls(&mut self, today: &std::ops::Range<i64>) {
        let home = self.site.home();
        let first = self.plot.until - OUTSIDER_FIRST;
        for (index, (name, read_only, refusal)) in (0_i64..).zip(OUTSIDER_CALLS.repeat(OUTSIDER_ROUNDS as usize)) {
            let at = (first + index * 83 * MINUTE + (index * index % 11) * 37 * SECOND).div_euclid(SECOND) * SECOND;
            if !today.contains(&at) || at > self.plot.until || at < self.plot.start {
                continue;
            }
            let message = match refusal {
                Some("AccessDenied") => format!(
                    "User: {} is not authorized to perform: sagemaker:{name} on resource: {} because no identity-based policy allows the sagemaker:{name} action",
                    self.actor_arn(Actor::Outsider),
                    self.site.arn(home, "*")
                ),
                _ => "1 validation error detected: Value at 'modelPackageArn' failed to satisfy constraint".to_owned(),
            };
            let request = [("maxResults", "100")];
            let call = Call {
                name,
                request: if read_only { &request } else { &[] },
                response: &[],
                error: refusal.map(|code| (code, message.as_str())),
                read_only,
            };
            self.call(home, at, Actor::Outsider, &call);
            self.tally.first_foreign_call.get_or_insert(at);
            self.tally.foreign_calls += 1;
            self.tally.foreign_refusals += u32::from(refusal.is_some());
        }
    }

    fn unknown_event(&mut self, count: i64, at: i64) {
        let name = format!("annealing-{count}");
        let arn = self.site.arn(self.site.home(), &format!("quantum-job/{name}"));
        self.emit(self.site.home(), UNKNOWN_TYPE, at, &[&arn], |detail| {
            detail.text("QuantumJobName", &name).text("QuantumJobArn", &arn).text("QuantumJobStatus", "Collapsed");
        });
        self.tally.unknown += 1;
    }
}
