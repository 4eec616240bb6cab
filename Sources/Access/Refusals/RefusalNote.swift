// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// What is known of a request that is refused before it was understood: where the fault is, and
/// what it seems to ask for.
///
/// Nothing of it decides anything.
package struct RefusalNote: Sendable {
    /// Where and what the fault is, for `event.detail` and the server's log: at most 256 bytes of plain ASCII without
    /// quotes and backslashes; names of fields, never values.
    package var detail: String
    /// The same for the client, with nothing that it sent.
    package var detailForClient: String
    /// Of a request that was understood as far as it is needed to name its method.
    package var method: Method?
    /// Sealed, as those of every request; empty if they could not be read.
    package var host: [UInt8]
    package var path: [UInt8]
    package var query: [UInt8]

    package init(
        _ detail: String, forClient: String? = nil, method: Method? = nil, host: [UInt8] = [],
        path: [UInt8] = [], query: [UInt8] = []
    ) {
        self.method = method
        self.detail = detail
        detailForClient = forClient ?? detail
        self.host = host
        self.path = path
        self.query = query
    }
}
