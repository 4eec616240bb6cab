// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Disclosures

extension Record {
    /// A member of `actor.claimed`: what a refused credential says of itself.
    package func claimed(_ name: String) -> String? {
        value[path: "actor", "claimed", name]?.string
    }

    /// Whose record it is: its actor's, or that of the holder of a refused credential; nil where that is no person who
    /// came through the proxy.
    package var holder: SubjectID? {
        guard let id = SubjectID(claimed("uid") ?? actor ?? "") else { return nil }
        return id == .anonymous || id == .tenant ? nil : id
    }

    /// The same of a leaf; nil if it is no record that this version can read.
    package static func holder(of leaf: [UInt8]) -> SubjectID? {
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): record.holder
        case .failure: nil
        }
    }
}
