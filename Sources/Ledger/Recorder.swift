// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding

/// All that accesses know of the log: it takes their records, and reports what became of each.
///
/// The ledger of this process today. A log replicated to other hosts will be another case, which
/// reports later and for more disks, and accesses will not change. An enumeration, because every
/// request passes here.
package enum Recorder: Sendable {
    case local(Ledger)

    private var ledger: Ledger {
        switch self {
        case .local(let ledger): ledger
        }
    }

    /// Who is who, and which key seals their values.
    package var subjects: SubjectDirectory { ledger.subjects }

    /// The `producer` object of every record of this boot.
    package var producer: EncodedProducer { ledger.producer }

    /// Makes the ids of everything that this boot records.
    package var identifiers: UniqueIDSequence { ledger.identifiers }

    /// What the proxy counts for the heartbeat.
    package var counters: AccessCounters { ledger.counters }

    /// How far the log has come.
    package var feed: LogFeed { ledger.feed }

    /// The log's word that it takes records now, for an access that is recorded when complete. One
    /// atomic load.
    ///
    /// - Returns: nil while records find no room: the access is recorded ahead, and goes on if its
    ///   record finds some.
    package func permit() throws(AppendRefusal) -> RecordingPermit? { try ledger.permit() }

    /// Throws while no record is queued. One atomic load.
    package func checkTaking() throws(AppendRefusal) { try ledger.checkTaking() }

    /// An empty batch whose outcomes go to a port.
    package func batch(for port: PortID) -> RecordBatch { ledger.batch(for: port) }

    /// Queues all records of a batch, wakes the writer, and leaves the batch empty.
    ///
    /// If the log takes none, the port is told so under every ticket, as if they had been queued.
    package func handOver(_ batch: inout RecordBatch) { ledger.handOver(&batch) }
}
