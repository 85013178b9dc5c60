//! What other stages ask about images.

use pelato::cancel::Cancel;
use pelato::progress::Silent;
use pelato::project::Settings;
use pelato::push::{Caller, digests};

use super::project::for_registry;
use crate::support::fake::nobody;
use crate::support::registry::Registry;

fn settings() -> Settings {
    let look_up = |name: &str| (name == "REGISTRY_INSECURE").then(|| "127.0.0.1".to_owned());
    Settings::load(None, look_up, &[]).unwrap()
}

#[tokio::test]
async fn images_are_there_or_not() {
    let (registry, other) = (Registry::start(), Registry::start());
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    let images = [
        format!("{}/team/double:1.0.0", registry.host()),
        format!("{}/team/double:1.0.1", registry.host()),
        format!("{}/nobody/nothing:1.0.0", registry.host()),
        format!("{}/team/double:1.0.0", other.host()),
    ];
    let cancel = Cancel::default();
    let caller = Caller { cancel: &cancel, progress: &Silent };
    let found = digests(&settings(), &images, caller).await.unwrap();
    assert_eq!(found, [Some(registry.manifest("team/double", "1.0.0").1), None, None, None]);
}

#[tokio::test]
async fn what_names_no_image_and_who_does_not_answer_are_errors() {
    let cancel = Cancel::default();
    let caller = Caller { cancel: &cancel, progress: &Silent };
    let error = digests(&settings(), &["No Image".to_owned()], caller).await.unwrap_err();
    assert_eq!(error.to_string(), "`No Image` is not a valid image name");
    let error = digests(&settings(), &[format!("{}/a:1", nobody())], caller).await.unwrap_err();
    assert!(error.is_network(), "{error}");
}
