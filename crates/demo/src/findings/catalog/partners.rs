//! What other companies' and open-source products find.

use super::Severity::{Critical, Graded, High, Informational, Low, Medium};
use super::scanners::CVE;
use super::{About, Kind, Product};

const FALCON: Product = Product {
    name: "CrowdStrike Falcon",
    feature: "Endpoint detection",
    uid: "crowdstrike/falcon/{region}/{account}/ldt:{id}",
};
const AQUA: Product =
    Product { name: "Aqua Security", feature: "Image scanning", uid: "aquasecurity/{region}/{account}/{id}" };
const PROWLER: Product = Product { name: "Prowler", feature: "Assessment", uid: "prowler-aws-{account}-{region}-{id}" };
const CUSTODIAN: Product =
    Product { name: "Cloud Custodian", feature: "Policies", uid: "{region}/{account}/custodian/{id}" };

/// What the product finds most whose integration was broken for days.
pub(in super::super) const FALCON_MALWARE: &str = "Known malware was blocked on {name}";
/// The series that walks about at random.
pub(in super::super) const AQUA_CVE: &str = "{cve} in {package}, image {name}";

pub(super) fn kinds() -> Vec<Kind> {
    KINDS.to_vec()
}

const KINDS: [Kind; 26] = [
    Kind::event(FALCON, "TTPs/Execution/Malware", FALCON_MALWARE, High, About::Instance, 21.0),
    Kind::event(
        FALCON,
        "TTPs/Execution/Scripting",
        "A script with suspicious content ran on {name}",
        Medium,
        About::Instance,
        16.0,
    ),
    Kind::event(FALCON, "TTPs/Persistence", "A new scheduled task on {name}", Low, About::Instance, 1.8).working(),
    Kind::event(FALCON, "TTPs/Defense Evasion", "A sensor on {name} was tampered with", High, About::Instance, 0.15),
    Kind::event(FALCON, "TTPs/Credential Access", "Credentials were dumped on {name}", Critical, About::Instance, 0.05),
    Kind::event(FALCON, "TTPs/Lateral Movement", "Remote execution from {name}", High, About::Instance, 0.2),
    Kind::event(FALCON, "TTPs/Exfiltration", "An unusual upload from {name}", High, About::Instance, 0.1),
    Kind::event(FALCON, "Unusual Behaviors/Process", "An unusual process tree on {name}", Low, About::Instance, 5.0),
    Kind::event(AQUA, CVE, AQUA_CVE, Graded, About::Image, 26.0).wandering(),
    Kind::event(
        AQUA,
        "Sensitive Data Identifications/Passwords",
        "A secret in the image {name}",
        High,
        About::Image,
        1.1,
    )
    .working(),
    Kind::event(AQUA, "TTPs/Execution/Malware", "Malware in the image {name}", Critical, About::Image, 0.02),
    Kind::event(
        AQUA,
        "Software and Configuration Checks/Misconfiguration",
        "The image {name} runs as root",
        Medium,
        About::Image,
        4.0,
    )
    .working(),
    Kind::event(
        PROWLER,
        "Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations Benchmark",
        "{name} fails a check of CIS 4.0",
        Medium,
        About::Account,
        14.0,
    )
    .standing(),
    Kind::event(
        PROWLER,
        "Software and Configuration Checks/AWS Security Best Practices/Network Reachability",
        "{name} is open to the internet",
        High,
        About::Group,
        4.0,
    )
    .standing(),
    Kind::event(
        PROWLER,
        "Software and Configuration Checks/AWS Security Best Practices/Machine Learning",
        "The SageMaker domain {name} has no network of its own",
        Medium,
        About::Domain,
        5.0,
    )
    .standing(),
    Kind::event(
        PROWLER,
        "Software and Configuration Checks/AWS Security Best Practices/Encryption",
        "{name} is not encrypted with a key of the account",
        Low,
        About::Volume,
        6.0,
    )
    .standing(),
    Kind::event(
        PROWLER,
        "Software and Configuration Checks/AWS Security Best Practices/Logging",
        "{name} keeps no logs",
        Low,
        About::Function,
        5.0,
    )
    .standing(),
    Kind::event(PROWLER, "Effects/Data Exposure", "{name} is shared with other accounts", Medium, About::Database, 0.4),
    Kind::event(
        CUSTODIAN,
        "Software and Configuration Checks/AWS Security Best Practices/Tagging",
        "{name} has no owner",
        Informational,
        About::Notebook,
        7.0,
    )
    .working(),
    Kind::event(
        CUSTODIAN,
        "Software and Configuration Checks/AWS Security Best Practices/Idle Resources",
        "{name} served no request for a week",
        Low,
        About::Endpoint,
        3.0,
    )
    .working(),
    Kind::event(
        CUSTODIAN,
        "Software and Configuration Checks/AWS Security Best Practices/Idle Notebooks",
        "{name} ran all night",
        Low,
        About::Notebook,
        6.0,
    ),
    Kind::event(
        CUSTODIAN,
        "Software and Configuration Checks/AWS Security Best Practices/Public Endpoints",
        "{name} takes calls from outside the network",
        High,
        About::Endpoint,
        0.25,
    )
    .working(),
    Kind::event(
        CUSTODIAN,
        "Unusual Behaviors/User/Large Instances",
        "{name} runs on an instance type that needs approval",
        Medium,
        About::Notebook,
        1.4,
    )
    .working(),
    Kind::event(
        CUSTODIAN,
        "Effects/Data Exposure/Model Package Shared",
        "{name} is shared with an account outside the organization",
        High,
        About::Model,
        0.06,
    ),
    Kind::event(
        CUSTODIAN,
        "Software and Configuration Checks/AWS Security Best Practices/Stale Models",
        "{name} was not deployed for half a year",
        Informational,
        About::Model,
        2.0,
    )
    .working(),
    Kind::event(
        CUSTODIAN,
        "TTPs/Privilege Escalation",
        "{name} may pass itself to notebook instances",
        Medium,
        About::Role,
        0.3,
    )
    .working(),
];
