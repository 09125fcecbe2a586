//! GuardDuty's detectors, with the types that they have in Security Hub.

use super::Severity::{Critical, High, Low, Medium};
use super::{About, Kind, Product, Severity};

const GUARDDUTY: Product = Product {
    name: "GuardDuty",
    feature: "Threat detection",
    uid: "arn:aws:guardduty:{region}:{account}:detector/{detector}/finding/{id}",
};

/// What scanners of the whole internet knock at.
pub(in super::super) const PORT_PROBE: &str = "{name} has an unprotected port which is being probed by known scanners.";
/// A miner on a research machine.
pub(in super::super) const BITCOIN_DNS: &str = "{name} asks for a domain name that is linked to Bitcoin activity.";
/// Calls from an address that the company distrusts.
pub(in super::super) const DISTRUSTED_CALLER: &str =
    "An API was called with the credentials of {name} from an IP address on a custom threat list.";
/// Credentials of an instance that are used elsewhere.
pub(in super::super) const CREDENTIALS_OUTSIDE: &str =
    "Credentials of the instance role {name} were used from an external IP address.";

type Row = (&'static str, &'static str, Severity, About, f64);

pub(super) fn kinds() -> Vec<Kind> {
    let rows = [&NETWORK[..], &IDENTITY, &STORAGE, &KUBERNETES, &RUNTIME, &OTHERS].concat();
    let kind = |(finding_type, title, severity, about, level): Row| {
        Kind::event(GUARDDUTY, finding_type, title, severity, about, level)
    };
    rows.into_iter().map(kind).collect()
}

// The tables are read row by row.
#[rustfmt::skip]
const NETWORK: [Row; 32] = [
    ("TTPs/Discovery/Recon:EC2-PortProbeUnprotectedPort", PORT_PROBE, Low, About::Instance, 14.0),
    ("TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce", "SSH brute force attacks against {name}.", Low, About::Instance, 11.0),
    ("TTPs/Initial Access/UnauthorizedAccess:EC2-RDPBruteForce", "RDP brute force attacks against {name}.", Low, About::Instance, 3.0),
    ("TTPs/Discovery/Recon:EC2-Portscan", "{name} scans ports of a remote host.", Medium, About::Instance, 0.5),
    ("TTPs/Discovery/Recon:EC2-PortProbeEMRUnprotectedPort", "{name} has an unprotected EMR port which is probed.", High, About::Instance, 0.02),
    ("TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B!DNS", BITCOIN_DNS, High, About::Instance, 0.25),
    ("TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B", "{name} talks to an IP address that is linked to Bitcoin activity.", High, About::Instance, 0.08),
    ("TTPs/Command and Control/Backdoor:EC2-C&CActivity.B", "{name} talks to a known command and control server.", High, About::Instance, 0.03),
    ("TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS", "{name} asks for a known command and control domain.", High, About::Instance, 0.06),
    ("TTPs/Command and Control/Backdoor:EC2-DenialOfService.Dns", "{name} behaves as in a DNS denial of service attack.", High, About::Instance, 0.01),
    ("TTPs/Command and Control/Backdoor:EC2-DenialOfService.Tcp", "{name} behaves as in a TCP denial of service attack.", High, About::Instance, 0.01),
    ("TTPs/Command and Control/Backdoor:EC2-DenialOfService.Udp", "{name} behaves as in a UDP denial of service attack.", High, About::Instance, 0.02),
    ("TTPs/Command and Control/Backdoor:EC2-Spambot", "{name} talks to remote hosts on port 25.", Medium, About::Instance, 0.05),
    ("Unusual Behaviors/VM/Behavior:EC2-NetworkPortUnusual", "{name} talks on an unusual server port.", Medium, About::Instance, 3.2),
    ("Unusual Behaviors/VM/Behavior:EC2-TrafficVolumeUnusual", "{name} sends unusually much.", Medium, About::Instance, 2.4),
    ("TTPs/DefenseEvasion/EC2:Unusual-DNS-Resolver", "{name} asks an unusual public DNS resolver.", Medium, About::Instance, 0.4),
    ("TTPs/DefenseEvasion/EC2:Unusual-DoH-Activity", "{name} makes unusual DNS over HTTPS requests.", Medium, About::Instance, 0.3),
    ("TTPs/DefenseEvasion/EC2:Unusual-DoT-Activity", "{name} makes unusual DNS over TLS requests.", Medium, About::Instance, 0.05),
    ("TTPs/Impact:EC2-AbusedDomainRequest.Reputation", "{name} asks for a domain that is known to be abused.", Medium, About::Instance, 0.6),
    ("TTPs/Impact:EC2-BitcoinDomainRequest.Reputation", "{name} asks for a low reputation cryptocurrency domain.", High, About::Instance, 0.1),
    ("TTPs/Impact:EC2-MaliciousDomainRequest.Reputation", "{name} asks for a known malicious domain.", High, About::Instance, 0.2),
    ("TTPs/Impact:EC2-SuspiciousDomainRequest.Reputation", "{name} asks for a suspicious domain.", Low, About::Instance, 1.4),
    ("TTPs/Impact/Impact:EC2-PortSweep", "{name} probes a port on many hosts.", High, About::Instance, 0.1),
    ("TTPs/Impact/Impact:EC2-WinRMBruteForce", "{name} tries Windows Remote Management passwords.", Low, About::Instance, 0.03),
    ("TTPs/Command and Control/Trojan:EC2-BlackholeTraffic", "{name} talks to a known black hole.", Medium, About::Instance, 0.1),
    ("TTPs/Command and Control/Trojan:EC2-DGADomainRequest.B", "{name} asks for generated domain names.", High, About::Instance, 0.04),
    ("TTPs/Command and Control/Trojan:EC2-DNSDataExfiltration", "{name} sends data out in DNS queries.", High, About::Instance, 0.02),
    ("Effects/Data Exfiltration/Trojan:EC2-DropPoint", "{name} talks to a known drop point.", Medium, About::Instance, 0.02),
    ("TTPs/Command and Control/UnauthorizedAccess:EC2-MaliciousIPCaller.Custom", "{name} talks to an IP address on a custom threat list.", Medium, About::Instance, 0.8),
    ("TTPs/UnauthorizedAccess:EC2-MetadataDNSRebind", "{name} asks for a name that resolves to the metadata service.", High, About::Instance, 0.01),
    ("Effects/Resource Consumption/UnauthorizedAccess:EC2-TorClient", "{name} talks to a Tor guard.", High, About::Instance, 0.03),
    ("Effects/Resource Consumption/UnauthorizedAccess:EC2-TorRelay", "{name} is a Tor relay.", High, About::Instance, 0.005),
];

