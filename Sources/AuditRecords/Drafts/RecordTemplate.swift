// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Merkle

/// The text of a record, reused for each access of the same kind with other values in its holes.
///
/// One copy and a few stores instead of writing member by member. The result is, byte for byte,
/// what ``AccessRecord/draft(host:producer:)`` writes for the same facts. Nothing personal is in
/// it.
package final class RecordTemplate: Sendable {
    private let text: [UInt8]
    private let holes: RecordHoles
    /// Of the records that it writes.
    let stage: RecordStage
    /// Bytes of the text outside the holes of variable length.
    private let fixedCount: Int
    private let shape: RecordShape

    /// What is between a span's id and its trace's.
    static let beforeTraceID: StaticString = #"","trace_id":""#

    init(_ text: [UInt8], _ holes: RecordHoles, stage: RecordStage) {
        self.text = text
        self.holes = holes
        self.stage = stage
        var fixed = text.count - holes.actor.count
        var shape: RecordShape = []
        func note(_ hole: Range<Int>?, _ member: RecordShape) {
            guard let hole else { return }
            fixed -= hole.count
            shape.insert(member)
        }
        note(holes.duration, .duration)
        note(holes.host, .host)
        note(holes.requestSize, .requestSize)
        note(holes.responseSize, .responseSize)
        if holes.what != nil { shape.insert(.what) }
        if holes.where != nil { shape.insert(.where) }
        if holes.who != nil { shape.insert(.who) }
        if holes.trace != nil { shape.insert(.trace) }
        fixedCount = fixed
        self.shape = shape
    }

    /// Where in a record's text the commitment to `what` is still to be stored; nil if it is there.
    struct Hole {
        let offset: Int?
    }

    /// Appends the record of another access of this kind.
    ///
    /// The commitment to `what` is left open if it has not been computed.
    ///
    /// - Parameter host: the request's host as received.
    /// - Returns: nil, with nothing appended, if the template has no place for something, or
    ///   something must be escaped or cut.
    func write(
        _ values: TemplateValues, actor: EncodedActor, host: Span<UInt8>, to bytes: inout [UInt8]
    ) -> Hole? {
        guard values.shape(host: host) == shape, actor.object.truncated.isEmpty, host.isPlain,
            values.commitments.isUncut
        else { return nil }
        let numbers = Numbers(
            values.durationMicroseconds, values.requestSize, values.responseSize)
        let (text, actor) = (text, actor.object.bytes)
        let count = fixedCount + actor.count + host.count + numbers.count
        var hole: Int?
        ExactWriter.append(exactly: count, to: &bytes) { writer in
            copy(text.span, values, numbers, actor: actor.span, host: host, to: &writer)
            hole = store(
                values, middle: actor.count - holes.actor.count,
                end: count - text.count, to: writer)
        }
        return Hole(offset: hole)
    }

    /// How many digits the numbers of a record have.
    private struct Numbers {
        let (duration, requestSize, responseSize): (Int, Int, Int)

        init(_ duration: UInt64?, _ requestSize: UInt64?, _ responseSize: UInt64?) {
            func digits(_ number: UInt64?) -> Int {
                guard let number else { return 0 }
                precondition(
                    number <= JSONValue.largestInteger.magnitude,
                    "CanonicalNumbersOnly: integer beyond 2^53-1")
                return DecimalDigits.count(of: number)
            }
            self.duration = digits(duration)
            self.requestSize = digits(requestSize)
            self.responseSize = digits(responseSize)
        }

        var count: Int { duration + requestSize + responseSize }
    }

    /// Copies the text, with the holes of variable length filled in.
    @inline(__always)
    private func copy(
        _ text: Span<UInt8>, _ values: TemplateValues, _ numbers: Numbers,
        actor: Span<UInt8>, host: Span<UInt8>, to writer: inout ExactWriter
    ) {
        var read = holes.actor.upperBound
        writer.put(text.extracting(0..<holes.actor.lowerBound))
        writer.put(actor)
        if let hole = holes.duration, let number = values.durationMicroseconds {
            writer.put(text.extracting(read..<hole.lowerBound))
            writer.put(number, digits: numbers.duration)
            read = hole.upperBound
        }
        if let hole = holes.host {
            writer.put(text.extracting(read..<hole.lowerBound))
            writer.put(host)
            read = hole.upperBound
        }
        if let hole = holes.requestSize, let number = values.requestSize {
            writer.put(text.extracting(read..<hole.lowerBound))
            writer.put(number, digits: numbers.requestSize)
            read = hole.upperBound
        }
        if let hole = holes.responseSize, let number = values.responseSize {
            writer.put(text.extracting(read..<hole.lowerBound))
            writer.put(number, digits: numbers.responseSize)
            read = hole.upperBound
        }
        writer.put(text.extracting(read..<text.count))
    }

    /// Stores the values of fixed length over what was copied.
    ///
    /// - Parameters:
    ///   - middle: how much further on the commitments are than in the text.
    ///   - end: how much further on time, trace and id are.
    /// - Returns: where the commitment to `what` is still to be stored.
    @inline(__always)
    private func store(
        _ values: TemplateValues, middle: Int, end: Int, to writer: borrowing ExactWriter
    ) -> Int? {
        // Safe, all of them: as many bytes are stored as are named.
        unsafe writer.store(at: holes.time + end, 27) { unsafe values.time.store(to: $0) }
        unsafe writer.store(at: holes.uid + end, 36) { unsafe values.uid.store(to: $0) }
        if let hole = holes.trace, let trace = values.trace {
            let id = hole + end + 16 + Self.beforeTraceID.utf8CodeUnitCount
            unsafe writer.store(at: hole + end, 16) { unsafe HexDigits.store(trace.span, to: $0) }
            unsafe writer.store(at: id, 32) { place in
                unsafe HexDigits.store(trace.traceHigh, to: place)
                unsafe HexDigits.store(trace.traceLow, to: place + 16)
            }
        }
        if let hole = holes.who, let who = values.commitments.who {
            who.hashed().text.store(at: hole + middle, to: writer)
        }
        if let hole = holes.where, let `where` = values.commitments.where {
            `where`.hashed().text.store(at: hole + middle, to: writer)
        }
        guard let hole = holes.what, let what = values.commitments.what else { return nil }
        guard let known = what.knownText else { return hole + middle }
        known.store(at: hole + middle, to: writer)
        return nil
    }
}

extension HashText {
    fileprivate func store(at offset: Int, to writer: borrowing ExactWriter) {
        // Safe: as many bytes are stored as are named.
        unsafe writer.store(at: offset, Self.byteCount) { unsafe store(to: $0) }
    }
}
