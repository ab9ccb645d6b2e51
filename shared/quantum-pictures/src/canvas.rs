//! How is a picture written as SVG that is readable in light and in dark?

use std::fmt::Write;

use crate::text::{columns, escaped};

/// Width of a letter of the font, in pixels; all letters have the same.
pub(crate) const LETTER: f64 = 7.3;
pub(crate) const LINE_HEIGHT: f64 = 16.0;

const STYLE: &str = "\
svg{--paper:#fff;--ink:#1b1f24;--faint:#59636e;--line:#57606a;--fill:#dbeafe;--edge:#1d4ed8;\
--bar:#3b82f6;--noise:#fef3c7;--warm:#b45309}\
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#e6edf3;--faint:#8b949e;\
--line:#9aa4af;--fill:#172b4d;--edge:#79b8ff;--bar:#58a6ff;--noise:#3b2f0b;--warm:#f0b429}}\
text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:var(--ink)}\
.small{font-size:10px}.faint{fill:var(--faint)}.middle{text-anchor:middle}.end{text-anchor:end}\
.paper{fill:var(--paper)}.wire{stroke:var(--line);fill:none}.box{fill:var(--fill);stroke:var(--edge)}\
.dot{fill:var(--edge);stroke:var(--edge)}.ring{fill:var(--paper);stroke:var(--edge)}\
.link{stroke:var(--edge);fill:none}.bar{fill:var(--bar)}.noise{fill:var(--noise);stroke:var(--warm)}\
.barrier{stroke:var(--faint);stroke-dasharray:4 3;fill:none}.shade{fill:var(--faint);opacity:.12}\
.frame{stroke:var(--warm);stroke-dasharray:6 3;fill:none}.warm{fill:var(--warm)}";

/// Shapes in the order they are drawn. Classes are those of the style.
pub(crate) struct Canvas {
    shapes: String,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

pub(crate) fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// Pixels that a text takes.
pub(crate) fn width(text: &str) -> f64 {
    columns(text) as f64 * LETTER
}

impl Canvas {
    pub(crate) fn new() -> Self {
        Self { shapes: String::new() }
    }

    pub(crate) fn line(&mut self, class: &str, from: Point, to: Point) {
        self.shape(format_args!(
            r#"<line class="{class}" x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}"/>"#,
            from.x, from.y, to.x, to.y
        ));
    }

    pub(crate) fn rectangle(&mut self, class: &str, corner: Point, width: f64, height: f64) {
        self.shape(format_args!(
            r#"<rect class="{class}" x="{:.1}" y="{:.1}" width="{width:.1}" height="{height:.1}" rx="3"/>"#,
            corner.x, corner.y
        ));
    }

    pub(crate) fn circle(&mut self, class: &str, middle: Point, radius: f64) {
        self.shape(format_args!(
            r#"<circle class="{class}" cx="{:.1}" cy="{:.1}" r="{radius:.1}"/>"#,
            middle.x, middle.y
        ));
    }

    /// An arc over the point, from left to right.
    pub(crate) fn arc(&mut self, class: &str, middle: Point, radius: f64) {
        self.shape(format_args!(
            r#"<path class="{class}" d="M{:.1} {:.1}a{radius:.1} {radius:.1} 0 0 1 {:.1} 0"/>"#,
            middle.x - radius,
            middle.y,
            2.0 * radius
        ));
    }

    /// `base` is where the text stands.
    pub(crate) fn text(&mut self, class: &str, base: Point, text: &str) {
        self.shape(format_args!(
            r#"<text class="{class}" x="{:.1}" y="{:.1}">{}</text>"#,
            base.x,
            base.y,
            escaped(text)
        ));
    }

    fn shape(&mut self, shape: std::fmt::Arguments<'_>) {
        // writing to a string does not fail
        let _ = writeln!(self.shapes, "{shape}");
    }

    /// `title` is what is read out in place of the picture.
    pub(crate) fn finish(self, width: f64, height: f64, title: &str) -> String {
        let title = escaped(title);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{title}">
<title>{title}</title>
<style>{STYLE}</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
{}</svg>
"#,
            self.shapes
        )
    }
}
