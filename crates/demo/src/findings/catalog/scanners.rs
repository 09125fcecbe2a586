//! What AWS's scanners find: Inspector, Macie, IAM Access Analyzer.

use super::Severity::{Critical, Graded, High, Low, Medium};
use super::{About, Kind, Product};

const INSPECTOR: Product = Product {
    name: "Inspector",
    feature: "Vulnerability scanning",
    uid: "arn:aws:inspector2:{region}:{account}:finding/{id}",
};
const MACIE: Product = Product {
    name: "Macie",
    feature: "Sensitive data discovery",
    uid: "arn:aws:macie2:{region}:{account}:finding/{id}",
};
const ANALYZER: Product = Product {
    name: "IAM Access Analyzer",
    feature: "Access analysis",
    uid: "arn:aws:access-analyzer:{region}:{account}:analyzer/organization/arn:aws:access-analyzer:{region}:{account}:finding/{uuid}",
};

pub(super) const CVE: &str = "Software and Configuration Checks/Vulnerabilities/CVE";
/// The family of vulnerabilities that rises week by week.
pub(in super::super) const SERVING_LIBRARY: &str = "{cve} - {package} (model server)";
/// What a new bucket of training data brings.
pub(in super::super) const PERSONAL_DATA: &str = "The S3 object in {name} contains personal information.";
/// What rises while the analyzers are rolled out.
pub(in super::super) const UNUSED_PERMISSION: &str = "Unused permissions of {name}";
/// The series with a strong week and nothing planted.
pub(in super::super) const EXTERNAL_ACCESS: &str = "{name} can be accessed from outside the organization";

pub(super) fn kinds() -> Vec<Kind> {
    KINDS.to_vec()
}

