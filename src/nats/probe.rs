//! What a user of a NATS server may subscribe to: the server says so only when it is tried.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::{ConnectOptions, Event};
use futures_util::StreamExt;
use tokio::sync::Notify;

use super::{NatsError, Right, Server, connect, denied, user};

/// How long the server may take for what is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The subjects among these that the user may not subscribe to, each as the error that it is.
///
/// # Errors
/// When the server cannot be used.
pub async fn denied_subscriptions(server: &Server, subjects: &[String]) -> Result<Vec<NatsError>, NatsError> {
    let (heard, closed) = (Arc::<Mutex<BTreeSet<String>>>::default(), Arc::<Notify>::default());
    let settings = ConnectOptions::new().event_callback({
        let (heard, closed) = (Arc::clone(&heard), Arc::clone(&closed));
        move |event| {
            match &event {
                Event::ServerError(error) => {
                    if let Some((Right::Subscribe, subject)) = denied(error) {
                        heard.lock().unwrap_or_else(PoisonError::into_inner).insert(subject);
                    }
                }
                Event::Draining | Event::Closed => closed.notify_one(),
                _ => {}
            }
            std::future::ready(())
        }
    });
    let client = connect(server, settings).await?;
    let mut subscriptions = Vec::new();
    for subject in subjects {
        subscriptions.extend(client.subscribe(subject.clone()).await);
    }
    // The server answers in order: what it denies comes before this. Without a right on inboxes the time has to do.
    let inbox = client.new_inbox();
    if let Ok(mut echo) = client.subscribe(inbox.clone()).await {
        let _ = client.publish(inbox, "".into()).await;
        let _ = tokio::time::timeout(PATIENCE, echo.next()).await;
    }
    // Events are passed on in order, too: this is the last.
    let _ = client.drain().await;
    let _ = tokio::time::timeout(PATIENCE, closed.notified()).await;
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let asked = subjects.iter().filter(|subject| heard.contains(*subject));
    Ok(asked
        .map(|subject| NatsError::NotPermitted {
            user: user(server),
            subject: subject.clone(),
            right: Right::Subscribe,
        })
        .collect())
}
