//! What is configured wrongly: Security Hub's own controls, AWS Config, Firewall Manager, Patch Manager, Health.

use super::Severity::{Critical, High, Informational, Low, Medium};
use super::{About, Kind, Product, Severity};

const SECURITY_HUB: Product = Product {
    name: "Security Hub",
    feature: "Security standards",
    uid: "arn:aws:securityhub:{region}:{account}:security-control/{rule}/finding/{uuid}",
};
const CONFIG: Product = Product {
    name: "Config",
    feature: "Config rules",
    uid: "arn:aws:config:{region}:{account}:config-rule/{rule}/{id}",
};
const FIREWALL_MANAGER: Product = Product {
    name: "Firewall Manager",
    feature: "Policy compliance",
    uid: "arn:aws:fms:{region}:{account}:policy/{uuid}",
};
const PATCH_MANAGER: Product = Product {
    name: "Systems Manager Patch Manager",
    feature: "Patch compliance",
    uid: "arn:aws:ssm:{region}:{account}:patch-compliance/{id}",
};
const HEALTH: Product =
    Product { name: "Health", feature: "Health events", uid: "arn:aws:health:{region}:{account}:event/{id}" };

const FSBP: &str =
    "Software and Configuration Checks/Industry and Regulatory Standards/AWS-Foundational-Security-Best-Practices";
const CIS: &str = "Software and Configuration Checks/Industry and Regulatory Standards/CIS AWS Foundations Benchmark";
const NIST: &str = "Software and Configuration Checks/Industry and Regulatory Standards/NIST 800-53";
const PCI: &str = "Software and Configuration Checks/Industry and Regulatory Standards/PCI-DSS";

/// The control whose findings step up after a policy changed.
pub(in super::super) const BLOCK_PUBLIC_ACCESS: &str = "S3.8 S3 general purpose buckets should block public access";
/// The rule that is enforced one day.
pub(in super::super) const IMDS_V2: &str = "ec2-imdsv2-check: {name} allows IMDSv1";
/// What patches bring down week by week.
pub(in super::super) const MISSING_PATCHES: &str = "{name} misses patches of severity Critical or Important";
/// What a campaign of the provider brings on one day.
pub(in super::super) const LIFECYCLE: &str = "AWS_LAMBDA_PLANNED_LIFECYCLE_EVENT: runtime of {name} ends its support";

