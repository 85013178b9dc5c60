//! The progress bar: on a terminal only, one line, with the components in work.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar that may be switched off.
pub struct Bar {
    enabled: bool,
    bar: Option<ProgressBar>,
    in_work: Vec<String>,
}

impl Bar {
    /// A bar that is not shown yet, or never.
    pub fn new(enabled: bool) -> Self {
        Self { enabled, bar: None, in_work: Vec::new() }
    }

    /// Whether it is shown.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Shows the bar for so many components.
    pub fn begin(&mut self, doing: &str, components: usize) {
        if !self.enabled || components == 0 {
            return;
        }
        let bar = ProgressBar::new(components as u64);
        let template = format!("{doing:>12} [{{bar:24}}] {{pos}}/{{len}}: {{wide_msg}}");
        let style = ProgressStyle::with_template(&template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.bar = Some(bar);
    }

    /// Shows how much of something large is there; nothing of nothing takes the bar away.
    pub fn share(&mut self, doing: &str, what: &str, (there, all): (u64, u64)) {
        if all == 0 {
            if let Some(bar) = self.bar.take() {
                bar.finish_and_clear();
            }
            return;
        }
        if !self.enabled {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let template = format!("{doing:>12} [{{bar:24}}] {{bytes}}/{{total_bytes}}: {{wide_msg}}");
            let style =
                ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(all).with_style(style.progress_chars("=> ")).with_message(what.to_owned())
        });
        bar.set_length(all);
        bar.set_position(there);
    }

    pub fn start(&mut self, component: &str) {
        self.in_work.push(component.to_owned());
        self.show();
    }

    /// A component is done; the bar goes away with the last one.
    pub fn finish(&mut self, component: &str) {
        self.in_work.retain(|name| name != component);
        let Some(bar) = &self.bar else { return };
        bar.inc(1);
        if Some(bar.position()) == bar.length() {
            bar.finish_and_clear();
            self.bar = None;
        }
        self.show();
    }

    /// Runs something that prints, with the bar out of the way.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn show(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message(self.in_work.join(", "));
        }
    }
}
