//! C++.

use crate::support::instance::Running;
use crate::support::workshop::{
    Workshop, echoes, finds_its_environment, same_bytes, starter, with_environment,
};

const VERBS: &str = r#"
#include "pelato.h"
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

// Made before the first call.
static const std::map<std::string, int, std::less<>> limits{{"kitchen", 30}, {"freezer", -18}};

std::string exec_task(std::string_view arg) {
  if (arg == "empty") return "";
  if (arg.starts_with("error ")) return pelato::error(std::string(arg.substr(6)));
  if (arg.starts_with("env ")) {
    const char *value = std::getenv(std::string(arg.substr(4)).c_str());
    return value ? value : "unset";
  }
  if (arg == "limits") return std::to_string(std::accumulate(limits.begin(), limits.end(), 0, [](int sum, auto &one) { return sum + one.second; }));
  if (arg == "print") std::printf("unfinished line");
  if (arg == "abort") std::abort();
  if (arg == "at") return std::to_string(std::vector<int>{1}.at(arg.size()));
  return std::string(arg);
}
"#;

#[test]
fn results_errors_and_ends() {
    let function = with_environment(&Workshop::function("cpp", &[("verbs.cpp", VERBS)]));
    let mut running = Running::new(&function);
    echoes(&mut running);
    finds_its_environment(&mut running);
    assert_eq!(running.exec(b"empty").unwrap(), Ok(vec![]));
    assert_eq!(running.exec(b"limits").unwrap(), Ok(b"12".into()));
    assert_eq!(running.exec(b"print").unwrap(), Ok(b"print".into()));
    assert_eq!(running.exec("error −300".as_bytes()).unwrap(), Err("−300".into()));
    assert_eq!(running.exec(b"error \xff!").unwrap(), Err("\u{FFFD}!".into()));
    assert_eq!(running.exec(b"still there").unwrap(), Ok(b"still there".into()));
    for end in [&b"abort"[..], b"at"] {
        assert!(Running::new(&function).exec(end).is_err());
    }
}

#[test]
fn every_form_of_the_function() {
    let forms = [
        "std::string exec_task(std::string arg) { return arg + \"!\"; }",
        "std::string exec_task(const std::string &arg) { return arg + \"!\"; }",
        "std::string exec_task(const char *arg) { return std::string(arg) + \"!\"; }",
        "#include <string_view>\nstd::string_view exec_task(std::string_view arg) { return arg == \"x\" ? \"x!\" : \"!\"; }",
        "const char *exec_task(const char *arg) { return *arg ? \"x!\" : \"!\"; }",
        "#include <expected>\nstd::expected<std::string, std::string> exec_task(const std::string &arg) {\n  \
         if (arg == \"bad\") return std::unexpected(\"too bad\");\n  return arg + \"!\";\n}",
        "namespace { std::string text; }\nconst std::string &exec_task(std::string &&arg) { return text = arg + \"!\"; }",
        "extern \"C\" char *exec_task(const char *arg) { static char a[3]; a[0] = *arg; a[*arg != 0] = '!'; a[2] = 0; return a; }",
    ];
    let mut workshop = Workshop::new();
    for (at, form) in forms.iter().enumerate() {
        workshop.task(&format!("form_{at}"), "cpp", &[(&format!("form_{at}.cpp"), form)]);
    }
    workshop.build().unwrap_or_else(|said| panic!("{said}"));
    for (at, form) in forms.iter().enumerate() {
        let mut running = Running::new(&workshop.built(&format!("form_{at}")));
        assert_eq!(running.exec(b"x").unwrap(), Ok(b"x!".into()), "{form}");
        if form.contains("expected") {
            assert_eq!(running.exec(b"bad").unwrap(), Err("too bad".into()));
        }
    }
}

#[test]
fn several_files_in_folders() {
    let mut running = Workshop::running(
        "cpp",
        &[
            (
                "task.cpp",
                "#include \"lib/units.h\"\nstd::string exec_task(std::string arg) { return kelvin(arg); }\n",
            ),
            ("lib/units.h", "#include <string>\nstd::string kelvin(const std::string &text);\n"),
            (
                "lib/units.cc",
                "#include \"units.h\"\n#include <cstdlib>\n\
                 std::string kelvin(const std::string &text) { return std::to_string(std::atoi(text.c_str()) + 273); }\n",
            ),
            ("units_test.cpp", "int main() { return does_not_compile; }\n"),
        ],
    );
    assert_eq!(running.exec(b"21").unwrap(), Ok(b"294".into()));
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let wrong = "static_assert(true);\n\ndouble exec_task(double c) { return c + 273.15; }\n";
    let said = Workshop::refused("cpp", &[("convert.cpp", wrong)]);
    assert!(said.contains("exec_task has to be one of the forms that PELATO can call"), "{said}");
    assert!(said.contains("help: give `exec_task` one of these forms: std::string exec_task("), "{said}");
    let said = Workshop::refused("cpp", &[("convert.cpp", "int exec_task(std::string arg) { return 1; }\n")]);
    assert!(said.contains("exec_task has to be one of the forms that PELATO can call"), "{said}");

    let source = "std::string exec_task(std::string arg) {\n  return arg + ;\n}\n";
    let said = Workshop::refused("cpp", &[("task.cpp", source), ("more.cpp", "int x;\n")]);
    assert!(said.contains("tasks/task/task.cpp:2:16: error: expected expression"), "{said}");

    let source = "std::string exec_task(std::string arg) {\n  throw 1;\n}\n";
    let said = Workshop::refused("cpp", &[("task.cpp", source)]);
    assert!(
        said.contains("tasks/task.cpp:2:3: error: cannot use 'throw' with exceptions disabled"),
        "{said}"
    );
    assert!(said.contains("help: there are no exceptions in WebAssembly"), "{said}");
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    same_bytes("cpp", &[("a.cpp", "std::string exec_task(std::string arg) { return arg + __FILE__; }\n")]);
}

#[test]
fn the_starter() {
    starter("cpp", &[&["c++", "-std=c++20", "-Wall", "-o", "task_test", "task_test.cpp"], &["./task_test"]]);
    let pack = |file: &str| std::fs::read_to_string(format!("language-packs/cpp/{file}")).unwrap();
    assert_eq!(pack("starter/pelato.h"), pack("shell/pelato.h"));
}
