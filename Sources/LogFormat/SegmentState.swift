// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Merkle

/// Where the entries and disclosures of a segment are.
///
/// A segment that is not present has a file `away`, which says so; its other files may be gone.
/// Every reader looks there before it opens them, so that a missing file is never mistaken for a
/// segment that was put away. Only full segments leave the log directory; the rows of the tree
/// stay, so that proofs and later checkpoints work without a segment that cannot be read.
///
/// The file is unsigned. What it says is a claim; only the hash can be checked, against the tree.
package enum SegmentState: Hashable, Sendable {
    /// In the log directory, or in the commit journal on the way there. A missing file is lost.
    case present
    /// Put away whole, and removed here.
    ///
    /// - `root`: the hash of its 65,536 leaves as one node.
    /// - `places`: where copies are, in the words of whoever put them there; at least one.
    case archived(root: NodeHash, places: [String])
    /// Destroyed everywhere at the end of its retention.
    ///
    /// - `root`: the hash of its 65,536 leaves as one node, all that is left of it.
    /// - `record`: the record that says so.
    case expired(root: NodeHash, record: LeafIndex)

    /// The hash with which the tree continues; nil if the entries give it.
    package var root: NodeHash? {
        switch self {
        case .present: nil
        case .archived(let root, _), .expired(let root, _): root
        }
    }
}

extension SegmentState {
    /// The format's name: the member `schema`.
    package static let schema = "countersign.segment/1"
    /// The longest file: room for some hundred places.
    package static let mostBytes = 65_536

    /// The file `away` of a segment; nil for one that is present, which has none.
    package func file(of segment: SegmentNumber) -> [UInt8]? {
        guard let root else { return nil }
        var members = [
            JSONMember("root", .string(root.hash.base64)),
            JSONMember("schema", .string(Self.schema)),
            JSONMember("segment", .integer(Int64(clamping: segment.value))),
        ]
        switch self {
        case .present: return nil
        case .archived(_, let places):
            precondition(!places.isEmpty, "ArchivedSomewhere: a segment is archived in some place")
            members += [
                JSONMember("places", .array(places.map { .string($0) })),
                JSONMember("state", .string("archived")),
            ]
        case .expired(_, let record):
            members += [
                JSONMember("record", .integer(Int64(clamping: record.value))),
                JSONMember("state", .string("expired")),
            ]
        }
        return CanonicalJSON.encode(.object(members)) + [UInt8(ascii: "\n")]
    }

    /// Reads a segment's file `away`; nil if it belongs to another segment, or says what this
    /// program does not know.
    ///
    /// A later version's members are ignored, its states are not.
    package init?(file: [UInt8], of segment: SegmentNumber) {
        guard file.count <= Self.mostBytes, file.last == UInt8(ascii: "\n") else { return nil }
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONParser.parse(
                Array(file.dropLast()), as: .canonical, deepest: 4)
        } catch {
            return nil
        }
        guard value["schema"]?.string == Self.schema,
            value["segment"]?.integer.flatMap({ UInt64(exactly: $0) }) == segment.value,
            let root = value["root"]?.string.flatMap({ Hash256(base64: $0) })
        else { return nil }
        switch value["state"]?.string {
        case "archived":
            let places = value["places"]?.array ?? []
            let names = places.compactMap(\.string)
            guard !names.isEmpty, names.count == places.count else { return nil }
            self = .archived(root: NodeHash(root), places: names)
        case "expired":
            guard let record = value["record"]?.integer.flatMap({ UInt64(exactly: $0) }) else {
                return nil
            }
            self = .expired(root: NodeHash(root), record: LeafIndex(record))
        default: return nil
        }
    }
}
