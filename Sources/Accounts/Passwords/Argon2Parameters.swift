// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a hash costs whoever computes it (RFC 9106 §3.1).
package struct Argon2Parameters: Hashable, Sendable {
    /// Kibibytes of memory.
    package var memory: UInt32
    package var passes: UInt32
    package var lanes: UInt32

    package init(memory: UInt32, passes: UInt32, lanes: UInt32) {
        self.memory = memory
        self.passes = passes
        self.lanes = lanes
    }

    /// Those of new hashes: OWASP's recommendation, about 70 ms and 19 MiB.
    package static let current = Argon2Parameters(memory: 19_456, passes: 2, lanes: 1)

    /// Whether a stored hash may ask for so much: a file that was tampered with must not take all memory.
    package var isBearable: Bool {
        (1...4).contains(lanes) && (8 * lanes...262_144).contains(memory)
            && (1...16).contains(passes)
    }

    /// Whether a hash with these is to be replaced by one with others at the next login.
    package func isWeaker(than other: Argon2Parameters) -> Bool {
        memory < other.memory || passes < other.passes
    }
}
