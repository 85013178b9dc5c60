//! What has to be done for a component, and why.

use std::path::Path;

use super::journal;
use super::record::{self, Ingredients, Record, digest};
use super::toolchain::Toolchain;
use crate::catalog::Produces;
use crate::check::Component;
use crate::files::Files;
use crate::generate::Place;
use crate::progress::Reason;
use crate::protocol::LOG_VERSION;
use crate::trust::Key;

/// One component to bring up to date.
#[derive(Debug)]
pub struct Job<'a> {
    pub component: &'a Component,
    pub toolchain: &'a Toolchain,
    pub place: Place,
    /// Its sources, as they have to be when they are compiled.
    pub files: &'a Files,
    /// What it was built from the last time.
    pub record: Record,
    /// What the function is made from now.
    pub compile_from: Ingredients,
    /// What the composition is made from now, beside the function.
    pub compose_from: Ingredients,
    /// Why the function has to be compiled; `None` if it has not.
    pub compile: Option<Reason>,
}

impl<'a> Job<'a> {
    /// Plans one component with these sources.
    pub fn plan(
        component: &'a Component,
        toolchain: &'a Toolchain,
        files: &'a Files,
        generated: &Path,
        trigger: &[u8],
        key: &Key,
    ) -> Self {
        let place = Place::of(generated, &component.name);
        let record = Record::read(&place.folder, key);
        let compile_from = compile_ingredients(component, toolchain, files);
        let compile = record::why(record.compiled.as_ref(), &compile_from, &place.function);
        let compose_from = compose_ingredients(component, trigger);
        Self { component, toolchain, place, files, record, compile_from, compose_from, compile }
    }

    /// What the composition is made from, once the function is there.
    pub fn composition(&self) -> Ingredients {
        let function = self.record.compiled.as_ref().map(|step| step.made.sha256.clone());
        let mut from = self.compose_from.clone();
        from.insert("the function".to_owned(), function.unwrap_or_default());
        from
    }

    /// The digest of everything that decides the artifact and what is said about it in a registry, but the version:
    /// the same on every machine with the same sources and tools. Nothing has to be built for it.
    pub fn content(&self) -> String {
        let pack = &self.component.pack.manifest.name;
        let template = &self.component.template.manifest.name;
        // Maps in the order of their keys: texts alone, so that this cannot fail.
        let mut compose_from = self.compose_from.clone();
        compose_from.remove(LOG_VERSION);
        let all = serde_json::to_vec(&(&self.compile_from, &compose_from, pack, template));
        format!("sha256:{}", digest(&all.unwrap_or_default()))
    }

    /// Why the component has to be composed, once the function is there.
    pub fn compose(&self) -> Option<Reason> {
        record::why(self.record.composed.as_ref(), &self.composition(), &self.place.artifact)
    }
}

fn compile_ingredients(component: &Component, toolchain: &Toolchain, files: &Files) -> Ingredients {
    let own = |file: &str| component.own_name(file).unwrap_or(file).to_owned();
    let mut from: Ingredients =
        files.iter().map(|(name, content)| (own(name.as_str()), digest(content))).collect();
    let pack = &toolchain.pack.manifest;
    let produces = match pack.build.produces {
        Produces::Module => "module",
        Produces::Component => "component",
    };
    let before = &pack.build.before;
    let mut recipe = format!("{:?} {:?} {produces}", pack.build.command, pack.build.env);
    if !before.is_empty() {
        recipe.push_str(&format!(" {before:?}"));
    }
    from.insert("the pack's build command".to_owned(), digest(recipe.as_bytes()));
    from.insert(format!("the version of {}", pack.toolchain.program), toolchain.version.to_string());
    from.insert("the version of pelato".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    from
}

fn compose_ingredients(component: &Component, trigger: &[u8]) -> Ingredients {
    let mut from = Ingredients::new();
    for (name, value) in component.settings() {
        from.insert(name, value);
    }
    for (name, text) in &component.env.texts {
        from.insert(format!("{name} of `env`"), text.clone());
    }
    for (name, secret) in &component.env.secrets {
        from.insert(format!("the secret {name} of `env`"), secret.clone());
    }
    from.insert("the trigger".to_owned(), digest(trigger));
    if component.log_topic.is_some() {
        from.insert("the journal".to_owned(), digest(journal::COMPONENT));
    }
    from.insert("the version of pelato".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    from
}
