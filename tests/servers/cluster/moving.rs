//! `pelato move` on a real cluster.

use std::os::unix::process::ExitStatusExt;

use super::workload::{echo_project, groups};
use crate::deploy::load::{Passage, under_load};
use crate::deploy::project::Project;
use crate::support::cluster::{Cluster, Setup, User};
use crate::support::process::wait_until;

const FEW: Setup<'static> = Setup { haste: 10, ..Setup::new() };

/// Moves the component under load, or whatever else it is; nothing comes twice, and nothing is lost but what a replica had
/// just been given when it was stopped.
fn unnoticed(cluster: &Cluster, project: &Project, arguments: &[&str]) -> String {
    let run = || project.pelato(arguments);
    let (ran, Passage { sent, lost, doubled }) = under_load(&cluster.nats.url(), "room.in", "room.out", run);
    let is_fine = lost.len() < 3 && doubled.is_empty();
    assert!(is_fine, "{arguments:?}: of {sent} lost {lost:?}, doubled {doubled:?}");
    ran.err
}

/// Sees that hosts of these groups run it, and no others. What was stopped stays in the lists for a moment.
fn runs_at(cluster: &Cluster, wanted: &[&str]) {
    cluster.wait_for(&format!("it to run at {wanted:?} alone"), || {
        let mut groups = groups(cluster, &cluster.list("workloads"));
        groups.sort();
        (groups == wanted).then_some(())
    });
}

#[test]
fn a_component_moves_and_comes_back_unnoticed() {
    let Some(cluster) = Cluster::with(&FEW) else { return };
    let project = echo_project(&cluster);
    project.brush();
    let before = project.place.read("workflow.yaml");
    runs_at(&cluster, &["edge"]);

    let said = unnoticed(&cluster, &project, &["move", "echo", "--to", "cloud"]);
    assert!(said.contains("Moving echo: edge → cloud\n"), "{said}");
    runs_at(&cluster, &["cloud"]);
    assert_eq!(project.place.read("workflow.yaml"), before.replace("[edge]", "[cloud]"));
    let again = project.pelato(&["move", "echo", "--to", "cloud"]);
    again.said(&["workflow.yaml has `echo` there already", "Unchanged rooms-"]);

    let said = unnoticed(&cluster, &project, &["rollback"]);
    runs_at(&cluster, &["edge"]);
    assert!(
        said.contains("workflow.yaml is as it was: the next `pelato deploy` deploys what it says"),
        "{said}"
    );
    assert_eq!(project.place.read("workflow.yaml"), before.replace("[edge]", "[cloud]"));

    // Another name for each target: the old one goes when the new ones run.
    unnoticed(&cluster, &project, &["move", "echo", "--to", "edge,cloud"]);
    runs_at(&cluster, &["cloud", "edge"]);
    assert_eq!(project.place.read("workflow.yaml"), before.replace("[edge]", "[cloud, edge]"));
    unnoticed(&cluster, &project, &["move", "echo", "--to", "edge"]);
    runs_at(&cluster, &["edge"]);
    assert_eq!(project.place.read("workflow.yaml"), before);
}

#[test]
fn what_the_cluster_does_not_accept_changes_no_file() {
    let Some(cluster) = Cluster::with(&FEW) else { return };
    let project = echo_project(&cluster);
    project.brush();
    let before = project.place.read("workflow.yaml");
    project
        .run(&["move", "echo", "--to", "clowd"])
        .failed(7, &["no host has the label hostgroup=clowd", "did you mean `cloud`?"]);
    assert_eq!(project.place.read("workflow.yaml"), before);
    let nobody = cluster.kubeconfig(User::Nobody);
    let other = project.env("KUBECONFIG", nobody.to_str().unwrap());
    other.run(&["move", "echo", "--to", "cloud"]).failed(7, &["the Kubernetes API does not permit to list"]);
    assert_eq!(other.place.read("workflow.yaml"), before);
    runs_at(&cluster, &["edge"]);
}

/// Without an operator nothing happens to what the API has accepted.
#[test]
fn what_the_cluster_has_accepted_is_written_even_if_nobody_waits_for_it() {
    let Some(mut cluster) = Cluster::with(&FEW) else { return };
    let project = echo_project(&cluster);
    project.brush();
    let before = project.place.read("workflow.yaml");
    cluster.operator.as_mut().unwrap().kill();
    let late = project.run(&["move", "echo", "--to", "cloud", "--timeout", "2s"]);
    late.failed(7, &["after 2 s `rooms-"]);
    let moved = before.replace("[edge]", "[cloud]");
    assert_eq!(project.place.read("workflow.yaml"), moved);

    let mut moving = project.place.start(&["move", "echo", "--to", "edge"]);
    wait_until("the file to be changed", || project.place.read("workflow.yaml") == before);
    moving.signal("INT");
    assert_eq!(moving.wait().signal(), Some(2), "{}", moving.err());
    assert_eq!(project.place.read("workflow.yaml"), before);
    project.pelato(&["deploy", "--no-wait"]).said(&["Unchanged rooms-"]);
}
