// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Merkle

/// How far an output has delivered a log, as it is kept on the disk: the format is `countersign.output/1`.
///
/// It is bound to the log by the hash of the last leaf that was delivered: by its chain, a leaf stands for all before it.
package struct OutputPosition: Hashable, Sendable {
    /// The log's name.
    package var origin: String
    /// The first record that is not delivered.
    package var next: LeafIndex
    /// Of the leaf before ``next``; nil where there is none, or it was not in the log directory any more.
    package var leaf: LeafHash?
    /// Records before this index are delivered once more, because somebody asked for that.
    package var again: LeafIndex?

    package init(origin: String, next: LeafIndex, leaf: LeafHash?, again: LeafIndex? = nil) {
        self.origin = origin
        self.next = next
        self.leaf = leaf
        self.again = again
    }

    private static let format = "countersign.output/1"

    /// The file's content.
    package var bytes: [UInt8] {
        var members: [JSONMember] = []
        if let again { members.append(JSONMember("again", .integer(Int64(clamping: again.value)))) }
        members.append(JSONMember("format", .string(Self.format)))
        if let leaf { members.append(JSONMember("leaf", .string(leaf.hash.base64))) }
        members += [
            JSONMember("next", .integer(Int64(clamping: next.value))),
            JSONMember("origin", .string(origin)),
        ]
        return CanonicalJSON.encode(.object(members)) + [0x0A]
    }

    /// What a file says; nil where it is damaged, or of a later version.
    package init?(_ bytes: [UInt8]) {
        let found = Result { () throws(JSONFault) in
            try JSONParser.parse(bytes, as: .strict, deepest: 2)
        }
        guard case .success(let value) = found, value["format"]?.string == Self.format,
            let origin = value["origin"]?.string,
            let next = value["next"]?.integer.flatMap({ UInt64(exactly: $0) })
        else { return nil }
        self.origin = origin
        self.next = LeafIndex(next)
        if let text = value["leaf"]?.string {
            guard let hash = Hash256(base64: text) else { return nil }
            leaf = LeafHash(hash)
        }
        again = value["again"]?.integer.flatMap { UInt64(exactly: $0) }.map { LeafIndex($0) }
    }
}
