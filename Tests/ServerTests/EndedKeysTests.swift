// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Identity
import Messages
import Server
import Settings
import TestSupport
import Testing

/// An older key file that is put back does not bring keys back.
@Suite("Keys that have ended")
struct EndedKeysTests {
    private static let now = UTCInstant(microseconds: 1_795_251_600_000_000)
    private static let past = UTCInstant(microseconds: 1_795_251_599_000_000)
    private static let future = UTCInstant(microseconds: 1_795_251_601_000_000)

    private func digest(_ key: String) -> APIKeyDigest {
        let bytes = Array(key.utf8)
        return APIKeyDigest(of: bytes.span)
    }

    private func state(_ folder: TemporaryFolder) -> ResolvedPath {
        ResolvedPath(folder.path, in: "")
    }

    @Test("A key that ended stays ended, whatever its file says later, across restarts")
    func stays() throws {
        let folder = try TemporaryFolder()
        var ended = try EndedKeys(in: state(folder))
        #expect(ended.take(digest("a"), end: Self.past, now: Self.now) == nil)
        try ended.write(in: state(folder))

        var later = try EndedKeys(in: state(folder))
        #expect(later.take(digest("a"), end: nil, now: Self.now) == Self.past)
        #expect(later.take(digest("a"), end: Self.future, now: Self.now) == Self.past)
        // Said to have ended before, or at the same moment: nothing comes back by that.
        #expect(later.take(digest("a"), end: Self.past, now: Self.now) == nil)
        #expect(later.take(digest("b"), end: nil, now: Self.now) == nil)
    }

    @Test("A key whose end is still to come may be given another one")
    func moves() throws {
        var ended = EndedKeys()
        #expect(ended.take(digest("a"), end: Self.future, now: Self.now) == nil)
        #expect(ended.take(digest("a"), end: nil, now: Self.now) == nil)
        #expect(ended.take(digest("a"), end: nil, now: Self.future) == nil)
    }

    @Test("Nothing is written where nothing was learned")
    func unchanged() throws {
        let folder = try TemporaryFolder()
        try EndedKeys().write(in: state(folder))
        #expect(!folder.exists(EndedKeys.name))
    }

    @Test(
        "A damaged memory is refused: it may have been told to forget",
        arguments: [
            "x", "sha256:00 2026-11-21T09:00:00Z",
            "sha256:\(String(repeating: "0a", count: 32)) yesterday",
            "sha256:\(String(repeating: "0a", count: 32))",
            "sha256:\(String(repeating: "0a", count: 32)) 2026-11-21T09:00:00Z more",
        ])
    func damaged(line: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(line + "\n", to: EndedKeys.name)
        do throws(CommandFailure) {
            _ = try EndedKeys(in: state(folder))
            Issue.record("a damaged memory is believed")
        } catch {
            #expect(error.status == .failure)
            #expect(error.message?.plain.contains("is damaged; restore it") == true)
        }
    }
}
