// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// Something that verification found, and the first place where it did.
///
/// The same fault at many places of one file is one finding that counts them.
package struct Finding: Hashable, Sendable {
    package let code: FindingCode
    /// Name relative to the log directory.
    package let file: String?
    /// The first record concerned.
    package let index: LeafIndex?
    /// Offset in bytes of the first place in the file.
    package let offset: Int?
    /// The number of places.
    package internal(set) var count: Int
    /// The last record concerned.
    package internal(set) var lastIndex: LeafIndex?
    /// Details of the first place.
    package let detail: String?

    package init(
        _ code: FindingCode, file: String? = nil, index: LeafIndex? = nil, offset: Int? = nil,
        detail: String? = nil
    ) {
        self.code = code
        self.file = file
        self.index = index
        self.offset = offset
        self.detail = detail
        count = 1
        lastIndex = index
    }

    package var concern: Concern { code.concern }

    /// One line for people: place, clause, detail, how many more.
    package var text: String {
        var text = ""
        if let file { text += file + ": " }
        if let index { text += "record \(index.value)" }
        if let offset { text += index == nil ? "byte \(offset)" : " (byte \(offset))" }
        if index != nil || offset != nil { text += ": " }
        text += code.message
        if let detail { text += " (\(detail))" }
        if count > 1 {
            text += "; \(count) in all"
            if let lastIndex, lastIndex != index {
                text += ", the last at record \(lastIndex.value)"
            }
        }
        return text
    }
}

/// Collects findings, one per code and file.
struct FindingList: Sendable {
    private struct Key: Hashable {
        let code: FindingCode
        let file: String?
    }

    private var findings: [Finding] = []
    private var positions: [Key: Int] = [:]

    mutating func report(_ finding: Finding) {
        let key = Key(code: finding.code, file: finding.file)
        if let position = positions[key] {
            findings[position].count += finding.count
            if let index = finding.lastIndex { findings[position].lastIndex = index }
        } else {
            positions[key] = findings.count
            findings.append(finding)
        }
    }

    mutating func report(_ list: FindingList) {
        for finding in list.findings { report(finding) }
    }

    /// Once the records are known to be as signed, a differing leaf hash is a fault of the stored tree.
    mutating func blameTree() {
        let found = findings
        self = FindingList()
        for finding in found {
            guard finding.code == .leafNotInTree else {
                report(finding)
                continue
            }
            var blamed = Finding(.nodeNotInTree, file: finding.detail, index: finding.index)
            blamed.count = finding.count
            blamed.lastIndex = finding.lastIndex
            report(blamed)
        }
    }

    /// Once the tree is known to be as signed and no leaf claims to be a record of ours: then leaves that are not
    /// records are no sign of tampering.
    mutating func excuseForeignLeaves(of count: UInt64) {
        guard count > 0 else { return }
        let found = findings
        self = FindingList()
        for finding in found where finding.code != .notARecord { report(finding) }
        var excused = Finding(.foreignLeaves, index: LeafIndex(0))
        excused.count = Int(clamping: count)
        excused.lastIndex = LeafIndex(count - 1)
        report(excused)
    }

    /// Where records are of a schema that this version does not know: what is missing may be what they tell.
    ///
    /// - Parameter numbersAreKnown: whether all of them say their numbers, so that gaps between these are gaps.
    mutating func leaveOpen(numbersAreKnown: Bool) {
        let found = findings
        self = FindingList()
        for finding in found {
            let stays =
                switch finding.code {
                case .sequenceGap, .sequenceRepeated, .bootResumed, .admittedGap,
                    .accessesUnrecorded:
                    numbersAreKnown
                default: finding.concern != .completeness
                }
            if stays { report(finding) }
        }
    }

    /// The findings about records first, by the first record concerned; then the others as they came.
    var inOrder: [Finding] {
        findings.enumerated().sorted { one, other in
            (one.element.index?.value ?? .max, one.offset)
                < (other.element.index?.value ?? .max, other.offset)
        }.map(\.element)
    }
}
