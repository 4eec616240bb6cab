// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What speaks one protocol with clients and services, on all lanes of a data plane.
///
/// HTTP has one; a database's protocol will have another, with listeners of its own beside those
/// of HTTP.
package protocol Plane: AnyObject, Sendable {
    /// Where its clients connect.
    var listeners: [Listener] { get }
    /// What it keeps on a lane; called there once, before the first client comes.
    func open(on lane: Lane) -> any LanePlane
}
