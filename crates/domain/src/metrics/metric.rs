//! What a metric is called.

use crate::{AccountId, Region};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most dimensions of a metric, as in CloudWatch.
const MOST_DIMENSIONS: usize = 30;
/// Most characters of a name or value, as in CloudWatch: 255 for names, 1,024 for values.
const MOST_NAME: usize = 255;
const MOST_VALUE: usize = 1_024;

/// A text that cannot be part of a metric's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("metric {part}: {why}")]
pub struct InvalidMetric {
    /// Which part: `namespace`, `name`, `dimensions`.
    pub part: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// A metric within an account and Region: namespace, name and dimensions. Two metrics are one only if all three agree;
/// CloudWatch never adds up over dimensions by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MetricId {
    /// The namespace: `AWS/SageMaker`, `/aws/sagemaker/TrainingJobs`.
    pub namespace: String,
    /// The name: `ModelLatency`.
    pub name: String,
    /// Names and values of the dimensions, by name.
    dimensions: Vec<(String, String)>,
}

impl MetricId {
    /// A metric, with its dimensions brought into order.
    ///
    /// # Errors
    /// [`InvalidMetric`] for what CloudWatch would refuse: an empty part, one too long, a dimension named twice, more
    /// than 30 dimensions.
    pub fn new(
        namespace: impl Into<String>,
        name: impl Into<String>,
        dimensions: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidMetric> {
        let (namespace, name) = (namespace.into(), name.into());
        check("namespace", &namespace, MOST_NAME)?;
        check("name", &name, MOST_NAME)?;
        let mut dimensions: Vec<(String, String)> = dimensions.into_iter().collect();
        for (name, value) in &dimensions {
            check("dimensions", name, MOST_NAME)?;
            check("dimensions", value, MOST_VALUE)?;
        }
        if dimensions.len() > MOST_DIMENSIONS {
            let why = format!("{} of them; at most {MOST_DIMENSIONS}", dimensions.len());
            return Err(InvalidMetric { part: "dimensions", why });
        }
        dimensions.sort();
        if let Some(twice) = dimensions.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let why = format!("{:?} stands twice", twice[0].0);
            return Err(InvalidMetric { part: "dimensions", why });
        }
        Ok(Self { namespace, name, dimensions })
    }

    /// Names and values of the dimensions, by name.
    pub fn dimensions(&self) -> &[(String, String)] {
        &self.dimensions
    }

    /// The value of a dimension.
    pub fn dimension(&self, name: &str) -> Option<&str> {
        self.dimensions.iter().find(|(dimension, _)| dimension == name).map(|(_, value)| value.as_str())
    }
}

/// `AWS/SageMaker ModelLatency {EndpointName=chat, VariantName=blue}`.
impl fmt::Display for MetricId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.namespace, self.name)?;
        for (number, (name, value)) in self.dimensions.iter().enumerate() {
            write!(f, "{}{name}={value}", if number == 0 { " {" } else { ", " })?;
        }
        f.write_str(if self.dimensions.is_empty() { "" } else { "}" })
    }
}

fn check(part: &'static str, text: &str, most: usize) -> Result<(), InvalidMetric> {
    let length = text.chars().count();
    let why = if text.trim().is_empty() {
        "is empty".to_owned()
    } else if length > most {
        format!("has {length} characters; at most {most}")
    } else if text.chars().any(char::is_control) {
        "has control characters".to_owned()
    } else {
        return Ok(());
    };
    Err(InvalidMetric { part, why })
}

/// A metric, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ListedMetric {
    /// The account that owns it.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// The metric.
    pub metric: MetricId,
}

/// One dimension that a metric must have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DimensionFilter {
    /// The dimension's name.
    pub name: String,
    /// Its value; any if none.
    pub value: Option<String>,
}

/// Which metrics are wanted. Empty lists and absent parts ask for nothing in particular.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricFilter {
    /// This namespace.
    pub namespace: Option<String>,
    /// This name.
    pub name: Option<String>,
    /// All of these dimensions.
    pub dimensions: Vec<DimensionFilter>,
    /// Any of these accounts.
    pub accounts: Vec<AccountId>,
    /// Any of these Regions.
    pub regions: Vec<Region>,
}

impl MetricFilter {
    /// True if the metric is wanted.
    pub fn matches(&self, listed: &ListedMetric) -> bool {
        let metric = &listed.metric;
        self.namespace.as_ref().is_none_or(|namespace| *namespace == metric.namespace)
            && self.name.as_ref().is_none_or(|name| *name == metric.name)
            && (self.accounts.is_empty() || self.accounts.contains(&listed.account))
            && (self.regions.is_empty() || self.regions.contains(&listed.region))
            && self.dimensions.iter().all(|wanted| {
                let value = metric.dimension(&wanted.name);
                value.is_some_and(|value| wanted.value.as_ref().is_none_or(|wanted| wanted == value))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn the_order_of_dimensions_makes_no_other_metric() {
        let one = MetricId::new("AWS/SageMaker", "Invocations", [pair("VariantName", "a"), pair("EndpointName", "b")]);
        let other =
            MetricId::new("AWS/SageMaker", "Invocations", [pair("EndpointName", "b"), pair("VariantName", "a")]);
        assert_eq!(one, other);
        assert_eq!(one.unwrap().to_string(), "AWS/SageMaker Invocations {EndpointName=b, VariantName=a}");
    }

    #[test]
    fn what_cloudwatch_would_refuse_is_refused_with_the_part() {
        let part = |metric: Result<MetricId, InvalidMetric>| metric.unwrap_err().part;
        assert_eq!(part(MetricId::new("", "x", [])), "namespace");
        assert_eq!(part(MetricId::new("x", " ", [])), "name");
        assert_eq!(part(MetricId::new("x", "x\n", [])), "name");
        assert_eq!(part(MetricId::new("x", "x", [pair("Host", "")])), "dimensions");
        assert_eq!(part(MetricId::new("x", "x", [pair("Host", "a"), pair("Host", "b")])), "dimensions");
        assert_eq!(part(MetricId::new("x", "x", (0..31).map(|n| pair(&n.to_string(), "v")))), "dimensions");
    }
}
