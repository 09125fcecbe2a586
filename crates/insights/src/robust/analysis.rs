//! One series through all robust detectors, then all series together.

use super::decompose::{self, Parts};
use super::outlier::{Fences, Noise};
use super::period::Season;
use super::prepare::Prepared;
use super::scale::Scale;
use super::{change, outlier, period, trend};
use crate::analyze::for_each;
use crate::fdr::q_values;
use crate::rank::{self, Background};
use crate::report::{Analysis, ChangePoint, Decomposition, Expectation, Outcome, SeriesReport, TrendDirection};
use crate::series::Series;
use crate::settings::{Period, Settings};
use crate::stats::{median, median_of};
use onepane_domain::{Detector, Profile};

/// The false discovery rate, unless the settings say otherwise.
pub const FALSE_DISCOVERIES: f64 = 0.05;

/// The note of a report whose changes of level are not told.
pub const RESTLESS: &str = "the level changes too often for any of its changes to be one of level";

/// Values beyond these are brought nearer to 1 by a power of two, so that their squares stay finite.
const LARGE: f64 = 1e100;
const SMALL: f64 = 1e-100;
/// Counts whose median is below are looked at by their roots when changes of level are sought.
const LOW_COUNTS: f64 = 100.0;
/// Changes of counts whose median is below are judged by the counts, too.
const RARE_EVENTS: f64 = 5.0;

/// The robust profile's numbers for many series.
///
/// Trends and changes of level are reported where their q-value, over all series of this call, is at most
/// [`Settings::threshold`] (0.05): that is the expected share of false ones among those reported.
pub fn analyze(series: &[Series], settings: &Settings) -> Analysis {
    let mut examined = for_each(series, |series| examine(series, settings));
    let rate = settings.threshold.filter(|rate| (0.0..=1.0).contains(rate)).unwrap_or(FALSE_DISCOVERIES);
    decide_trends(&mut examined, rate);
    decide_changes(&mut examined, rate);
    let (reports, backgrounds): (Vec<_>, Vec<_>) = examined.into_iter().unzip();
    let insights = rank::insights(&reports, &backgrounds);
    Analysis { profile: Profile::Robust, series: reports, insights }
}

fn decide_trends(examined: &mut [(SeriesReport, Background)], rate: f64) {
    let p_of = |report: &SeriesReport| report.trend.as_ref().and_then(|trend| trend.p_value).unwrap_or(f64::NAN);
    let p: Vec<f64> = examined.iter().map(|(report, _)| p_of(report)).collect();
    for ((report, _), q) in examined.iter_mut().zip(q_values(&p)) {
        if let Some(trend) = &mut report.trend {
            trend.q_value = q.is_finite().then_some(q);
            trend.direction = match trend.slope {
                slope if q <= rate && slope > 0.0 => TrendDirection::Up,
                slope if q <= rate && slope < 0.0 => TrendDirection::Down,
                _ => TrendDirection::None,
            };
        }
    }
}

fn decide_changes(examined: &mut [(SeriesReport, Background)], rate: f64) {
    let every = examined.iter().flat_map(|(report, _)| &report.changepoints);
    let p: Vec<f64> = every.map(|change| change.p_value.unwrap_or(f64::NAN)).collect();
    let mut q = q_values(&p).into_iter();
    for (report, background) in examined {
        let mut effects = std::mem::take(&mut background.effects).into_iter();
        report.changepoints.retain_mut(|change| {
            let q = q.next().unwrap_or(1.0);
            change.confidence = Some(1.0 - q);
            let effect = effects.next().unwrap_or(0.0);
            if q <= rate {
                background.effects.push(effect);
            }
            q <= rate
        });
    }
}

