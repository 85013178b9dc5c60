//! Colours and fonts of charts and of the page around them, for a light and a dark theme.

/// How many colours there are for series.
pub const COLOURS: usize = 8;

/// The colours of one theme.
struct Palette {
    back: &'static str,
    text: &'static str,
    dim: &'static str,
    grid: &'static str,
    series: [&'static str; COLOURS],
    /// Generating, building, deploying, other.
    phases: [&'static str; 4],
}

const LIGHT: Palette = Palette {
    back: "#ffffff",
    text: "#1f2933",
    dim: "#52606d",
    grid: "#dde3e9",
    series: ["#2563c9", "#c2410c", "#15803d", "#9333a8", "#0e7490", "#92610a", "#c01d5b", "#52606d"],
    phases: ["#92610a", "#2f6fbf", "#15803d", "#8a97a5"],
};
const DARK: Palette = Palette {
    back: "#12171d",
    text: "#e4e7eb",
    dim: "#a3afbb",
    grid: "#2f3a45",
    series: ["#6ea8fe", "#fb923c", "#4ade80", "#d58bea", "#3ecfe6", "#e8c04a", "#fb7ba8", "#a3afbb"],
    phases: ["#e8c04a", "#5b9bf0", "#3fc06d", "#6f7d8b"],
};

const PLAIN: &str = "\
.chart text{font:13px ui-sans-serif,system-ui,'Segoe UI',Helvetica,Arial,sans-serif}\
.chart .title{font-size:15px;font-weight:600}\
.chart .bold{font-weight:600}\
.chart .small{font-size:12px}\
.chart .end{text-anchor:end}\
.chart .middle{text-anchor:middle}\
.chart .line{fill:none;stroke-width:2;stroke-linejoin:round}\
.chart .error{fill:none;stroke-width:1.5}\
.chart .published{stroke-dasharray:5 3}\
.chart .fault{fill:none;stroke-width:1.5;stroke-dasharray:6 3}\
.chart .lost{fill:none;stroke-width:1.5}\
.chart .value{paint-order:stroke;stroke-width:4;stroke-linejoin:round}\
.chart .grid,.chart .axis{fill:none;shape-rendering:crispEdges}";

/// The style of charts, for the light and the dark theme.
pub fn charts() -> String {
    format!("{PLAIN}{}@media(prefers-color-scheme:dark){{{}}}", coloured(&LIGHT), coloured(&DARK))
}

fn coloured(palette: &Palette) -> String {
    let Palette { back, text, dim, grid, series, phases } = palette;
    let mut css = format!(
        ".chart .back{{fill:{back}}}.chart text{{fill:{text}}}.chart .small{{fill:{dim}}}.chart .value{{stroke:{back}}}\
         .chart .grid{{stroke:{grid}}}.chart .axis{{stroke:{dim}}}"
    );
    let mark =
        |name: &str, index: usize, colour: &str| format!(".{name}{index}{{stroke:{colour};fill:{colour}}}");
    series.iter().enumerate().for_each(|(index, colour)| css += &mark("s", index, colour));
    phases.iter().enumerate().for_each(|(index, colour)| css += &mark("p", index, colour));
    css
}

/// The style of the page around the charts.
pub fn page() -> String {
    let colours = |Palette { back, text, dim, grid, .. }: &Palette| {
        format!("body{{background:{back};color:{text}}}th,.note{{color:{dim}}}th,td{{border-color:{grid}}}")
    };
    format!(
        "body{{margin:0 auto;max-width:75rem;padding:1rem 1.5rem 3rem;\
         font:15px/1.5 ui-sans-serif,system-ui,'Segoe UI',Helvetica,Arial,sans-serif}}\
         section{{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;align-items:flex-start}}\
         h1{{font-size:1.6rem}}h2{{font-size:1.2rem;margin:2rem 0 .5rem}}\
         svg{{max-width:100%;height:auto}}.table{{overflow-x:auto;max-width:100%}}\
         table{{border-collapse:collapse;font-variant-numeric:tabular-nums}}\
         th,td{{padding:.25rem .75rem;border-bottom:1px solid;text-align:right;white-space:nowrap}}\
         th:first-child,td:first-child,.name{{text-align:left;white-space:normal;overflow-wrap:anywhere}}\
         {}@media(prefers-color-scheme:dark){{{}}}",
        colours(&LIGHT),
        colours(&DARK)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The WCAG contrast ratio: 1 for equal colours, 21 for black and white.
    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn channels(colour: &str) -> [f64; 3] {
        [1, 3, 5].map(|at| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0)
    }

    fn luminance(colour: &str) -> f64 {
        let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = channels(colour).map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn distance(one: &str, other: &str) -> f64 {
        let pairs = channels(one).into_iter().zip(channels(other));
        pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn colours_can_be_told_from_the_ground_and_from_each_other() {
        for palette in [LIGHT, DARK] {
            for text in [palette.text, palette.dim] {
                assert!(contrast(text, palette.back) >= 4.5, "{text}");
            }
            for colours in [&palette.series[..], &palette.phases[..]] {
                for (index, colour) in colours.iter().enumerate() {
                    let ground = contrast(colour, palette.back);
                    assert!(ground >= 2.8, "{colour}: {ground}");
                    for other in &colours[index + 1..] {
                        assert!(distance(colour, other) > 0.2, "{colour} and {other}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_colour_is_there_twice() {
        let css = charts();
        for class in ["s0", "s7", "p0", "p3"] {
            assert_eq!(css.matches(&format!(".{class}{{")).count(), 2, "{class}");
        }
    }
}
