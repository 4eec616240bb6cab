// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where in a record's text the values are that differ between accesses of one kind. Noted while
/// the record is written.
struct RecordHoles: Sendable {
    /// The object after `"actor":`.
    var actor = 0..<0
    /// Each the first of the 44 characters of a commitment.
    var (what, `where`, who): (Int?, Int?, Int?)
    /// The digits of `duration_us`.
    var duration: Range<Int>?
    /// `http.host` without its quotes.
    var host: Range<Int>?
    /// The digits of `http.request_size`.
    var requestSize: Range<Int>?
    /// The digits of `http.response_size`.
    var responseSize: Range<Int>?
    /// The first of the 27 characters of `time`.
    var time = 0
    /// The first of the 16 characters of `trace.span_id`; those of `trace.trace_id` follow
    /// `","trace_id":"`.
    var trace: Int?
    /// The first of the 36 characters of `uid`.
    var uid = 0
}

/// Which of these there are.
package struct RecordShape: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    static let what = RecordShape(rawValue: 1)
    static let `where` = RecordShape(rawValue: 2)
    static let who = RecordShape(rawValue: 4)
    static let duration = RecordShape(rawValue: 8)
    static let host = RecordShape(rawValue: 16)
    static let requestSize = RecordShape(rawValue: 32)
    static let responseSize = RecordShape(rawValue: 64)
    static let trace = RecordShape(rawValue: 128)
    /// No template has a place for it.
    static let payload = RecordShape(rawValue: 256)
}
