// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures

/// What differs between the records of accesses of one kind: what a ``RecordTemplate`` leaves open.
package struct TemplateValues: Sendable {
    package var uid: UniqueID
    /// When the request was accepted.
    package var time: InstantText
    package var commitments: Commitments
    package var trace: TraceContext?
    package var durationMicroseconds: UInt64?
    package var requestSize: UInt64?
    package var responseSize: UInt64?

    package init(
        uid: UniqueID, time: InstantText, commitments: Commitments, trace: TraceContext?,
        durationMicroseconds: UInt64?, requestSize: UInt64?, responseSize: UInt64?
    ) {
        self.uid = uid
        self.time = time
        self.commitments = commitments
        self.trace = trace
        self.durationMicroseconds = durationMicroseconds
        self.requestSize = requestSize
        self.responseSize = responseSize
    }

    /// Which of a template's holes there are values for.
    ///
    /// - Parameter host: the request's host as received.
    package func shape(host: Span<UInt8>) -> RecordShape {
        var shape: RecordShape = []
        if commitments.what != nil { shape.insert(.what) }
        if commitments.where != nil { shape.insert(.where) }
        if commitments.who != nil { shape.insert(.who) }
        if commitments.payload != nil { shape.insert(.payload) }
        if durationMicroseconds != nil { shape.insert(.duration) }
        if !host.isEmpty { shape.insert(.host) }
        if requestSize != nil { shape.insert(.requestSize) }
        if responseSize != nil { shape.insert(.responseSize) }
        if trace != nil { shape.insert(.trace) }
        return shape
    }
}
