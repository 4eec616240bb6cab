// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A route that a service admits, with what differs from the service's own settings.
package struct ListedRoute: Hashable, Sendable {
    package var pattern: RoutePattern
    /// Nil: as the service says.
    package var audit: AuditPolicy?
    /// Whether `%2F` may occur in the path; it is then passed on undecoded. False: such a request
    /// is refused.
    package var allowsEncodedSlash: Bool

    package init(pattern: RoutePattern, audit: AuditPolicy?, allowsEncodedSlash: Bool) {
        self.pattern = pattern
        self.audit = audit
        self.allowsEncodedSlash = allowsEncodedSlash
    }
}