#[rustfmt::skip]
const IDENTITY: [Row; 24] = [
    ("TTPs/Credential Access/IAMUser-AnomalousBehavior", "{name} read secrets in an unusual way.", Medium, About::Role, 0.6),
    ("TTPs/Defense Evasion/IAMUser-AnomalousBehavior", "{name} changed logging in an unusual way.", Medium, About::Role, 0.3),
    ("TTPs/Discovery/IAMUser-AnomalousBehavior", "{name} listed resources in an unusual way.", Low, About::User, 3.5),
    ("TTPs/Exfiltration/IAMUser-AnomalousBehavior", "{name} copied data in an unusual way.", High, About::Role, 0.15),
    ("TTPs/Impact/IAMUser-AnomalousBehavior", "{name} deleted resources in an unusual way.", High, About::Role, 0.2),
    ("TTPs/Initial Access/IAMUser-AnomalousBehavior", "{name} signed in in an unusual way.", Medium, About::User, 0.9),
    ("TTPs/Persistence/IAMUser-AnomalousBehavior", "{name} made users or keys in an unusual way.", Medium, About::User, 0.4),
    ("TTPs/Privilege Escalation/IAMUser-AnomalousBehavior", "{name} changed policies unusually.", Medium, About::Role, 0.3),
    ("TTPs/Discovery/Recon:IAMUser-MaliciousIPCaller", "{name} was used from a known bad address to list.", Medium, About::AccessKey, 0.1),
    ("TTPs/Discovery/Recon:IAMUser-MaliciousIPCaller.Custom", "{name} was used from a listed address to list.", Medium, About::AccessKey, 0.1),
    ("TTPs/Discovery/Recon:IAMUser-TorIPCaller", "{name} was used from a Tor exit to list.", Medium, About::AccessKey, 0.03),
    ("TTPs/UnauthorizedAccess:IAMUser-MaliciousIPCaller", "{name} was used from a known bad address.", Medium, About::AccessKey, 0.2),
    ("TTPs/UnauthorizedAccess:IAMUser-MaliciousIPCaller.Custom", DISTRUSTED_CALLER, High, About::User, 0.4),
    ("TTPs/Command and Control/UnauthorizedAccess:IAMUser-TorIPCaller", "{name} was used from a Tor exit.", Medium, About::AccessKey, 0.05),
    ("TTPs/UnauthorizedAccess:IAMUser-ConsoleLoginSuccess.B", "{name} signed in from several places at once.", Medium, About::User, 0.12),
    ("Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.OutsideAWS", CREDENTIALS_OUTSIDE, High, About::Role, 0.06),
    ("Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.InsideAWS", "Credentials of {name} were used from another account.", High, About::Role, 0.04),
    ("TTPs/Policy:IAMUser-RootCredentialUsage", "The root user of {name} made a call.", Low, About::Account, 1.2),
    ("TTPs/Defense Evasion/Stealth:IAMUser-CloudTrailLoggingDisabled", "{name} stopped a trail.", Low, About::User, 0.02),
    ("TTPs/Defense Evasion/Stealth:IAMUser-PasswordPolicyChange", "{name} weakened the password policy.", Low, About::User, 0.02),
    ("TTPs/PenTest:IAMUser/KaliLinux", "{name} was used on Kali Linux.", Medium, About::AccessKey, 0.03),
    ("TTPs/PenTest:IAMUser/ParrotLinux", "{name} was used on Parrot Security Linux.", Medium, About::AccessKey, 0.01),
    ("TTPs/AttackSequence:IAM/CompromisedCredentials", "A sequence of actions with the credentials of {name} looks like an attack.", Critical, About::User, 0.006),
    ("TTPs/Defense Evasion/DefenseEvasion:IAMUser-BedrockLoggingDisabled", "{name} turned off the logging of model calls.", Medium, About::Role, 0.03),
];

