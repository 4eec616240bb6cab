// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Merkle

/// The way to one receiver: what differs between kinds of outputs.
///
/// Used by one thread, that of its output, which it may block: for a bounded time, as the end of the server waits for it.
/// It keeps no records: whatever was not delivered is given again.
///
/// Kinds that are answered (HTTP, RELP, files) say in ``OutputAnswer/settled`` what the receiver has taken, and leave
/// ``delivered(at:)`` alone. Kinds without an answer (syslog) say there what was sent, and in ``delivered(at:)`` up to where
/// that counts as delivered.
package protocol OutputSender: AnyObject {
    /// Makes the way to the receiver ready; does nothing where it is.
    func open(_ beginning: OutputBeginning) throws(OutputFailure)

    /// Hands over records, which are at least one and follow each other.
    func send(_ records: ArraySlice<OutputRecord>, at uptime: Duration) -> OutputAnswer

    /// Whether what was sent counts as delivered only once ``delivered(at:)`` says so.
    var confirmsLater: Bool { get }

    /// The first index that does not count as delivered; nil where ``confirmsLater`` is false, or nothing was sent yet.
    ///
    /// Asked once in each turn, so that a connection which has ended is noticed while there is nothing to send.
    func delivered(at uptime: Duration) throws(OutputFailure) -> LeafIndex?

    /// What an operator should know of the receiver, such as a certificate that ends soon; said as "it …".
    var cautions: [String] { get }

    /// What the receiver would get of one record.
    func preview(_ record: OutputRecord) -> [UInt8]

    /// Finds out whether the receiver can be reached; hands nothing over.
    func check() throws(OutputFailure)

    /// Something outside has changed that an operator tells of by SIGHUP, such as the name of a file.
    func reopen()

    /// Gives up the way to the receiver, whatever its state; ``open(_:)`` makes another.
    func close()
}

extension OutputSender {
    package var confirmsLater: Bool { false }

    package func delivered(at uptime: Duration) throws(OutputFailure) -> LeafIndex? { nil }

    package var cautions: [String] { [] }

    package func reopen() {}
}

/// What a sender is told when it begins.
package struct OutputBeginning: Hashable, Sendable {
    /// The output's name.
    package var output: String
    /// The log's origin.
    package var origin: String
    /// The record that is sent next.
    package var first: LeafIndex

    package init(output: String, origin: String, first: LeafIndex) {
        self.output = output
        self.origin = origin
        self.first = first
    }
}

/// What became of records that were sent.
package struct OutputAnswer: Sendable {
    /// Why sending ended.
    package enum End: Sendable {
        /// All of them are settled.
        case done
        /// The receiver does not take the rest as it is: another part of it may be taken.
        case refused(OutputRefusal)
        /// Nothing more can be sent now. The rest is sent again later, to the same receiver or after it is mended.
        case failed(OutputFailure)
    }

    /// How many of them, from the first, are settled: taken, or refused one by one.
    package var settled: Int
    /// Those among them that were refused, by their places.
    package var refused: [(place: Int, refusal: OutputRefusal)]
    package var end: End
    /// What went to the receiver.
    package var bytes: UInt64

    package init(
        settled: Int, refused: [(place: Int, refusal: OutputRefusal)] = [], _ end: End,
        bytes: UInt64
    ) {
        self.settled = settled
        self.refused = refused
        self.end = end
        self.bytes = bytes
    }
}

/// A receiver's word that it does not take what it was sent, whenever it is sent: not that it cannot take anything now.
package struct OutputRefusal: Hashable, Sendable {
    /// The word or number of its protocol, such as `400`.
    package var status: String
    /// Its own words; hostile.
    package var reason: String
    /// Whether it is too old for the receiver.
    package var isTooOld: Bool
    /// How many records it is about: more than one where the receiver says how many it has left out, and not which.
    package var count: UInt64
    /// The records among which they are, in that case.
    package var among: ClosedRange<UInt64>?

    package init(
        status: String, reason: String, isTooOld: Bool = false, count: UInt64 = 1,
        among: ClosedRange<UInt64>? = nil
    ) {
        self.status = status
        self.reason = reason
        self.isTooOld = isTooOld
        self.count = count
        self.among = among
    }
}

/// Why an output cannot hand anything over now.
package struct OutputFailure: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        /// The receiver cannot be reached.
        case unreachable
        /// TLS came to nothing: the certificate is not accepted.
        case notTrusted = "not_trusted"
        /// The receiver answers that it lets nobody in.
        case notPermitted = "not_permitted"
        /// The connection ended.
        case disconnected
        /// The receiver takes too long.
        case timeout
        /// The receiver is there and cannot take anything now.
        case busy
        /// The receiver answers what its protocol does not know.
        case badAnswer = "bad_answer"
        /// The receiver has refused one record after the other.
        case refusesAll = "refuses_all"
        /// A file cannot be written.
        case file
        /// The log cannot be read.
        case log
        /// What the log says is not what was signed.
        case notAsSigned = "not_as_signed"
        /// The log takes no record of what is left out.
        case unrecorded
        /// The position is not one of this log.
        case position

        /// Whether it may be over by itself, or once somebody has looked after the receiver.
        var passes: Bool {
            switch self {
            case .unreachable, .notTrusted, .notPermitted, .disconnected, .timeout, .busy,
                .badAnswer, .file, .log, .unrecorded:
                true
            case .refusesAll, .notAsSigned, .position: false
            }
        }
    }

    package var code: Code
    /// What is wrong and, where something can be done, what.
    package var message: String
    /// How long the receiver wants to be left alone.
    package var retryAfter: Duration?

    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }
}
