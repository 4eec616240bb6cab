// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding

/// All that accesses know of the log: that it takes their records, and tells what became of each.
///
/// The ledger of this process today. A log that is replicated to other hosts will be another case, which tells later and of
/// more disks, and nothing of an access changes with it. An enumeration, as it stands on the way of every request.
package enum Recorder: Sendable {
    case local(Ledger)

    private var ledger: Ledger {
        switch self {
        case .local(let ledger): ledger
        }
    }

    /// Who is who, and under which key their values are sealed.
    package var subjects: SubjectDirectory { ledger.subjects }

    /// The `producer` object of every record of this boot.
    package var producer: EncodedProducer { ledger.producer }

    /// Gives out the ids of everything that this boot records.
    package var identifiers: UniqueIDSequence { ledger.identifiers }

    /// What the proxy counts for the heartbeat.
    package var counters: AccessCounters { ledger.counters }

    /// How far the log has come.
    package var feed: LogFeed { ledger.feed }

    /// The log's word that it takes records now, for an access that is recorded when complete. One atomic reading.
    package func permit() throws(AppendRefusal) -> RecordingPermit { try ledger.permit() }

    /// An empty batch, of which a port is told.
    package func batch(for port: PortID) -> RecordBatch { ledger.batch(for: port) }

    /// Queues all records of a batch, wakes the writer, and leaves the batch empty.
    ///
    /// Where the log takes none, the port is told so under every ticket, as if they had been queued.
    package func handOver(_ batch: inout RecordBatch) { ledger.handOver(&batch) }
}