#[rustfmt::skip]
const STORAGE: [Row; 22] = [
    ("TTPs/Discovery:S3-AnomalousBehavior", "{name} was listed in an unusual way.", Low, About::Bucket, 1.1),
    ("TTPs/Discovery:S3-MaliciousIPCaller", "{name} was listed from a known bad address.", High, About::Bucket, 0.05),
    ("TTPs/Discovery:S3-MaliciousIPCaller.Custom", "{name} was listed from a listed address.", High, About::Bucket, 0.05),
    ("TTPs/Discovery:S3-TorIPCaller", "{name} was listed from a Tor exit.", Medium, About::Bucket, 0.01),
    ("TTPs/Exfiltration:S3-AnomalousBehavior", "{name} was read in an unusual way.", High, About::Bucket, 0.7),
    ("TTPs/Exfiltration:S3-MaliciousIPCaller", "{name} was read from a known bad address.", High, About::Bucket, 0.02),
    ("TTPs/Impact:S3-AnomalousBehavior.Delete", "Objects of {name} were deleted in an unusual way.", High, About::Bucket, 0.2),
    ("TTPs/Impact:S3-AnomalousBehavior.Permission", "Permissions of {name} were changed in an unusual way.", High, About::Bucket, 0.12),
    ("TTPs/Impact:S3-AnomalousBehavior.Write", "{name} was written in an unusual way.", Medium, About::Bucket, 0.5),
    ("TTPs/Impact:S3-MaliciousIPCaller", "{name} was changed from a known bad address.", High, About::Bucket, 0.01),
    ("TTPs/Object/Object:S3-MaliciousFile", "A malicious file was uploaded to {name}.", High, About::Bucket, 0.3),
    ("TTPs/PenTest:S3-KaliLinux", "{name} was reached from Kali Linux.", Medium, About::Bucket, 0.02),
    ("TTPs/Policy:S3-AccountBlockPublicAccessDisabled", "Block public access was turned off for the account of {name}.", Low, About::Account, 0.03),
    ("TTPs/Policy:S3-BucketAnonymousAccessGranted", "{name} was opened to everybody.", High, About::Bucket, 0.02),
    ("Effects/Data Exposure/Policy:S3-BucketBlockPublicAccessDisabled", "Block public access was turned off for {name}.", Low, About::Bucket, 0.5),
    ("TTPs/Policy:S3-BucketPublicAccessGranted", "{name} was opened to all AWS users.", High, About::Bucket, 0.03),
    ("TTPs/Defense Evasion/Stealth:S3-ServerAccessLoggingDisabled", "Access logging of {name} was turned off.", Low, About::Bucket, 0.1),
    ("TTPs/AttackSequence:S3/CompromisedData", "A sequence of actions on {name} looks like an attack on its data.", Critical, About::Bucket, 0.006),
    ("TTPs/Credential Access/CredentialAccess:RDS-AnomalousBehavior.FailedLogin", "Unusual failed logins at {name}.", Low, About::Database, 0.9),
    ("TTPs/Credential Access/CredentialAccess:RDS-AnomalousBehavior.SuccessfulLogin", "An unusual login at {name}.", Medium, About::Database, 0.3),
    ("TTPs/Credential Access/CredentialAccess:RDS-MaliciousIPCaller.FailedLogin", "A failed login from a known bad address at {name}.", Medium, About::Database, 0.1),
    ("TTPs/Discovery/RDS-MaliciousIPCaller", "A known bad address probed {name}.", Medium, About::Database, 0.05),
];

