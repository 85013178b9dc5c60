//! stub
/// stub
pub fn text(_: &crate::catalog::Catalog) -> String {
    "{}".into()
}
