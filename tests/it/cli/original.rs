//! A project as it was written for the original: flat functions, none of our optional fields.

use snapbox::str;

use crate::support::{Place, http};

const WORKFLOW: &str = "\
project_name: Example
tasks:
  - name: Double
    type: producer_nats
    code: double.go
    target: edge
    source_topic: test_source
    dest_topic: test_doubled
    component_name: double_producer
    version: 1.0.0
  - name: Double again
    type: processor_nats
    code: double.go
    targets:
      - edge
      - cloud
    source_topic: test_doubled
    dest_topic: test_dest
    component_name: double_processor
    version: 1.0.0
";

const DOUBLE: &str = "\
package main

import \"strconv\"

func exec_task(arg string) string {
	number, _ := strconv.Atoi(arg)
	return strconv.Itoa(number * 2)
}
";

const ENV: &str = "\
REGISTRY_URL=localhost:5000
REGISTRY_USER=admin
REGISTRY_PASSWORD=admin
PARALLEL_BUILD=True
NATS_HOST=localhost
NATS_PORT=4222
ENABLE_METRICS=True
";

#[test]
fn checks_builds_and_runs_unchanged() {
    let place = Place::with(&[("workflow.yaml", WORKFLOW), ("tasks/double.go", DOUBLE), (".env", ENV)]);
    place
        .run_in_vain(&["check", "--strict"])
        .code(0)
        .stdout_eq(str![[r#"
2 components, no errors, 0 warnings

"#]])
        .stderr_eq("");
    place
        .run(&["build", "--jobs", "1", "--no-push"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT         VERSION  SIZE     WORK      [TIME]WHY
double_producer   1.0.0    [SIZE]  compiled  [TIME]not built yet
double_processor  1.0.0    [SIZE]  compiled  [TIME]not built yet

"#]])
        .stderr_eq(str![[r#"
   Compiling double_producer (not built yet)
   Compiling double_processor (not built yet)

"#]]);
    place.run(&["call", "double_processor", "21"]).code(0).stdout_eq("42").stderr_eq("");

    let mut running = place.start(&["run", "--port", "0"]);
    running.wait_for("Running");
    let listening = running.wait_for("Listening");
    let address = listening.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let path = listening.split(&address).nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert_eq!(http::post(&address, &path, "21"), (200, "42".to_owned()));
    running.wait_for_out("test_dest: no task reads it");
    running.stop("INT");
    assert_eq!(place.read("workflow.yaml"), WORKFLOW);
}