const KINDS: [Kind; 29] = [
    Kind::event(INSPECTOR, CVE, "{cve} - {package}", Graded, About::Instance, 52.0),
    Kind::event(INSPECTOR, CVE, "{cve} - {package} in {name}", Graded, About::Image, 44.0),
    Kind::event(INSPECTOR, CVE, SERVING_LIBRARY, Graded, About::Image, 9.0),
    Kind::event(INSPECTOR, CVE, "{cve} - {package} in the layers of {name}", Graded, About::Function, 10.0),
    Kind::event(
        INSPECTOR,
        "Software and Configuration Checks/AWS Security Best Practices/Network Reachability",
        "Port 22 is reachable from an Internet Gateway: {name}",
        Medium,
        About::Instance,
        11.0,
    ),
    Kind::event(
        INSPECTOR,
        "Software and Configuration Checks/Vulnerabilities/Code",
        "CWE-78 - OS command injection in {name}",
        High,
        About::Function,
        2.2,
    )
    .working(),
    Kind::event(
        INSPECTOR,
        "Software and Configuration Checks/Vulnerabilities/Secrets",
        "CWE-798 - Hardcoded credentials in {name}",
        Critical,
        About::Function,
        0.5,
    )
    .working(),
    Kind::event(
        MACIE,
        "Sensitive Data Identifications/PII/SensitiveData:S3Object-Personal",
        PERSONAL_DATA,
        High,
        About::Bucket,
        18.0,
    ),
    Kind::event(
        MACIE,
        "Sensitive Data Identifications/Financial/SensitiveData:S3Object-Financial",
        "The S3 object in {name} contains financial information.",
        High,
        About::Bucket,
        6.0,
    ),
    Kind::event(
        MACIE,
        "Sensitive Data Identifications/Passwords/SensitiveData:S3Object-Credentials",
        "The S3 object in {name} contains credentials.",
        High,
        About::Bucket,
        1.6,
    ),
    Kind::event(
        MACIE,
        "Sensitive Data Identifications/PII/SensitiveData:S3Object-Multiple",
        "The S3 object in {name} contains more than one category of sensitive information.",
        High,
        About::Bucket,
        3.0,
    ),
    Kind::event(
        MACIE,
        "Sensitive Data Identifications/PII/SensitiveData:S3Object-CustomIdentifier",
        "The S3 object in {name} matches the custom identifier claim-number.",
        Medium,
        About::Bucket,
        4.0,
    )
    .working(),
    Kind::event(
        MACIE,
        "Effects/Data Exposure/Policy:IAMUser-S3BucketPublic",
        "{name} is publicly accessible.",
        High,
        About::Bucket,
        0.12,
    )
    .working(),
    Kind::event(
        MACIE,
        "Effects/Data Exposure/Policy:IAMUser-S3BucketSharedExternally",
        "{name} is shared with an account outside the organization.",
        High,
        About::Bucket,
        0.3,
    )
    .working(),
    Kind::event(
        MACIE,
        "Effects/Data Exposure/Policy:IAMUser-S3BucketSharedWithCloudFront",
        "{name} is shared with Amazon CloudFront.",
        Medium,
        About::Bucket,
        0.08,
    )
    .working(),
    Kind::event(
        MACIE,
        "Effects/Data Exposure/Policy:IAMUser-S3BucketReplicatedExternally",
        "{name} is replicated to a bucket outside the organization.",
        High,
        About::Bucket,
        0.03,
    ),
    Kind::event(
        MACIE,
        "Effects/Data Exposure/Policy:IAMUser-S3BlockPublicAccessDisabled",
        "Block public access was turned off for {name}.",
        High,
        About::Bucket,
        0.2,
    )
    .working(),
    Kind::event(
        MACIE,
        "Software and Configuration Checks/AWS Security Best Practices/Policy:IAMUser-S3BucketEncryptionDisabled",
        "Default encryption of {name} was reset.",
        Low,
        About::Bucket,
        0.15,
    )
    .working(),
    Kind::event(ANALYZER, "Effects/Data Exposure/External Access Granted", EXTERNAL_ACCESS, High, About::Role, 22.0)
        .working(),
    Kind::event(
        ANALYZER,
        "Effects/Data Exposure/External Access Granted",
        "{name} can be accessed with any principal",
        Critical,
        About::Bucket,
        2.0,
    )
    .working(),
    Kind::event(
        ANALYZER,
        "Effects/Data Exposure/Internal Access Granted",
        "{name} can be accessed from another OU",
        Low,
        About::Bucket,
        5.0,
    )
    .working(),
    Kind::event(
        ANALYZER,
        "Software and Configuration Checks/AWS Security Best Practices/Unused Permission",
        UNUSED_PERMISSION,
        Medium,
        About::Role,
        20.0,
    )
    .standing(),
    Kind::event(
        ANALYZER,
        "Software and Configuration Checks/AWS Security Best Practices/Unused IAM Role",
        "{name} was not used for 90 days",
        Medium,
        About::Role,
        12.0,
    )
    .standing(),
    Kind::event(
        ANALYZER,
        "Software and Configuration Checks/AWS Security Best Practices/Unused IAM User Access Key",
        "{name} was not used for 90 days",
        Medium,
        About::AccessKey,
        6.0,
    )
    .standing(),
    Kind::event(
        ANALYZER,
        "Software and Configuration Checks/AWS Security Best Practices/Unused IAM User Password",
        "The password of {name} was not used for 90 days",
        Medium,
        About::User,
        4.0,
    )
    .standing(),
    Kind::event(
        ANALYZER,
        "Software and Configuration Checks/AWS Security Best Practices/Policy Validation",
        "A policy of {name} passes a role to every service",
        Medium,
        About::Role,
        2.0,
    )
    .working(),
    Kind::event(
        INSPECTOR,
        "Software and Configuration Checks/CIS Host Hardening",
        "CIS Amazon Linux 2023 benchmark: {name} fails checks of level 1",
        Low,
        About::Instance,
        5.0,
    ),
    Kind::event(
        INSPECTOR,
        "Software and Configuration Checks/Vulnerabilities/End of Life",
        "The operating system of {name} gets no more updates",
        High,
        About::Instance,
        1.5,
    ),
    Kind::event(
        INSPECTOR,
        "Software and Configuration Checks/Vulnerabilities/Infrastructure as Code",
        "A template that makes {name} opens all ports",
        Medium,
        About::Group,
        0.9,
    )
    .working(),
];
