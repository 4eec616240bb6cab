// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A route that a service admits, with what differs from the service's own settings.
package struct ListedRoute: Hashable, Sendable {
    package var pattern: RoutePattern
    /// Nil: as the service says.
    package var audit: AuditPolicy?
    /// Whether `%2F` and `%5C` in the path are characters of their segments to the service, so that the
    /// rules need not be asked for them as slashes.
    package var allowsEncodedSlash: Bool

    package init(pattern: RoutePattern, audit: AuditPolicy?, allowsEncodedSlash: Bool) {
        self.pattern = pattern
        self.audit = audit
        self.allowsEncodedSlash = allowsEncodedSlash
    }
}
