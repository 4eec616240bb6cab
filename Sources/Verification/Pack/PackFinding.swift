// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// What is wrong with a pack. Each kind has its own exit code and its own remedy.
package struct PackFinding: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Something is not as it was signed, or contradicts what was.
        case changed
        /// Something cannot be read at all, so that nothing is said about it.
        case unreadable
        /// Something that should be there is not.
        case absent
        /// Something is there that nothing signed covers.
        case notCovered = "not_covered"
    }

    package let kind: Kind
    /// The file in the pack; nil for the pack itself.
    package let file: String?
    /// The record that it is about.
    package let index: LeafIndex?
    /// What was found; may hold hostile text.
    package let detail: String
    /// What to do about it, where that of its kind is of no help.
    package let remedy: String?

    package init(
        _ kind: Kind, _ file: String?, _ detail: String, at index: LeafIndex? = nil,
        remedy: String? = nil
    ) {
        self.kind = kind
        self.file = file
        self.index = index
        self.detail = detail
        self.remedy = remedy
    }

    init(_ kind: Kind, _ file: PackFile, _ detail: String, at index: LeafIndex? = nil) {
        self.init(kind, file.name, detail, at: index)
    }

    /// As one line for people, not yet escaped.
    package var text: String {
        var place = file ?? "the pack"
        if let index { place += ", record \(index.value)" }
        return "\(kind.words): \(place): \(detail)"
    }
}

extension PackFinding.Kind {
    var words: String {
        switch self {
        case .changed: "changed"
        case .unreadable: "unreadable"
        case .absent: "absent"
        case .notCovered: "not covered"
        }
    }

    /// What to do about it.
    var remedy: String {
        switch self {
        case .changed:
            "Do not rely on this pack. Keep it as it is, and have it exported again from the log, which `countersign verify` judges."
        case .unreadable:
            "Fetch the pack again; if it stays so, have it exported again. Nothing is said about what could not be read."
        case .absent:
            "Ask whoever handed over the pack for the whole of it."
        case .notCovered:
            "Give the log's key with --key, from somewhere else than the pack; ask for what the pack does not prove."
        }
    }
}

/// The result of judging a pack in one word, with its exit code.
package enum PackVerdict: String, CaseIterable, Sendable {
    case verified
    case changed
    case unreadable
    case absent
    case notCovered = "not_covered"
    /// The pack is of a form that only a later program knows.
    case cannotJudge = "cannot_judge"

    /// The gravest finding decides: changed before unreadable, absent and not covered.
    init(_ findings: [PackFinding]) {
        let kinds = Set(findings.map(\.kind))
        self =
            switch PackFinding.Kind.allCases.first(where: { kinds.contains($0) }) {
            case .changed: .changed
            case .unreadable: .unreadable
            case .absent: .absent
            case .notCovered: .notCovered
            case nil: .verified
            }
    }

    /// The process's exit code, a public contract.
    package var exitCode: Int32 {
        switch self {
        case .verified: 0
        case .changed: 10
        case .absent: 11
        case .notCovered: 13
        case .unreadable: 16
        case .cannotJudge: 17
        }
    }

    /// As the verdict's first words.
    var words: String {
        switch self {
        case .verified: "verified"
        case .changed: "NOT verified, changed"
        case .unreadable: "NOT verified, unreadable"
        case .absent: "NOT verified, something is absent"
        case .notCovered: "NOT verified, something is not covered"
        case .cannotJudge: "cannot judge"
        }
    }
}
