//! Who receives the secrets of the environment: not whom a project's `.env` names.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;
use crate::support::terminal::Terminal;

const PASSWORD: &str = "hunter2-swordfish";
/// The base64 of `me:hunter2-swordfish`.
const BASIC: &str = "bWU6aHVudGVyMi1zd29yZGZpc2g=";

/// Stands for a server that wants to know the password: it notes everything that it hears.
struct Eavesdropper {
    port: u16,
    heard: Arc<Mutex<String>>,
}

impl Eavesdropper {
    /// One that begins with these words, and answers each piece that it hears with the others.
    fn start(greeting: &'static str, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(String::new()));
        let notes = Arc::clone(&heard);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let notes = Arc::clone(&notes);
                thread::spawn(move || {
                    let _ = stream.write_all(greeting.as_bytes());
                    let mut buffer = [0; 4096];
                    while let Ok(count @ 1..) = stream.read(&mut buffer) {
                        notes.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..count]));
                        let _ = stream.write_all(answer.as_bytes());
                    }
                });
            }
        });
        Self { port, heard }
    }

    fn nats() -> Self {
        let info = "INFO {\"server_id\":\"X\",\"version\":\"2.10.0\",\"auth_required\":true,\"max_payload\":1048576,\
                    \"headers\":true,\"proto\":1,\"host\":\"127.0.0.1\",\"port\":4222,\"go\":\"x\",\"server_name\":\"x\"}\r\n";
        Self::start(info, "-ERR 'Authorization Violation'\r\n")
    }

    fn registry() -> Self {
        let refused =
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
        Self::start("", refused)
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }
}

fn place() -> Place {
    // What reaches the platform here goes to a NATS server.
    let place = Place::with(PROJECT).without("REGISTRY_URL").env("PLATFORM", "wadm");
    let place = place.env("NATS_USER", "me").env("NATS_PASSWORD", PASSWORD);
    place.env("REGISTRY_USER", "me").env("REGISTRY_PASSWORD", PASSWORD)
}

/// Runs a command: its exit code and what it says.
fn code_and_stderr(place: &Place, arguments: &[&str]) -> (i32, String) {
    let output = place.pelato(arguments).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap_or(-1), text)
}

#[test]
fn no_command_sends_a_password_to_whom_the_env_file_names() {
    let (nats, registry) = (Eavesdropper::nats(), Eavesdropper::registry());
    let place = place();
    place.write(
        ".env",
        format!(
            "NATS_HOST=127.0.0.1\nNATS_PORT={}\nREGISTRY_URL=127.0.0.1:{}/team\nREGISTRY_INSECURE=127.0.0.1\n",
            nats.port, registry.port
        ),
    );
    for command in [
        "doctor",
        "status",
        "push",
        "push --dry-run",
        "build",
        "deploy",
        "deploy --dry-run",
        "run --nats",
        "drill --no-fault",
        "brush",
        "rollback",
        "remove",
    ] {
        let (code, text) = code_and_stderr(&place, &command.split(' ').collect::<Vec<_>>());
        assert!(
            code != 0 && text.contains("(environment) would be sent to 127.0.0.1:"),
            "{command}: {code} {text}"
        );
        assert!(!text.contains(PASSWORD), "{command}: {text}");
    }
    assert_eq!((nats.heard(), registry.heard()), (String::new(), String::new()));
}

