//! The crates that cells see, loaded once: sources of the standard library, of the prelude, and of further crates.
//!
//! The crate graph is made here and not from cargo's metadata: neither cargo nor a file watcher runs, and all crates
//! but the cell's own are marked as libraries, so that nothing of them is looked at again when the cell changes.

use super::Program;
use kovacs_session::{PathCrate, Sources, Variable};
use ra_ap_base_db::{
    CrateBuilderId, CrateDisplayName, CrateName, CrateOrigin, CrateWorkspaceData, DependencyBuilder, Env,
    LangCrateOrigin,
};
use ra_ap_cfg::{CfgAtom, CfgOptions};
use ra_ap_hir::ChangeWithProcMacros;
use ra_ap_ide::{Analysis, AnalysisHost, CrateGraphBuilder, Edition, FileId, SourceRoot};
use ra_ap_intern::Symbol;
use ra_ap_paths::AbsPathBuf;
use ra_ap_vfs::{VfsPath, file_set::FileSet};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use triomphe::Arc;

/// The crates of the standard library, each with the ones it uses.
const STANDARD: [(&str, &[&str]); 3] = [("core", &[]), ("alloc", &["core"]), ("std", &["alloc", "core"])];
/// A stable compiler: what is unstable in the standard library is not offered.
const STABLE: &str = concat!(env!("CARGO_PKG_RUST_VERSION"), ".0");
/// The file of the cell; not on any disk.
const CELL_PATH: &str = "/cell.rs";

/// Everything that is analysed.
pub(crate) struct World {
    host: AnalysisHost,
    cell: FileId,
}

impl World {
    /// Reads all sources. What is analysed of them is found out at the first questions.
    pub(crate) fn load(sources: &Sources) -> io::Result<World> {
        let mut loading = Loading::new(configuration()?);
        for (name, uses) in STANDARD {
            let krate = PathCrate {
                name: name.to_owned(),
                folder: sources.standard_library.join(name),
                dependencies: uses.iter().map(|name| (*name).to_owned()).collect(),
            };
            loading.add(&krate, CrateOrigin::Lang(LangCrateOrigin::from(name)))?;
        }
        for krate in &sources.crates {
            loading.add(krate, CrateOrigin::Library { repo: None, name: Symbol::intern(&krate.name) })?;
        }
        Ok(loading.finish())
    }

    /// Analyses what nearly every question needs: the prelude, vectors, iterators, text.
    pub(crate) fn warm_up(&mut self, beginning: &str) {
        let variable = |name: &str, type_name: &str| Variable {
            name: name.into(),
            type_name: type_name.into(),
            bytes: None,
            preview: None,
        };
        let variables = vec![variable("v", "Vec<f64>"), variable("s", "String")];
        for code in ["v.", "v.iter().map(|x| x * 2.0).", "s.", "use kovacs::", "println!(\"{}\", v.len()); "] {
            let (items, variables) = (beginning.to_owned(), variables.clone());
            let program = Program { items, variables, code: code.into(), cursor: code.len() };
            self.complete(&program);
            self.inspect(&program, false);
        }
        self.tidy();
    }

    /// Replaces the source of the cell.
    pub(crate) fn set_cell(&mut self, source: String) {
        let mut change = ChangeWithProcMacros::default();
        change.change_file(self.cell, Some(source));
        self.host.apply_change(change);
    }

    pub(crate) fn cell(&self) -> FileId {
        self.cell
    }

    pub(crate) fn analysis(&self) -> Analysis {
        self.host.analysis()
    }

    /// Gives back what the last questions left behind.
    pub(crate) fn tidy(&mut self) {
        self.host.trigger_garbage_collection();
    }
}

/// What the compiler is configured to: `unix`, `target_pointer_width="64"` and so on.
fn configuration() -> io::Result<CfgOptions> {
    let output = Command::new("rustc").args(["--print", "cfg"]).output()?;
    let mut options = CfgOptions::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        options.extend([match line.split_once('=') {
            Some((key, value)) => {
                CfgAtom::KeyValue { key: Symbol::intern(key), value: Symbol::intern(value.trim_matches('"')) }
            }
            None => CfgAtom::Flag(Symbol::intern(line)),
        }]);
    }
    // Replaces what only the compiler can read in the standard library.
    options.insert_atom(Symbol::intern("miri"));
    Ok(options)
}

