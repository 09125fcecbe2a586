//! The colours of `style/tokens.css`, and how ECharts is dressed in them.

use onepane_domain::Phase;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// Which colours: light, dark, or whichever of both the page shows. Light and dark are safe for the colour-blind: what
/// differs in meaning differs in lightness too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// Dark ink on a light surface.
    #[default]
    Light,
    /// Light ink on a dark surface.
    Dark,
    /// The page's: colours are names of its style sheet (`var(--accent)`), so that one definition and one picture serve
    /// light and dark. Only for what stands in a page of ours.
    Page,
}

/// How a style sheet refers to it, light, dark: as in `style/tokens.css`, which a test compares.
const TOKENS: &[(&str, &str, &str)] = &[
    ("var(--surface)", "#ffffff", "#101415"),
    ("var(--surface-2)", "#f6f8f8", "#161b1d"),
    ("var(--line)", "#e1e6e7", "#283033"),
    ("var(--line-strong)", "#c6cdd0", "#3b4549"),
    ("var(--text)", "#16201f", "#e4eaea"),
    ("var(--text-dim)", "#5a676a", "#97a5a8"),
    ("var(--accent)", "#0f766e", "#2dd4bf"),
    ("var(--on-accent)", "#ffffff", "#06211e"),
    ("var(--warn)", "#92500a", "#f5b454"),
    ("var(--danger)", "#b42318", "#ff8a75"),
    ("var(--phase-running)", "#2563eb", "#6ea8fe"),
    ("var(--phase-pending)", "#8aa4d6", "#48618f"),
    ("var(--phase-stopping)", "#d48806", "#e0a82e"),
    ("var(--phase-succeeded)", "#4fae9f", "#2b8577"),
    ("var(--phase-failed)", "#c8331f", "#f2674f"),
    ("var(--phase-stopped)", "#8b979a", "#6d7a7e"),
    ("var(--phase-deleted)", "#c3cbcd", "#414b4f"),
    ("var(--phase-unknown)", "#9467bd", "#b894dd"),
    ("var(--heat-0)", "#d3e9e5", "#173d38"),
    ("var(--heat-1)", "#f9d9b4", "#4a3a22"),
    ("var(--heat-2)", "#f2a97c", "#7a4128"),
    ("var(--heat-3)", "#dd6a4b", "#b3452c"),
    ("var(--heat-4)", "#b3261a", "#f2674f"),
    ("var(--severity-critical)", "#8c1210", "#ff9484"),
    ("var(--severity-high)", "#d0451b", "#f2674f"),
    ("var(--severity-medium)", "#b97e06", "#d9a53c"),
    ("var(--severity-low)", "#4d86bd", "#5a93cc"),
    ("var(--severity-informational)", "#98a5a9", "#66757a"),
    ("var(--series-1)", "#0b62b8", "#6cb2f5"),
    ("var(--series-2)", "#c4500a", "#f59a56"),
    ("var(--series-3)", "#0a8060", "#3fc79f"),
    ("var(--series-4)", "#a0418a", "#dd93cb"),
    ("var(--series-5)", "#8f6b00", "#d9bc4a"),
    ("var(--series-6)", "#5a676a", "#a9b6b9"),
    ("var(--series-7)", "#2187c4", "#9fd6ff"),
    ("var(--series-8)", "#7a3b2e", "#c99a8f"),
];

/// How many colours there are for lines side by side.
const SERIES_COLOURS: usize = 8;

/// As in `style/tokens.css`, without the names in quotes, which would have to be escaped in every attribute.
pub(crate) const FONT: &str = "Inter, system-ui, Roboto, Arial, sans-serif";

