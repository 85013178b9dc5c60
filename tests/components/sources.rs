//! What a task's sources may look like.

use crate::go::{function, generate};
use crate::instance::Running;

#[test]
fn a_main_of_its_own() {
    let source = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(exec_task(\"by hand\")) }\n\nfunc exec_task(arg string) string { return \"<\" + arg + \">\" }\n";
    let mut running = Running::new(&function(&[("main.go", source)]));
    assert_eq!(running.exec(b"x").unwrap(), Ok(b"<x>".into()));
}

#[test]
fn a_module_of_its_own_with_packages_and_vendored_ones() {
    let mut running = Running::new(&function(&[
        ("go.mod", "module example.org/Sensors/v2\n\ngo 1.24\n\nrequire example.net/far v1.2.3\n"),
        (
            "convert.go",
            "package main\n\nimport (\n\t\"example.net/far\"\n\t\"example.org/Sensors/v2/internal/units\"\n)\n\nfunc exec_task(arg string) string { return far.Away(units.Kelvin(arg)) }\n",
        ),
        ("internal/units/units.go", "package units\n\nfunc Kelvin(s string) string { return s + \" K\" }\n"),
        // A program beside the function is not the function's main.
        ("cmd/try/main.go", "package main\n\nfunc main() {}\n"),
        ("vendor/modules.txt", "# example.net/far v1.2.3\n## explicit\nexample.net/far\n"),
        (
            "vendor/example.net/far/far.go",
            "package far\n\nfunc Away(s string) string { return \"far: \" + s }\n",
        ),
    ]));
    assert_eq!(running.exec(b"273").unwrap(), Ok(b"far: 273 K".into()));
}

#[test]
fn a_module_written_for_an_old_go() {
    // With this version `panic(nil)` is invisible to recover(), and the shell's generics would not compile.
    let mut running = Running::new(&function(&[
        ("go.mod", "module old\n\ngo 1.16\n"),
        ("convert.go", "package main\n\nfunc exec_task(arg string) string { panic(nil) }\n"),
    ]));
    assert_eq!(running.exec(b"x").unwrap(), Err("panic: <nil>".into()));
}

#[test]
fn several_files_with_init_functions_and_names_like_the_shells() {
    // In alphabetical order around the shell's file: the runtime initialises them in this order.
    let mut running = Running::new(&function(&[
        (
            "a.go",
            "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nvar in, out, ready, realloc = 1, 2, 3, 4\n\nfunc init() {\n\tfmt.Println(os.Environ(), os.Args, garbage())\n}\n",
        ),
        (
            "z.go",
            "package main\n\nimport (\n\t\"fmt\"\n\t\"math/rand\"\n\t\"time\"\n)\n\nvar table = garbage()\n\nfunc init() {\n\ttime.Sleep(time.Millisecond)\n\tfmt.Println(time.Now(), rand.Int(), garbage())\n}\n\nfunc garbage() (n int) {\n\tfor i := range 20000 {\n\t\tn += len(fmt.Sprint(i))\n\t}\n\treturn n\n}\n",
        ),
        (
            "task.go",
            "package main\n\nimport \"fmt\"\n\nfunc exec_task(arg string) string { return fmt.Sprint(arg, in, out, ready, realloc, table) }\n",
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
        "package main\n\nimport \"runtime/debug\"\n\nfunc exec_task(arg string) string { return arg + string(debug.Stack()) }\n",
    )];
    let [first, second] = [(); 2].map(|()| generate(&source).build().unwrap());
    assert!(first == second, "two folders, two results");
    assert!(pelato::build::wrap(&first).unwrap() == pelato::build::wrap(&second).unwrap());
}
