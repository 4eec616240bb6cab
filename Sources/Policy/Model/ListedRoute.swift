// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A route that a service admits, with settings that differ from the service's own.
package struct ListedRoute: Hashable, Sendable {
    package var pattern: RoutePattern
    /// Nil: as for the service.
    package var audit: AuditPolicy?
    /// Whether the service treats `%2F` and `%5C` as characters within segments, so that the rules need not
    /// be asked about them as slashes.
    package var allowsEncodedSlash: Bool

    package init(pattern: RoutePattern, audit: AuditPolicy?, allowsEncodedSlash: Bool) {
        self.pattern = pattern
        self.audit = audit
        self.allowsEncodedSlash = allowsEncodedSlash
    }
}
