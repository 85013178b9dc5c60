//! What a task's sources may look like.

use super::go::function;
use crate::support::instance::Running;
use crate::support::workshop::{Workshop, same_bytes};

#[test]
fn a_main_of_its_own() {
    let source = r#"package main

import "fmt"

func main() { fmt.Println(exec_task("by hand")) }

func exec_task(arg string) string { return "<" + arg + ">" }
"#;
    let mut running = Running::new(&function(&[("main.go", source)]));
    assert_eq!(running.exec(b"x").unwrap(), Ok(b"<x>".into()));
}

#[test]
fn a_module_of_its_own_with_packages_and_vendored_ones() {
    let mut running = Running::new(&function(&[
        ("go.mod", "module example.org/Sensors/v2\n\ngo 1.24\n\nrequire example.net/far v1.2.3\n"),
        (
            "convert.go",
            r#"package main

import (
	"example.net/far"
	"example.org/Sensors/v2/internal/units"
)

func exec_task(arg string) string { return far.Away(units.Kelvin(arg)) }
"#,
        ),
        (
            "internal/units/units.go",
            r#"package units

func Kelvin(s string) string { return s + " K" }
"#,
        ),
        // A program beside the function is not the function's main.
        (
            "cmd/try/main.go",
            r#"package main

func main() {}
"#,
        ),
        ("vendor/modules.txt", "# example.net/far v1.2.3\n## explicit\nexample.net/far\n"),
        (
            "vendor/example.net/far/far.go",
            r#"package far

func Away(s string) string { return "far: " + s }
"#,
        ),
    ]));
    assert_eq!(running.exec(b"273").unwrap(), Ok(b"far: 273 K".into()));
}

#[test]
fn a_module_written_for_an_old_go() {
    // With this version `panic(nil)` is invisible to recover(), and the shell's generics would not compile.
    let mut running = Running::new(&function(&[
        ("go.mod", "module old\n\ngo 1.16\n"),
        (
            "convert.go",
            r#"package main

func exec_task(arg string) string { panic(nil) }
"#,
        ),
    ]));
    assert_eq!(running.exec(b"x").unwrap(), Err("panic: <nil>".into()));
}

#[test]
fn several_files_with_init_functions_and_names_like_the_shells() {
    // In alphabetical order around the shell's file: the runtime initialises them in this order.
    let mut running = Running::new(&function(&[
        (
            "a.go",
            r#"package main

import (
	"fmt"
	"os"
)

var in, out, ready, realloc = 1, 2, 3, 4

func init() {
	fmt.Println(os.Environ(), os.Args, garbage())
}
"#,
        ),
        (
            "z.go",
            r#"package main

import (
	"fmt"
	"math/rand"
	"time"
)

var table = garbage()

func init() {
	time.Sleep(time.Millisecond)
	fmt.Println(time.Now(), rand.Int(), garbage())
}

func garbage() (n int) {
	for i := range 20000 {
		n += len(fmt.Sprint(i))
	}
	return n
}
"#,
        ),
        (
            "task.go",
            r#"package main

import "fmt"

func exec_task(arg string) string { return fmt.Sprint(arg, in, out, ready, realloc, table) }
"#,
        ),
    ]));
    for _ in 0..100 {
        assert_eq!(running.exec(b"x").unwrap(), Ok(b"x1 2 3 4 88890".into()));
    }
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let source = [(
        "convert.go",
        r#"package main

import "runtime/debug"

func exec_task(arg string) string { return arg + string(debug.Stack()) }
"#,
    )];
    same_bytes("go", &source);
}

/// What Go allows works, also in a task that is a single file; what it does not allow is explained.
#[test]
fn a_linkname_works_where_go_allows_it() {
    let code = |line: &str, body: &str| {
        format!(
            "package main\n\nimport (\n\t\"time\"\n\t_ \"unsafe\"\n)\n\n//go:linkname {line}\n{body}\n\n\
             func exec_task(arg string) string {{\n\tif nanotime() > 0 {{\n\t\treturn arg + time.Time{{}}.UTC().Location().String()\n\t}}\n\treturn \"no time\"\n}}\n"
        )
    };
    let allowed = code("nanotime runtime.nanotime", "func nanotime() int64");
    let mut running = Running::new(&function(&[("task.go", &allowed)]));
    assert_eq!(running.exec(b"x").unwrap(), Ok(b"xUTC".into()));
    let taken = code("nanotime time.runtimeNano", "func nanotime() int64 { return 1 }");
    let said = Workshop::refused("go", &[("task.go", &taken)]);
    assert!(said.contains("link: duplicated definition of symbol time.runtimeNano"), "{said}");
    assert!(
        said.contains("help: a `//go:linkname` line gives a function a name of another package"),
        "{said}"
    );
}
