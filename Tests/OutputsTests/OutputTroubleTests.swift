// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import LogFormat
import LogReading
import Merkle
import Outputs
import TestSupport
import Testing

@Suite struct `An output in trouble` {
    private let state: TestDirectory
    private let receiver = ScriptedReceiver()

    init() throws { state = try TestDirectory() }

    @Test
    func `tells at once of a receiver that refuses everything, and of one that is away later`()
        throws
    {
        let log = try LedgerLog(60)
        receiver.with { $0.unwanted = { _ in true } }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass(most: 1)
        #expect(output.facts.count == 16)
        #expect(output.standing.isInTrouble)
        func told() -> [OutputFailure.Code] {
            output.news.compactMap {
                if case .failing(let failure, _) = $0 { failure.code } else { nil }
            }
        }
        #expect(told() == [.refusesAll])
        output.pass(.seconds(600), most: 1)
        #expect(told() == [.refusesAll])
        receiver.with { $0.unwanted = { _ in false } }
        output.pass(.seconds(600))
        #expect(!output.standing.isInTrouble)
        #expect(output.news.contains { if case .recovered = $0 { true } else { false } })
        receiver.with { $0.failure = OutputFailure(.unreachable, "nobody listens") }
        #expect(output.engine.replay(from: 0))
        output.pass()
        #expect(told() == [.refusesAll])
    }

    @Test(arguments: [false, true])
    func `opens nothing any more of whoever is erased, wherever it is by then`(
        isAway: Bool
    ) throws {
        let log = try LedgerLog(620)
        let output = try DrivenOutput(
            log.directory, receiver.sender(), state: state, disclosed: [.what])
        output.pass(most: 1)
        let before = receiver.with { $0.shown }
        #expect(before.count > 490)
        if isAway {
            receiver.with { $0.failure = OutputFailure(.unreachable, "nobody listens") }
            output.pass(most: 1)
        }
        let already = receiver.with { $0.shown }
        // As keys are destroyed: what the journal has of them first.
        try log.directory.forgetCommitJournal()
        try log.directory.tamper("keys/subjects") { file in
            let slot = SubjectSlot(destroyed: .tenant, created: log.fixture.clock.now).bytes
            let position = KeyStoreImage<SubjectSlot>(file).slots[.tenant]?.position ?? 0
            file.replaceSubrange(
                position * KeySlot.byteCount..<(position + 1) * KeySlot.byteCount, with: slot)
        }
        output.erasure = PrivacyStanding.Erasure(
            index: 623, time: log.fixture.clock.now, settled: 624)
        receiver.with { $0.failure = nil }
        output.pass(.seconds(600))
        #expect(receiver.with { $0.shown } == already)
        #expect(
            receiver.taken == Array(0..<(try LogSnapshot(directory: log.directory.path).size.count))
        )
    }
}
