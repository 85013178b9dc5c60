//! C.

use crate::support::instance::Running;
use crate::support::workshop::{
    Workshop, echoes, finds_its_environment, same_bytes, starter, with_environment,
};

const VERBS: &str = r#"
#include "pelato.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int depth(int n) {
  volatile char page[4000];
  page[n % 4000] = (char)n;
  return n == 0 ? page[0] : depth(n - 1) + page[1];
}

static char fixed[20];

char *exec_task(const char *arg) {
  if (strcmp(arg, "literal") == 0) return "a literal";
  if (strcmp(arg, "static") == 0) return strcpy(fixed, "a static array");
  if (strncmp(arg, "rest ", 5) == 0) return (char *)arg + 5;
  if (strncmp(arg, "env ", 4) == 0) return getenv(arg + 4) ? strdup(getenv(arg + 4)) : "unset";
  if (strcmp(arg, "empty") == 0) return "";
  if (strcmp(arg, "error and result") == 0) return pelato_error("no"), strdup("lost");
  if (strncmp(arg, "error ", 6) == 0) return pelato_error("%s, %d", arg + 6, 42);
  if (strcmp(arg, "long error") == 0) return pelato_error("%05000d", 7);
  if (strcmp(arg, "null") == 0) return NULL;
  if (strcmp(arg, "print") == 0) { printf("unfinished line"); fprintf(stderr, "to stderr\n"); }
  if (strcmp(arg, "abort") == 0) abort();
  if (strcmp(arg, "exit") == 0) exit(3);
  if (strcmp(arg, "deep") == 0) depth(100000);
  if (strcmp(arg, "time") == 0 && time(NULL) < 1700000000) return pelato_error("no clock");
  return pelato_bytes(arg, pelato_arg_len());
}
"#;

#[test]
fn results_errors_and_ends() {
    let function = with_environment(&Workshop::function("c", &[("verbs.c", VERBS)]));
    let mut running = Running::new(&function);
    echoes(&mut running);
    finds_its_environment(&mut running);
    for (input, output) in [
        ("literal", "a literal"),
        ("static", "a static array"),
        ("rest of it", "of it"),
        ("empty", ""),
        ("print", "print"),
        ("time", "time"),
    ] {
        assert_eq!(running.exec(input.as_bytes()).unwrap(), Ok(output.into()), "{input}");
    }
    assert!(running.stderr().contains("to stderr"), "{}", running.stderr());
    for (input, error) in [
        (&b"error zu kalt: \xe2\x88\x92300"[..], "zu kalt: −300, 42"),
        (b"error \xff\xc3(", "\u{FFFD}\u{FFFD}(, 42"),
        (b"null", "exec_task returned NULL"),
        (b"error and result", "no"),
    ] {
        assert_eq!(running.exec(input).unwrap(), Err(error.into()));
    }
    assert_eq!(running.exec(b"long error").unwrap().unwrap_err().len(), 5000);
    assert_eq!(running.exec(b"still there").unwrap(), Ok(b"still there".into()));
    for end in [&b"abort"[..], b"exit", b"deep"] {
        assert!(Running::new(&function).exec(end).is_err(), "{}", String::from_utf8_lossy(end));
    }
}

#[test]
fn several_files_in_folders() {
    let mut running = Workshop::running(
        "c",
        &[
            (
                "task.c",
                "#include \"lib/units.h\"\nchar *exec_task(const char *arg) { return kelvin(arg); }\n",
            ),
            ("lib/units.h", "char *kelvin(const char *text);\n"),
            (
                "lib/my units.c",
                "#include \"units.h\"\n#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n\
                 char *kelvin(const char *text) {\n  char out[20];\n  \
                 int n = snprintf(out, sizeof out, \"%.2f\", round((atof(text) + 273.15) * 100) / 100);\n  \
                 return pelato_bytes(out, n);\n}\n",
            ),
            ("task_test.c", "int main(void) { return does_not_compile; }\n"),
        ],
    );
    assert_eq!(running.exec(b"21.5").unwrap(), Ok(b"294.65".into()));
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let said =
        Workshop::refused("c", &[("convert.c", "\ndouble exec_task(double c) { return c + 273.15; }\n")]);
    assert!(said.contains("tasks/convert.c:2:8: error: conflicting types for 'exec_task'"), "{said}");
    assert!(said.contains("help: give it this form: char *exec_task(const char *arg)"), "{said}");

    let said = Workshop::refused(
        "c",
        &[("task.c", "char *exec_task(const char *arg) {\n  return arg + ;\n}\n"), ("more.c", "int x;\n")],
    );
    assert!(said.contains("tasks/task/task.c:2:16: error: expected expression"), "{said}");

    let said = Workshop::refused(
        "c",
        &[
            (
                "task.c",
                "int far(int);\nchar *exec_task(const char *arg) { return far(1) ? \"a\" : \"b\"; }\n",
            ),
            ("far.c", "int far(int a, int b) { return a + b; }\n"),
        ],
    );
    assert!(said.contains("function signature mismatch: far"), "{said}");
    assert!(said.contains("help: a function is called with other parameters than it has"), "{said}");

    let source = "char *exec_task(const char *arg) { return __DATE__; }\n";
    let said = Workshop::refused("c", &[("task.c", source)]);
    assert!(said.contains("help: the same sources give the same component"), "{said}");

    let said = Workshop::refused("c", &[("task.c", "int other_task(void) { return 1; }\n")]);
    assert!(said.contains("no function `exec_task` in `tasks/task.c`"), "{said}");
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    same_bytes(
        "c",
        &[(
            "a.c",
            "#include <stdlib.h>\n#include <string.h>\n\
             char *exec_task(const char *arg) { return *arg ? strdup(__FILE__) : \"\"; }\n",
        )],
    );
}

#[test]
fn the_starter() {
    starter("c", &[&["cc", "-Wall", "-o", "task_test", "task.c", "task_test.c", "-lm"], &["./task_test"]]);
    let pack = |file: &str| std::fs::read_to_string(format!("language-packs/c/{file}")).unwrap();
    assert_eq!(pack("starter/pelato.h"), pack("shell/pelato.h"));
}