#[rustfmt::skip]
const KUBERNETES: [Row; 16] = [
    ("TTPs/AnomalousBehavior/CredentialAccess:Kubernetes-SecretsAccessed", "Secrets of {name} were read in an unusual way.", Medium, About::Cluster, 0.4),
    ("TTPs/CredentialAccess/CredentialAccess:Kubernetes-MaliciousIPCaller", "Credentials of {name} were asked for from a known bad address.", High, About::Cluster, 0.02),
    ("TTPs/CredentialAccess/CredentialAccess:Kubernetes-SuccessfulAnonymousAccess", "Credentials of {name} were given to nobody.", High, About::Cluster, 0.01),
    ("TTPs/DefenseEvasion/DefenseEvasion:Kubernetes-MaliciousIPCaller", "{name} was told to hide from a known bad address.", High, About::Cluster, 0.01),
    ("TTPs/AnomalousBehavior/Discovery:Kubernetes-PermissionChecked", "Permissions at {name} were tried in an unusual way.", Low, About::Cluster, 0.6),
    ("TTPs/Discovery/Discovery:Kubernetes-MaliciousIPCaller", "{name} was listed from a known bad address.", Medium, About::Cluster, 0.05),
    ("TTPs/Discovery/Discovery:Kubernetes-SuccessfulAnonymousAccess", "{name} was listed by nobody.", Medium, About::Cluster, 0.08),
    ("TTPs/Execution/Execution:Kubernetes-ExecInKubeSystemPod", "A command ran in a system pod of {name}.", Medium, About::Cluster, 0.3),
    ("TTPs/AnomalousBehavior/Execution:Kubernetes-ExecInPod", "A command ran in a pod of {name} in an unusual way.", Medium, About::Cluster, 0.5),
    ("TTPs/AnomalousBehavior/Execution:Kubernetes-WorkloadDeployed", "An unusual workload was deployed to {name}.", Low, About::Cluster, 0.8),
    ("TTPs/Persistence/Persistence:Kubernetes-ContainerWithSensitiveMount", "A container of {name} mounts the host's files.", Medium, About::Cluster, 0.1),
    ("TTPs/AnomalousBehavior/PrivilegeEscalation:Kubernetes-WorkloadDeployed!PrivilegedContainer", "An unusual privileged container runs in {name}.", High, About::Cluster, 0.1),
    ("TTPs/AnomalousBehavior/PrivilegeEscalation:Kubernetes-RoleBindingCreated", "An unusual role binding was made in {name}.", High, About::Cluster, 0.1),
    ("Software and Configuration Checks/AWS Security Best Practices/Policy:Kubernetes-AdminAccessToDefaultServiceAccount", "The default service account of {name} is an administrator.", High, About::Cluster, 0.06),
    ("Software and Configuration Checks/AWS Security Best Practices/Policy:Kubernetes-AnonymousAccessGranted", "{name} lets nobody in.", High, About::Cluster, 0.02),
    ("Software and Configuration Checks/AWS Security Best Practices/Policy:Kubernetes-KubeflowDashboardExposed", "The Kubeflow dashboard of {name} is open to the internet.", Medium, About::Cluster, 0.03),
];

