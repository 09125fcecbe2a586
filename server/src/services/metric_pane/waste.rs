//! How much of what was paid for stood idle.

use onepane_domain::{InstanceShape, MetricData, Period, Waste, WasteResource};

/// The waste of one resource of a workload, from the mean utilization of each of its hosts; none if nothing was
/// measured, or the instances have none of the resource.
pub(super) fn waste(
    resource: WasteResource,
    hosts: &[&MetricData],
    shape: InstanceShape,
    instance_type: &str,
    period: Period,
) -> Option<Waste> {
    let devices = match resource {
        WasteResource::Cpu => shape.vcpus,
        WasteResource::Gpu => shape.gpus,
    };
    let measured: Vec<&&MetricData> = hosts.iter().filter(|host| !host.values.is_empty()).collect();
    let values: Vec<f64> = measured.iter().flat_map(|host| host.values.iter().map(|(_, value)| *value)).collect();
    if devices == 0 || values.is_empty() {
        return None;
    }
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    let mean = values.iter().sum::<f64>() / f64::from(count);
    Some(Waste {
        resource,
        // Sampling can show a little more than everything.
        idle: (1.0 - mean / (100.0 * f64::from(devices))).clamp(0.0, 1.0),
        mean_percent: mean,
        devices,
        hosts: u32::try_from(measured.len()).unwrap_or(u32::MAX),
        host_hours: f64::from(count) * f64::from(period.seconds()) / 3_600.0,
        instance_type: instance_type.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use onepane_domain::{SeriesStatus, Timestamp};

    fn host(values: &[f64]) -> MetricData {
        MetricData {
            query: "q".to_owned(),
            account: None,
            region: "us-east-1".parse().unwrap(),
            label: String::new(),
            unit: None,
            values: values.iter().map(|value| (Timestamp::EPOCH, *value)).collect(),
            status: SeriesStatus::Complete,
        }
    }

    #[test]
    fn idle_is_what_all_devices_together_did_not_do() {
        let shape = InstanceShape { vcpus: 32, gpus: 4 };
        let (one, other, silent) = (host(&[400.0, 200.0]), host(&[0.0, 200.0]), host(&[]));
        let hosts = [&one, &other, &silent];
        let told = waste(WasteResource::Gpu, &hosts, shape, "ml.p3.8xlarge", Period::MINUTE).unwrap();
        assert!((told.idle - 0.5).abs() < 1e-12 && (told.mean_percent - 200.0).abs() < 1e-12);
        assert_eq!((told.devices, told.hosts), (4, 2));
        assert!((told.host_hours - 4.0 / 60.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_told_of_what_is_not_there_or_was_not_measured() {
        let shape = InstanceShape { vcpus: 2, gpus: 0 };
        let some = host(&[1.0]);
        assert_eq!(waste(WasteResource::Gpu, &[&some], shape, "ml.m5.large", Period::MINUTE), None);
        assert_eq!(waste(WasteResource::Cpu, &[&host(&[])], shape, "ml.m5.large", Period::MINUTE), None);
    }
}
