// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a service finds in `Host`; the client's always goes into `X-Forwarded-Host`.
package enum HostField: Hashable, Sendable {
    /// The client's, so that the service's own links lead back here.
    case preserved
    /// Its own name and port, as configured.
    case own
    /// A name, and perhaps a port, that it knows itself by.
    case literal(String)
}
