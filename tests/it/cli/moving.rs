//! `pelato move`, as far as it needs no cluster.

use std::os::unix::process::ExitStatusExt;

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::{Place, fake};

fn place() -> Place {
    Place::with(PROJECT).env("REGISTRY_URL", "registry.example:5000/team")
}

#[test]
fn what_would_change_is_one_patch() {
    let place = place();
    let hosts = place.above().join("hosts.yaml");
    std::fs::write(&hosts, "edge: [pi-1]\ncloud: [vm-1]\n").unwrap();
    let hosts = hosts.to_str().unwrap();
    place
        .run_in_vain(&["move", "play", "--to", "edge", "--dry-run", "--offline", "--hosts", hosts])
        .code(0)
        .stdout_eq(str![[r#"
--- a/workflow.yaml
+++ b/workflow.yaml
@@ -11,7 +11,7 @@
   - name: Play
     type: processor_nats
     code: play.go
-    targets: [cloud]
+    targets: [edge]
     source_topic: room.double
     dest_topic: room.played
     component_name: play
--- a/gen/wasmcloud.yaml
+++ b/gen/wasmcloud.yaml
@@ -70,7 +70,7 @@
   annotations:
     dev.pelato/component: play
     dev.pelato/project: Temperatures
-    dev.pelato/target: cloud
+    dev.pelato/target: edge
     dev.pelato/version: 0.3.0
 spec:
   replicas: 1
@@ -81,7 +81,7 @@
       app.kubernetes.io/part-of: temperatures-5fd878
     spec:
       hostSelector:
-        hostgroup: cloud
+        hostgroup: edge
       hostInterfaces:
       - namespace: wasi
         package: logging

"#]])
        .stderr_eq("");
    place
        .run_in_vain(&["move", "play", "--to", "cloud,edge", "--dry-run", "--offline", "--hosts", hosts])
        .code(0)
        .stdout_eq(str![[r#"
--- a/workflow.yaml
+++ b/workflow.yaml
@@ -11,7 +11,7 @@
   - name: Play
     type: processor_nats
     code: play.go
-    targets: [cloud]
+    targets: [cloud, edge]
     source_topic: room.double
     dest_topic: room.played
     component_name: play
--- a/gen/wasmcloud.yaml
+++ b/gen/wasmcloud.yaml
@@ -62,7 +62,7 @@
 apiVersion: runtime.wasmcloud.dev/v1alpha1
 kind: WorkloadDeployment
 metadata:
-  name: temperatures-5fd878-play
+  name: temperatures-5fd878-play-cloud
   labels:
     app.kubernetes.io/component: play
     app.kubernetes.io/managed-by: pelato
@@ -107,6 +107,51 @@
 apiVersion: runtime.wasmcloud.dev/v1alpha1
 kind: WorkloadDeployment
 metadata:
+  name: temperatures-5fd878-play-edge
+  labels:
+    app.kubernetes.io/component: play
+    app.kubernetes.io/managed-by: pelato
+    app.kubernetes.io/part-of: temperatures-5fd878
+  annotations:
+    dev.pelato/component: play
+    dev.pelato/project: Temperatures
+    dev.pelato/target: edge
+    dev.pelato/version: 0.3.0
+spec:
+  replicas: 1
+  template:
+    labels:
+      app.kubernetes.io/component: play
+      app.kubernetes.io/managed-by: pelato
+      app.kubernetes.io/part-of: temperatures-5fd878
+    spec:
+      hostSelector:
+        hostgroup: edge
+      hostInterfaces:
+      - namespace: wasi
+        package: logging
+        version: 0.1.0-draft
+        interfaces:
+        - logging
+      - namespace: wasmcloud
+        package: messaging
+        version: 0.2.0
+        interfaces:
+        - consumer
+        - handler
+      components:
+      - name: play
+        image: registry.example:5000/team/play:0.3.0
+        imagePullPolicy: IfNotPresent
+        localResources:
+          config:
+            consumer_group: play
+            max_in_flight: '100'
+            subscriptions: room.double
+---
+apiVersion: runtime.wasmcloud.dev/v1alpha1
+kind: WorkloadDeployment
+metadata:
   name: temperatures-5fd878-http-entry-pi-1
   labels:
     app.kubernetes.io/component: http-entry

"#]])
        .stderr_eq("");
    place
        .run_in_vain(&["move", "play", "--to", "cloud", "--dry-run", "--offline", "--hosts", hosts])
        .code(0)
        .stdout_eq("")
        .stderr_eq(str![[r#"
        Note nothing would change

"#]]);
    let json = place
        .ran(&["move", "play", "--to", "edge", "--dry-run", "--offline", "--json", "--hosts", hosts])
        .code(0)
        .out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["component"], &json["from"][0], &json["to"][0]),
        (&"play".into(), &"cloud".into(), &"edge".into())
    );
    assert_eq!(json["deployed"], serde_json::Value::Null);
    assert_eq!(json["manifest"][2]["metadata"]["annotations"]["dev.pelato/target"], "edge");
    // A target that is named twice is meant once. The patch is one that others take, too.
    let patch = place
        .ran(&["move", "play", "--to", "edge,edge", "--dry-run", "--offline", "--hosts", hosts])
        .code(0)
        .out;
    place.write("patch", patch);
    let before = place.read("workflow.yaml");
    let applied = place.program("git").args(["apply", "--include=workflow.yaml", "patch"]).status().unwrap();
    assert!(applied.success());
    assert_eq!(place.read("workflow.yaml"), before.replace("[cloud]", "[edge]"));
}

#[test]
fn who_and_where_have_to_be_clear() {
    let place = place();
    place.run_in_vain(&["move", "plai", "--to", "edge"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no component `plai` in the workflow
  help: did you mean `play`?

"#]]);
    place.run_in_vain(&["move", "play", "--to", "e dge"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `e dge` is not a valid host label
  help: use up to 63 letters, digits, `-`, `_` and `.`, such as `edge`; several targets are a list: `[edge, cloud]`

"#]]);
    place.run_in_vain(&["move", "play", "--to", "edge,"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the target is empty
  help: use up to 63 letters, digits, `-`, `_` and `.`, such as `edge`; several targets are a list: `[edge, cloud]`

"#]]);
    place.run_in_vain(&["move", "play"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the following required arguments were not provided:
  --to <HOST_TYPE>

Usage: pelato move --to <HOST_TYPE> <COMPONENT>

For more information, try '--help'.

"#]]);
    place.run_in_vain(&["move", "--to", "edge"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the following required arguments were not provided:
  <COMPONENT>

Usage: pelato move --to <HOST_TYPE> <COMPONENT>

For more information, try '--help'.

"#]]);
    place.run_in_vain(&["move", "play", "--to", "edge", "--offline"]).code(2).stdout_eq("").stderr_eq(str![
        [r#"
error: the following required arguments were not provided:
  --dry-run

Usage: pelato move --to <HOST_TYPE> --dry-run --offline <COMPONENT>

For more information, try '--help'.

"#]
    ]);
}

#[test]
fn targets_that_others_read_are_not_touched() {
    let place = place();
    place.edit("workflow.yaml", "targets: [edge]", "targets: &e [edge]");
    place.edit("workflow.yaml", "targets: [cloud]", "targets: *e");
    place.run_in_vain(&["move", "play", "--to", "cloud"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: the targets of `play` cannot be changed: it is taken from elsewhere by an alias (`*…`), so others would change with it
  help: write them out in its own task, in one line: `targets: [cloud]`; then run `pelato deploy`

"#]]);
}

#[test]
fn what_is_cancelled_before_the_cluster_has_accepted_it_changes_no_file() {
    let place = place();
    let file = place.above().join("kubeconfig");
    std::fs::write(&file, kubeconfig(&format!("http://{}", fake::silent()))).unwrap();
    let place = place.env("KUBECONFIG", file);
    let before = place.tree();
    let mut moving = place.start(&["move", "play", "--to", "edge"]);
    moving.wait_for("Moving play: cloud → edge");
    moving.signal("INT");
    assert_eq!(moving.wait().signal(), Some(2));
    assert_eq!(place.tree(), before);
}

fn kubeconfig(server: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: c, cluster: {{server: \"{server}\"}}}}]\n\
         users: [{{name: u, user: {{}}}}]\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n"
    )
}

#[test]
fn a_cluster_that_is_not_there_changes_nothing() {
    let place = place().env("KUBECONFIG", "absent");
    place.run_in_vain(&["move", "play", "--to", "edge"]).code(3).stdout_eq("").stderr_eq(str![[r#"
      Moving play: cloud → edge
error: the kubeconfig absent cannot be used: there is no such file
  help: correct the file, or set KUBECONFIG to another: `pelato config` shows where it comes from

"#]]);
    place.run_in_vain(&["move", "play", "--to", "edge", "--dry-run"]).code(3).stdout_eq("").stderr_eq(str![
        [r#"
error: the kubeconfig absent cannot be used: there is no such file
  help: correct the file, or set KUBECONFIG to another: `pelato config` shows where it comes from

"#]
    ]);
}
