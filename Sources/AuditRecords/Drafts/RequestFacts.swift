// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What the rate limiter saw: `limit` of the record.
package struct LimitFacts: Sendable {
    /// Whose bucket it is, e.g. `actor`.
    package var bucket: EncodedText
    package var limit: UInt64
    package var remaining: UInt64
    /// Seconds until the bucket is full again.
    package var resetSeconds: UInt64?

    package init(bucket: EncodedText, limit: UInt64, remaining: UInt64, resetSeconds: UInt64?) {
        self.bucket = bucket
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}

/// Ids of the W3C trace that a request belongs to: `trace` of the record. Never an identity.
package struct TraceContext: Hashable, Sendable {
    /// First half of the trace id.
    package var traceHigh: UInt64
    /// Second half of the trace id.
    package var traceLow: UInt64
    package var span: UInt64

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
    }
}