/// What can be said of one series before the others are known.
fn examine(series: &Series, settings: &Settings) -> (SeriesReport, Background) {
    let mut prepared = Prepared::of(series);
    let background = Background::of(&prepared);
    let mut report = SeriesReport::new(&series.key, prepared.values.len());
    report.notes = std::mem::take(&mut prepared.notes);
    let need = |detector: &Detector| match detector {
        Detector::Trend => trend::NEED,
        Detector::Outlier => outlier::NEED,
        Detector::Changepoint => change::NEED,
    };
    let least = settings.detectors.iter().map(need).min().unwrap_or(trend::NEED);
    if prepared.have < least {
        report.outcome = Outcome::Insufficient { need: least, have: prepared.have };
        return (report, background);
    }
    let first = prepared.values[0];
    if prepared.values.iter().all(|value| *value == first) {
        report.outcome = Outcome::Constant { value: first };
        return (report, background);
    }
    let unit = bring_near_one(&mut prepared.values);
    let mut background = background;
    Examination::of(&prepared, settings, &mut report).report(&prepared, settings, unit, &mut report, &mut background);
    for detector in settings.detectors.iter().filter(|detector| prepared.have < need(detector)) {
        let name = match detector {
            Detector::Trend => "trends",
            Detector::Outlier => "outliers",
            Detector::Changepoint => "changes",
        };
        report.notes.push(format!("{} values are too few for {name}: {} are needed", prepared.have, need(detector)));
    }
    (report, background)
}

/// Divides the values by a power of two where they are huge or tiny; gives what they were divided by.
fn bring_near_one(values: &mut [f64]) -> f64 {
    let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if (SMALL..=LARGE).contains(&largest) || largest == 0.0 {
        return 1.0;
    }
    let unit = largest.log2().floor().clamp(-1020.0, 1020.0).exp2();
    for value in values {
        *value /= unit;
    }
    unit
}

/// Season, scale and parts of one series.
struct Examination {
    scale: Scale,
    parts: Parts,
    /// The values without season, in their own units.
    plain: Vec<f64>,
    noise: Noise,
}

impl Examination {
    fn of(prepared: &Prepared, settings: &Settings, report: &mut SeriesReport) -> Self {
        let values = &prepared.values;
        let scale = Scale::of(values, &prepared.observed);
        let scaled: Vec<f64> = values.iter().map(|&value| scale.to(value)).collect();
        let season = match settings.period {
            Period::Auto => period::find(&scaled, prepared.step_ms),
            Period::Points(points) if points >= 2 && points <= values.len() / 2 => {
                Season { period: points, ..Season::NONE }
            }
            Period::Points(points) => {
                if points >= 2 {
                    report.notes.push(format!("{} values are too few for a season of {points}", values.len()));
                }
                Season::NONE
            }
        };
        report.period = (season.period > 1).then_some(season.period);
        if season.period > 1 && settings.period == Period::Auto {
            report.notes.push(format!(
                "a season of {} points explains {:.0} % of the variance around the slow trend (p = {:.1e})",
                season.period,
                100.0 * season.strength,
                season.p_value
            ));
        }
        if scale != Scale::Identity {
            report.notes.push(format!("outliers and season were looked for in {}", scale.name()));
        }
        let parts = decompose::parts(&scaled, season.period);
        let plain = if season.period > 1 {
            scaled.iter().zip(&parts.seasonal).map(|(value, seasonal)| scale.from(value - seasonal)).collect()
        } else {
            values.clone()
        };
        let mut levels = scaled;
        let level = median_of(&mut levels);
        let noise = Noise::of(values, &parts.rest, &prepared.observed, scale, level);
        Self { scale, parts, plain, noise }
    }

