// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

/// Verifies as tests mostly do: with the log's key, two at a time, now.
func verify(
    _ directory: TestDirectory, _ keys: [NoteVerifierKey], remembered: [UInt8]? = nil,
    maxAge: Duration? = nil, now: UTCInstant = UTCInstant(microseconds: 1_795_000_060_000_000)
) async throws -> VerificationReport {
    try await LogVerifier(
        try options(keys, remembered: remembered, maxAge: maxAge, now: now)
    ) { _ in }.verify(directory: directory.path)
}

func verifyTiles(
    _ directory: TestDirectory, _ keys: [NoteVerifierKey], remembered: [UInt8]? = nil
) async throws -> VerificationReport {
    try await LogVerifier(
        try options(
            keys, remembered: remembered, maxAge: nil,
            now: UTCInstant(microseconds: 1_795_000_060_000_000))
    ) { _ in }.verify(tiles: directory.path)
}

private func options(
    _ keys: [NoteVerifierKey], remembered: [UInt8]?, maxAge: Duration?, now: UTCInstant
) throws -> VerificationOptions {
    VerificationOptions(
        policy: keys.isEmpty ? nil : TrustPolicy(logKeys: keys),
        remembered: remembered, maxAge: maxAge, now: now, requiredWitnesses: 0, jobs: 2)
}

extension VerificationReport {
    /// Codes of everything but notes.
    var codes: Set<FindingCode> { Set(findings.filter { $0.concern != .note }.map(\.code)) }
}
