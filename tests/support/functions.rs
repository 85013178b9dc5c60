//! Workflows and functions that several tests use.

/// Two tasks, one behind the other; the first answers HTTP too.
pub const WORKFLOW: &str = "\
project_name: Temperatures
tasks:
  - name: Double it
    type: http_producer_nats
    code: double
    targets: [edge]
    source_topic: room.single
    dest_topic: room.double
    component_name: double
    version: 1.0.0
  - name: Play
    type: processor_nats
    code: play.go
    targets: [cloud]
    source_topic: room.double
    dest_topic: room.played
    component_name: play
    version: 0.3.0
";

/// Doubles a number.
pub const DOUBLE: &str = "\
package main

import (
	\"fmt\"
	\"strconv\"
)

func exec_task(arg string) (string, error) {
	number, err := strconv.Atoi(arg)
	if err != nil {
		return \"\", fmt.Errorf(\"%q is no number\", arg)
	}
	return strconv.Itoa(2 * number), nil
}
";

/// Does what it is told: every way in which a function can end.
pub const PLAY: &str = "\
package main

import (
	\"errors\"
	\"fmt\"
	\"os\"
)

var hold [][]byte

func exec_task(arg []byte) ([]byte, error) {
	switch string(arg) {
	case \"nothing\":
		return nil, nil
	case \"error\":
		return nil, errors.New(\"I will not\")
	case \"panic\":
		panic(\"at the disco\")
	case \"loop\":
		for {
		}
	case \"memory\":
		for {
			hold = append(hold, make([]byte, 1<<20))
		}
	case \"exit\":
		os.Exit(3)
	case \"print\":
		fmt.Println(\"on stdout\")
		fmt.Fprintln(os.Stderr, \"on stderr\")
	}
	return arg, nil
}
";

/// The files of the project.
pub const PROJECT: &[(&str, &str)] =
    &[("workflow.yaml", WORKFLOW), ("tasks/double/double.go", DOUBLE), ("tasks/play.go", PLAY)];

/// Adds a task by flags alone.
pub const ADD_TASK: [&str; 13] = [
    "add-task",
    "--language",
    "go",
    "--template",
    "processor_nats",
    "--name",
    "Third",
    "--source-topic",
    "a",
    "--dest-topic",
    "b",
    "--target",
    "edge",
];
