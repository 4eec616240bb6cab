// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Disclosures
import Merkle
import Testing

@testable import AuditRecords

/// A unique id.
private func id(_ number: UInt64) -> UniqueID {
    UniqueID(at: UTCInstant(microseconds: 1_795_000_000_000_000), random: (number, number << 2))
}

@Suite struct `Records about personal values` {
    private static let time = UTCInstant(microseconds: 1_795_000_000_000_000)

    private static func scope() throws -> PrivacyScope {
        PrivacyScope(
            subjects: [try #require(SubjectID("sub_0123456789abcdef"))],
            periods: [try #require(Period("2026-03".utf8))])
    }

    private static func record(_ facts: PrivacyFacts, after previous: UInt64?) throws -> Record {
        let system = SystemRecord.privacy(
            facts, uid: id(9), time: time, after: previous, actor: .hostUser(1001))
        var leaf: [UInt8] = []
        system.draft(producer: EncodedProducer(uid: "proxy-a", boot: id(1))).complete(
            index: LeafIndex(4), encodedOrigin: Array("\"log.example\"".utf8), previous: .zero,
            time: time, sequence: 5, into: &leaf)
        return try Record(leaf: leaf)
    }

    private static let deeds: [PrivacyFacts.Deed] =
        PrivacyFacts.Wish.allCases.map { .request($0) }
        + RefusalGround.allCases.map { .refuse($0) } + [
            .approve, .erase, .expire, .done, .hold, .release,
        ]

    @Test(arguments: deeds) func `say what was done, and are read as that`(
        deed: PrivacyFacts.Deed
    ) throws {
        for scope in [PrivacyScope(), try Self.scope()] {
            for previous in [nil, 3] as [UInt64?] {
                let facts = PrivacyFacts(
                    deed, about: id(2), scope: scope,
                    reference: PrivacyReference("DSR-1"), basis: .unlawful,
                    approvers: ["uid:1001", "uid:1002"], values: 7, range: "0..<4")
                let record = try Self.record(facts, after: previous)
                #expect(record.faults.isEmpty)
                #expect(PrivacyFacts(record) == facts)
                #expect(record.previousPrivacyRecord == previous)
                #expect(record.newestPrivacyRecord == 4)
            }
        }
    }

    @Test func `come to what is open, held and erased`() throws {
        var standing = PrivacyStanding()
        let scope = PrivacyScope(subjects: try Self.scope().subjects)
        func take(_ facts: PrivacyFacts, _ index: UInt64, _ person: String) {
            standing.take(
                facts, uid: id(index), at: index, time: Self.time, actor: person)
        }
        take(PrivacyFacts(.request(.erase), scope: scope), 1, "a")
        take(PrivacyFacts(.approve, about: id(1)), 2, "b")
        take(PrivacyFacts(.approve, about: id(1)), 3, "b")
        #expect(standing.requests.map(\.approvers) == [["a", "b"]])
        take(PrivacyFacts(.hold), 4, "c")
        #expect(standing.hold(forbidding: scope)?.uid == id(4))
        take(PrivacyFacts(.request(.release), about: id(4)), 5, "c")
        take(PrivacyFacts(.release, about: id(5)), 6, "c")
        #expect(standing.holds.isEmpty && standing.requests.count == 1)
        take(PrivacyFacts(.erase, about: id(1), scope: scope), 7, "a")
        #expect(standing.requests.isEmpty && standing.pending.map(\.uid) == [id(7)])
        take(PrivacyFacts(.done, about: id(7)), 8, "system")
        #expect(standing.pending.isEmpty && standing.newest == 8)
        #expect(standing.erasedSubjects == Set(scope.subjects))
    }
}