impl Theme {
    /// Light and dark: the themes that a picture can be asked for in.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// The name, as in `--theme` and in the `data-theme` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Page => "page",
        }
    }

    /// A colour by its name in `style/tokens.css`, as `#rrggbb`, or as the name for the page's theme; the text's colour
    /// for a name that is not there.
    pub(crate) fn colour(self, token: &str) -> &'static str {
        let (reference, light, dark) =
            TOKENS.iter().find(|entry| name(entry) == token).copied().unwrap_or(("var(--text)", "#16201f", "#e4eaea"));
        match self {
            Self::Light => light,
            Self::Dark => dark,
            Self::Page => reference,
        }
    }

    /// The colour of a phase.
    pub(crate) fn phase(self, phase: Phase) -> &'static str {
        self.colour(&format!("phase-{}", phase.as_str()))
    }

    /// The colour of the line with this number among lines side by side.
    pub(crate) fn series(self, number: usize) -> &'static str {
        self.colour(&format!("series-{}", number % SERIES_COLOURS + 1))
    }

    /// What ECharts takes as a theme: the same for every chart, so that definitions hold only what is their own.
    pub fn echarts(self) -> Value {
        let [text, dim, line, strong] = ["text", "text-dim", "line", "line-strong"].map(|token| self.colour(token));
        let axis = json!({
            "axisLine": { "show": false, "lineStyle": { "color": strong } },
            "axisTick": { "show": false, "lineStyle": { "color": strong } },
            "axisLabel": { "color": dim, "fontSize": 11, "hideOverlap": true },
            "nameTextStyle": { "color": dim, "fontSize": 11 },
            "splitLine": { "show": false, "lineStyle": { "color": [line] } },
        });
        let mut value_axis = axis.clone();
        value_axis["splitLine"]["show"] = true.into();
        let mut time_axis = axis.clone();
        time_axis["axisLine"]["show"] = true.into();
        time_axis["axisTick"]["show"] = true.into();
        json!({
            "color": (0..SERIES_COLOURS).map(|number| self.series(number)).collect::<Vec<_>>(),
            "backgroundColor": self.colour("surface"),
            "textStyle": { "color": text, "fontFamily": FONT },
            "title": {
                "textStyle": { "color": text, "fontSize": 14, "fontWeight": 600, "fontFamily": FONT },
                "subtextStyle": { "color": dim, "fontSize": 12, "fontFamily": FONT },
            },
            "tooltip": {
                "backgroundColor": self.colour("surface-2"),
                "borderColor": strong,
                "textStyle": { "color": text, "fontSize": 12 },
                "axisPointer": { "lineStyle": { "color": dim }, "crossStyle": { "color": dim } },
            },
            // Definitions leave room for their labels; searching for it would lay out every axis twice.
            "grid": { "outerBoundsMode": "none" },
            "line": { "symbol": "circle", "symbolSize": 4, "lineStyle": { "width": 1.75 } },
            "categoryAxis": axis,
            "valueAxis": value_axis,
            "logAxis": value_axis,
            "timeAxis": time_axis,
        })
    }
}

/// A token's name without its dashes.
fn name(entry: &(&'static str, &str, &str)) -> &'static str {
    entry.0.trim_start_matches("var(--").trim_end_matches(')')
}

impl fmt::Display for Theme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Theme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).ok_or_else(|| "want light or dark".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{TOKENS, Theme, name};

    #[test]
    fn colours_are_those_of_the_style_sheet() {
        let tokens = concat!(env!("CARGO_MANIFEST_DIR"), "/../../style/tokens.css");
        let css = std::fs::read_to_string(tokens).unwrap();
        for entry @ (_, light, dark) in TOKENS {
            let name = name(entry);
            let line = format!("--{name}: light-dark({light}, {dark});");
            assert!(css.contains(&line), "style/tokens.css has no line {line}");
        }
    }

    /// WCAG's relative luminance.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn text_and_lines_stand_out_from_the_surface() {
        for theme in Theme::ALL {
            let surface = theme.colour("surface");
            for token in ["text", "text-dim", "accent", "danger", "warn"] {
                assert!(contrast(theme.colour(token), surface) >= 4.5, "{token}, {theme}");
            }
            for number in 0..super::SERIES_COLOURS {
                let colour = theme.series(number);
                assert!(contrast(colour, surface) >= 3.0, "series {number}, {theme}");
            }
        }
    }
}
