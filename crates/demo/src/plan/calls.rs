//! CloudTrail records: who called what, from where, and what came of it.

use super::Planner;
use crate::random::mix;
use crate::sink::{iso, uuid};

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// A person, signed in by the company's identity provider.
    Person(&'static str),
    /// The role with which a pipeline starts its jobs.
    Pipeline,
    /// The deployment robot.
    Deployment,
    /// The schedule that starts pipelines.
    Scheduler,
    /// SageMaker itself, on behalf of a tuning job.
    Service,
    /// The planted actor.
    Outsider,
}

/// The user name and the address of the planted actor. The address is from a range reserved for documentation, and
/// not from those of the other actors.
pub(crate) const OUTSIDER: (&str, &str) = ("svc-report-export", "203.0.113.77");

/// The user that it calls as.
pub(crate) fn outsider_name() -> &'static str {
    OUTSIDER.0
}

/// What a call asked for and what came back.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    pub(crate) request: &'a [(&'a str, &'a str)],
    pub(crate) response: &'a [(&'a str, &'a str)],
    /// Code and message.
    pub(crate) error: Option<(&'a str, &'a str)>,
    pub(crate) read_only: bool,
}

struct Identity {
    kind: &'static str,
    arn: String,
    /// Role name, where a role was assumed.
    role: Option<String>,
    source: String,
    agent: &'static str,
}

impl Planner<'_> {
    /// One call, as the `AWS API Call via CloudTrail` event that EventBridge makes of it.
    pub(crate) fn call(&mut self, region: &str, at: i64, actor: Actor, call: &Call<'_>) {
        let who = self.identity(actor);
        let bits = self.random.bits();
        let account = self.site.id.as_str();
        let envelope = crate::sink::Envelope {
            site: self.site,
            region,
            detail_type: "AWS API Call via CloudTrail",
            at,
            resources: &[],
            bits,
        };
        self.sink.emit(&envelope, |detail| {
            detail.text("eventVersion", "1.09");
            detail.object("userIdentity", |identity| {
                identity.text("type", who.kind);
                if who.kind == "AWSService" {
                    identity.text("invokedBy", "sagemaker.amazonaws.com");
                    return;
                }
                let session = who.arn.rsplit('/').next().unwrap_or_default();
                let principal = mix(who.arn.bytes().fold(7, |sum, byte| mix(sum ^ u64::from(byte))));
                identity.format("principalId", format_args!("AROA{:013X}:{session}", principal >> 12));
                identity.text("arn", &who.arn).text("accountId", account);
                match &who.role {
                    None => {
                        identity.text("userName", session);
                    }
                    Some(role) => {
                        identity.object("sessionContext", |context| {
                            context.object("sessionIssuer", |issuer| {
                                issuer.text("type", "Role").text("accountId", account).text("userName", role);
                            });
                            context.object("attributes", |attributes| {
                                attributes.text("creationDate", &iso(at - 1_800_000 - (at / 7) % 3_600_000));
                                attributes.text("mfaAuthenticated", "false");
                            });
                        });
                    }
                }
            });
            detail.text("eventTime", &iso(at)).text("eventSource", "sagemaker.amazonaws.com");
            detail.text("eventName", call.name).text("awsRegion", region);
            detail.text("sourceIPAddress", &who.source).text("userAgent", who.agent);
            if let Some((code, message)) = call.error {
                detail.text("errorCode", code).text("errorMessage", message);
            }
            detail.object("requestParameters", |request| {
                for (key, value) in call.request {
                    request.text(key, value);
                }
            });
            if call.error.is_some() || call.response.is_empty() {
                detail.null("responseElements");
            } else {
                detail.object("responseElements", |response| {
                    for (key, value) in call.response {
                        response.text(key, value);
                    }
                });
            }
            detail.text("requestID", &uuid(bits ^ 0xca11)).text("eventID", &uuid(bits ^ 0xe7e7));
            detail.flag("readOnly", call.read_only);
            detail.text("eventType", if who.kind == "AWSService" { "AwsServiceEvent" } else { "AwsApiCall" });
            detail.flag("managementEvent", true).text("recipientAccountId", account);
        });
    }

    /// The ARN of an actor in this account.
    pub(crate) fn actor_arn(&self, actor: Actor) -> String {
        self.identity(actor).arn
    }

    fn identity(&self, actor: Actor) -> Identity {
        let account = &self.site.id;
        let assumed = |role: String, session: &str, source: String, agent: &'static str| Identity {
            kind: "AssumedRole",
            arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
            role: Some(role),
            source,
            agent,
        };
        let boto = "Boto3/1.40.11 md/Botocore#1.40.11 os/linux";
        match actor {
            Actor::Person(name) => {
                let number = name.bytes().fold(self.site.index, |sum, byte| mix(sum ^ u64::from(byte)));
                // One of the company's two networks; both ranges are reserved for documentation.
                let network = if number.is_multiple_of(3) { "198.51.100" } else { "192.0.2" };
                let agent =
                    if number.is_multiple_of(2) { boto } else { "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
                let set = format!("AWSReservedSSO_DataScientist_{:016x}", mix(self.site.index));
                assumed(set, name, format!("{network}.{}", 10 + number % 200), agent)
            }
            Actor::Pipeline => assumed(
                format!("{}-pipeline", self.site.team),
                "SageMaker-Pipelines",
                "sagemaker.amazonaws.com".to_owned(),
                "sagemaker.amazonaws.com",
            ),
            Actor::Deployment => assumed(
                "github-deploy".to_owned(),
                "GitHubActions",
                format!("192.0.2.{}", 230 + self.site.index % 20),
                "aws-cli/2.28.14 md/awscrt#0.27.6 os/linux",
            ),
            Actor::Scheduler => assumed(
                "eventbridge-start-pipeline".to_owned(),
                "scheduled-start",
                "scheduler.amazonaws.com".to_owned(),
                "scheduler.amazonaws.com",
            ),
            Actor::Service => Identity {
                kind: "AWSService",
                arn: String::new(),
                role: None,
                source: "sagemaker.amazonaws.com".to_owned(),
                agent: "sagemaker.amazonaws.com",
            },
            Actor::Outsider => Identity {
                kind: "IAMUser",
                arn: format!("arn:aws:iam::{account}:user/{}", OUTSIDER.0),
                role: None,
                source: OUTSIDER.1.to_owned(),
                agent: "python-requests/2.32.3",
            },
        }
    }
}
