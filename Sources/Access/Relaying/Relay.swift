// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// One access between a client and a service: what has come from each side, what may leave, who is
/// waited for.
///
/// Pure: given what happened, and when, it answers what to do. It knows no socket, codec or log, so
/// that the tests can list every state and event in a table; its driver carries out its ``Actions``
/// in the order of their bits. HTTP/1.1 has one a connection, reused for each request; a protocol
/// with many concurrent accesses has one for each.
///
/// ```text
/// idle ─ begin ─▶ deciding ─ allowed ─▶ connecting ─ connected ─▶ serving ─ answerEnded ─▶ ending ─ conclude ─▶ idle
///                    │                      ▲  │                    │ │                      ▲
///                    │ refused              └──┼─ unanswered, and ──┘ └─ any failure ────────┤
///                    └─────────────────────────┴─ nothing is lost ───────────────────────────┘
/// ```
///
/// ## Invariants
/// - `EndsOnce`: an access asks for one record of its end, with ``Actions/finish`` or ``Actions/fail``.
/// - `RecordedBeforeAnswered`: ``Actions/sendAnswer`` comes only after the exchange has released
///   the answer.
package struct Relay: ~Copyable {
    package enum Phase: UInt8, CaseIterable, Sendable {
        /// No access is under way.
        case idle
        /// The exchange decides, or its `started` record is on its way.
        case deciding
        /// A connection to the service is asked for.
        case connecting
        /// The service has the request.
        case serving
        /// The last record is on its way.
        case ending
    }

    /// How far the request's content has come.
    package enum Content: UInt8, CaseIterable, Sendable {
        /// There is none, or all of it has come.
        case complete
        /// Nobody accepts it yet, or ever will.
        case held
        /// Incoming content goes to the service.
        case flowing
    }

    package let limits: RelayLimits
    package internal(set) var phase = Phase.idle
    package internal(set) var content = Content.complete
    /// Content bytes of the request that have come.
    package internal(set) var contentBytes: UInt64 = 0
    /// Content bytes of the answer that have come.
    package internal(set) var answerBytes: UInt64 = 0
    /// Whether the answer's head has come.
    package internal(set) var isAnswered = false
    /// Whether bytes may leave before the end is recorded.
    package internal(set) var isReleased = false
    /// Whether the client's connection ends with this access, as far as the answer says.
    package internal(set) var closes = false
    /// Why the access fails; set with ``Actions/fail``.
    package internal(set) var failure: Failure?
    /// Distinguishes connections requested by this access from those of earlier ones.
    package internal(set) var ticket: UInt64 = 0
    /// Whether the next connection may be one that has served before.
    package internal(set) var mayReuse = true

    var terms = Terms.unreadable
    var patience = ServicePatience()
    var hasAskedRelease = false
    var isEventStream = false
    /// Whether the service was asked, or a connection to it was.
    var isAsked = false
    /// Why the access must end before a service gets it.
    var pendingEnd: Reason?
    var pace = ContentPace()

    /// When the client has been too slow with its content.
    package internal(set) var contentDeadline = Moment.never
    /// When the service has been too slow: with its connection, its head or its content.
    package internal(set) var serviceDeadline = Moment.never
    /// When an answer has been held long enough.
    package internal(set) var holdDeadline = Moment.never

    package init(limits: RelayLimits) { self.limits = limits }

    /// The earliest of its deadlines.
    package var nextDeadline: Moment {
        Moment(
            nanoseconds: min(
                contentDeadline.nanoseconds,
                min(serviceDeadline.nanoseconds, holdDeadline.nanoseconds)))
    }

    /// What to do, from the lowest bit up.
    package struct Actions: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        // Those of `OptionSet` are not specialised for this type when another room calls them.

        /// Whether there is nothing to do.
        package var isEmpty: Bool { rawValue == 0 }

        /// Whether it includes `other`.
        package func contains(_ other: Self) -> Bool {
            rawValue & other.rawValue == other.rawValue
        }

        /// Give up the service's connection, or the wait for one.
        package static let dropService = Self(rawValue: 1 << 0)
        /// Discard what is held of the service's answer.
        package static let discardAnswer = Self(rawValue: 1 << 1)
        /// Ask for a connection to the service, under ``Relay/ticket``.
        package static let open = Self(rawValue: 1 << 2)
        /// Write the request's head to the service.
        package static let sendHead = Self(rawValue: 1 << 3)
        /// Tell the client to send its content, unless some has come.
        package static let askContent = Self(rawValue: 1 << 4)
        /// Pass on what has come of the request's content.
        package static let sendContent = Self(rawValue: 1 << 5)
        /// Tell the service that the request is complete.
        package static let endContent = Self(rawValue: 1 << 6)
        /// What is held of the answer may leave.
        package static let sendAnswer = Self(rawValue: 1 << 7)
        /// Read on from the service.
        package static let readService = Self(rawValue: 1 << 8)
        /// Ask the exchange to let bytes leave before the end.
        package static let askRelease = Self(rawValue: 1 << 9)
        /// Write the end of the answer after what is held.
        package static let endAnswer = Self(rawValue: 1 << 10)
        /// Tell the exchange that the service's answer is complete.
        package static let finish = Self(rawValue: 1 << 11)
        /// Tell the exchange that the access has failed: ``Relay/failure``.
        package static let fail = Self(rawValue: 1 << 12)
    }

    /// Why an access fails.
    package struct Failure: Hashable, Sendable {
        package var reason: Reason
        /// What exactly happened, in at most 256 bytes of our own words.
        package var detail: String?
        /// The same without what the service sent.
        package var detailForClient: String?
        /// Whether the client's connection is of no further use.
        package var closes: Bool
        /// Whether the service was asked, or was being connected to.
        package var isAsked: Bool
    }

    /// What a request says about itself.
    package struct Terms: Hashable, Sendable {
        /// Content bytes that were announced; nil if the end is found only by reading.
        package var length: UInt64?
        /// Whether the client waits to be told to send its content.
        package var expectsContinue: Bool
        /// Whether sending the request twice does no harm.
        package var isRepeatable: Bool

        package init(length: UInt64?, expectsContinue: Bool, isRepeatable: Bool) {
            self.length = length
            self.expectsContinue = expectsContinue
            self.isRepeatable = isRepeatable
        }

        /// For a request that was not understood: its end is unknown.
        static let unreadable = Terms(length: nil, expectsContinue: false, isRepeatable: false)
    }
}

