// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import LogReading
internal import Merkle
internal import Query

/// Records that go to a receiver together.
struct OutputBatch {
    var records: [OutputRecord] = []
    /// Why the one leaf of a batch without records is none that this program can read.
    var unreadable: OutputRefusal?
    /// Behind the last leaf.
    var end: LeafIndex
    /// Of every leaf of the batch.
    var hashes: [LeafHash] = []

    mutating func append(_ hash: LeafHash) {
        hashes.append(hash)
        end = LeafIndex(end.value + 1)
    }

    /// Of the leaf before an index that is in the batch or behind it.
    func hash(before index: LeafIndex) -> LeafHash? {
        let first = end.value - UInt64(hashes.count)
        guard index.value > first, index <= end else { return nil }
        return hashes[Int(index.value - first) - 1]
    }
}

/// Reads batches from one snapshot of a log.
struct OutputReader {
    private let log: LogSnapshot
    private let output: String
    private let disclosed: Set<CommitGroup>
    private let query: RecordQuery
    private var values: ValueReader
    private var authentic: AuthenticLeaves

    /// - Parameters:
    ///   - output: the output's name.
    ///   - query: which records are wanted; those that are not are passed over.
    init(
        _ log: LogSnapshot, for output: String, _ query: RecordQuery,
        disclosing disclosed: Set<CommitGroup>
    ) {
        self.log = log
        self.output = output
        self.query = query
        self.disclosed = disclosed
        values = disclosed.isEmpty ? ValueReader(sealing: log) : ValueReader(opening: log)
        authentic = AuthenticLeaves(log)
    }

    /// The next records; at least one leaf of the log is behind this index.
    mutating func batch(from first: LeafIndex) throws(OutputFailure) -> OutputBatch {
        let most = min(log.size.count, first.value + UInt64(OutputPlan.mostRecords))
        do throws(LogReadFailure) {
            var leaves: [[UInt8]] = []
            var bytes = 0
            var isFull = false
            try log.forEachLeaf(in: first.value..<most) { _, leaf in
                guard !isFull else { return }
                bytes += leaf.count
                isFull = bytes > OutputPlan.mostBytes && !leaves.isEmpty
                if !isFull { leaves.append(leaf) }
            }
            var batch = OutputBatch(end: first)
            for leaf in leaves {
                guard try add(leaf, to: &batch) else { break }
            }
            return batch
        } catch {
            guard error.code == .badFraming else { throw OutputFailure(.log, error.message) }
            throw OutputFailure(
                .notAsSigned,
                "\(error.message) Nothing of it is handed over; `countersign verify` says what is wrong."
            )
        }
    }

    /// - Returns: whether it is a record, and others may follow; one that is none gets a batch of its own.
    private mutating func add(
        _ leaf: [UInt8], to batch: inout OutputBatch
    ) throws(LogReadFailure) -> Bool {
        let index = batch.end
        guard try authentic.contain(leaf, at: index) else {
            throw LogReadFailure(.badFraming, log.directory)
        }
        let record: Record
        do throws(RecordFault) {
            record = try Record(leaf: leaf)
        } catch {
            guard batch.records.isEmpty else { return false }
            batch.unreadable = OutputRefusal(status: "unreadable", reason: "\(error)")
            batch.append(LeafHash(of: leaf))
            return false
        }
        guard !record.endsRefusals(of: output),
            query.expression.verdict(on: QueriedAccess(record)) != .miss
        else {
            batch.append(LeafHash(of: leaf))
            return true
        }
        let groups = try values.groups(of: record, at: index)
            .filter { disclosed.contains($0.key) }
        batch.records.append(
            OutputRecord(index: index, record: record, groups: groups, signedSize: log.size))
        batch.append(LeafHash(of: leaf))
        return true
    }
}
