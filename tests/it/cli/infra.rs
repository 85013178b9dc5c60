//! `pelato infra`: what it says, writes and refuses. What the files do is tested in `tests/infra/`.

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::terminal::Terminal;
use crate::support::{Place, tree};

pub const GIVEN: [&str; 4] = ["--cloud-nats", "nats.example.org", "--registry", "registry.example.org/team"];

pub fn infra<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["infra", "made"][..], &GIVEN, more].concat()
}

/// Where wasmCloud 1.9 is meant.
pub fn wadm() -> Place {
    Place::empty().env("PLATFORM", "wadm")
}

#[test]
fn writes_three_environments_also_outside_a_project() {
    let place = wadm();
    place.run(&infra(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
       Wrote 20 files in [PROJECT]/made
        Next read [PROJECT]/made/cloud/README.md
        Next read [PROJECT]/made/edge/README.md
        Next read [PROJECT]/made/local/README.md

"#]]);
    place.expect(
        tree::names(&place.tree()),
        str![[r#"
made/cloud/.env.template
made/cloud/.gitignore
made/cloud/README.md
made/cloud/hosts.yaml
made/cloud/kustomization.yaml
made/cloud/namespace.yaml
made/cloud/nats-host.conf
made/cloud/nats.conf
made/cloud/nats.yaml
made/cloud/pelato.env
made/cloud/wadm.yaml
made/edge/.env.template
made/edge/.gitignore
made/edge/README.md
made/edge/compose.yaml
made/edge/nats-leaf.conf
made/local/README.md
made/local/compose.yaml
made/local/nats.conf
made/local/pelato.env

"#]],
    );
}

#[test]
fn a_dry_run_shows_what_would_be_written() {
    let place = wadm();
    place.run_in_vain(&infra(&["--only", "edge", "--dry-run"])).code(0).stdout_eq(str![[r#"
--- /dev/null
+++ b/edge/.env.template
@@ -0,0 +1,9 @@
+# Copy this file to .env and fill it in; never commit .env.
+
+# The password of the cloud's leaf port: the LEAF_PASSWORD in the .env of the cloud.
+LEAF_PASSWORD=
+
+# Credentials for the registry, if it requires them: remove the three `#`.
+#WASMCLOUD_OCI_REGISTRY=registry.example.org
+#WASMCLOUD_OCI_REGISTRY_USER=
+#WASMCLOUD_OCI_REGISTRY_PASSWORD=
--- /dev/null
+++ b/edge/.gitignore
@@ -0,0 +1,2 @@
+# Passwords.
+.env
--- /dev/null
+++ b/edge/README.md
@@ -0,0 +1,20 @@
+# The edge
+
+A NATS server that is a leaf of the cloud's, and a wasmCloud host with the label `host-type: edge`. It
+requires Linux and Docker with its plugin `compose`. Copy this folder to the machine. There:
+
+    cp .env.template .env      # then fill in LEAF_PASSWORD: the cloud's
+    docker compose up -d
+    docker compose logs -f
+
+The leaf is connected when its log says `Leafnode connection created`. It connects to `nats.example.org:7422`;
+that port must be open in the cloud, and none has to be open here.
+
+- Programs on this machine (sensors, for instance) reach the topics at `127.0.0.1:[PORT]`.
+- Tasks with HTTP listen on this machine's own ports.
+- The host needs the cloud to start. Once it runs, its components continue without the cloud; the leaf reconnects by
+  itself.
+- Another edge needs another JetStream domain: `pelato infra` with `--edge-domain`.
+
+The password and all messages cross the network unencrypted, unless you use a VPN or TLS: see `pelato explain infrastructure-wadm`
+of PELATO, "Encrypt the connection between edge and cloud".
--- /dev/null
+++ b/edge/compose.yaml
@@ -0,0 +1,39 @@
+# docker compose up -d
+name: pelato-edge
+
+services:
+  nats:
+    image: "nats:2.11-alpine"
+    network_mode: host
+    command: ["--config", "/etc/nats/nats-leaf.conf", "--store_dir", "/data"]
+    environment:
+      # In quotes for NATS.
+      LEAF_URL: '"nats://leaf:${LEAF_PASSWORD:?set it in .env}@nats.example.org:7422"'
+    volumes:
+      - ./nats-leaf.conf:/etc/nats/nats-leaf.conf:ro
+      - nats:/data
+    restart: unless-stopped
+
+  wasmcloud:
+    image: "ghcr.io/wasmcloud/wasmcloud:1.9.2"
+    # What tasks with HTTP listen at is the machine's own port.
+    network_mode: host
+    entrypoint: ["wasmcloud"]
+    command: ["--label", "host-type=edge"]
+    environment:
+      WASMCLOUD_NATS_HOST: "127.0.0.1"
+      WASMCLOUD_NATS_PORT: "4222"
+      WASMCLOUD_LATTICE: "default"
+      # The cloud's: a lattice has its data in one place.
+      WASMCLOUD_JS_DOMAIN: "cloud"
+      # One minute instead of ten: calls whose response the host has missed are cancelled then.
+      WASMCLOUD_MAX_EXECUTION_TIME_MS: "60000"
+      # From .env, if they are set there.
+      WASMCLOUD_OCI_REGISTRY:
+      WASMCLOUD_OCI_REGISTRY_USER:
+      WASMCLOUD_OCI_REGISTRY_PASSWORD:
+    depends_on: [nats]
+    restart: unless-stopped
+
+volumes:
+  nats:
--- /dev/null
+++ b/edge/nats-leaf.conf
@@ -0,0 +1,16 @@
+# The edge's NATS server: a leaf of the cloud's. What is published here is also received there, and vice versa;
+# without a connection the edge works on its own, and reconnects when possible.
+server_name: "edge"
+listen: "127.0.0.1:[PORT]"
+
+jetstream {
+  # The edge's own; each edge has another.
+  domain: "edge"
+}
+
+leafnodes {
+  remotes: [
+    # From the environment: it has the password in it. See compose.yaml.
+    { url: $LEAF_URL }
+  ]
+}

"#]]).stderr_eq("");
}

#[test]
fn verbose_and_json_list_the_files() {
    let place = wadm();
    place.run(&["infra", "a", "--only", "local", "-v"]).code(0).stdout_eq("").stderr_eq(str![[r#"
wrote local/README.md
wrote local/compose.yaml
wrote local/nats.conf
wrote local/pelato.env
       Wrote 4 files in [PROJECT]/a
        Next read [PROJECT]/a/local/README.md

"#]]);
    place.run(&["infra", "b", "--only", "local", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"folder":"[PROJECT]/b","files":["local/README.md","local/compose.yaml","local/nats.conf","local/pelato.env"]}

"#]]).stderr_eq("");
}

#[test]
fn what_is_there_is_left_and_what_is_missing_is_written() {
    let place = wadm();
    place.run(&infra(&[])).code(0);
    let whole = place.tree();
    place.run_in_vain(&infra(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
   Unchanged all files in [PROJECT]/made are as they would be written
        Next read [PROJECT]/made/cloud/README.md
        Next read [PROJECT]/made/edge/README.md
        Next read [PROJECT]/made/local/README.md

"#]]);
    std::fs::remove_file(place.path("made/edge/nats-leaf.conf")).unwrap();
    std::fs::remove_dir_all(place.path("made/local")).unwrap();
    place.run(&infra(&["-v"])).code(0).stderr_eq(str![[r#"
wrote edge/nats-leaf.conf
wrote local/README.md
wrote local/compose.yaml
wrote local/nats.conf
wrote local/pelato.env
       Wrote 5 files in [PROJECT]/made
        Next read [PROJECT]/made/cloud/README.md
        Next read [PROJECT]/made/edge/README.md
        Next read [PROJECT]/made/local/README.md

"#]]);
    tree::assert_same(&whole, &place.tree());
}

#[test]
fn on_a_terminal_addresses_are_asked_for_and_checked() {
    let place = wadm();
    let mut terminal = Terminal::open(&place, &["infra", "made", "--only", "edge"]);
    terminal.see("Address of the cloud's NATS server").answer("nats://10.0.0.5");
    terminal.see("is not a host's name").see("Address of the cloud's NATS server");
    terminal.answer(&format!("{}10.0.0.5", "\x7f".repeat(20)));
    terminal.see("Registry").answer("10.0.0.6:5000").see("Write the files?").answer("");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    assert!(place.read("made/edge/compose.yaml").contains("@10.0.0.5:7422"));
}

#[test]
fn settings_give_what_flags_do_not() {
    let place = Place::with(PROJECT).env("PLATFORM", "wadm");
    place.write(
        ".env",
        "NATS_HOST=10.0.0.5\nNATS_PORT=4333\nREGISTRY_URL=http://10.0.0.6:5000/team/\n\
         REGISTRY_INSECURE=10.0.0.6:5000\nLATTICE=farm\nJETSTREAM_DOMAIN=hub\n\
         HOSTS_NATS_URL=nats://127.0.0.1:4555\nREGISTRY_PASSWORD=hunter2\n",
    );
    place.run(&["infra", "made"]).code(0);
    place.expect(
        place.read("made/cloud/pelato.env"),
        str![[r#"
# For the .env of a PELATO project. In a second terminal: kubectl -n pelato port-forward service/nats 4333
PLATFORM=wadm
NATS_HOST=localhost
NATS_PORT=4333
LATTICE=farm
JETSTREAM_DOMAIN=hub
HOSTS_NATS_URL=nats://127.0.0.1:[PORT]
REGISTRY_URL=10.0.0.6:5000/team
REGISTRY_INSECURE=10.0.0.6:5000

"#]],
    );
    let compose = place.read("made/edge/compose.yaml");
    for text in [
        "@10.0.0.5:7422",
        "WASMCLOUD_NATS_PORT: \"4555\"",
        "WASMCLOUD_LATTICE: \"farm\"",
        "WASMCLOUD_JS_DOMAIN: \"hub\"",
        "WASMCLOUD_OCI_ALLOWED_INSECURE: \"10.0.0.6:5000\"",
    ] {
        assert!(compose.contains(text), "{text} is missing in {compose}");
    }
    let all = place.tree();
    let made = all.iter().filter(|(name, _)| name.starts_with("made/"));
    assert!(made.clone().count() > 15);
    made.for_each(|(name, bytes)| assert!(!String::from_utf8_lossy(bytes).contains("hunter2"), "{name}"));
    place.run(&["infra", "other", "--lattice", "barn", "--only", "cloud"]).code(0);
    assert!(place.read("other/cloud/pelato.env").contains("LATTICE=barn\n"));
}