#[rustfmt::skip]
const RUNTIME: [Row; 17] = [
    ("TTPs/Command and Control/Backdoor:Runtime-C&CActivity.B", "A process on {name} talks to a command and control server.", High, About::Instance, 0.02),
    ("TTPs/Command and Control/CryptoCurrency:Runtime-BitcoinTool.B", "A process on {name} talks to a Bitcoin pool.", High, About::Instance, 0.05),
    ("TTPs/Defense Evasion/DefenseEvasion:Runtime-FilelessExecution", "A process on {name} runs code from memory.", Medium, About::Instance, 0.4),
    ("TTPs/Defense Evasion/DefenseEvasion:Runtime-ProcessInjection.Ptrace", "A process on {name} changes another.", Medium, About::Instance, 0.2),
    ("TTPs/DefenseEvasion/DefenseEvasion:Runtime-SuspiciousCommand", "A command on {name} hides what was done.", High, About::Instance, 0.1),
    ("TTPs/Discovery/Discovery:Runtime-SuspiciousCommand", "A command on {name} looks around.", Low, About::Instance, 0.5),
    ("TTPs/Execution/Execution:Runtime-NewBinaryExecuted", "A new program ran in a container on {name}.", Medium, About::Instance, 2.8),
    ("TTPs/Execution/Execution:Runtime-NewLibraryLoaded", "A new library was loaded on {name}.", Medium, About::Instance, 1.6),
    ("TTPs/Execution/Execution:Runtime-ReverseShell", "A process on {name} opened a reverse shell.", High, About::Instance, 0.02),
    ("TTPs/Execution/Execution:Runtime-SuspiciousCommand", "A suspicious command ran on {name}.", Medium, About::Instance, 0.3),
    ("TTPs/Execution/Execution:Runtime-SuspiciousTool", "A tool of attackers ran on {name}.", Medium, About::Instance, 0.2),
    ("TTPs/Execution/Execution:Runtime-MaliciousFileExecuted", "A known malicious file ran on {name}.", High, About::Instance, 0.03),
    ("TTPs/Impact/Impact:Runtime-CryptoMinerExecuted", "A miner ran on {name}.", High, About::Instance, 0.04),
    ("TTPs/Persistence/Persistence:Runtime-SuspiciousCommand", "A command on {name} makes itself permanent.", Medium, About::Instance, 0.1),
    ("TTPs/Privilege Escalation/PrivilegeEscalation:Runtime-DockerSocketAccessed", "A process on {name} reaches the Docker socket.", Medium, About::Instance, 0.3),
    ("TTPs/Privilege Escalation/PrivilegeEscalation:Runtime-ElevationToRoot", "A process on {name} became root.", Medium, About::Instance, 0.3),
    ("TTPs/Privilege Escalation/PrivilegeEscalation:Runtime-RuncContainerEscape", "A container on {name} tried to escape.", High, About::Instance, 0.01),
];

#[rustfmt::skip]
const OTHERS: [Row; 9] = [
    ("TTPs/Execution/Execution:EC2-MaliciousFile", "A malware scan of {name} found a malicious file.", High, About::Instance, 0.1),
    ("TTPs/Execution/Execution:EC2-SuspiciousFile", "A malware scan of {name} found a suspicious file.", Medium, About::Instance, 0.15),
    ("TTPs/Execution/Execution:ECS-MaliciousFile", "A malware scan of a task of {name} found a malicious file.", High, About::Cluster, 0.02),
    ("TTPs/Execution/Execution:Container-MaliciousFile", "A malware scan of a container of {name} found a malicious file.", High, About::Cluster, 0.04),
    ("TTPs/Command and Control/Backdoor:Lambda-C&CActivity.B", "{name} talks to a command and control server.", High, About::Function, 0.01),
    ("TTPs/Command and Control/CryptoCurrency:Lambda-BitcoinTool.B", "{name} talks to a Bitcoin pool.", High, About::Function, 0.01),
    ("TTPs/Command and Control/UnauthorizedAccess:Lambda-MaliciousIPCaller.Custom", "{name} talks to a listed address.", Medium, About::Function, 0.2),
    ("Effects/Resource Consumption/UnauthorizedAccess:Lambda-TorClient", "{name} talks to a Tor guard.", High, About::Function, 0.005),
    ("TTPs/Command and Control/Trojan:Lambda-BlackholeTraffic", "{name} talks to a known black hole.", Medium, About::Function, 0.02),
];
