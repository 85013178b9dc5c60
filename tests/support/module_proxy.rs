//! A proxy of Go modules in a folder, as `GOPROXY=file://…` reads it.

use std::path::Path;

/// A task that needs one of them.
pub const PLAY: &str = "package main\n\nimport \"example.org/units\"\n\nfunc exec_task(arg string) string { return units.Kelvin(arg) }\n";

/// Makes a folder one, with two versions of one module, the newer of which is not in its list.
pub fn fill(folder: &Path) {
    let versions = folder.join("example.org/units/@v");
    std::fs::create_dir_all(&versions).unwrap();
    for (version, unit) in [("v1.0.0", "K"), ("v1.1.0", "kelvin")] {
        let go_mod = "module example.org/units\n\ngo 1.24\n";
        let source =
            format!("package units\n\nfunc Kelvin(text string) string {{ return text + \" {unit}\" }}\n");
        let info = format!("{{\"Version\":\"{version}\",\"Time\":\"2026-01-01T00:00:00Z\"}}");
        std::fs::write(versions.join(format!("{version}.info")), info).unwrap();
        std::fs::write(versions.join(format!("{version}.mod")), go_mod).unwrap();
        let inside = format!("example.org/units@{version}");
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join(&inside)).unwrap();
        std::fs::write(root.path().join(&inside).join("go.mod"), go_mod).unwrap();
        std::fs::write(root.path().join(&inside).join("units.go"), source).unwrap();
        let zip = versions.join(format!("{version}.zip"));
        let script = "import os, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as zip:\n    for name in ('go.mod', \
                      'units.go'):\n        zip.write(os.path.join(sys.argv[2], name), sys.argv[2] + '/' + name)\n";
        let made = std::process::Command::new("python3")
            .args(["-c", script, zip.to_str().unwrap(), &inside])
            .current_dir(root.path())
            .status();
        assert!(made.unwrap().success());
    }
    std::fs::write(versions.join("list"), "v1.0.0\n").unwrap();
}
