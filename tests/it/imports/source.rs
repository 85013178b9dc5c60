//! The modules of a crate, and what each of its files imports.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, ItemMod, ItemUse, UseTree};

/// The names of a path: `crate::project::read` is `["project", "read"]`.
type Names = Vec<String>;

/// An import of one file by another, by `use` or by a path in the code.
#[derive(Debug)]
pub struct Import {
    /// The file, from `src/` on.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// The file in which the imported item is.
    pub target: String,
    from: Names,
    to: Names,
}

impl Import {
    /// The top module that imports; none for the crate's own root.
    pub fn source_module(&self) -> Option<&str> {
        self.from.first().map(String::as_str)
    }

    /// The top module of what is imported.
    pub fn target_module(&self) -> Option<&str> {
        self.to.first().map(String::as_str)
    }

    /// Whether a module imports from what is in it.
    pub fn is_inward(&self) -> bool {
        self.to.starts_with(&self.from)
    }
}

/// The parsed files of a crate, by their modules.
pub struct Sources {
    modules: BTreeMap<Names, Module>,
}

struct Module {
    file: String,
    syntax: File,
    /// What its `pub use` give under another path, by the name under which they give it.
    exports: BTreeMap<String, Names>,
}

impl Sources {
    /// Reads all files below a folder, those of tests left out.
    pub fn read(folder: &Path) -> Self {
        let mut modules = BTreeMap::new();
        read(folder, &mut Vec::new(), &mut modules);
        let mut sources = Self { modules };
        let exports: Vec<_> =
            sources.modules.iter().map(|(name, module)| sources.exports(name, &module.syntax)).collect();
        for (module, exports) in sources.modules.values_mut().zip(exports) {
            module.exports = exports;
        }
        sources
    }

    /// The names of the top modules.
    pub fn modules(&self) -> Vec<String> {
        self.modules.keys().filter(|name| name.len() == 1).map(|name| name[0].clone()).collect()
    }

    /// All imports, in the order of files and lines.
    pub fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (name, module) in &self.modules {
            let mut paths = Paths { within: 0, found: Vec::new() };
            paths.visit_file(&module.syntax);
            for (within, path, line) in paths.found {
                let Some(to) = self.absolute(name, within, &path).and_then(|path| self.home(path)) else {
                    continue;
                };
                let target = self.modules[&to].file.clone();
                imports.push(Import { file: module.file.clone(), line, target, from: name.clone(), to });
            }
        }
        imports
    }

    /// A path as the crate's root would write it; none if it leads out of the crate. `within` is how many modules that
    /// are no files are around it.
    fn absolute(&self, module: &[String], within: usize, path: &[String]) -> Option<Names> {
        let mut base = module.to_vec();
        let mut inner = within;
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "self" => rest = &path[1..],
            "super" => {}
            // A module in this one, without anything before it.
            first => {
                let child: Names = base.iter().cloned().chain([first.to_owned()]).collect();
                return (within == 0 && self.modules.contains_key(&child))
                    .then(|| base.iter().chain(path).cloned().collect());
            }
        }
        while rest.first().is_some_and(|name| name == "super") {
            match inner {
                0 => drop(base.pop()?),
                _ => inner -= 1,
            }
            rest = &rest[1..];
        }
        (inner == 0).then(|| base.iter().chain(rest).cloned().collect())
    }

    /// The module that has an item, wherever the item is given on by `pub use`.
    fn home(&self, path: Names) -> Option<Names> {
        self.home_within(path, 0)
    }

    fn home_within(&self, path: Names, depth: usize) -> Option<Names> {
        let mut module = Names::new();
        for (index, name) in path.iter().enumerate() {
            let child: Names = module.iter().chain([name]).cloned().collect();
            if self.modules.contains_key(&child) {
                module = child;
                continue;
            }
            if let Some(given) = self.modules.get(&module).and_then(|module| module.exports.get(name)) {
                let further: Names = given.iter().chain(&path[index + 1..]).cloned().collect();
                return if depth < 10 { self.home_within(further, depth + 1) } else { None };
            }
            break;
        }
        self.modules.contains_key(&module).then_some(module)
    }

    fn exports(&self, module: &Names, syntax: &File) -> BTreeMap<String, Names> {
        let mut exports = BTreeMap::new();
        for item in &syntax.items {
            let Item::Use(item) = item else { continue };
            if matches!(item.vis, syn::Visibility::Inherited) || is_test(&item.attrs) {
                continue;
            }
            for (path, known_as, _) in flat(&item.tree, &mut Vec::new()) {
                if let Some(path) = self.absolute(module, 0, &path) {
                    exports.insert(known_as, path);
                }
            }
        }
        exports
    }
}