    fn report(
        &self,
        prepared: &Prepared,
        settings: &Settings,
        unit: f64,
        report: &mut SeriesReport,
        background: &mut Background,
    ) {
        let asked = |detector: Detector, need: usize| settings.detectors.contains(&detector) && prepared.have >= need;
        background.deviation = self.noise.deviation();
        if asked(Detector::Trend, trend::NEED) {
            let mut found = trend::trend(&self.plain);
            found.slope *= unit;
            for value in [&mut found.slope_low, &mut found.slope_high, &mut found.intercept].into_iter().flatten() {
                *value *= unit;
            }
            report.trend = Some(found);
        }
        let fences = settings.iqr_mult.filter(|width| width.is_finite() && *width > 0.0).unwrap_or(outlier::FENCES);
        if asked(Detector::Outlier, outlier::NEED) {
            report.outliers = outlier::outliers(prepared, self.scale, &self.parts, &self.noise, fences);
            for found in &mut report.outliers {
                found.value *= unit;
                for value in [&mut found.expected, &mut found.lower, &mut found.upper].into_iter().flatten() {
                    *value *= unit;
                }
            }
        }
        if asked(Detector::Changepoint, change::NEED) {
            self.report_changes(prepared, unit, report, background);
        }
        if settings.with_decomposition {
            report.decomposition = Some(self.decomposition(&prepared.values, unit));
            report.expectation = Some(self.expectation(prepared, unit, fences));
        }
    }

    fn report_changes(&self, prepared: &Prepared, unit: f64, report: &mut SeriesReport, background: &mut Background) {
        // The noise of low counts depends on their level: only their roots have the even noise that is assumed.
        let low = self.scale == Scale::Root && median(&self.plain) < LOW_COUNTS;
        let mut found = if low {
            let roots: Vec<f64> = self.plain.iter().map(|&count| Scale::Root.to(count)).collect();
            change::changes(&roots)
        } else {
            change::changes(&self.plain)
        };
        let mut back: fn(f64) -> f64 = if low { |level| Scale::Root.from(level) } else { |level| level };
        if self.scale == Scale::Root && median(&self.plain) < RARE_EVENTS {
            found.changes = change::borne_out(&self.plain, found.changes);
            back = |level| level;
        }
        if found.restless {
            report.notes.push(RESTLESS.to_owned());
        }
        for change in found.changes {
            background.effects.push(change.effect);
            report.changepoints.push(ChangePoint {
                index: change.index,
                cp_index: None,
                timestamp: prepared.timestamps[change.index],
                direction: change.direction,
                kind: Some(change.kind),
                mean_before: back(change.before) * unit,
                mean_after: back(change.after) * unit,
                confidence: None,
                p_value: Some(change.p_value),
                llr: Some(change.llr),
            });
        }
    }

    fn expectation(&self, prepared: &Prepared, unit: f64, fences: f64) -> Expectation {
        let known = prepared.have >= outlier::NEED;
        let around: Vec<Fences> =
            (0..prepared.values.len()).map(|index| Fences::at(index, &self.parts, &self.noise, fences)).collect();
        let all = |of: fn(&Fences) -> f64| around.iter().map(|at| self.scale.from(of(at)) * unit).collect();
        let fences = |of: fn(&Fences) -> f64| if known { all(of) } else { vec![f64::NAN; around.len()] };
        Expectation {
            timestamps: prepared.timestamps.clone(),
            values: prepared.values.iter().map(|value| value * unit).collect(),
            expected: all(|at| at.expected),
            lower: fences(Fences::lower),
            upper: fences(Fences::upper),
        }
    }

    fn decomposition(&self, values: &[f64], unit: f64) -> Decomposition {
        let trend: Vec<f64> = self.parts.trend.iter().map(|&level| self.scale.from(level)).collect();
        let both = self.parts.trend.iter().zip(&self.parts.seasonal);
        let seasonal: Vec<f64> =
            both.zip(&trend).map(|((level, season), trend)| self.scale.from(level + season) - trend).collect();
        let resid = values.iter().zip(&trend).zip(&seasonal).map(|((value, trend), season)| value - trend - season);
        let resid = resid.map(|value| value * unit).collect();
        let scaled = |part: Vec<f64>| part.into_iter().map(|value| value * unit).collect();
        Decomposition { trend: scaled(trend), seasonal: scaled(seasonal), resid }
    }
}
