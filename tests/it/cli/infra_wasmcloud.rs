//! `pelato infra` for wasmCloud 2: what it says, writes and refuses. What the files do is tested in `tests/servers/`.

use std::os::unix::fs::PermissionsExt as _;

use snapbox::str;

use super::infra::{infra, wadm};
use crate::support::functions::PROJECT;
use crate::support::{Place, tree};

#[test]
fn writes_three_environments_for_the_default_platform() {
    let place = Place::empty();
    place.run(&infra(&[])).code(0).stdout_eq("").stderr_eq(str![[r#"
       Wrote 34 files in [PROJECT]/made
        Next read [PROJECT]/made/cloud/README.md
        Next read [PROJECT]/made/edge/README.md
        Next read [PROJECT]/made/local/README.md

"#]]);
    place.expect(
        tree::names(&place.tree()),
        str![[r#"
made/cloud/.gitignore
made/cloud/README.md
made/cloud/definitions.sh
made/cloud/hosts.yaml
made/cloud/kubeconfig.sh
made/cloud/kustomization.yaml
made/cloud/namespaces.yaml
made/cloud/nats.conf
made/cloud/nats.yaml
made/cloud/operator-rights.yaml
made/cloud/operator.yaml
made/cloud/pelato.env
made/cloud/rights.yaml
made/cloud/secrets.sh
made/cloud/values.yaml
made/edge/.gitignore
made/edge/README.md
made/edge/compose.yaml
made/edge/nats-leaf.conf
made/edge/pelato-host.service
made/edge/pelato-nats.service
made/edge/secrets.sh
made/local/.gitignore
made/local/README.md
made/local/compose.yaml
made/local/definitions.sh
made/local/kubeconfig.sh
made/local/namespaces.yaml
made/local/nats-leaf.conf
made/local/nats.conf
made/local/operator-rights.yaml
made/local/pelato.env
made/local/rights.yaml
made/local/setup.sh

"#]],
    );
    place.run_in_vain(&infra(&[])).code(0).stdout_eq("");
}

#[test]
fn a_dry_run_shows_the_files_of_an_edge() {
    let place = Place::empty();
    place.run_in_vain(&infra(&["--only", "edge", "--dry-run"])).code(0).stdout_eq(str![[r#"
--- /dev/null
+++ b/edge/.gitignore
@@ -0,0 +1,2 @@
+# Passwords.
+.env
--- /dev/null
+++ b/edge/README.md
@@ -0,0 +1,34 @@
+# The edge
+
+A NATS server that is a leaf of the cloud's, and a wasmCloud host of the group `edge`. It requires Linux, and either
+Docker with its plugin `compose`, or systemd with the programs `nats-server` and `wash`. Copy this folder to the machine,
+with `edge.env` of the cloud's folder as `.env`, and with `tls/ca.crt`. There:
+
+    sh secrets.sh              # completes .env: this machine's name, and the password of devices
+
+Each machine needs a name of its own: change `MACHINE` in `.env` if another one has it.
+
+With Docker:
+
+    docker compose up -d
+    docker compose logs -f
+
+or with systemd:
+
+    sudo mkdir -p /etc/pelato
+    sudo cp .env ca.crt nats-leaf.conf /etc/pelato/
+    sudo cp pelato-nats.service pelato-host.service /etc/systemd/system/
+    sudo systemctl enable --now pelato-nats pelato-host
+    journalctl -f -u pelato-nats -u pelato-host
+
+The leaf is connected when the log of NATS says `Leafnode connection created`. It connects to `nats.example.org:7422`, by
+TLS; that port must be open in the cloud, and none has to be open here.
+
+- Programs on this machine reach the topics at `127.0.0.1:[PORT]`, without a password.
+- Devices reach them by MQTT on port 1883, as the user `device` with `DEVICE_PASSWORD` of `.env`: the topic `a/b` is `a.b`. MQTT
+  is not encrypted: keep that port within the site.
+- Tasks with HTTP listen on port 8000.
+- Programs on this machine can start and stop components on it, devices cannot; neither can do so elsewhere.
+- For tasks that write to PostgreSQL, add `WASH_POSTGRES_URL=postgres://USER:PASSWORD@HOST:5432` to `.env`.
+- Once the host runs, its components continue without the cloud; the leaf reconnects by itself.
+- Another edge needs another JetStream domain: `pelato infra` with `--edge-domain`.
--- /dev/null
+++ b/edge/compose.yaml
@@ -0,0 +1,51 @@
+# docker compose up -d
+name: pelato-edge
+
+services:
+  nats:
+    image: "nats:2.12-alpine"
+    network_mode: host
+    working_dir: /etc/nats
+    command: ["--config", "/etc/nats/nats-leaf.conf", "--store_dir", "/data"]
+    environment:
+      # In quotes for NATS.
+      LEAF_URL: '"${LEAF_URL:?run secrets.sh}"'
+      DEVICE_PASSWORD: '"${DEVICE_PASSWORD:?run secrets.sh}"'
+    volumes:
+      - ./nats-leaf.conf:/etc/nats/nats-leaf.conf:ro
+      - ./ca.crt:/etc/nats/ca.crt:ro
+      - nats:/data
+    restart: unless-stopped
+
+  host:
+    image: "ghcr.io/wasmcloud/wash:2.10.3"
+    # Tasks with HTTP listen at the machine's own port.
+    network_mode: host
+    command:
+      - "host"
+      - "--non-interactive"
+      - "--host-group=edge"
+      # The name that stays the same when the host is started again.
+      - "--environment=${MACHINE:?run secrets.sh}"
+      - "--host-name=${MACHINE}"
+      - "--scheduler-nats-url=nats://127.0.0.1:[PORT]"
+      - "--data-nats-url=nats://127.0.0.1:[PORT]"
+      - "--nats-connect-timeout=60s"
+      - "--http-addr=0.0.0.0:8000"
+      - "--drain-delay=5s"
+      - "--oci-cache-dir=/images"
+    environment:
+      # With backtraces each call costs four times as much.
+      RUST_BACKTRACE: "0"
+      # The database of tasks that write to PostgreSQL, if it is in .env.
+      WASH_POSTGRES_URL:
+    volumes:
+      - images:/images
+    # Longer than the host takes to stop.
+    stop_grace_period: 30s
+    depends_on: [nats]
+    restart: unless-stopped
+
+volumes:
+  nats:
+  images:
--- /dev/null
+++ b/edge/nats-leaf.conf
@@ -0,0 +1,52 @@
+# The edge's NATS server: a leaf of the cloud's. What is published here is also received there, and vice versa; without a
+# connection the edge works on its own, and reconnects when possible.
+server_name: "edge"
+listen: "127.0.0.1:[PORT]"
+
+# A host that hangs is found after 30 s, not after minutes: until then it gets its share of the messages.
+ping_interval: "10s"
+ping_max: 2
+
+jetstream {
+  # The edge's own; each edge has another.
+  domain: "edge"
+}
+
+# Devices, such as sensors: the topic `a/b` is `a.b` for functions.
+mqtt {
+  listen: "0.0.0.0:1883"
+}
+
+authorization {
+  users: [
+    {
+      # The host, the functions on it, and all programs on this machine.
+      user: "local"
+      allowed_connection_types: ["STANDARD"]
+    }
+    {
+      # Devices: topics alone, and nothing that starts and stops components. The password comes from .env.
+      user: "device"
+      password: $DEVICE_PASSWORD
+      allowed_connection_types: ["MQTT"]
+      permissions: {
+        publish: { deny: ["runtime.>", "$JS.>", "$KV.>", "$SYS.>"] }
+        subscribe: { deny: ["runtime.>", "$JS.>", "$KV.>", "$SYS.>"] }
+      }
+    }
+  ]
+}
+no_auth_user: "local"
+
+leafnodes {
+  remotes: [
+    {
+      # It has the password in it.
+      url: $LEAF_URL
+      tls { ca_file: "ca.crt" }
+      # The sessions of devices are this edge's own.
+      deny_imports: ["$MQTT.>"]
+      deny_exports: ["$MQTT.>"]
+    }
+  ]
+}
--- /dev/null
+++ b/edge/pelato-host.service
@@ -0,0 +1,31 @@
+[Unit]
+Description=wasmCloud host of a PELATO edge
+Wants=pelato-nats.service
+After=pelato-nats.service
+
+[Service]
+# The environment is the name that stays the same when the host is started again.
+ExecStart=/usr/local/bin/wash host --non-interactive \
+    --host-group=edge \
+    --environment=${MACHINE} \
+    --host-name=${MACHINE} \
+    --scheduler-nats-url=nats://127.0.0.1:[PORT] \
+    --data-nats-url=nats://127.0.0.1:[PORT] \
+    --nats-connect-timeout=60s \
+    --http-addr=0.0.0.0:8000 \
+    --drain-delay=5s \
+    --oci-cache-dir=${STATE_DIRECTORY}/images
+# With backtraces each call costs four times as much.
+Environment=RUST_BACKTRACE=0
+Environment=HOME=%S/pelato-host
+EnvironmentFile=/etc/pelato/.env
+StateDirectory=pelato-host
+DynamicUser=yes
+NoNewPrivileges=yes
+# Longer than the host takes to stop.
+TimeoutStopSec=30
+Restart=always
+RestartSec=2
+
+[Install]
+WantedBy=multi-user.target
--- /dev/null
+++ b/edge/pelato-nats.service
@@ -0,0 +1,18 @@
+[Unit]
+Description=NATS server of a PELATO edge
+Wants=network-online.target
+After=network-online.target
+
+[Service]
+ExecStart=/usr/local/bin/nats-server --config /etc/pelato/nats-leaf.conf --store_dir ${STATE_DIRECTORY}
+# With the passwords: systemd reads them before the server starts as another user.
+EnvironmentFile=/etc/pelato/.env
+WorkingDirectory=/etc/pelato
+StateDirectory=pelato-nats
+DynamicUser=yes
+NoNewPrivileges=yes
+Restart=always
+RestartSec=2
+
+[Install]
+WantedBy=multi-user.target
--- /dev/null
+++ b/edge/secrets.sh
@@ -0,0 +1,24 @@
+#!/bin/sh
+# Completes .env, the cloud's edge.env, by what belongs to this machine: its name, and the password of its devices. Only
+# you can read it.
+set -eu
+cd "$(dirname "$0")"
+umask 077
+
+if [ ! -e .env ] || ! grep -q '^LEAF_URL=' .env || [ ! -e ca.crt ]; then
+  echo "copy edge.env of the cloud's folder to .env, and tls/ca.crt to ca.crt; secrets.sh of the cloud makes both" >&2
+  exit 1
+fi
+chmod 600 .env
+# The server that reads these is another user.
+chmod 644 ca.crt nats-leaf.conf
+
+# Adds a variable that is not there: name, value.
+add() {
+  grep -q "^$1=" .env || printf '%s=%s\n' "$1" "$2" >> .env
+}
+
+add MACHINE "$(uname -n | tr 'A-Z_' 'a-z-')"
+# A letter in front: NATS reads a number as a number.
+add DEVICE_PASSWORD "p$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
+echo "Completed .env"

"#]]).stderr_eq("");
}

#[test]
fn settings_and_flags_are_in_the_files() {
    let place = Place::with(PROJECT);
    place.write(
        ".env",
        "PLATFORM=wasmcloud\nNATS_HOST=10.0.0.5\nNATS_PORT=4333\nREGISTRY_URL=http://10.0.0.6:5000/team/\n\
         REGISTRY_INSECURE=10.0.0.6:5000\nKUBE_NAMESPACE=sensors\nOPERATOR_NAMESPACE=system\n\
         JETSTREAM_DOMAIN=hub\nREGISTRY_PASSWORD=hunter2\n",
    );
    let flags = [
        "--edge-label",
        "far.edge",
        "--http-port",
        "8100",
        "--mqtt-port",
        "1884",
        "--host-nats-port",
        "4555",
    ];
    let images = ["--image", "operator=mirror.example.org/operator:v2.8.1", "--kubernetes-port", "7443"];
    place.run(&[&["infra", "made"], &flags[..], &images].concat()).code(0);
    for (file, texts) in [
        (
            "cloud/pelato.env",
            &[
                "KUBE_NAMESPACE=sensors\n",
                "OPERATOR_NAMESPACE=system\n",
                "NATS_PORT=4333\n",
                "TARGET_DOMAINS=far.edge=far-edge\n",
            ][..],
        ),
        ("cloud/secrets.sh", &["IP:127.0.0.1,IP:10.0.0.5\"", "@10.0.0.5:7422\\n"]),
        (
            "cloud/operator.yaml",
            &["namespace: system\n", "-watch-namespaces=sensors", "mirror.example.org/operator:v2.8.1"],
        ),
        ("cloud/definitions.sh", &["v${1:-2.8.1}/"]),
        ("cloud/hosts.yaml", &["--allow-insecure-registries", "--http-addr=0.0.0.0:8100", "tls://nats:4333"]),
        ("cloud/nats.conf", &["domain: \"hub\""]),
        ("edge/nats-leaf.conf", &["domain: \"far-edge\"", "\"127.0.0.1:4555\"", "\"0.0.0.0:1884\""]),
        (
            "edge/compose.yaml",
            &["--host-group=far.edge", "--allow-insecure-registries", "nats://127.0.0.1:4555"],
        ),
        ("edge/pelato-host.service", &["--allow-insecure-registries \\\n", "--http-addr=0.0.0.0:8100"]),
        ("local/compose.yaml", &["127.0.0.1:7443:7443", "127.0.0.1:1884:1883", "127.0.0.1:8101:8100"]),
    ] {
        let written = place.read(&format!("made/{file}"));
        texts.iter().for_each(|text| assert!(written.contains(text), "{file}: {text} in {written}"));
    }
    for (name, bytes) in place.tree().iter().filter(|(name, _)| name.starts_with("made/")) {
        assert!(!String::from_utf8_lossy(bytes).contains("hunter2"), "{name}");
    }
}

#[test]
fn what_only_the_other_platform_has_is_refused() {
    let place = Place::empty();
    place.run_in_vain(&infra(&["--lattice", "farm"])).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--lattice` is not for wasmCloud 2
  help: leave it out, or set PLATFORM=wadm for wasmCloud 1.9

"#]]);
    let place = wadm();
    place.run_in_vain(&infra(&["--mqtt-port", "1884"])).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--mqtt-port` is not for wasmCloud 1.9
  help: leave it out, or set PLATFORM=wasmcloud for wasmCloud 2

"#]]);
    place.run_in_vain(&infra(&["--kubernetes-port", "1884"])).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--kubernetes-port` is not for wasmCloud 1.9
  help: leave it out, or set PLATFORM=wasmcloud for wasmCloud 2

"#]]);
    let image = ["--image", "operator=a.b/c:1"];
    place.run_in_vain(&infra(&image)).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `operator=a.b/c:1` is not an image
  help: write `--image NAME=IMAGE` with one of the names nats, wadm, wasmcloud, registry, such as `--image nats=nats:2.11-alpine`

"#]]);
    let place = Place::empty().env("LATTICE", "farm");
    place.run_in_vain(&infra(&[])).code(3).stdout_eq("").stderr_eq(str![[r#"
error: LATTICE (environment) is a setting of wasmCloud 1.9, and PLATFORM does not say whether that is meant
  help: set PLATFORM=wadm for wasmCloud 1.9, or PLATFORM=wasmcloud for wasmCloud 2: `pelato config` shows all settings

"#]]);
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    let place = Place::empty();
    for (flags, port) in [
        (["--mqtt-port", "4222"], 4222),
        (["--mqtt-port", "8000"], 8000),
        (["--kubernetes-port", "5000"], 5000),
        (["--http-port", "8081"], 8081),
    ] {
        let ran = place.run_in_vain(&infra(&flags)).code(2).stdout_eq("");
        let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(said.starts_with(&format!("error: port {port} would be used twice: ")), "{said}");
    }
    let same = ["infra", "made", "--only", "local", "--edge-domain", "cloud"];
    place.run_in_vain(&same).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the JetStream domains of edge and cloud are the same: `cloud`
  help: set another one for the edge with `--edge-domain`: each server's streams are found by its domain

"#]]);
}

/// Passwords and keys are made by scripts, on the machines, so PELATO never knows them; nobody else can read them.
#[test]
fn scripts_create_secrets_that_only_their_owner_reads() {
    let place = Place::empty();
    place.run(&infra(&["--only", "cloud,edge"])).code(0);
    let script = |folder: &str| {
        let mut command = place.program("sh");
        command.arg("secrets.sh").current_dir(place.path(&format!("made/{folder}")));
        command.output().unwrap()
    };
    let early = script("edge");
    assert!(!early.status.success());
    assert!(String::from_utf8_lossy(&early.stderr).contains("copy edge.env of the cloud's folder"));
    let ran = script("cloud");
    assert!(ran.status.success(), "{ran:?}");
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(said, "Wrote .env, edge.env, nats.env and tls/\n");
    let mode =
        |name: &str| place.path(&format!("made/{name}")).metadata().unwrap().permissions().mode() & 0o777;
    let secret = [
        "cloud/.env",
        "cloud/edge.env",
        "cloud/nats.env",
        "cloud/tls/ca.key",
        "cloud/tls/nats.key",
        "cloud/tls/pelato.key",
    ];
    secret.iter().for_each(|name| assert_eq!(mode(name), 0o600, "{name}"));
    assert_eq!(mode("cloud/tls"), 0o700);
    assert_eq!(mode("cloud/tls/ca.crt"), 0o644);
    let password = place.read("made/cloud/.env");
    let password = password.trim().strip_prefix("LEAF_PASSWORD=").unwrap();
    assert!(password.len() == 49 && password.starts_with('p'), "{password}");
    let edge = format!("LEAF_URL=tls://leaf:{password}@nats.example.org:7422\n");
    assert_eq!(place.read("made/cloud/edge.env"), edge);

    // Once more, and with one certificate removed: the rest stays as it is.
    let before = place.tree();
    std::fs::remove_file(place.path("made/cloud/tls/host.crt")).unwrap();
    assert!(script("cloud").status.success());
    let after = place.tree();
    for (name, bytes) in &before {
        let is_new = name.contains("tls/host.") || name.ends_with(".srl");
        assert!(is_new || after.get(name) == Some(bytes), "{name}");
    }
    assert_ne!(before.get("made/cloud/tls/host.crt"), after.get("made/cloud/tls/host.crt"));

    place.write("made/edge/.env", &edge);
    place.write("made/edge/ca.crt", place.read("made/cloud/tls/ca.crt"));
    assert!(script("edge").status.success());
    assert_eq!(mode("edge/.env"), 0o600);
    let completed = place.read("made/edge/.env");
    let names: Vec<_> = completed.lines().map(|line| line.split_once('=').unwrap().0).collect();
    assert_eq!(names, ["LEAF_URL", "MACHINE", "DEVICE_PASSWORD"]);
    assert!(script("edge").status.success());
    assert_eq!(place.read("made/edge/.env"), completed);

    // Of all of this, git takes nothing.
    let git = |arguments: &[&str]| {
        let ran = place.program("git").args(arguments).output().unwrap();
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8(ran.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    let seen = git(&["ls-files", "--others", "--exclude-standard"]);
    let seen: Vec<_> = seen.lines().collect();
    assert!(seen.contains(&"made/cloud/pelato.env"), "{seen:?}");
    assert!(!secret.iter().any(|name| seen.contains(&&*format!("made/{name}"))), "{seen:?}");
    assert!(!seen.contains(&"made/edge/.env"), "{seen:?}");
}
