//! ruptures' segmentations.

use crate::fixtures::{Tally, cases, number};
use onepane_insights::segment::{
    Kernel, KernelDiagonal, Stop, binary_segmentation, kernel_segmentation, median_gamma, pelt,
};

#[test]
fn breakpoints() {
    let mut tally = Tally::new("ruptures");
    for case in cases().0 {
        let (_, values) = case.sorted();
        for (index, recorded) in case.recorded["peers"]["ruptures"].as_array().unwrap().iter().enumerate() {
            let min_size = recorded["min_size"].as_u64().unwrap() as usize;
            let penalty = number(&recorded["pen"]);
            let gaussian = |diagonal| Kernel::Gaussian {
                gamma: recorded["gamma"].as_f64().unwrap_or_else(|| median_gamma(&values)),
                diagonal,
            };
            let (algorithm, model) = (recorded["algo"].as_str().unwrap(), recorded["model"].as_str().unwrap());
            let got = match (algorithm, model) {
                ("Pelt", "l2") => Some(pelt(&values, penalty, min_size)),
                ("Pelt", _) => Some(kernel_segmentation(&values, gaussian(KernelDiagonal::One), penalty, min_size)),
                ("KernelCPD", _) => {
                    Some(kernel_segmentation(&values, gaussian(KernelDiagonal::Clipped), penalty, min_size))
                }
                _ => {
                    let stop = recorded["n_bkps"]
                        .as_u64()
                        .map_or(Stop::Penalty(penalty), |changes| Stop::Changes(changes as usize));
                    binary_segmentation(&values, stop, min_size)
                }
            };
            let wanted = recorded["bkps"]
                .as_array()
                .map(|ends| ends.iter().map(|end| end.as_u64().unwrap() as usize).collect::<Vec<_>>());
            let place = format!("{} {index} {algorithm} {model} {penalty}", case.name);
            if recorded["error"].is_string() {
                tally.same(&place, got, None);
            } else {
                tally.same(&place, got, wanted);
            }
        }
    }
    tally.finish();
}
