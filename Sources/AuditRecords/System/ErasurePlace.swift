// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A place where a personal value, or what leads to one, may stand.
///
/// A new place is a case here, and with that a sentence for people and a part of the test `The places of a value`: what
/// stands somewhere that is not in this list cannot be promised to be gone.
package enum ErasurePlace: String, CaseIterable, Sendable {
    /// The sealed blocks of the log's segments.
    case disclosures
    /// The keys of subjects and months.
    case keyFiles = "key_files"
    /// The two files of the commit journal, which hold new keys until they are in their place.
    case commitJournal = "commit_journal"
    /// Who has which id, in the memory of the proxy and in the key files.
    case subjectDirectory = "subject_directory"
    /// What somebody said of why they read the log, in the records of readings.
    case readings
    /// Rows and tokens of the catalog.
    case catalog
    /// Ids of API keys and certificates in records, and the key files that say whose they are.
    case credentials
    /// Paths and queries of accesses, which any rule may send names in.
    case paths
    /// The receivers of outputs that open groups of values, and the files that such outputs write. Positions hold none.
    case outputs
    /// Exports that the server made in the background, until they are fetched or expire: files, and the orders for them.
    case exports
    /// A copy of the log directory that somebody made.
    case backups

    /// What an erasure does there.
    package var outcome: String {
        switch self {
        case .disclosures: "stays, sealed for good: its key is gone"
        case .keyFiles: "the key is overwritten in place; the id stays as a tombstone"
        case .commitJournal: "overwritten with zeros"
        case .subjectDirectory: "forgotten: whoever comes back gets another id"
        case .readings:
            "stays, sealed for good, where the reading was of their records; otherwise until its month expires"
        case .catalog:
            "tokens of what the key seals, and what refers to them, are deleted"
        case .credentials:
            "ids of keys and certificates stay in records; take their entries out of the key files"
        case .paths: "stays under the log's own key until its month expires"
        case .outputs:
            "out of reach: whoever gets an output with `disclose` has to be told; any other gets no value"
        case .exports:
            "whatever holds opened values, or was found by them, is removed with its order; whoever has fetched it has to be told"
        case .backups:
            "out of reach: a key file that is put back is pruned at the next start; destroy the copies' keys, too"
        }
    }

    /// Whether whoever erases has to do the rest.
    package var isOutOfReach: Bool {
        [ErasurePlace.backups, .credentials, .outputs, .paths].contains(self)
    }
}
