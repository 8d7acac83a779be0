//! Imports nobody uses.

use super::Checker;

impl Checker<'_> {
    /// Reports imports (other than blank ones) no name of which was used.
    pub(super) fn unused_imports(&mut self) {
        for import in std::mem::take(&mut self.import_uses) {
            let object = self.types.object(import.object);
            if object.name.is_blank() || self.used.contains(&import.object) {
                continue;
            }
            let crate::types::ObjectKind::PkgName(package) = object.kind else { continue };
            let path = &self.types.package(package).path;
            let last = path.rsplit('/').next().unwrap_or(path);
            let name = object.name.as_str();
            let message = if name == "." || name == last {
                format!("{path:?} imported and not used")
            } else {
                format!("{path:?} imported as {name} and not used")
            };
            self.error(import.spec.span, message);
        }
    }
}
