// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Names and numbers of the form of evidence packs: Docs/Formats/evidence-pack.md.
package enum PackFormat {
    /// The member `format` of a manifest.
    package static let name = "countersign.pack/1"
    /// The rules by which this program judges; a manifest names those that it needs at least.
    package static let rules: Int64 = 1
    /// No larger file is read as a whole.
    package static let mostWholeBytes = 16 << 20
    /// No line of a file of lines is longer.
    package static let mostLineBytes = 1 << 20
    /// A pack has no more files.
    package static let mostFiles = 4096
    /// Deepest nesting of anything in a pack that is JSON.
    package static let deepest = 16
    /// Rows in one part of the table for spreadsheets.
    package static let rowsInPart: UInt64 = 1_000_000

    /// The line that ends a file of lines, without its line end.
    package static func end(lines: UInt64) -> String { "{\"end\":true,\"lines\":\(lines)}" }
}

/// The files of a pack that are read by the verifier.
package enum PackFile: String, CaseIterable, Sendable {
    case checkpoint
    case completeness = "completeness.json"
    case consistency = "consistency.txt"
    case disclosures = "disclosures.ndjson"
    case erasures = "erasures.ndjson"
    case manifest = "manifest.json"
    case signature = "manifest.sig"
    case policies = "policies.ndjson"
    /// The trusted log's keys, for comparison; never what makes a pack trusted.
    case trust = "policy.txt"
    /// The hashes beside filtered records.
    case shared = "proofs/shared.txt"
    /// The hashes beside a range.
    case range = "range.json"
    case guide = "README.txt"
    case records = "records.ndjson"

    package var name: String { rawValue }

    /// Whether two exports of one order differ in it: these three hold who asked, when and why.
    package var dependsOnRequest: Bool {
        self == .manifest || self == .signature || self == .guide
    }
}

/// What a file of a pack is good for: `role` in the manifest.
package enum PackRole: String, CaseIterable, Sendable {
    case evidence
    /// Made from the evidence for convenience; nothing is proven by it.
    case derived
    case guide
}

/// What a pack's records are of their range: `selection` in the manifest.
package enum PackSelection: String, CaseIterable, Sendable {
    /// Every leaf of the range, so that none can be missing.
    case all
    /// Those that match the query; that no other matches is not proven.
    case matches
}