/// Reads the files of a folder, and those of the folders in it.
fn read(folder: &Path, module: &mut Names, modules: &mut BTreeMap<Names, Module>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut add = |path: &Path, name: Names| {
        let text = fs::read_to_string(path).unwrap();
        let syntax = syn::parse_file(&text).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        let file = shown(&name, path);
        modules.insert(name, Module { file, syntax, exports: BTreeMap::new() });
    };
    let mut folders = Vec::new();
    for path in entries {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            folders.push((path, stem));
        } else if path.extension().is_some_and(|ending| ending == "rs") && stem != "main" {
            let is_root = stem == "mod" || stem == "lib";
            let name = module.iter().cloned().chain((!is_root).then_some(stem)).collect();
            add(&path, name);
        }
    }
    for (path, stem) in folders {
        module.push(stem);
        read(&path, module, modules);
        module.pop();
    }
    // What is compiled for tests alone is no part of the plan.
    let tests: Vec<Names> = modules
        .iter()
        .flat_map(|(name, module)| {
            let only = module.syntax.items.iter().filter_map(|item| match item {
                Item::Mod(item) if item.content.is_none() && is_test(&item.attrs) => Some(item),
                _ => None,
            });
            only.map(|item| name.iter().cloned().chain([item.ident.to_string()]).collect::<Names>())
        })
        .collect();
    modules.retain(|name, _| !tests.iter().any(|test| name.starts_with(test)));
}

/// A file as it is named to people: `src/project/read.rs`.
fn shown(module: &[String], path: &Path) -> String {
    let file = path.file_name().unwrap().to_string_lossy();
    let folders = if file == "mod.rs" { module } else { &module[..module.len().saturating_sub(1)] };
    let folders: String = folders.iter().map(|name| format!("{name}/")).collect();
    format!("src/{folders}{file}")
}

/// Whether something is compiled for tests alone.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// The paths of a `use`, each with the name by which it is known then.
fn flat(tree: &UseTree, before: &mut Names) -> Vec<(Names, String, Span)> {
    let whole = |before: &Names, last: &syn::Ident| {
        let mut path = before.clone();
        // `a::{self}` is `a`.
        if last != "self" || path.is_empty() {
            path.push(last.to_string());
        }
        path
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            let paths = flat(&path.tree, before);
            before.pop();
            paths
        }
        UseTree::Name(name) => {
            let path = whole(before, &name.ident);
            let known_as = path.last().cloned().unwrap_or_default();
            vec![(path, known_as, name.ident.span())]
        }
        UseTree::Rename(rename) => {
            vec![(whole(before, &rename.ident), rename.rename.to_string(), rename.ident.span())]
        }
        UseTree::Glob(glob) => vec![(before.clone(), "*".to_owned(), glob.star_token.spans[0])],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| flat(tree, before)).collect(),
    }
}

/// Collects paths, each with the number of inline modules around it and its line.
struct Paths {
    within: usize,
    found: Vec<(usize, Names, usize)>,
}

impl Paths {
    /// Paths in what a macro is given: it is not parsed, so names with `::` between them are looked for.
    fn in_tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut line = 0;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons < 2 {
                        self.end(&mut path, line);
                        line = name.span().start().line;
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end(&mut path, line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.in_tokens(group.stream());
                    }
                }
            }
        }
        self.end(&mut path, line);
    }

    fn end(&mut self, path: &mut Names, line: usize) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.found.push((self.within, path, line));
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Const(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            Item::Type(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.within += 1;
        visit::visit_item_mod(self, item);
        self.within -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (path, _, span) in flat(&item.tree, &mut Names::new()) {
            self.found.push((self.within, path, span.start().line));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.found.push((self.within, names, path.segments[0].ident.span().start().line));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.in_tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}
