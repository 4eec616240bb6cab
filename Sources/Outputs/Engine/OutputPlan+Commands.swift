// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import LogReading
internal import Merkle

// What commands do with an output while no server runs.
extension OutputPlan {
    /// The newest records of the log, with everything personal withheld; none of a log without any.
    package func newest(_ count: Int) throws(OutputFailure) -> [OutputRecord] {
        let log = try snapshot()
        let first = log.size.count - min(log.size.count, UInt64(count))
        var reader = OutputReader(log, for: name, query, disclosing: [])
        var records: [OutputRecord] = []
        var next = LeafIndex(first)
        while next.value < log.size.count {
            let batch = try reader.batch(from: next)
            records += batch.records
            next = batch.end
        }
        return records
    }

    /// Has the output begin with an earlier record at the next start.
    package func goBack(to index: UInt64) throws(OutputFailure) {
        let log = try snapshot()
        guard index <= log.size.count else { throw .beyond(index, log) }
        let before = Result { () throws(OutputFailure) in try position.read() }
        var again: LeafIndex?
        if case .success(.some(let known)) = before, known.origin == origin {
            again = max(known.again ?? known.next, known.next)
        }
        try position.write(
            OutputPosition(
                origin: origin, next: LeafIndex(index), leaf: try log.hash(before: index),
                again: again.flatMap { $0.value > index ? $0 : nil }))
    }

    private func snapshot() throws(OutputFailure) -> LogSnapshot {
        do throws(LogReadFailure) {
            return try LogSnapshot(directory: directory)
        } catch {
            throw OutputFailure(.log, error.message)
        }
    }
}

extension OutputFailure {
    /// The log is not that far.
    static func beyond(_ index: UInt64, _ log: LogSnapshot) -> OutputFailure {
        OutputFailure(
            .position, "the log has \(log.size.count) records, and so none with index \(index).")
    }
}

extension LogSnapshot {
    /// Of the leaf before an index; nil where there is none, or it is not here any more.
    func hash(before index: UInt64) throws(OutputFailure) -> LeafHash? {
        guard index > 0 else { return nil }
        do throws(LogReadFailure) {
            return LeafHash(of: try leaf(at: LeafIndex(index - 1)))
        } catch {
            guard error.code == .notHere else { throw OutputFailure(.log, error.message) }
            return nil
        }
    }
}
