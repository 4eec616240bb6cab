// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
import ByteCoding
import Disclosures

/// How a service with several endpoints was reached: `upstream` of the record.
package struct UpstreamFacts: Sendable {
    /// One endpoint that was tried.
    package struct Attempt: Sendable {
        package var address: EncodedText
        package var port: UInt16
        package var durationMicroseconds: UInt64?
        /// Why it failed; nil for the one that answered.
        package var reason: Reason?

        package init(
            address: EncodedText, port: UInt16, durationMicroseconds: UInt64?, reason: Reason?
        ) {
            self.address = address
            self.port = port
            self.durationMicroseconds = durationMicroseconds
            self.reason = reason
        }
    }

    /// In the order made; empty if the first one answered.
    package var attempts: [Attempt]
    /// Whether no endpoint was known to be healthy and one was tried all the same.
    package var isPanic: Bool

    package init(attempts: [Attempt], isPanic: Bool) {
        self.attempts = attempts
        self.isPanic = isPanic
    }

    /// Written after `truncated`, so what is cut must be known before.
    var truncated: [String] {
        attempts.count > RecordLimits.arrayItems || attempts.contains { $0.address.isTruncated }
            ? ["upstream.attempts"] : []
    }

    /// Writes a comma and the member `upstream`, or nothing if there is nothing to say.
    func write(to text: inout RecordText) {
        text.putObject(#""upstream":{"#) { text in
            if !attempts.isEmpty {
                text.put(#""attempts":["#)
                for attempt in attempts.prefix(RecordLimits.arrayItems) {
                    text.put(#"{"address":"#)
                    text.put(attempt.address.bytes)
                    text.put(",")
                    text.put(#""duration_us":"#, attempt.durationMicroseconds)
                    text.put(#""port":"#, UInt64(attempt.port))
                    text.put(#""reason":"#, word: attempt.reason?.code)
                    text.closeObject()
                    text.put(",")
                }
                text.closeArray()
                text.put(",")
            }
            text.put(#""panic":"#, isPanic ? true : nil)
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("upstream.attempts", .array), ("upstream.panic", .bool),
    ]
}
