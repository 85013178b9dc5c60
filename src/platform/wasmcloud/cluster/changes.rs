//! Watching resources: not what has changed, only that something has.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, SelectAll};
use futures_util::{StreamExt, TryStreamExt};
use kube::Api;
use kube::api::{DynamicObject, WatchParams};

/// How long one watch lasts before it is asked for again, in seconds: the API allows at most 295.
const LASTS: u32 = 290;
/// How long to wait before asking again after an error.
const PAUSE: Duration = Duration::from_secs(1);
/// Changes that come together are one.
const TOGETHER: Duration = Duration::from_millis(30);

/// A stream of changes.
pub struct Changes(SelectAll<BoxStream<'static, ()>>);

impl Changes {
    /// Of resources, each with the labels that select them.
    pub fn of(watched: Vec<(Api<DynamicObject>, String)>) -> Self {
        Self(stream::select_all(watched.into_iter().map(|(api, labels)| watch(api, labels))))
    }

    /// Waits until something has changed, or a time is over.
    pub async fn next(&mut self, patience: Duration) {
        if tokio::time::timeout(patience, self.0.next()).await.is_err() {
            return;
        }
        while let Ok(Some(())) = tokio::time::timeout(TOGETHER, self.0.next()).await {}
    }
}

/// Each change, for ever: whoever looks finds out by himself when the API does not answer.
fn watch(api: Api<DynamicObject>, labels: String) -> BoxStream<'static, ()> {
    let again = move |()| {
        let (api, labels) = (api.clone(), labels.clone());
        async move {
            let params = WatchParams::default().labels(&labels).timeout(LASTS);
            // Version 0 begins with what there is.
            match api.watch(&params, "0").await {
                Ok(events) => Some((
                    events.map_ok(drop).take_while(|one| std::future::ready(one.is_ok())).map(drop).boxed(),
                    (),
                )),
                Err(_) => {
                    tokio::time::sleep(PAUSE).await;
                    Some((stream::empty().boxed(), ()))
                }
            }
        }
    };
    stream::unfold((), again).flatten().boxed()
}
