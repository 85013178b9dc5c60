//! A bounded queue of messages in front of one subscriber.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::Message;

/// The size of body that counts as one message more: of 1024 messages, no more than 64 MiB wait.
const UNIT: usize = 64 * 1024;

#[derive(Debug, Clone)]
pub(super) struct QueueSender {
    size: u32,
    messages: mpsc::UnboundedSender<Waiting>,
    room: Arc<Semaphore>,
}

#[derive(Debug)]
pub(super) struct QueueReceiver {
    messages: mpsc::UnboundedReceiver<Waiting>,
}

// The permit goes back when the message is taken out.
type Waiting = (Message, OwnedSemaphorePermit);

/// What happened to a message.
#[derive(Debug)]
pub(super) enum Pushed {
    Taken,
    /// There is no room now; the message is returned.
    Full(Message),
    /// The subscriber is gone.
    Closed,
}

/// A queue in which so many messages may wait; a large one counts as several.
pub(super) fn queue(size: u32) -> (QueueSender, QueueReceiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let room = Arc::new(Semaphore::new(size as usize));
    (QueueSender { size, messages: sender, room }, QueueReceiver { messages: receiver })
}

impl QueueSender {
    /// Whether there is room for a message of `size` now.
    pub fn has_room(&self, size: usize) -> bool {
        self.room.available_permits() >= self.cost(size) as usize
    }

    /// Puts the message in, if there is room.
    pub fn push(&self, message: Message) -> Pushed {
        match Arc::clone(&self.room).try_acquire_many_owned(self.cost(message.body.len())) {
            Ok(permit) => self.put(message, permit),
            Err(_) => Pushed::Full(message),
        }
    }

    /// Puts the message in as soon as there is room. Those who wait are served in order.
    pub async fn push_when_free(&self, message: Message) -> Pushed {
        tokio::select! {
            permit = Arc::clone(&self.room).acquire_many_owned(self.cost(message.body.len())) => match permit {
                Ok(permit) => self.put(message, permit),
                Err(_) => Pushed::Closed,
            },
            () = self.messages.closed() => Pushed::Closed,
        }
    }

    fn cost(&self, size: usize) -> u32 {
        // One message of any size must fit into an empty queue.
        u32::try_from(1 + size / UNIT).unwrap_or(self.size).min(self.size)
    }

    fn put(&self, message: Message, permit: OwnedSemaphorePermit) -> Pushed {
        match self.messages.send((message, permit)) {
            Ok(()) => Pushed::Taken,
            Err(_) => Pushed::Closed,
        }
    }
}

impl QueueReceiver {
    pub async fn next(&mut self) -> Option<Message> {
        self.messages.recv().await.map(|(message, _)| message)
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.messages.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ROOM: u32 = 1024;

    fn message(size: usize) -> Message {
        Message::entering("a", vec![0; size].into(), None)
    }

    #[tokio::test]
    async fn a_full_queue_gives_the_message_back_and_waits_for_room() {
        let (sender, mut receiver) = queue(ROOM);
        for _ in 0..ROOM {
            assert!(matches!(sender.push(message(1)), Pushed::Taken));
        }
        assert!(!sender.has_room(1));
        assert!(matches!(sender.push(message(1)), Pushed::Full(_)));
        let waiting = tokio::spawn({
            let sender = sender.clone();
            async move { sender.push_when_free(message(1)).await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished());
        assert!(receiver.next().await.is_some());
        assert!(matches!(waiting.await.expect("no panic"), Pushed::Taken));
        assert_eq!(receiver.len(), ROOM as usize);
    }

    #[tokio::test]
    async fn large_messages_take_more_room_and_huge_ones_fit_alone() {
        let (sender, mut receiver) = queue(ROOM);
        assert!(matches!(sender.push(message(UNIT * 4096)), Pushed::Taken));
        assert!(matches!(sender.push(message(0)), Pushed::Full(_)));
        assert!(receiver.next().await.is_some());
        assert!(sender.has_room(0));
    }

    #[tokio::test]
    async fn nobody_waits_for_a_subscriber_that_left() {
        let (sender, receiver) = queue(ROOM);
        while let Pushed::Taken = sender.push(message(1)) {}
        drop(receiver);
        assert!(matches!(sender.push_when_free(message(1)).await, Pushed::Closed));
    }
}
