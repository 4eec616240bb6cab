// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Merkle
internal import SystemPackage

/// What an interrupted export kept, read again. It is ours, so whatever is not as it was written is damage.
struct SavedState {
    private let value: JSONValue
    /// Whose state it is, for what people are told.
    private let folder: FilePath

    init(_ value: JSONValue, of folder: FilePath) {
        self.value = value
        self.folder = folder
    }

    var unusable: EvidenceFailure { .unusable(folder) }

    func number(_ name: String) throws(EvidenceFailure) -> UInt64 {
        guard let number = value[name]?.integer.flatMap({ UInt64(exactly: $0) }) else {
            throw unusable
        }
        return number
    }

    func numberIfAny(_ name: String) throws(EvidenceFailure) -> UInt64? {
        value[name] == nil ? nil : try number(name)
    }

    func integer(_ name: String) throws(EvidenceFailure) -> Int64 {
        guard let number = value[name]?.integer else { throw unusable }
        return number
    }

    func flag(_ name: String) throws(EvidenceFailure) -> Bool {
        guard let flag = value[name]?.bool else { throw unusable }
        return flag
    }

    func text(_ name: String) throws(EvidenceFailure) -> String {
        guard let text = value[name]?.string else { throw unusable }
        return text
    }

    func textIfAny(_ name: String) -> String? { value[name]?.string }

    func hash(_ name: String) throws(EvidenceFailure) -> NodeHash {
        guard let hash = Hash256(base64: try text(name)) else { throw unusable }
        return NodeHash(hash)
    }

    func any(_ name: String) throws(EvidenceFailure) -> JSONValue {
        guard let found = value[name] else { throw unusable }
        return found
    }

    func part(_ name: String) throws(EvidenceFailure) -> SavedState {
        SavedState(try any(name), of: folder)
    }

    func partIfAny(_ name: String) -> SavedState? {
        value[name].map { SavedState($0, of: folder) }
    }

    func parts(_ name: String) throws(EvidenceFailure) -> [SavedState] {
        guard let items = value[name]?.array else { throw unusable }
        return items.map { SavedState($0, of: folder) }
    }

    func hashes(_ name: String) throws(EvidenceFailure) -> [NodeHash] {
        guard let items = value[name]?.array else { throw unusable }
        var hashes: [NodeHash] = []
        for item in items {
            guard let hash = item.string.flatMap({ Hash256(base64: $0) }) else { throw unusable }
            hashes.append(NodeHash(hash))
        }
        return hashes
    }

    func numbers(_ name: String) throws(EvidenceFailure) -> [UInt64] {
        guard let items = value[name]?.array else { throw unusable }
        var numbers: [UInt64] = []
        for item in items {
            guard let number = item.integer.flatMap({ UInt64(exactly: $0) }) else { throw unusable }
            numbers.append(number)
        }
        return numbers
    }
}

extension JSONValue {
    /// A count as a state holds it.
    static func count(_ number: UInt64) -> JSONValue { .integer(Int64(clamping: number)) }
}

extension FileMark {
    var value: JSONValue {
        .object([
            JSONMember("bytes", .integer(bytes)), JSONMember("digest", .string(digest)),
        ])
    }

    init(_ state: SavedState) throws(EvidenceFailure) {
        self.init(bytes: try state.integer("bytes"), digest: try state.text("digest"))
    }
}
