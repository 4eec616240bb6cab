// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How long an output waits after a failure: from one second to five minutes, doubled each time, less a random part so that
/// many proxies do not come back at once.
package struct OutputBackoff: Sendable {
    package private(set) var failures: UInt64 = 0

    private static let longest = Duration.seconds(300)

    package init() {}

    /// How long to wait after one more failure.
    ///
    /// - Parameters:
    ///   - retryAfter: what the receiver asks for; kept within the longest wait, as no output may be switched off from outside.
    ///   - fraction: random, from 0 up to 1.
    package mutating func failed(retryAfter: Duration?, fraction: Double) -> Duration {
        failures += 1
        let doubled = Duration.seconds(1 << min(failures - 1, 9))
        let most = min(Self.longest, doubled)
        let jittered = most - most * (fraction / 2)
        return max(jittered, min(retryAfter ?? .zero, Self.longest))
    }

    package mutating func succeeded() { failures = 0 }
}
