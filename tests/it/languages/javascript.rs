//! JavaScript and TypeScript. A component takes eight seconds to make: there are few, and each shows much.

use crate::support::instance::Running;
use crate::support::workshop::{Workshop, echoes, finds_its_environment, starter, with_environment};

const VERBS: &str = r#"
declare const process: { env: Record<string, string | undefined> };
interface Answer { text: string }
const early = process.env.THRESHOLD;

export function exec_task(text: string, bytes: Uint8Array): string | Uint8Array | undefined {
  const at = text.indexOf(" "), verb = at < 0 ? text : text.slice(0, at), rest = text.slice(at + 1);
  switch (verb) {
    case "nothing": return undefined;
    case "error": throw new RangeError(rest);
    case "text": return ({ text: "grüße" } satisfies Answer).text;
    case "throw": throw rest;
    case "number": return 42 as any;
    case "promise": return Promise.resolve("x") as any;
    case "deep": return exec_task(text, bytes);
    case "null": return (null as any).data;
    case "random": return String(Math.random());
    case "env": return process.env[rest] ?? "unset";
    case "early": return String(early);
    case "names": return Object.keys(process.env).join();
    case "time": if (Date.now() < 1.7e12) throw new Error("no clock");
  }
  if (verb === "print") console.log("to stdout");
  return bytes;
}
"#;

#[test]
fn results_errors_and_ends() {
    let function = with_environment(&Workshop::function("javascript", &[("my-verbs.ts", VERBS)]));
    let names = pelato::build::interfaces(&function).unwrap();
    assert!(names.imports.iter().all(|name| name.starts_with("wasi:")), "{names:?}");
    assert!(!names.imports.iter().any(|name| name.contains("http") || name.contains("sockets")), "{names:?}");
    let mut running = Running::new(&function);
    echoes(&mut running);
    finds_its_environment(&mut running);
    assert_eq!(running.exec(b"names").unwrap(), Ok(b"EMPTY,GREETING,THRESHOLD,KEY".into()));
    assert_eq!(
        running.exec(b"early").unwrap(),
        Ok(b"undefined".into()),
        "nothing of the build's environment"
    );
    assert_eq!(running.exec(b"nothing").unwrap(), Ok(vec![]));
    assert_eq!(running.exec(b"time").unwrap(), Ok(b"time".into()));
    assert_eq!(running.exec(b"print").unwrap(), Ok(b"print".into()));
    assert_eq!(running.exec(b"text").unwrap(), Ok("grüße".into()));
    for (input, error) in [
        ("error zu kalt: −300", "RangeError: zu kalt: −300"),
        ("throw it", "it"),
        ("number", "TypeError: exec_task returned a value that is neither a string nor a Uint8Array"),
        ("promise", "TypeError: exec_task returned a Promise, which is not awaited"),
        ("null", "TypeError: "),
        ("deep", "InternalError: too much recursion"),
    ] {
        let said = running.exec(input.as_bytes()).unwrap().unwrap_err();
        assert!(said.starts_with(error), "{said}");
        assert_eq!(running.exec(b"still there").unwrap(), Ok(b"still there".into()));
    }
    let place = "RangeError: zu kalt: −300\nexec_task@my-verbs.ts:10:";
    assert!(running.stderr().contains(place), "{}", running.stderr());
    let random = || Running::new(&function).exec(b"random").unwrap().unwrap();
    assert_ne!(random(), random());
}

#[test]
fn text_with_modules_and_packages_of_the_tasks_own() {
    let mut running = Workshop::running(
        "javascript",
        &[
            (
                "convert.js",
                "const { said } = require(\"far\");\nconst { kelvin } = require(\"./lib/units.ts\");\n\
                            exports.exec_task = (arg) => said(kelvin(Number(arg)));\n",
            ),
            (
                "lib/units.ts",
                "interface Unit { name: string }\n\nexport const kelvin = (celsius: number): number => {\n  \
                 if (celsius < -273.15) throw new RangeError(\"too cold\");\n  \
                 return Math.round((celsius + 273.15) * 100) / 100;\n};\n",
            ),
            ("node_modules/far/package.json", "{ \"name\": \"far\", \"main\": \"away.js\" }"),
            (
                "node_modules/far/away.js",
                "// A package.\nexports.said = (number) => {\n  if (number > 1000) throw new Error(\"hot\");\n  \
                 return `${number} K`;\n};\n",
            ),
            ("convert.test.js", "this is not JavaScript"),
            ("tsconfig.json", "{ \"extends\": \"not-there\" }"),
        ],
    );
    assert_eq!(running.exec(b"21.5").unwrap(), Ok(b"294.65 K".into()));
    assert_eq!(running.exec(b"\xff").unwrap(), Err("TypeError: the input is not UTF-8".into()));
    // Each error with its place in the user's file, whatever the bundler has made of it.
    for (input, said, place) in [
        ("-300", "RangeError: too cold", "lib/units.ts:4:"),
        ("1000", "Error: hot", "node_modules/far/away.js:3:"),
    ] {
        assert_eq!(running.exec(input.as_bytes()).unwrap(), Err(said.into()));
        let written = running.stderr();
        let trace = written.rsplit(said).next().unwrap();
        assert!(trace.contains(place) && trace.contains("convert.js:3:"), "{written}");
    }
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let mut workshop = Workshop::new();
    for (name, text) in [
        ("syntax", "export function exec_task(arg) {\n  return arg + ;\n}\n"),
        ("absent", "import pad from \"left-pad\";\nexport const exec_task = (arg) => pad(arg);\n"),
        ("wrong", "export function exec_task(one, two, three) {\n  return one + two + three;\n}\n"),
        (
            "early",
            "const table = null;\n\nexport const rows = table.rows;\nexport const exec_task = (arg) => arg;\n",
        ),
        ("soon", "export async function exec_task(arg) {\n  return arg;\n}\n"),
    ] {
        workshop.task(name, "javascript", &[(&format!("{name}.js"), text)]);
    }
    let said = workshop.build().expect_err("none of them may build");
    assert!(said.contains("[ERROR] Unexpected \";\"\n\n    tasks/syntax.js:2:15:"), "{said}");
    assert!(said.contains("[ERROR] Could not resolve \"left-pad\"\n\n    tasks/absent.js:1:16:"), "{said}");
    assert!(said.contains("help: in the task's folder, run `npm install NAME`"), "{said}");
    let early = "TypeError: can't access property \"rows\", table is null\nearly.js@tasks/early.js:3:";
    assert!(said.contains(early), "{said}");
    assert!(!said.contains("bundle.js") && !said.contains("Exception while"), "{said}");
    assert!(said.contains("exec_task takes 3 arguments"), "{said}");
    assert!(said.contains("exec_task is async, which is not supported"), "{said}");
    assert!(
        said.contains("help: give it one of these forms: exec_task(text) or exec_task(text, bytes)"),
        "{said}"
    );

    let said =
        Workshop::refused("javascript", &[("convert.js", "function exec_task(arg) { return arg; }\n")]);
    assert!(said.contains("no exported function `exec_task` in `tasks/convert.js`"), "{said}");
}

#[test]
fn the_starter() {
    starter("javascript", &[&["node", "--test"]]);
}

#[test]
fn the_interface_is_the_one_of_pelato() {
    let wit = std::fs::read_to_string("language-packs/javascript/shell/pelato_wit/task.wit").unwrap();
    assert_eq!(wit, pelato::build::wit::TASK_WIT);
}
