// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import LogReading
import Merkle
import Outputs
import Query
import TestSupport
import Testing

@Suite struct `An output` {
    private let state: TestDirectory
    private let receiver = ScriptedReceiver()

    init() throws { state = try TestDirectory() }

    private func size(_ log: LedgerLog) throws -> UInt64 {
        try LogSnapshot(directory: log.directory.path).size.count
    }

    @Test(arguments: [1, 499, 501])
    func `hands every record over once and in order`(count: Int) throws {
        let log = try LedgerLog(count)
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        let size = try size(log)
        #expect(receiver.taken == Array(0..<size))
        #expect(receiver.with { $0.attempts.allSatisfy { $0 <= 500 } })
        #expect(output.standing.state == .delivering)
        #expect(output.standing.next == size)
        #expect(output.standing.lagRecords == 0)
        #expect(output.facts == [])
    }

    @Test func `goes on after a restart where it was, and from a grown log`() throws {
        let log = try LedgerLog(20)
        let first = try DrivenOutput(log.directory, receiver.sender(), state: state)
        first.pass()
        #expect(first.engine.close() == nil)
        let before = try size(log)
        let ledger = try log.fixture.open(log.storage)
        try LedgerLog.append(5, to: ledger, log.fixture)
        #expect(ledger.close() == nil)
        let grown = try TestDirectory(log.storage)
        let second = try DrivenOutput(grown, receiver.sender(), state: state)
        second.pass()
        let after = try LogSnapshot(directory: grown.path).size.count
        #expect(after > before)
        #expect(receiver.taken == Array(0..<after))
        #expect(second.news.contains(.began(at: before)))
    }

    @Test func `begins with the next record where it is told to`() throws {
        let log = try LedgerLog(20)
        let output = try DrivenOutput(
            log.directory, receiver.sender(), state: state, start: .now)
        output.pass()
        #expect(receiver.taken == [])
        #expect(output.standing.next == (try size(log)))
    }

    @Test func `waits longer after each failure, warns, and misses nothing`() throws {
        let log = try LedgerLog(20)
        receiver.with { $0.failure = OutputFailure(.unreachable, "nobody listens") }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        for _ in 0..<3600 { output.pass() }
        // 1, 2, 4 … 256, 300, 300 … seconds: an hour is 9 doublings and ten times five minutes.
        #expect((15...25).contains(receiver.with { $0.attempts.count }))
        #expect(output.standing.state == .failing)
        #expect(output.standing.isInTrouble)
        #expect(output.standing.lag > .seconds(3500))
        #expect(output.standing.lastFailure?.code == .unreachable)
        let warnings = output.news.filter { if case .failing = $0 { true } else { false } }
        #expect(warnings.count == 1)
        #expect(output.news.contains { if case .lagging = $0 { true } else { false } })
        receiver.with { $0.failure = nil }
        for _ in 0..<301 { output.pass() }
        #expect(receiver.taken == Array(0..<(try size(log))))
        #expect(output.standing.lag == .zero)
        #expect(!output.standing.isInTrouble)
        #expect(output.news.contains { if case .recovered = $0 { true } else { false } })
        #expect(output.news.contains(.caughtUp))
    }

    @Test func `keeps to what a receiver asks for, within five minutes`() throws {
        let log = try LedgerLog(3)
        receiver.with { $0.failure = OutputFailure(.busy, "429", retryAfter: .seconds(86_400)) }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        #expect(output.standing.retry == .seconds(300))
    }

    @Test func `repeats nothing that the receiver took before it went`() throws {
        let log = try LedgerLog(40)
        receiver.with { $0.failsAfter = 7 }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        output.pass(.seconds(2))
        #expect(receiver.taken == Array(0..<(try size(log))))
    }

