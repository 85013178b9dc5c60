//! The triggers there are, and what each may ask of its host.

/// A trigger, as it must turn out.
pub(crate) struct Trigger {
    /// Its crate.
    pub(crate) name: &'static str,
    /// Where it belongs, below `templates/`.
    pub(crate) path: &'static str,
    /// What it imports, exactly. An import more is a host less that can run it.
    pub(crate) imports: &'static [&'static str],
    /// What it exports, exactly.
    pub(crate) exports: &'static [&'static str],
}

/// All triggers, the entry, and the journal.
pub(crate) const TRIGGERS: [Trigger; 8] = [
    Trigger {
        name: "processor_nats",
        path: "tasks/processor_nats/trigger.wasm",
        imports: &[
            "pelato:task/handler@0.1.0",
            "pelato:task/journal@0.1.0",
            "pelato:task/settings@0.1.0",
            "wasi:logging/logging@0.1.0-draft",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
        ],
        exports: &["wasmcloud:messaging/handler@0.2.0"],
    },
    Trigger {
        name: "router_nats",
        path: "tasks/router_nats/trigger.wasm",
        imports: &[
            "pelato:task/handler@0.1.0",
            "pelato:task/journal@0.1.0",
            "pelato:task/settings@0.1.0",
            "wasi:logging/logging@0.1.0-draft",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
        ],
        exports: &["wasmcloud:messaging/handler@0.2.0"],
    },
    Trigger {
        name: "splitter_nats",
        path: "tasks/splitter_nats/trigger.wasm",
        imports: &[
            "pelato:task/handler@0.1.0",
            "pelato:task/journal@0.1.0",
            "pelato:task/settings@0.1.0",
            "wasi:logging/logging@0.1.0-draft",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
        ],
        exports: &["wasmcloud:messaging/handler@0.2.0"],
    },
    Trigger {
        name: "http_producer_nats",
        path: "tasks/http_producer_nats/trigger.wasm",
        imports: &[
            "pelato:task/handler@0.1.0",
            "pelato:task/journal@0.1.0",
            "pelato:task/settings@0.1.0",
            "wasi:http/types@0.2.0",
            "wasi:io/error@0.2.0",
            "wasi:io/poll@0.2.0",
            "wasi:io/streams@0.2.0",
            "wasi:logging/logging@0.1.0-draft",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
        ],
        exports: &["wasi:http/incoming-handler@0.2.0", "wasmcloud:messaging/handler@0.2.0"],
    },
    Trigger {
        name: "nats_to_nats_kv",
        path: "tasks/nats_to_nats_kv/trigger.wasm",
        imports: &[
            "pelato:task/handler@0.1.0",
            "pelato:task/journal@0.1.0",
            "pelato:task/settings@0.1.0",
            "wasi:keyvalue/store@0.2.0-draft",
            "wasi:logging/logging@0.1.0-draft",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
        ],
        exports: &["wasmcloud:messaging/handler@0.2.0"],
    },
    Trigger {
        name: "dbsync_nats",
        path: "tasks/dbsync_nats/trigger.wasm",
        imports: &[
            "pelato:task/handler@0.1.0",
            "pelato:task/journal@0.1.0",
            "pelato:task/settings@0.1.0",
            "wasi:logging/logging@0.1.0-draft",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
            "wasmcloud:postgres/query@0.1.1-draft",
            "wasmcloud:postgres/types@0.1.1-draft",
        ],
        exports: &["wasmcloud:messaging/handler@0.2.0"],
    },
    Trigger {
        name: "http_entry",
        path: "entry/entry.wasm",
        imports: &[
            "wasi:cli/environment@0.2.0",
            "wasi:http/types@0.2.0",
            "wasi:io/error@0.2.0",
            "wasi:io/poll@0.2.0",
            "wasi:io/streams@0.2.0",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
        ],
        exports: &["wasi:http/incoming-handler@0.2.0"],
    },
    Trigger {
        name: "journal",
        path: "journal/journal.wasm",
        imports: &[
            "pelato:task/settings@0.1.0",
            "wasi:cli/environment@0.2.0",
            "wasi:cli/stderr@0.2.0",
            "wasi:cli/stdout@0.2.0",
            "wasi:clocks/monotonic-clock@0.2.0",
            "wasi:clocks/wall-clock@0.2.0",
            "wasi:io/error@0.2.0",
            "wasi:io/poll@0.2.0",
            "wasi:io/streams@0.2.0",
            "wasi:sockets/network@0.2.0",
            "wasmcloud:messaging/consumer@0.2.0",
            "wasmcloud:messaging/types@0.2.0",
        ],
        exports: &[
            "pelato:task/journal@0.1.0",
            "wasi:cli/stderr@0.2.0",
            "wasi:cli/stdin@0.2.0",
            "wasi:cli/stdout@0.2.0",
            "wasi:filesystem/preopens@0.2.0",
            "wasi:filesystem/types@0.2.0",
            "wasi:io/error@0.2.0",
            "wasi:io/streams@0.2.0",
            "wasi:sockets/tcp-create-socket@0.2.0",
            "wasi:sockets/tcp@0.2.0",
        ],
    },
];
