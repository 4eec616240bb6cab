// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
internal import ByteCoding

/// Records of one turn of an event loop, on their way to the ledger together: handed over with one lock and numbered in one
/// block. Belongs to one loop until then.
///
/// Not copyable, because a copy would hand the same records over again. Nothing here is durable, and nothing is promised: what
/// becomes of each record is told to the port, under its ticket.
package struct RecordBatch: ~Copyable, Sendable {
    /// In the order in which they are to stand in the log; their sequence numbers are given at the hand-over.
    var records: [PendingRecord] = []
    /// Bytes of leaves that they will be, at most.
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
    /// - Parameter ticket: under which its outcome is told. Tickets that follow one another are told in one piece.
    package mutating func append(
        _ draft: consuming RecordDraft, tally: Tally, ticket: UInt64
    ) throws(AppendRefusal) {
        let size = draft.completedSize(encodedOrigin: encodedOrigin)
        guard size <= RecordDraft.largestLeaf else { throw .tooLarge }
        leafBytes += size
        tallies[tally] += 1
        records.append(PendingRecord(draft: draft, sequence: 0, port: port, ticket: ticket))
    }

    /// Writes a record by its template into memory that all records of the batch share; nil where the template does not fit.
    ///
    /// The draft is of this batch: it is to be appended before the batch is handed over, or not at all.
    package mutating func draft(
        by template: RecordTemplate, _ values: TemplateValues, actor: EncodedActor,
        host: Span<UInt8>
    ) -> RecordDraft? {
        // What was written and not appended is of no record.
        if records.isEmpty, !text.isEmpty { text.removeAll() }
        return text.draft(by: template, values, actor: actor, host: host)
    }

    /// Gives the records their text, and works out what they commit to, all at once.
    mutating func finishText() {
        guard !text.isEmpty else { return }
        let finished = text.finish()
        for place in records.indices { records[place].draft.take(finished) }
    }

    /// Gives the records the sequence numbers from here on.
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