/// The limits that a relay enforces on a client, and on itself.
package struct RelayLimits: Sendable {
    /// Content bytes of a request.
    package var contentBytes: UInt64
    /// How long a piece of a request's content may take.
    package var contentPause: Moment.Interval
    /// The least bytes a second of a request's content; 0: any.
    package var contentRate: UInt64
    /// Bytes of an answer that are held until its end is recorded.
    package var heldBytes: Int
    /// How long they are held.
    package var holding: Moment.Interval

    package init(
        contentBytes: UInt64, contentPause: Moment.Interval, contentRate: UInt64, heldBytes: Int,
        holding: Moment.Interval
    ) {
        self.contentBytes = contentBytes
        self.contentPause = contentPause
        self.contentRate = contentRate
        self.heldBytes = heldBytes
        self.holding = holding
    }

    /// Content bytes read and discarded to keep a connection.
    package static let discardedBytes: UInt64 = 65_536
}

/// How long to wait for a service.
package struct ServicePatience: Sendable {
    package var connect = Moment.Interval(nanoseconds: 0)
    package var head = Moment.Interval(nanoseconds: 0)
    package var body = Moment.Interval(nanoseconds: 0)
    /// Nil: a stream of events may be silent for ever.
    package var eventStream: Moment.Interval?

    init() {}

    package init(
        connect: Moment.Interval, head: Moment.Interval, body: Moment.Interval,
        eventStream: Moment.Interval?
    ) {
        self.connect = connect
        self.head = head
        self.body = body
        self.eventStream = eventStream
    }
}

/// How fast a request's content comes.
struct ContentPace {
    var began = Moment.never
    var lastPiece = Moment.never
    /// Since when the service, not the client, is waited for.
    var pausedSince: Moment?
    var pausedNanoseconds: UInt64 = 0

    init() {}

    init(began now: Moment) {
        began = now
        lastPiece = now
    }

    /// When the client has been too slow: a pause that is too long, or a rate that is too low.
    func deadline(_ received: UInt64, limits: RelayLimits) -> Moment {
        guard pausedSince == nil else { return .never }
        let piece = lastPiece + limits.contentPause
        guard limits.contentRate > 0 else { return piece }
        let earned = received.multipliedReportingOverflow(by: 1_000_000_000 / limits.contentRate)
        guard !earned.overflow else { return piece }
        let rate =
            began + limits.contentPause + Moment.Interval(nanoseconds: earned.partialValue)
            + Moment.Interval(nanoseconds: pausedNanoseconds)
        return min(piece, rate)
    }
}
