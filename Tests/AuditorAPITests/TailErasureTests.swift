// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Disclosures
import HTTPTypes
import HummingbirdCore
import LogFormat
import NIOCore
import Query
import Synchronization
import TestSupport
import Testing

@testable import AuditorAPI

@Suite struct `Somebody who is erased while a tail runs` {
    private struct Enough: Error {}

    /// Hands on what is written, as it comes.
    private struct TakingBody: ResponseBodyWriter {
        let taking: (String) throws -> Void

        mutating func write(_ buffer: ByteBuffer) async throws {
            try taking(String(buffer: buffer))
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private static func destroy(_ id: SubjectID, _ console: AskedConsole) throws {
        let now = console.desk.now
        // As keys are destroyed: what the journal has of them first.
        try console.log.forgetCommitJournal()
        try console.log.tamper("keys/subjects") { file in
            let slot = SubjectSlot(destroyed: id, created: now).bytes
            let position = KeyStoreImage<SubjectSlot>(file).slots[id]?.position ?? 0
            file.replaceSubrange(
                position * KeySlot.byteCount..<(position + 1) * KeySlot.byteCount, with: slot)
        }
        console.still.erase(PrivacyStanding.Erasure(index: 900, time: now, settled: 901))
    }

    @Test func `is shown no more from the next page on, however far behind the reader is`()
        async throws
    {
        // A page looks at 512 leaves.
        let console = try AskedConsole(700, catalogued: false)
        let alice = try #require(console.people["Alice"])
        let desk = AuditorDesk(console.sources)
        let log = SharedSnapshot(desk.sources.snapshot)
        let token = try #require(console.desk.tokens[.auditor])
        let reader = try #require(try await console.desk.office.identity(token: token))
        let stream = TailStream(
            desk, log, reader, rights: [.logRead, .personalRead],
            TailReader(
                RecordQuery(.everything), disclosed: [.who], isOpening: true, reader: reader.id,
                mostPerSecond: nil, in: try log.fresh(), after: nil, from: 0))
        let pages = Mutex([String]())
        var writer: any ResponseBodyWriter = TakingBody { text in
            guard text.contains("event: values") else { return }
            let count = pages.withLock { pages in
                pages.append(text)
                return pages.count
            }
            if count > 1 { throw Enough() }
            try Self.destroy(alice, console)
        }
        do {
            _ = try await stream.run(.object([]), &writer)
            Issue.record("it has ended")
        } catch is Enough {}
        let all = pages.withLock { $0 }
        let (first, second) = (try #require(all.first), try #require(all.last))
        for name in ["Alice", "Bob"] { #expect(first.contains("\"\(name)\"")) }
        #expect(!first.contains("\"who\":\"erased\""))
        #expect(!second.contains("\"Alice\""))
        #expect(second.contains("\"Bob\""))
        #expect(second.contains("\"who\":\"erased\""))
    }
}
