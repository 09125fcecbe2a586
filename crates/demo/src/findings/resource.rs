//! What findings are about: the resources of an account. Notebooks, endpoints and domains are those whose events the
//! demo organization tells.

use crate::plan::outsider_name;
use crate::random::mix;
use crate::site::Site;
use onepane_domain::ResourceRef;

/// A sort of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Instance,
    Volume,
    Bucket,
    User,
    /// The user that the demo's planted stranger calls as.
    Outsider,
    AccessKey,
    Role,
    Notebook,
    Endpoint,
    Model,
    Domain,
    Image,
    Function,
    Cluster,
    Database,
    Group,
    Key,
    Account,
}

/// A resource and what titles call it.
pub(super) struct Resource {
    pub(super) name: String,
    pub(super) at: ResourceRef,
    pub(super) region: &'static str,
}

const PURPOSES: [&str; 8] = [
    "training-data",
    "model-artifacts",
    "feature-store",
    "inference-logs",
    "notebooks",
    "exports",
    "queries",
    "assets",
];
const FUNCTIONS: [&str; 6] = ["preprocess", "scorer", "drift-alerts", "registry-hook", "label-router", "cleanup"];
const IMAGES: [&str; 4] = ["training", "inference", "processing", "notebook"];

impl About {
    /// How many of them an account has that findings are about.
    pub(super) fn pool(self, site: &Site) -> usize {
        match self {
            Self::Instance | Self::Volume => 24,
            Self::Bucket => PURPOSES.len(),
            Self::User | Self::AccessKey => site.people.len(),
            Self::Role => 9,
            Self::Notebook => site.habits.notebooks,
            Self::Model => 6,
            Self::Image => 12,
            Self::Function => FUNCTIONS.len(),
            Self::Group => 10,
            Self::Key => 4,
            Self::Database => 2,
            Self::Outsider | Self::Endpoint | Self::Domain | Self::Cluster | Self::Account => 1,
        }
    }

    /// One of them.
    pub(super) fn resource(self, site: &Site, region: &'static str, index: usize) -> Resource {
        let id = &site.id;
        let bits = mix(mix(site.account.number() ^ self as u64) ^ index as u64);
        let found = |region: &'static str, kind: &str, name: String, uid: String| Resource {
            name,
            at: ResourceRef { uid, kind: kind.to_owned() },
            region,
        };
        let within = |service: &str, kind: &str, rest: &str, name: String| {
            let uid = format!("arn:aws:{service}:{region}:{id}:{rest}{name}");
            found(region, kind, name, uid)
        };
        let at_home = |kind: &str, rest: &str, name: String| {
            let uid = site.arn(site.home(), &format!("{rest}{name}"));
            found(site.home(), kind, name, uid)
        };
        let of_iam = |kind: &str, rest: &str, name: String| {
            let uid = format!("arn:aws:iam::{id}:{rest}{name}");
            found(region, kind, name, uid)
        };
        let person = site.people[index % site.people.len()];
        match self {
            Self::Instance => within("ec2", "AwsEc2Instance", "instance/", format!("i-0{bits:016x}")),
            Self::Volume => within("ec2", "AwsEc2Volume", "volume/", format!("vol-0{bits:016x}")),
            Self::Group => within("ec2", "AwsEc2SecurityGroup", "security-group/", format!("sg-0{bits:016x}")),
            Self::Bucket => {
                let name = format!("{}-{}-{region}", site.alias, PURPOSES[index % PURPOSES.len()]);
                let uid = format!("arn:aws:s3:::{name}");
                found(region, "AwsS3Bucket", name, uid)
            }
            Self::User => of_iam("AwsIamUser", "user/", person.to_owned()),
            Self::Outsider => of_iam("AwsIamUser", "user/", outsider_name().to_owned()),
            Self::AccessKey => {
                let name = access_key(bits);
                let uid = format!("AWS::IAM::AccessKey:{name}");
                found(region, "AwsIamAccessKey", name, uid)
            }
            Self::Role => {
                let uses =
                    ["execution", "deploy", "pipeline", "monitoring", "lambda", "glue", "batch", "ci", "readonly"];
                of_iam("AwsIamRole", "role/", format!("{}-{}", site.team, uses[index % uses.len()]))
            }
            Self::Notebook => at_home(
                "AwsSageMakerNotebookInstance",
                "notebook-instance/",
                format!("{}-{}-nb", person.replace('.', "-"), site.project),
            ),
            Self::Endpoint => at_home("AwsSageMakerEndpoint", "endpoint/", format!("{}-autoscaled", site.project)),
            Self::Model => {
                at_home("AwsSageMakerModel", "model/", format!("{}-autoscaled-v{}", site.project, index + 1))
            }
            Self::Domain => at_home("AwsSageMakerDomain", "domain/", crate::plan::studio_domain(site)),
            Self::Image => {
                let repository = format!("{}-{}", site.project, IMAGES[index % IMAGES.len()]);
                let uid =
                    format!("arn:aws:ecr:{region}:{id}:repository/{repository}/sha256:{bits:016x}{:016x}", mix(bits));
                found(region, "AwsEcrContainerImage", repository, uid)
            }
            Self::Function => {
                let name = format!("{}-{}", site.project, FUNCTIONS[index % FUNCTIONS.len()]);
                within("lambda", "AwsLambdaFunction", "function:", name)
            }
            Self::Cluster => within("eks", "AwsEksCluster", "cluster/", format!("{}-gpu", site.project)),
            Self::Database => {
                let use_case = ["registry", "features"][index % 2];
                within("rds", "AwsRdsDbInstance", "db:", format!("{}-{use_case}", site.project))
            }
            Self::Key => within("kms", "AwsKmsKey", "key/", crate::sink::uuid(bits)),
            Self::Account => found(region, "AwsAccount", site.alias.to_owned(), format!("AWS::::Account:{id}")),
        }
    }
}

/// Twenty characters as AWS makes them.
fn access_key(bits: u64) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digits = mix(bits);
    let mut key = "AKIA".to_owned();
    key.extend((0..12).map(|place| char::from(ALPHABET[(bits >> (place * 5)) as usize & 31])));
    key.extend((0..4).map(|place| char::from(ALPHABET[(digits >> (place * 5)) as usize & 31])));
    key
}
