// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import LogReading

extension ExportJobs {
    /// What jobs may take.
    package struct Limits: Sendable {
        /// Jobs at a time, those included that are done.
        package var jobs: Int
        /// The same of one maker.
        package var ofOne: Int
        /// Of the disk, all of them together.
        package var bytes: Int64
        /// How long one can be fetched, or asked about, once it is over.
        package var kept: Duration

        package init(jobs: Int, ofOne: Int, bytes: Int64, kept: Duration) {
            self.jobs = jobs
            self.ofOne = ofOne
            self.bytes = bytes
            self.kept = kept
        }

        /// When somebody who was told of it at a moment can no longer fetch it.
        func end(_ moment: UTCInstant) -> UTCInstant {
            UTCInstant(
                microseconds: moment.microseconds + kept.components.seconds * 1_000_000)
        }
    }

    /// Why no further order is taken.
    package enum Refusal: Sendable {
        case tooMany
        case tooManyOfOne
        /// What is there takes all of the disk that jobs may.
        case noRoom
    }

    /// What a turn needs of the log, and what it has recorded there.
    package struct Surroundings {
        /// The log as it is, for an order.
        package var source: (ExportTicket) throws(EvidenceFailure) -> EvidenceSource
        /// Opens what is disclosed.
        package var values: (EvidenceSource, ExportTicket) -> ValueReader
        /// Makes the record of an export durable, with what it holds; after it, the files may be fetched.
        package var record: (ExportJob, ExportJob.Outcome) throws(EvidenceFailure) -> Void
        /// Whether the disk, which the log is likely to be on, too, has room beside this export.
        package var hasRoom: () -> Bool
        /// Whether the turn is to end where it is, to be gone on with.
        package var pauses: () -> Bool
        package var now: () -> UTCInstant

        package init(
            source: @escaping (ExportTicket) throws(EvidenceFailure) -> EvidenceSource,
            values: @escaping (EvidenceSource, ExportTicket) -> ValueReader,
            record: @escaping (ExportJob, ExportJob.Outcome) throws(EvidenceFailure) -> Void,
            hasRoom: @escaping () -> Bool, pauses: @escaping () -> Bool,
            now: @escaping () -> UTCInstant
        ) {
            self.source = source
            self.values = values
            self.record = record
            self.hasRoom = hasRoom
            self.pauses = pauses
            self.now = now
        }
    }
}