struct Loading {
    configuration: CfgOptions,
    workspace: Arc<CrateWorkspaceData>,
    graph: CrateGraphBuilder,
    crates: HashMap<String, CrateBuilderId>,
    roots: Vec<SourceRoot>,
    change: ChangeWithProcMacros,
    files: u32,
}

impl Loading {
    fn new(configuration: CfgOptions) -> Loading {
        Loading {
            configuration,
            workspace: Arc::new(CrateWorkspaceData {
                target: Err("not asked for".into()),
                toolchain: STABLE.parse().ok(),
            }),
            graph: CrateGraphBuilder::default(),
            crates: HashMap::new(),
            roots: Vec::new(),
            change: ChangeWithProcMacros::default(),
            files: 0,
        }
    }

    fn next_file(&mut self) -> FileId {
        self.files += 1;
        FileId::from_raw(self.files - 1)
    }

    /// Reads a crate and enters it into the graph.
    fn add(&mut self, krate: &PathCrate, origin: CrateOrigin) -> io::Result<()> {
        let source_folder = krate.folder.join("src");
        let root = source_folder.join("lib.rs");
        let mut files = FileSet::default();
        let mut root_file = None;
        let mut paths = Vec::new();
        list_sources(&source_folder, &mut paths)?;
        for path in paths {
            let Some(absolute) = path.to_str().and_then(|path| AbsPathBuf::try_from(path).ok()) else { continue };
            // A file that is no text is no source.
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let file = self.next_file();
            if path == root {
                root_file = Some(file);
            }
            files.insert(file, VfsPath::from(absolute));
            self.change.change_file(file, Some(text));
        }
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("{} is missing or empty", root.display()));
        let root_file = root_file.ok_or_else(missing)?;
        let folder = krate.folder.to_str().and_then(|path| AbsPathBuf::try_from(path).ok()).ok_or_else(missing)?;
        self.roots.push(SourceRoot::new_library(files));
        self.enter(&krate.name, root_file, origin, folder, &krate.dependencies);
        Ok(())
    }

    fn enter(&mut self, name: &str, root: FileId, origin: CrateOrigin, folder: AbsPathBuf, dependencies: &[String]) {
        let is_standard = matches!(origin, CrateOrigin::Lang(_));
        let id = self.graph.add_crate_root(
            root,
            Edition::Edition2024,
            Some(CrateDisplayName::from_canonical_name(name)),
            None,
            self.configuration.clone(),
            None,
            Env::default(),
            origin,
            Vec::new(),
            false,
            Arc::new(folder),
            Arc::clone(&self.workspace),
        );
        let standard: &[&str] = if is_standard { &[] } else { &["core", "alloc", "std"] };
        for name in dependencies.iter().map(String::as_str).chain(standard.iter().copied()) {
            if let Some(&to) = self.crates.get(name) {
                // Every crate sees `std` and `core`, and `alloc` only if it says so.
                let dependency = DependencyBuilder::with_prelude(
                    CrateName::normalize_dashes(name),
                    to,
                    name != "alloc",
                    !is_standard,
                );
                // The graph cannot have a cycle: a crate only names what was entered before it.
                let _ = self.graph.add_dep(id, dependency);
            }
        }
        self.crates.insert(name.to_owned(), id);
    }

    fn finish(mut self) -> World {
        let cell = self.next_file();
        let mut files = FileSet::default();
        files.insert(cell, VfsPath::new_virtual_path(CELL_PATH.to_owned()));
        self.roots.push(SourceRoot::new_local(files));
        self.change.change_file(cell, Some(String::new()));
        let known: Vec<String> =
            self.crates.keys().filter(|name| STANDARD.iter().all(|(standard, _)| standard != name)).cloned().collect();
        let nowhere = AbsPathBuf::assert("/".into());
        self.enter("cell", cell, CrateOrigin::Local { repo: None, name: None }, nowhere, &known);
        self.change.set_roots(self.roots);
        self.change.set_crate_graph(self.graph);
        let mut host = AnalysisHost::new(None);
        host.apply_change(self.change);
        World { host, cell }
    }
}

/// All `.rs` files below a folder.
fn list_sources(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            list_sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}
