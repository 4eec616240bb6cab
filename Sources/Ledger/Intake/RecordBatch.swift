// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding

/// Records of one turn of an event loop, on their way to the ledger together: handed over under one
/// lock and numbered in one block. Belongs to one loop until then.
///
/// Not copyable, because a copy would hand over the same records again. Nothing here is durable or
/// promised: the port learns what becomes of each record, under its ticket.
package struct RecordBatch: ~Copyable, Sendable {
    /// In the order of the log; they get their sequence numbers at the hand-over.
    var records: [PendingRecord] = []
    /// The bytes of their leaves, at most.
    private(set) var leafBytes = 0
    private(set) var tallies = ProducerTallies()
    let port: PortID
    private let encodedOrigin: [UInt8]
    private var text = DraftText()

    init(port: PortID, encodedOrigin: [UInt8]) {
        self.port = port
        self.encodedOrigin = encodedOrigin
    }

    package var count: Int { records.count }

    /// Adds a record.
    ///
    /// - Parameter ticket: under which its outcome is reported. Consecutive tickets are reported
    ///   together.
    package mutating func append(
        _ draft: consuming RecordDraft, tally: Tally, ticket: UInt64
    ) throws(AppendRefusal) {
        let size = draft.completedSize(encodedOrigin: encodedOrigin)
        guard size <= RecordDraft.largestLeaf else { throw .tooLarge }
        leafBytes += size
        tallies[tally] += 1
        records.append(
            PendingRecord(
                draft: draft, sequence: 0, port: port, ticket: ticket, leafBytes: size))
    }

    /// Writes a record by its template into memory shared by all records of the batch; nil if the
    /// template does not fit.
    ///
    /// The draft belongs to this batch: it is appended before the batch is handed over, or not at
    /// all.
    package mutating func draft(
        by template: RecordTemplate, _ values: TemplateValues, actor: EncodedActor,
        host: Span<UInt8>
    ) -> RecordDraft? {
        // What was written but not appended belongs to no record.
        if records.isEmpty, !text.isEmpty { text.removeAll() }
        return text.draft(by: template, values, actor: actor, host: host)
    }

    /// Gives the records their text, and computes all their commitments at once.
    mutating func finishText() {
        guard !text.isEmpty else { return }
        let finished = text.finish()
        for place in records.indices { records[place].draft.take(finished) }
    }

    /// Gives the records the sequence numbers from this one on.
    mutating func number(from first: UInt64) {
        for place in records.indices { records[place].sequence = first &+ UInt64(place) }
    }

    /// Begins anew once the records are elsewhere.
    mutating func clear() {
        records.removeAll(keepingCapacity: true)
        leafBytes = 0
        tallies = ProducerTallies()
        text.removeAll()
    }
}
