//! Deploying to wasmCloud 2, as far as it needs no cluster: the manifest, and why there is none to deploy to.

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::terminal::Terminal;
use crate::support::{Place, fake};

const TOKEN: &str = "hunter2-swordfish";

fn place() -> Place {
    Place::with(PROJECT).env("REGISTRY_URL", "registry.example:5000/team")
}

/// A kubeconfig with the context `factory`, whose user is told in this YAML.
fn kubeconfig(server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: factory\nclusters: [{{name: c, cluster: {{server: \"{server}\"}}}}]\n\
         users: [{{name: u, user: {user}}}]\ncontexts: [{{name: factory, context: {{cluster: c, user: u}}}}]\n"
    )
}

/// A project with a kubeconfig of the user's.
fn with(server: &str, user: &str) -> Place {
    let place = place();
    let file = place.above().join("kubeconfig");
    std::fs::write(&file, kubeconfig(server, user)).unwrap();
    place.env("KUBECONFIG", file)
}

fn printed(place: &Place, arguments: &[&str]) -> String {
    place.ran(&[&["deploy", "--dry-run", "--offline"], arguments].concat()).code(0).out
}

/// What the command says on stderr.
fn said(place: &Place, arguments: &[&str], code: i32) -> String {
    let ran = place.ran(arguments).code(code);
    assert_eq!(ran.out, "");
    ran.err
}

#[test]
fn a_task_is_a_resource_for_each_of_its_targets() {
    let place = place();
    let hosts = place.above().join("hosts.yaml");
    std::fs::write(&hosts, "edge: [pi-1]\ncloud: [vm-1]\n").unwrap();
    let hosts = hosts.to_str().unwrap();
    let text = printed(&place, &["--hosts", hosts]);
    place.expect(
        &text,
        str![[r#"
apiVersion: v1
kind: Service
metadata:
  name: temperatures-5fd878-http
  labels:
    app.kubernetes.io/managed-by: pelato
    app.kubernetes.io/part-of: temperatures-5fd878
  annotations:
    dev.pelato/project: Temperatures
spec:
  ports:
  - name: http
    port: 80
    protocol: TCP
    targetPort: 80
---
apiVersion: runtime.wasmcloud.dev/v1alpha1
kind: WorkloadDeployment
metadata:
  name: temperatures-5fd878-double
  labels:
    app.kubernetes.io/component: double
    app.kubernetes.io/managed-by: pelato
    app.kubernetes.io/part-of: temperatures-5fd878
  annotations:
    dev.pelato/component: double
    dev.pelato/project: Temperatures
    dev.pelato/target: edge
    dev.pelato/version: 1.0.0
spec:
  replicas: 1
  template:
    labels:
      app.kubernetes.io/component: double
      app.kubernetes.io/managed-by: pelato
      app.kubernetes.io/part-of: temperatures-5fd878
    spec:
      hostSelector:
        hostgroup: edge
      hostInterfaces:
      - namespace: wasi
        package: logging
        version: 0.1.0-draft
        interfaces:
        - logging
      - namespace: wasmcloud
        package: messaging
        version: 0.2.0
        interfaces:
        - consumer
        - handler
      components:
      - name: double
        image: registry.example:5000/team/double:1.0.0
        imagePullPolicy: IfNotPresent
        localResources:
          config:
            consumer_group: double
            max_in_flight: '100'
            subscriptions: room.single,pelato.http.temperatures-5fd878.double
---
apiVersion: runtime.wasmcloud.dev/v1alpha1
kind: WorkloadDeployment
metadata:
  name: temperatures-5fd878-play
  labels:
    app.kubernetes.io/component: play
    app.kubernetes.io/managed-by: pelato
    app.kubernetes.io/part-of: temperatures-5fd878
  annotations:
    dev.pelato/component: play
    dev.pelato/project: Temperatures
    dev.pelato/target: cloud
    dev.pelato/version: 0.3.0
spec:
  replicas: 1
  template:
    labels:
      app.kubernetes.io/component: play
      app.kubernetes.io/managed-by: pelato
      app.kubernetes.io/part-of: temperatures-5fd878
    spec:
      hostSelector:
        hostgroup: cloud
      hostInterfaces:
      - namespace: wasi
        package: logging
        version: 0.1.0-draft
        interfaces:
        - logging
      - namespace: wasmcloud
        package: messaging
        version: 0.2.0
        interfaces:
        - consumer
        - handler
      components:
      - name: play
        image: registry.example:5000/team/play:0.3.0
        imagePullPolicy: IfNotPresent
        localResources:
          config:
            consumer_group: play
            max_in_flight: '100'
            subscriptions: room.double
---
apiVersion: runtime.wasmcloud.dev/v1alpha1
kind: WorkloadDeployment
metadata:
  name: temperatures-5fd878-http-entry-pi-1
  labels:
    app.kubernetes.io/component: http-entry
    app.kubernetes.io/managed-by: pelato
    app.kubernetes.io/part-of: temperatures-5fd878
  annotations:
    dev.pelato/component: http entry
    dev.pelato/project: Temperatures
    dev.pelato/target: edge
    dev.pelato/version: 1.0.0-sha-[..]
spec:
  replicas: 1
  template:
    labels:
      app.kubernetes.io/component: http-entry
      app.kubernetes.io/managed-by: pelato
      app.kubernetes.io/part-of: temperatures-5fd878
    spec:
      hostSelector:
        hostgroup: edge
      environment: pi-1
      hostInterfaces:
      - namespace: wasi
        package: http
        version: 0.2.0
        interfaces:
        - handler
        config:
          host: temperatures-5fd878-http
          host-aliases: 127.0.0.1,localhost,pi-1
      - namespace: wasmcloud
        package: messaging
        version: 0.2.0
        interfaces:
        - consumer
      components:
      - name: http-entry
        image: registry.example:5000/team/pelato_entry:1.0.0-sha-[..]
        imagePullPolicy: IfNotPresent
        localResources:
          environment:
            config:
              PELATO_ROUTES: '{"max_bytes":1048576,"timeout_ms":30000,"routes":{"/double":{"component":"double","subject":"pelato.http.temperatures-5fd878.double"}}}'
      kubernetes:
        service:
          name: temperatures-5fd878-http

"#]],
    );
    place.run(&["gen", "--manifest", "--hosts", hosts, "-q"]).code(0);
    assert_eq!(place.read("gen/wasmcloud.yaml").trim_end(), text.trim_end());
    let json = place.run(&["deploy", "--dry-run", "--offline", "--json", "--hosts", hosts]).code(0);
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    let kinds: Vec<_> = json["manifest"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["Service", "WorkloadDeployment", "WorkloadDeployment", "WorkloadDeployment"]);
    place.run_in_vain(&["gen", "--manifest"]).code(3).stderr_eq(str![[r#"
error: `http entry` runs on every host of its targets, and the cluster was not asked which hosts it has
  help: name the hosts of each target in a file: `--hosts hosts.yaml`; without `--offline` the cluster is asked

"#]]);
}

#[test]
fn every_host_needs_to_know_which_hosts_there_are() {
    let place = place();
    let name = "    component_name: play\n";
    place.edit("workflow.yaml", name, &format!("{name}    placement: every-host\n"));
    place.run_in_vain(&["deploy", "--dry-run", "--offline"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: `play` runs on every host of its targets, and the cluster was not asked which hosts it has
  help: name the hosts of each target in a file: `--hosts hosts.yaml`; without `--offline` the cluster is asked

"#]]);
    place.run_in_vain(&["deploy", "--hosts", "hosts.yaml"]).code(2);
    let hosts = place.above().join("hosts.yaml");
    std::fs::write(&hosts, "edge: [pi-1]\ncloud: [vm-2, vm-1]\n").unwrap();
    let text = printed(&place, &["--hosts", hosts.to_str().unwrap()]);
    let environments: Vec<_> =
        text.lines().filter_map(|line| line.trim().strip_prefix("environment: ")).collect();
    assert_eq!(environments, ["vm-1", "vm-2", "pi-1"], "the last is the HTTP entry's: {text}");
    std::fs::write(&hosts, "- pi-1\n").unwrap();
    let ran = place.run(&["deploy", "--dry-run", "--offline", "--hosts", hosts.to_str().unwrap()]).code(3);
    let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
    assert!(
        said.contains("hosts.yaml is not a list of hosts") && said.contains("edge: [machine-1, machine-2]"),
        "{said}"
    );
}

#[test]
fn settings_of_wasmcloud_1_9_are_not_deployed_by_guess() {
    let place = place();
    place.write(".env", "LATTICE=default\n");
    for command in
        [&["deploy"][..], &["deploy", "--dry-run", "--offline"], &["status"], &["rollback"], &["remove"]]
    {
        place.run_in_vain(command).code(3).stdout_eq("").stderr_eq(str![[r#"
error: LATTICE (.env) is a setting of wasmCloud 1.9, and PLATFORM does not say whether that is meant
  help: set PLATFORM=wadm for wasmCloud 1.9, or PLATFORM=wasmcloud for wasmCloud 2: `pelato config` shows all settings

"#]]);
    }
    let ran = place.run_in_vain(&["doctor", "--offline"]).code(8);
    let found = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(found.contains("LATTICE (.env) is a setting of wasmCloud 1.9"), "{found}");
    let place = place.env("PLATFORM", "wadm");
    assert!(printed(&place, &[]).contains("kind: Application\n"));
}

#[test]
fn without_a_cluster_it_is_said_how_to_name_one() {
    let place = place();
    place.run_in_vain(&["status"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: no cluster is known: KUBECONFIG is not set, [ABOVE]/home/.kube/config does not exist, and PELATO does not run in a pod
  help: set KUBECONFIG to a kubeconfig file; for wasmCloud 1.9, set PLATFORM=wadm

"#]]);
    let place = with("https://127.0.0.1:1", "{}");
    place.run_in_vain(&["status", "--setting", "KUBE_CONTEXT=farm"]).code(3).stdout_eq("").stderr_eq(str![[
        r#"
error: the kubeconfig [ABOVE]/kubeconfig has no context `farm`
  help: set KUBE_CONTEXT to one of these: factory

"#
    ]]);
    place.run_in_vain(&["status"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the Kubernetes API at https://127.0.0.1:[PORT] cannot be reached: Connection refused (os error 111)
  help: check that the cluster is running and that KUBECONFIG and KUBE_CONTEXT are correct: `pelato config` shows where they come from

"#]]);
    let place = place.env("KUBECONFIG", "/no/such/file");
    place.run_in_vain(&["status"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: the kubeconfig /no/such/file cannot be used: there is no such file
  help: correct the file, or set KUBECONFIG to another: `pelato config` shows where it comes from

"#]]);
}

#[test]
fn an_api_that_never_answers_is_given_up() {
    let place = with(&format!("http://{}", fake::silent()), "{}");
    place.run_in_vain(&["status"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the Kubernetes API at http://127.0.0.1:[PORT] cannot be reached: no answer within 10 s
  help: check that the cluster is running and that KUBECONFIG and KUBE_CONTEXT are correct: `pelato config` shows where they come from

"#]]);
}

#[test]
fn what_is_in_a_kubeconfig_is_never_repeated() {
    let place = with("https://127.0.0.1:1", "{}");
    let file = place.above().join("kubeconfig");
    let good = kubeconfig("https://127.0.0.1:1", &format!("{{token: {TOKEN}}}"));
    let bad = [
        format!("users: [{TOKEN}"),
        good.replace("users: [", &format!("users: {TOKEN}\nother: [")),
        good.replace("server: \"", &format!("server: \"https://me:{TOKEN}@[")),
        good.replace("token: ", "client-key-data: "),
        good.replace("current-context: factory\n", ""),
    ];
    for text in bad.iter().chain([&good]) {
        std::fs::write(&file, text).unwrap();
        for command in [&["status"][..], &["deploy"], &["doctor"]] {
            let output = place.pelato(command).output().unwrap();
            let all = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert!(!output.status.success() && !all.contains(TOKEN), "{text}: {all}");
        }
    }
    std::fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    assert!(said(&place, &["status"], 3).contains("cannot be used"), "a pipe is not waited for");
}

#[test]
fn the_project_does_not_choose_the_cluster_and_the_programs_for_it() {
    let place = place();
    let ran = place.above().join("ran");
    let exec = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: [\"{}\"], interactiveMode: Never}}}}",
        ran.display()
    );
    place.write("kubeconfig", kubeconfig("https://127.0.0.1:1", &exec));
    place.write(".env", "KUBECONFIG=kubeconfig\n");
    // Also where everything that the project runs is allowed.
    let place = place.trusted();
    for command in [
        &["status"][..],
        &["deploy"],
        &["deploy", "--dry-run"],
        &["rollback"],
        &["remove"],
        &["doctor"],
        &["brush", "--from", "deploy"],
    ] {
        let output = place.pelato(command).output().unwrap();
        assert!(!output.status.success() && !ran.exists(), "{command:?}");
    }
    let text = said(&place, &["status"], 3);
    assert!(text.starts_with("error: KUBECONFIG (.env) chooses the cluster and the account that are used: https://127.0.0.1:1, for which it runs `touch "), "{text}");
    assert!(text.contains("set KUBECONFIG in the environment as well"), "{text}");
    // A context of the user's own kubeconfig is not the project's to choose, either.
    let own = with("https://127.0.0.1:1", "{}");
    own.write(".env", "KUBE_CONTEXT=factory\n");
    let text = said(&own, &["status"], 3);
    assert!(
        text.starts_with("error: KUBECONFIG (environment) and KUBE_CONTEXT (.env) choose the cluster"),
        "{text}"
    );
    assert_eq!(
        own.env("KUBE_CONTEXT", "factory").pelato(&["status"]).output().unwrap().status.code(),
        Some(6)
    );
}

#[test]
fn on_a_terminal_it_is_asked_once_for_each_kubeconfig() {
    let place = place();
    let state = place.above().join("own-state");
    let place = place.env("PELATO_STATE", state);
    place.write("kubeconfig", kubeconfig("https://127.0.0.1:1", "{}"));
    place.write(".env", "KUBECONFIG=kubeconfig\n");
    let mut terminal = Terminal::open(&place, &["status"]);
    terminal.see("Allow .env of this project to decide that?").answer("y");
    let (seen, code) = terminal.end();
    assert!(code == 6 && seen.contains("cannot be reached"), "{seen}");
    assert!(said(&place, &["status"], 6).contains("cannot be reached"));
    place.write("kubeconfig", kubeconfig("https://127.0.0.1:1", "{token: other}"));
    assert!(
        said(&place, &["status"], 3).contains("KUBECONFIG (.env) chooses"),
        "another content is another question"
    );
}
