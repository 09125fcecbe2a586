//! The colours of `style/tokens.css`, and how ECharts is dressed in them.

use onepane_domain::Phase;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// Light or dark. Both are safe for the colour-blind: what differs in meaning differs in lightness too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// Dark ink on a light surface.
    #[default]
    Light,
    /// Light ink on a dark surface.
    Dark,
}

/// Name without its dashes, light, dark: as in `style/tokens.css`, which a test compares.
const TOKENS: &[(&str, &str, &str)] = &[
    ("surface", "#ffffff", "#101415"),
    ("surface-2", "#f6f8f8", "#161b1d"),
    ("line", "#e1e6e7", "#283033"),
    ("line-strong", "#c6cdd0", "#3b4549"),
    ("text", "#16201f", "#e4eaea"),
    ("text-dim", "#5a676a", "#97a5a8"),
    ("accent", "#0f766e", "#2dd4bf"),
    ("warn", "#92500a", "#f5b454"),
    ("danger", "#b42318", "#ff8a75"),
    ("phase-running", "#2563eb", "#6ea8fe"),
    ("phase-pending", "#8aa4d6", "#48618f"),
    ("phase-stopping", "#d48806", "#e0a82e"),
    ("phase-succeeded", "#4fae9f", "#2b8577"),
    ("phase-failed", "#c8331f", "#f2674f"),
    ("phase-stopped", "#8b979a", "#6d7a7e"),
    ("phase-deleted", "#c3cbcd", "#414b4f"),
    ("phase-unknown", "#9467bd", "#b894dd"),
    ("heat-0", "#d3e9e5", "#173d38"),
    ("heat-1", "#f9d9b4", "#4a3a22"),
    ("heat-2", "#f2a97c", "#7a4128"),
    ("heat-3", "#dd6a4b", "#b3452c"),
    ("heat-4", "#b3261a", "#f2674f"),
    ("series-1", "#0b62b8", "#6cb2f5"),
    ("series-2", "#c4500a", "#f59a56"),
    ("series-3", "#0a8060", "#3fc79f"),
    ("series-4", "#a0418a", "#dd93cb"),
    ("series-5", "#8f6b00", "#d9bc4a"),
    ("series-6", "#5a676a", "#a9b6b9"),
    ("series-7", "#2187c4", "#9fd6ff"),
    ("series-8", "#7a3b2e", "#c99a8f"),
];

/// How many colours there are for lines side by side.
const SERIES_COLOURS: usize = 8;

/// As in `style/tokens.css`, without the names in quotes, which would have to be escaped in every attribute.
const FONT: &str = "Inter, system-ui, Roboto, Arial, sans-serif";

impl Theme {
    /// Both themes.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// The name, as in `--theme` and in the `data-theme` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// A colour by its name in `style/tokens.css`, as `#rrggbb`; the text's colour for a name that is not there.
    pub(crate) fn colour(self, token: &str) -> &'static str {
        let (_, light, dark) =
            TOKENS.iter().find(|(name, ..)| *name == token).copied().unwrap_or(("", "#16201f", "#e4eaea"));
        match self {
            Self::Light => light,
            Self::Dark => dark,
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
    use super::{TOKENS, Theme};

    #[test]
    fn colours_are_those_of_the_style_sheet() {
        let tokens = concat!(env!("CARGO_MANIFEST_DIR"), "/../../style/tokens.css");
        let css = std::fs::read_to_string(tokens).unwrap();
        for (name, light, dark) in TOKENS {
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