#[test]
fn both_origins_and_the_ways_out_are_named() {
    let place = place();
    place.write(".env", "NATS_HOST=127.0.0.2\nREGISTRY_URL=127.0.0.1:1/team\nREGISTRY_INSECURE=127.0.0.1\n");
    place.run_in_vain(&["status"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: NATS_USER (environment) and NATS_PASSWORD (environment) would be sent to 127.0.0.2:[PORT], which NATS_HOST (.env) names
  help: if that is intended, set NATS_HOST in the environment as well, as CI has to, or allow it once when PELATO asks on a terminal

"#]]);
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: REGISTRY_USER (environment) and REGISTRY_PASSWORD (environment) would be sent to 127.0.0.1:[PORT], which REGISTRY_URL (.env) names; REGISTRY_INSECURE (.env) switches TLS off for it
  help: if that is intended, set REGISTRY_URL and REGISTRY_INSECURE in the environment as well, as CI has to, or allow it once when PELATO asks on a terminal

"#]]);
}

#[test]
fn the_env_file_does_not_switch_tls_off_for_a_registry_of_the_environment() {
    let registry = Eavesdropper::registry();
    let url = format!("127.0.0.1:{}/team", registry.port);
    let place = Place::with(PROJECT).env("REGISTRY_URL", &url);
    place.write(".env", "REGISTRY_INSECURE=127.0.0.1\n");
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: REGISTRY_INSECURE (.env) switches TLS off for 127.0.0.1:[PORT], which REGISTRY_URL (environment) names
  help: if that is intended, set REGISTRY_INSECURE in the environment as well, as CI has to, or allow it once when PELATO asks on a terminal

"#]]);
    assert_eq!(registry.heard(), "");
}

#[test]
fn addresses_of_the_environment_receive_its_passwords() {
    let (nats, registry) = (Eavesdropper::nats(), Eavesdropper::registry());
    let place = place()
        .env("NATS_HOST", "127.0.0.1")
        .env("NATS_PORT", nats.port.to_string())
        .env("REGISTRY_URL", format!("127.0.0.1:{}/team", registry.port))
        .env("REGISTRY_INSECURE", "127.0.0.1");
    place.write(".env", "NATS_HOST=nats.invalid\nNATS_PORT=1\nREGISTRY_URL=registry.invalid/x\n");
    assert_eq!(code_and_stderr(&place, &["status"]).0, 6);
    assert_eq!(code_and_stderr(&place, &["doctor"]).0, 8);
    assert!(nats.heard().contains(PASSWORD), "{}", nats.heard());
    assert!(registry.heard().contains(BASIC), "{}", registry.heard());
}

#[test]
fn dockers_credentials_are_sent_in_the_clear_only_where_the_user_says_so() {
    let registry = Eavesdropper::registry();
    let url = format!("127.0.0.1:{}", registry.port);
    let place = Place::with(PROJECT);
    let folder = place.above().join("home/.docker");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.json"), format!(r#"{{"auths": {{"{url}": {{"auth": "{BASIC}"}}}}}}"#))
        .unwrap();
    place.write(".env", format!("REGISTRY_URL={url}/team\nREGISTRY_INSECURE=127.0.0.1\n"));
    let (code, text) = code_and_stderr(&place, &["push"]);
    assert!(code == 3 && text.contains("REGISTRY_INSECURE (.env) switches TLS off for it"), "{code} {text}");
    assert_eq!(registry.heard(), "");
    let place = place.env("REGISTRY_INSECURE", "127.0.0.1");
    code_and_stderr(&place, &["doctor"]);
    assert!(registry.heard().contains(BASIC), "{}", registry.heard());
}

#[test]
fn nothing_but_settings_is_read_from_the_env_file() {
    let (registry, proxy) = (Eavesdropper::registry(), Eavesdropper::registry());
    let docker = tempfile::tempdir().unwrap();
    let url = format!("127.0.0.1:{}", registry.port);
    let config = format!(r#"{{"auths": {{"{url}": {{"auth": "{BASIC}"}}}}}}"#);
    std::fs::write(docker.path().join("config.json"), config).unwrap();
    let place = Place::with(PROJECT);
    let at = format!("http://127.0.0.1:{}", proxy.port);
    let mut text = format!("REGISTRY_URL={url}/team\nREGISTRY_INSECURE=127.0.0.1\n");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        text += &format!("{name}={at}\n");
    }
    place.write(".env", format!("{text}DOCKER_CONFIG={}\n", docker.path().display()));
    code_and_stderr(&place, &["doctor"]);
    assert!(
        registry.heard().contains("GET /v2/") && !registry.heard().contains(BASIC),
        "{}",
        registry.heard()
    );
    assert_eq!(proxy.heard(), "");
}

#[test]
fn who_is_asked_on_a_terminal_is_asked_once() {
    let nats = Eavesdropper::nats();
    let place = place();
    let state = place.above().join("own-state");
    let place = place.env("PELATO_STATE", state);
    place.write(".env", format!("NATS_HOST=127.0.0.1\nNATS_PORT={}\n", nats.port));
    let mut terminal = Terminal::open(&place, &["status"]);
    terminal.see("NATS_PASSWORD").see("would be sent to 127.0.0.1:");
    terminal.see("Allow .env of this project to decide that?").answer("n");
    let (rest, code) = terminal.end();
    assert_eq!(code, 3, "{rest}");
    assert_eq!(nats.heard(), "");
    let mut terminal = Terminal::open(&place, &["status"]);
    terminal.see("Allow .env of this project to decide that?").answer("y");
    let (rest, code) = terminal.end();
    assert_eq!(code, 6, "the server rejects it: {rest}");
    assert!(nats.heard().contains(PASSWORD), "{}", nats.heard());
    // Remembered, also where nobody can be asked.
    assert_eq!(code_and_stderr(&place, &["status"]).0, 6);
    let (_, listed) = code_and_stderr(&place, &["trust", "list"]);
    assert!(listed.contains("NATS_PASSWORD") && !listed.contains(PASSWORD), "{listed}");
    // For this server only.
    place.write(".env", "NATS_HOST=127.0.0.1\nNATS_PORT=1\n");
    assert_eq!(code_and_stderr(&place, &["status"]).0, 3);
    place.write(".env", format!("NATS_HOST=127.0.0.1\nNATS_PORT={}\nNATS_CA=ca.pem\n", nats.port));
    assert_eq!(code_and_stderr(&place, &["status"]).0, 3);
    place.write(".env", format!("NATS_HOST=127.0.0.1\nNATS_PORT={}\n", nats.port));
    assert_eq!(code_and_stderr(&place, &["trust", "revoke", "--all"]).0, 0);
    assert_eq!(code_and_stderr(&place, &["status"]).0, 3);
}

#[test]
fn trust_in_code_sends_no_secrets() {
    let place = place().env("PELATO_TRUST", "1");
    place.write(".env", "NATS_HOST=127.0.0.2\n");
    let (code, text) = code_and_stderr(&place, &["status"]);
    assert!(code == 3 && text.contains("would be sent to 127.0.0.2:4222"), "{code} {text}");
}