    @Test func `finds the one record that is refused, names it, and goes on`() throws {
        let log = try LedgerLog(498)
        receiver.with { $0.unwanted = { $0 == 123 } }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        let size = try size(log)
        #expect(receiver.taken == Array(0..<size).filter { $0 != 123 })
        let leaf = try log.leaves[123]
        let uid = try Record(leaf: leaf).uid?.text
        #expect(
            output.facts == [
                OutputFacts(
                    output: "siem",
                    .rejected(
                        index: 123, uid: uid, action: "http.request", depth: 1, status: "400",
                        reason: "unwanted"))
            ])
        #expect(receiver.with { $0.attempts.count } < 25)
        #expect(output.standing.rejected == 1)
        #expect(output.standing.records == size - 1)
    }

    @Test func `does not go on behind a refusal that the log takes no record of`() throws {
        let log = try LedgerLog(9)
        receiver.with { $0.unwanted = { $0 == 4 } }
        let recorded = DrivenOutput.Recorded()
        recorded.setTaking(false)
        let output = try DrivenOutput(
            log.directory, receiver.sender(), state: state, recorded: recorded)
        output.pass()
        #expect(receiver.taken == [0, 1, 2, 3])
        #expect(output.standing.next == 4)
        #expect(output.standing.lastFailure?.code == .unrecorded)
        recorded.setTaking(true)
        output.pass(.seconds(2))
        #expect(receiver.taken == Array(0..<(try size(log))).filter { $0 != 4 })
    }

    @Test func `leaves a receiver alone that refuses one record after the other`() throws {
        let log = try LedgerLog(60)
        receiver.with { $0.unwanted = { _ in true } }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        #expect(output.facts.count == OutputPlan.mostRefused)
        #expect(output.standing.lastFailure?.code == .refusesAll)
        #expect(output.standing.next == UInt64(OutputPlan.mostRefused))
        receiver.with { $0.unwanted = { _ in false } }
        output.pass(.seconds(2))
        #expect(receiver.taken == Array(16..<(try size(log))))
    }

    @Test func `has every refused record recorded, one about a refusal too, and there it ends`()
        throws
    {
        var log = try BuiltLog()
        log.start(BuiltLog.id(1))
        func add(_ number: UInt64, of name: String, depth: Int) {
            log.append(
                .output(
                    OutputFacts(
                        output: name,
                        .rejected(
                            index: 0, uid: nil, action: nil, depth: depth, status: "400",
                            reason: "no")),
                    uid: BuiltLog.id(number), time: UTCInstant(microseconds: log.clock)),
                boot: BuiltLog.id(1), number)
        }
        for number in 2...20 as ClosedRange<UInt64> { add(number, of: "siem", depth: 1) }
        for number in 21...30 as ClosedRange<UInt64> { add(number, of: "other", depth: 1) }
        for number in 31...40 as ClosedRange<UInt64> { add(number, of: "other", depth: 2) }
        for number in 41...45 as ClosedRange<UInt64> { add(number, of: "siem", depth: 2) }
        for number in 46...50 as ClosedRange<UInt64> { add(number, of: "other", depth: 3) }
        let directory = try TestDirectory()
        for (name, bytes) in try log.signedFiles() { try directory.write(bytes, to: name) }
        receiver.with { $0.unwanted = { _ in true } }
        let output = try DrivenOutput(
            directory, receiver.sender(), state: state, origin: "log.example")
        for _ in 0..<40 { output.pass(.seconds(300)) }
        let named = output.facts.compactMap { facts -> UInt64? in
            guard case .rejected(let index, _, _, _, _, _) = facts.loss else { return nil }
            return index
        }
        #expect(named == Array(0..<40))
        let depths = output.facts.map { facts -> Int in
            guard case .rejected(_, _, _, let depth, _, _) = facts.loss else { return 0 }
            return depth
        }
        // Whoever is refused a refusal of another output's refusal is at the end of it.
        #expect(depths == [1] + Array(repeating: 2, count: 29) + Array(repeating: 3, count: 10))
        #expect(output.standing.rejected == 40)
        #expect(output.standing.next == 50)
        // Nothing waits: what is said of earlier refusals is not how it stands now.
        #expect(output.standing.state == .delivering)
        #expect(output.standing.retry == nil)
        #expect(output.standing.lastFailure?.code == .refusesAll)
        #expect(output.standing.lastSuccess == nil)
        receiver.with { $0.unwanted = { _ in false } }
        #expect(output.engine.replay(from: 0))
        output.pass()
        #expect(receiver.taken == Array(0..<40))
    }

    @Test func `names the records among which some were left out, one that is named elsewhere not`()
        throws
    {
        let log = try LedgerLog(9)
        receiver.with { $0.leavesOut = 2 }
        let output = try DrivenOutput(
            log.directory, receiver.sender(), state: state, disclosed: [.who])
        output.pass()
        let size = try size(log)
        #expect(
            output.facts == [
                OutputFacts(
                    output: "siem",
                    .rejectedAmong(
                        0...size - 1, count: 2, action: nil, depth: 1, status: "partial",
                        reason: "withheld: values are disclosed"))
            ])
        #expect(output.standing.rejected == 2)
        #expect(output.standing.records == size - 2)
    }

    @Test func `records a refusal once more rather than not at all when it is killed`() throws {
        let log = try LedgerLog(30)
        receiver.with { $0.unwanted = { $0 < 5 } }
        let first = try DrivenOutput(log.directory, receiver.sender(), state: state)
        // The fifth refusal is not recorded: the position may not be beyond it, here or on the disk.
        first.recorded.setTaking(true, most: 4)
        first.pass()
        #expect(first.facts.count == 4)
        #expect(first.standing.next == 4)
        // Nothing was closed: what the next one finds is what was on the disk.
        let second = try DrivenOutput(log.directory, receiver.sender(), state: state)
        second.pass()
        let named = (first.facts + second.facts).compactMap { facts -> UInt64? in
            guard case .rejected(let index, _, _, _, _, _) = facts.loss else { return nil }
            return index
        }
        #expect(Set(named) == Set(0..<5))
        #expect(receiver.taken == Array(5..<(try size(log))))
    }

    @Test func `counts as delivered what a receiver without answers is known to have`() throws {
        let log = try LedgerLog(30)
        receiver.with { $0.answers = false }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        let size = try size(log)
        #expect(receiver.taken == Array(0..<size))
        #expect(output.standing.next == 0)
        receiver.with { $0.confirmed = 12 }
        output.pass()
        #expect(output.standing.next == 12)
        #expect(output.engine.close() == nil)
        let second = try DrivenOutput(log.directory, receiver.sender(), state: state)
        second.pass()
        #expect(receiver.taken == Array(0..<size) + Array(12..<size))
    }

    @Test(arguments: [true, false])
    func `hands on what is asked for, and waits for nothing else`(answers: Bool) throws {
        let log = try LedgerLog(30)
        let query = try RecordQuery("category:access", at: QueryClock(now: log.fixture.clock.now))
        receiver.with { $0.answers = answers }
        let output = try DrivenOutput(
            log.directory, receiver.sender(), state: state, query: query)
        output.pass()
        let leaves = try log.leaves
        let wanted = try leaves.indices.filter {
            try Record(leaf: leaves[$0]).event("category")?.string == "access"
        }.map { UInt64($0) }
        #expect(wanted.count == 30)
        #expect(receiver.taken == wanted)
        if !answers {
            #expect(output.standing.next == 0)
            receiver.with { $0.confirmed = wanted.last.map { $0 + 1 } }
            output.pass()
        }
        #expect(output.standing.next == UInt64(leaves.count))
        #expect(output.standing.records == 30)
    }

    @Test func `delivers again from where somebody wants it, and says until where`() throws {
        let log = try LedgerLog(30)
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        let size = try size(log)
        #expect(!output.engine.replay(from: size + 1))
        receiver.with { $0.failure = OutputFailure(.busy, "later") }
        #expect(output.engine.replay(from: 10))
        output.pass()
        #expect(output.standing.next == 10)
        #expect(output.standing.again == size)
        receiver.with { $0.failure = nil }
        output.pass(.seconds(2))
        #expect(receiver.taken == Array(0..<size) + Array(10..<size))
        #expect(output.standing.again == nil)
    }

    @Test func `leaves out what is too old, and names it`() throws {
        let log = try LedgerLog(10)
        let times = try log.leaves.map { try Record(leaf: $0).logTime }
        let last = try #require(times.last ?? nil)
        let output = try DrivenOutput(
            log.directory, receiver.sender(), state: state, mostLag: .seconds(60))
        output.pass(now: UTCInstant(microseconds: last.microseconds + 59_000_000))
        #expect(output.facts == [])
        let otherState = try TestDirectory()
        let other = try DrivenOutput(
            log.directory, ScriptedReceiver().sender(), state: otherState,
            mostLag: .seconds(60))
        other.pass(now: UTCInstant(microseconds: last.microseconds + 61_000_000))
        let size = try size(log)
        #expect(other.facts == [OutputFacts(output: "siem", .gap(0...size - 1, .mostLag))])
        #expect(other.standing.next == size)
    }

    @Test
    func `refuses a position of another log and a damaged one until it is told where to begin`()
        throws
    {
        let output = try DrivenOutput(
            try LedgerLog(20).directory, receiver.sender(), state: state)
        output.pass()
        #expect(output.engine.close() == nil)
        let other = try LedgerLog(30)
        for damage in [false, true] {
            if damage { try state.write(Array("{".utf8), to: "outputs/siem.position") }
            let second = ScriptedReceiver()
            let next = try DrivenOutput(other.directory, second.sender(), state: state)
            next.pass()
            #expect(next.standing.lastFailure?.code == .position)
            #expect(second.taken == [])
            #expect(next.engine.replay(from: 3))
            next.pass()
            #expect(second.taken == Array(3..<(try size(other))))
            _ = next.engine.close()
            // For the second round, and as it was before the first.
            try state.remove("outputs/siem.position")
        }
    }

    @Test func `hands no record over that was changed in the log`() throws {
        let log = try LedgerLog(20)
        try log.directory.forgetCommitJournal()
        let entries = try #require(log.directory.files.first { $0.hasSuffix("entries") })
        try log.directory.tamper(entries) { bytes in
            let place = bytes.count / 2
            bytes[place] = bytes[place] == 0x31 ? 0x32 : 0x31
        }
        let output = try DrivenOutput(log.directory, receiver.sender(), state: state)
        output.pass()
        #expect(output.standing.lastFailure?.code == .notAsSigned)
        #expect(receiver.taken == [])
    }
}
