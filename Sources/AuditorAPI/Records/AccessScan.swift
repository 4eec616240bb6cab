// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Console
import LogReading
import Merkle

/// Finds an access without a catalog: by reading the log backwards, from its end to when the access was accepted.
struct AccessScan {
    let uid: UniqueID
    let snapshot: LogSnapshot

    /// Leaves that are looked at together.
    private static let window: UInt64 = 4096
    /// How far a clock may have been set back between an access and its record, in microseconds.
    private static let slack: Int64 = 3_600_000_000
    private static let patience: Int64 = 10_000_000

    /// All records of the access, in order. Blocks.
    func run(at desk: AuditorDesk) throws -> [(index: LeafIndex, leaf: [UInt8])] {
        let mark = Array("\"uid\":\"\(uid.text)\"".utf8)
        let start = desk.sources.now().microseconds
        var found: [(index: LeafIndex, leaf: [UInt8])] = []
        var end = snapshot.size.count
        while end > 0 {
            let first = (end - 1) / Self.window * Self.window
            var (oldest, here): ([UInt8], [(index: LeafIndex, leaf: [UInt8])]) = ([], [])
            try snapshot.forEachLeaf(in: first..<end) { index, leaf in
                if index.value == first { oldest = leaf }
                // A cheap check first: most leaves belong to other accesses.
                if leaf.firstRange(of: mark) != nil, Self.record(leaf)?.uid == uid {
                    here.append((index, leaf))
                }
            }
            found = here + found
            if let written = Self.record(oldest)?.logTime,
                written.microseconds < accepted - Self.slack
            {
                break
            }
            guard desk.sources.now().microseconds - start < Self.patience else {
                throw AuditorProblem.timedOut.problem(
                    "Without the catalog, the access was not found in ten seconds.",
                    remedy: "Ask again once the catalog is built, or give the record's index.",
                    retryAfter: 60)
            }
            end = first
        }
        return found
    }

    /// When the id was made, in microseconds since 1970 (RFC 9562 §5.7).
    private var accepted: Int64 { Int64(uid.high >> 16) * 1000 }

    private static func record(_ leaf: [UInt8]) -> Record? {
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): record
        case .failure: nil
        }
    }
}
