//! A real cluster of wasmCloud 2: the API of Kubernetes, NATS, a registry, and `wash host`s. See
//! docs/contributing/cluster.md. Without its programs these tests are skipped, but not in CI.

mod both;
mod denied;
mod deploy;
mod edge_and_cloud;
mod environment;
mod faults;
mod flows;
mod frozen;
mod hosts;
mod http;
mod infra;
mod link;
mod logs;
mod moving;
mod refusals;
mod rig;
mod secrets;
mod sites;
mod temperature;
mod workload;