type Control = (&'static str, Severity, About, f64);

const FSBP_CONTROLS: [Control; 28] = [
    (BLOCK_PUBLIC_ACCESS, High, About::Bucket, 10.0),
    ("S3.5 S3 general purpose buckets should require requests to use SSL", Medium, About::Bucket, 14.0),
    ("S3.13 S3 general purpose buckets should have Lifecycle configurations", Low, About::Bucket, 9.0),
    (
        "SageMaker.1 Amazon SageMaker AI notebook instances should not have direct internet access",
        High,
        About::Notebook,
        9.0,
    ),
    ("SageMaker.2 SageMaker AI notebook instances should be launched in a custom VPC", High, About::Notebook, 7.0),
    ("SageMaker.3 Users should not have root access to SageMaker AI notebook instances", High, About::Notebook, 10.0),
    (
        "SageMaker.4 SageMaker AI endpoint production variants should have an initial instance count greater than 1",
        Medium,
        About::Endpoint,
        7.0,
    ),
    ("SageMaker.5 SageMaker AI models should have network isolation enabled", Medium, About::Model, 6.0),
    ("EC2.8 EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)", High, About::Instance, 8.0),
    ("EC2.9 EC2 instances should not have a public IPv4 address", High, About::Instance, 5.0),
    (
        "EC2.18 Security groups should only allow unrestricted incoming traffic for authorized ports",
        High,
        About::Group,
        6.0,
    ),
    (
        "EC2.19 Security groups should not allow unrestricted access to ports with high risk",
        Critical,
        About::Group,
        3.0,
    ),
    ("EC2.7 EBS default encryption should be enabled", Medium, About::Account, 4.0),
    ("IAM.3 IAM users' access keys should be rotated every 90 days or less", Medium, About::User, 8.0),
    ("IAM.8 Unused IAM user credentials should be removed", Medium, About::User, 5.0),
    ("IAM.1 IAM policies should not allow full \"*\" administrative privileges", High, About::Role, 3.0),
    ("KMS.4 AWS KMS key rotation should be enabled", Medium, About::Key, 5.0),
    ("Lambda.2 Lambda functions should use supported runtimes", Medium, About::Function, 6.0),
    ("Lambda.1 Lambda function policies should prohibit public access", Critical, About::Function, 0.8),
    ("ECR.1 ECR private repositories should have image scanning configured", High, About::Image, 4.0),
    ("ECR.3 ECR repositories should have at least one lifecycle policy configured", Medium, About::Image, 5.0),
    ("EKS.1 EKS cluster endpoints should not be publicly accessible", High, About::Cluster, 2.0),
    ("RDS.3 RDS DB instances should have encryption at-rest enabled", Medium, About::Database, 2.0),
    ("RDS.2 RDS DB instances should prohibit public access", Critical, About::Database, 0.7),
    ("SSM.1 Amazon EC2 instances should be managed by AWS Systems Manager", Medium, About::Instance, 5.0),
    ("GuardDuty.1 GuardDuty should be enabled", High, About::Account, 1.5),
    ("Macie.1 Amazon Macie should be enabled", Medium, About::Account, 2.5),
    ("Inspector.1 Amazon Inspector EC2 scanning should be enabled", High, About::Account, 2.0),
];

const CIS_CONTROLS: [Control; 8] = [
    ("IAM.5 MFA should be enabled for all IAM users that have a console password", Medium, About::User, 9.0),
    ("IAM.22 IAM user credentials unused for 45 days should be removed", Medium, About::User, 7.0),
    ("IAM.6 Hardware MFA should be enabled for the root user", Critical, About::Account, 5.0),
    ("CloudTrail.2 CloudTrail should have encryption at-rest enabled", Medium, About::Account, 4.0),
    ("EC2.6 VPC flow logging should be enabled in all VPCs", Medium, About::Account, 6.0),
    ("EC2.21 Network ACLs should not allow ingress from 0.0.0.0/0 to port 22 or port 3389", Medium, About::Group, 6.0),
    ("S3.22 S3 general purpose buckets should log object-level write events", Medium, About::Bucket, 8.0),
    ("KMS.4 AWS KMS key rotation should be enabled", Medium, About::Key, 4.0),
];

const NIST_CONTROLS: [Control; 6] = [
    ("S3.7 S3 general purpose buckets should use cross-Region replication", Low, About::Bucket, 14.0),
    ("S3.9 S3 general purpose buckets should have server access logging enabled", Medium, About::Bucket, 12.0),
    ("Lambda.3 Lambda functions should be in a VPC", Low, About::Function, 9.0),
    ("CloudWatch.16 CloudWatch log groups should be retained for a specified time period", Medium, About::Account, 8.0),
    ("RDS.5 RDS DB instances should be configured with multiple Availability Zones", Medium, About::Database, 4.0),
    ("EC2.3 Attached Amazon EBS volumes should be encrypted at-rest", Medium, About::Volume, 8.0),
];

const PCI_CONTROLS: [Control; 4] = [
    ("S3.1 S3 general purpose buckets should have block public access settings enabled", Medium, About::Account, 5.0),
    ("IAM.7 Password policies for IAM users should have strong configurations", Medium, About::Account, 4.0),
    ("EC2.13 Security groups should not allow ingress from 0.0.0.0/0 to port 22", High, About::Group, 5.0),
    ("CloudTrail.3 At least one CloudTrail trail should be enabled", High, About::Account, 2.0),
];

pub(super) fn kinds() -> Vec<Kind> {
    let standards: [(&str, &[Control]); 4] =
        [(FSBP, &FSBP_CONTROLS), (CIS, &CIS_CONTROLS), (NIST, &NIST_CONTROLS), (PCI, &PCI_CONTROLS)];
    let controls = standards.into_iter().flat_map(|(standard, controls)| {
        controls.iter().map(move |&(title, severity, about, level)| {
            Kind::event(SECURITY_HUB, standard, title, severity, about, level).standing()
        })
    });
    controls.chain(OTHERS).collect()
}

const CHECKS: &str = "Software and Configuration Checks";
const PRACTICES: &str = "Software and Configuration Checks/AWS Security Best Practices";

const OTHERS: [Kind; 19] = [
    Kind::event(CONFIG, CHECKS, IMDS_V2, Medium, About::Instance, 30.0).standing(),
    Kind::event(CONFIG, CHECKS, "required-tags: {name} lacks cost-center", Low, About::Notebook, 9.0).standing(),
    Kind::event(CONFIG, CHECKS, "s3-bucket-logging-enabled: {name} keeps no access log", Low, About::Bucket, 6.0)
        .standing(),
    Kind::event(CONFIG, CHECKS, "sagemaker-endpoint-kms: {name} uses no key of ours", Medium, About::Endpoint, 5.0)
        .standing(),
    Kind::event(
        FIREWALL_MANAGER,
        "Software and Configuration Checks/AWS Config Analysis",
        "Security group policy baseline-egress: {name} is noncompliant",
        Medium,
        About::Group,
        6.0,
    )
    .working(),
    Kind::event(
        FIREWALL_MANAGER,
        PRACTICES,
        "AWS WAF policy public-apis: {name} lacks the managed web ACL",
        High,
        About::Endpoint,
        1.2,
    )
    .working(),
    Kind::event(
        FIREWALL_MANAGER,
        "Effects/Denial of Service",
        "AWS Shield Advanced protection is missing for {name}",
        Medium,
        About::Account,
        0.4,
    ),
    Kind::event(
        FIREWALL_MANAGER,
        "Unusual Behaviors/Network Flow",
        "DNS Firewall policy block-newly-seen: {name} resolves past the resolver",
        Low,
        About::Instance,
        0.7,
    ),
    Kind::event(
        PATCH_MANAGER,
        "Software and Configuration Checks/Patch Management",
        MISSING_PATCHES,
        High,
        About::Instance,
        38.0,
    ),
    Kind::event(
        PATCH_MANAGER,
        "Software and Configuration Checks/Patch Management/Reboot",
        "{name} waits for a reboot after patching",
        Low,
        About::Instance,
        4.0,
    ),
    Kind::event(HEALTH, CHECKS, LIFECYCLE, Informational, About::Function, 2.0).working(),
    Kind::event(HEALTH, CHECKS, "AWS_SAGEMAKER_NOTEBOOK_PLANNED_MAINTENANCE: {name}", Low, About::Notebook, 1.5)
        .working(),
    Kind::event(
        HEALTH,
        "Software and Configuration Checks/AWS Security Best Practices/Certificate expiry",
        "AWS_ACM_RENEWAL_STATE_CHANGE: a certificate of {name} is not renewed",
        Medium,
        About::Account,
        0.3,
    )
    .working(),
    Kind::event(
        HEALTH,
        "TTPs/Credential Access",
        "AWS_RISK_CREDENTIALS_EXPOSED: {name} was seen in a public repository",
        Critical,
        About::AccessKey,
        0.012,
    ),
    Kind::event(
        HEALTH,
        "Effects/Resource Consumption",
        "AWS_ABUSE_PORT_SCANNING_REPORT: {name} scans other networks",
        High,
        About::Instance,
        0.015,
    ),
    Kind::event(
        HEALTH,
        "Effects/Denial of Service",
        "AWS_ABUSE_DOS_REPORT: {name} takes part in an attack",
        High,
        About::Instance,
        0.008,
    ),
    Kind::event(
        HEALTH,
        "Software and Configuration Checks/Vulnerabilities",
        "AWS_EKS_SECURITY_NOTIFICATION: {name} runs a version with a published weakness",
        Medium,
        About::Cluster,
        0.15,
    ),
    Kind::event(
        HEALTH,
        "Unusual Behaviors/Application",
        "AWS_SAGEMAKER_OPERATIONAL_ISSUE: raised error rates in the Region of {name}",
        Low,
        About::Endpoint,
        0.1,
    ),
    Kind::event(
        CONFIG,
        "Software and Configuration Checks/AWS Config Analysis",
        "conformance-pack operational-best-practices-for-ai: {name} became noncompliant",
        Low,
        About::Domain,
        3.0,
    )
    .working(),
];
