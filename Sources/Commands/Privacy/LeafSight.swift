// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Merkle

/// Tells by a leaf's bytes alone whether a report on somebody has to read it.
///
/// `NothingIsOverlooked`: leaves are canonical JSON, so that an id and a commitment stand there in one spelling only, and a
/// reading of the log has the member `query`. What passes is read and judged.
struct LeafSight {
    private let subject: [UInt8]
    /// The first bytes of commitments under the subject's key, as they stand in a leaf.
    private let sealed: Set<UInt64>
    private static let query = Array("\"query\":{".utf8)

    init(of subject: SubjectID, _ commitments: Set<Hash256>) {
        self.subject = Array(subject.text.utf8)
        sealed = Set(commitments.compactMap { Self.head(Array($0.base64.utf8)[...]) })
    }

    private static func head(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        guard bytes.count >= 8 else { return nil }
        return bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    func mayConcern(_ leaf: [UInt8]) -> Bool {
        let quote = UInt8(ascii: "\"")
        // Every name and every text begins with a quotation mark, and both ids and commitments are texts.
        for place in leaf.indices where leaf[place] == quote {
            let end = place + Self.commitmentLength + 1
            // A commitment in base64 has one sign to pad it.
            if end < leaf.count, leaf[end] == quote, leaf[end - 1] == UInt8(ascii: "="),
                let head = Self.head(leaf[(place + 1)...]), sealed.contains(head)
            {
                return true
            }
            guard place + 1 < leaf.count else { break }
            switch leaf[place + 1] {
            case subject[0] where leaf[(place + 1)...].starts(with: subject): return true
            case Self.query[1] where leaf[place...].starts(with: Self.query): return true
            default: break
            }
        }
        return false
    }

    private static let commitmentLength = 44
}
