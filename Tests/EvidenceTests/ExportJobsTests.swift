// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Evidence
import LogReading
import Merkle
import Query
import SignedNotes
import Synchronization
import SystemPackage
import Testing
import TestSupport
import Verification

@Suite struct `Exports in the background` {
    /// A log, the folder of jobs, and what is recorded of them.
    private final class Site {
        let log: LedgerLog
        let folder: TestDirectory
        var recorded: [(id: UniqueID, records: UInt64)] = []
        /// Called before a record is durable.
        var beforeRecord: () -> Void = {}
        var mayRecord = true
        /// Windows until a turn is to end.
        var windows = Int.max
        var hasRoom = true

        init(_ count: Int = 1200) throws {
            log = try LedgerLog(count, publishedAlways: false)
            folder = try TestDirectory()
        }

        func jobs(most: Int = 5, ofOne: Int = 5, bytes: Int64 = 1 << 30) throws -> ExportJobs {
            try ExportJobs(
                folder.path,
                ExportJobs.Limits(
                    jobs: most, ofOne: ofOne, bytes: bytes, kept: .seconds(3600)))
        }

        func ticket(
            _ query: String, _ form: String, _ number: UInt64, groups: Set<CommitGroup> = [],
            of maker: String = "a1"
        ) throws -> ExportTicket {
            var order = try Packs.order(query, groups: groups)
            order.request.uid = UniqueID(at: Packs.time, random: (number, number))
            return ExportTicket(
                order, form: form, try source().checkpoint, remembered: nil,
                asked: .object([
                    JSONMember("account", .string(maker)), JSONMember("note", .string("Alice")),
                ]))
        }

        func source() throws -> EvidenceSource {
            try Packs.source(log.directory, [log.fixture.signer])
        }

        func turn(_ jobs: ExportJobs) throws -> Bool {
            let source = try source()
            return try jobs.turn(
                ExportJobs.Surroundings(
                    source: { _ in source },
                    values: { source, _ in ValueReader(opening: source.snapshot) },
                    record: { job, outcome throws(EvidenceFailure) in
                        self.beforeRecord()
                        guard self.mayRecord else { throw .unsigned("the log takes no record") }
                        self.recorded.append((job.id, outcome.records))
                    },
                    hasRoom: { self.hasRoom },
                    pauses: {
                        self.windows -= 1
                        return self.windows < 0
                    }, now: { Packs.time }))
        }
    }

    @Test func `RecordedBeforeFetched: say what they hold before anything can be fetched`() throws {
        let site = try Site()
        let jobs = try site.jobs()
        let pack = try #require(
            try jobs.add(try site.ticket("path:/v1/invoices/1*", "pack", 1, groups: [.what])))
        let list = try #require(try jobs.add(try site.ticket("*", "csv", 2)))
        #expect(jobs.all.map(\.standing) == [.waiting, .waiting])
        site.beforeRecord = {
            let isFirst = site.recorded.isEmpty
            #expect((jobs.path(of: "pack.tar", of: pack.id) == nil) == isFirst)
            #expect(jobs.path(of: "content/list.csv", of: list.id) == nil)
        }
        #expect(try site.turn(jobs))
        #expect(try site.turn(jobs))
        #expect(try !site.turn(jobs))
        #expect(site.recorded.map(\.id) == [pack.id, list.id])
        #expect(jobs.all.map(\.standing) == [.done, .done])
        #expect(jobs.all.map { $0.outcome?.records } == site.recorded.map(\.records))
        let path = try #require(jobs.path(of: "pack.tar", of: pack.id))
        #expect(try Packs.check(path, [site.log.key]).verdict == .verified)
        for name in ["order.json", "../2/content/list.csv", "content/records.ndjson", ""] {
            #expect(jobs.path(of: name, of: pack.id) == nil)
        }
        let file = try #require(jobs.job(list.id)?.outcome?.files.first)
        let bytes = try site.folder.read(list.id.text + "/" + file.name)
        #expect(file.mark.bytes == Int64(bytes.count))
    }

    @Test func `survive a restart, and go on to the same bytes`() throws {
        let site = try Site()
        let ticket = try site.ticket("service:*", "pack", 1, groups: [.what])
        func made(_ windows: Int) throws -> FileMark? {
            site.windows = windows
            var jobs = try site.jobs()
            let id = try #require(try jobs.add(ticket)).id
            #expect(try site.turn(jobs) == (windows == Int.max))
            if windows != Int.max {
                #expect(jobs.job(id)?.standing == .waiting)
                jobs = try site.jobs()
                #expect(jobs.all.map(\.standing) == [.waiting])
                site.windows = Int.max
                #expect(try site.turn(jobs))
            }
            let again = try site.jobs()
            #expect(again.job(id)?.standing == .done)
            #expect(again.job(id)?.outcome == jobs.job(id)?.outcome)
            let mark = again.job(id)?.outcome?.files.first?.mark
            #expect(try again.remove(id))
            #expect(site.folder.files.isEmpty)
            return mark
        }
        let whole = try made(Int.max)
        #expect(whole != nil)
        for windows in [0, 1] { #expect(try made(windows) == whole) }
    }

    @Test func `that cannot be recorded are not handed out, and say why`() throws {
        let site = try Site(3)
        let jobs = try site.jobs()
        let id = try #require(try jobs.add(try site.ticket("*", "ndjson", 1))).id
        site.mayRecord = false
        #expect(try site.turn(jobs))
        guard case .failed(let why)? = jobs.job(id)?.standing else {
            Issue.record("\(String(describing: jobs.job(id)?.standing))")
            return
        }
        #expect(why.contains("takes no record"))
        #expect(jobs.path(of: "content/list.ndjson", of: id) == nil)
        #expect(!site.folder.files.contains { $0.contains("content") })
        #expect(try site.jobs().job(id)?.standing == .failed(why))
    }

    @Test func `can be cancelled at any time, and leave nothing`() throws {
        let site = try Site()
        let jobs = try site.jobs()
        let waiting = try #require(try jobs.add(try site.ticket("*", "csv", 1))).id
        #expect(try jobs.remove(waiting))
        #expect(try !jobs.remove(waiting))
        #expect(site.folder.files.isEmpty)
        let running = try #require(try jobs.add(try site.ticket("*", "pack", 2))).id
        site.beforeRecord = {
            #expect(throws: Never.self) { try jobs.remove(running) }
        }
        #expect(try site.turn(jobs))
        #expect(jobs.all.isEmpty)
        #expect(site.folder.files.isEmpty)
    }

    /// What is left of a job that nothing can be fetched of.
    private static func cleared(_ id: UniqueID) -> [String] {
        ["job.json", "order.json"].map { id.text + "/" + $0 }
    }

    private static func later(_ seconds: Int64) -> UTCInstant {
        UTCInstant(microseconds: Packs.time.microseconds + seconds * 1_000_000 - 1)
    }

    @Test func `expire, and are limited in number, for all and for each maker`() throws {
        let site = try Site(3)
        let jobs = try site.jobs(most: 3, ofOne: 2)
        _ = try #require(try jobs.add(try site.ticket("*", "csv", 1)))
        #expect(jobs.refusal(of: "a1") == nil)
        let failing = try #require(try jobs.add(try site.ticket("*", "pack", 2)))
        #expect(jobs.refusal(of: "a1") == .tooManyOfOne)
        #expect(try jobs.add(try site.ticket("*", "csv", 3)) == nil)
        #expect(jobs.refusal(of: "a2") == nil)
        _ = try #require(try jobs.add(try site.ticket("*", "csv", 4, of: "a2")))
        #expect(jobs.refusal(of: "a2") == .tooMany)
        #expect(try jobs.add(try site.ticket("*", "csv", 5, of: "a2")) == nil)
        #expect(try site.turn(jobs))
        site.mayRecord = false
        #expect(try site.turn(jobs))
        site.mayRecord = true
        #expect(try site.turn(jobs))
        #expect(jobs.job(failing.id)?.standing.name == "failed")
        try jobs.expire(Self.later(3600))
        #expect(jobs.all.count == 3)
        try jobs.expire(Self.later(3601))
        #expect(jobs.all.isEmpty)
        #expect(site.folder.files.isEmpty)
    }

    private final class Added: Sendable {
        let areAll = Atomic(false)
    }

    @Test func `are begun once their order is whole, however soon somebody asks`() async throws {
        let site = try Site(20)
        let jobs = try site.jobs(most: 200, ofOne: 200)
        // The one that came last is begun first.
        let tickets = try (1...40).reversed().map { try site.ticket("*", "csv", UInt64($0)) }
        let added = Added()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { added.areAll.store(true, ordering: .releasing) }
                for ticket in tickets { _ = try #require(try jobs.add(ticket)) }
            }
            while true {
                let wereAll = added.areAll.load(ordering: .acquiring)
                if try !site.turn(jobs) {
                    if wereAll { break }
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        #expect(jobs.all.count == 40)
        #expect(jobs.all.allSatisfy { $0.standing == .done })
    }

    @Test func `of an account that was removed end with it, whatever becomes of them just then`()
        throws
    {
        let site = try Site()
        let jobs = try site.jobs()
        let time = Self.later(5)
        let done = try #require(try jobs.add(try site.ticket("path:/v1/*", "pack", 1))).id
        #expect(try site.turn(jobs))
        let failed = try #require(try jobs.add(try site.ticket("*", "csv", 2))).id
        site.mayRecord = false
        #expect(try site.turn(jobs))
        site.mayRecord = true
        let running = try #require(try jobs.add(try site.ticket("*", "pack", 3))).id
        site.beforeRecord = {
            #expect(throws: Never.self) { try jobs.endWithAccount(running, at: time) }
        }
        #expect(try site.turn(jobs))
        site.beforeRecord = {}
        let waiting = try #require(try jobs.add(try site.ticket("*", "ndjson", 4))).id
        for id in [done, failed, waiting] { #expect(try jobs.endWithAccount(id, at: time)) }
        #expect(try !jobs.endWithAccount(done, at: Self.later(6)))
        for jobs in [jobs, try site.jobs()] {
            #expect(jobs.all.allSatisfy { $0.standing == .accountRemoved(time) })
            #expect(jobs.all.allSatisfy { $0.ticket.order.request.purpose == nil })
            #expect(jobs.all.allSatisfy { $0.ticket.order.query.expression == .everything })
            #expect(jobs.path(of: "pack.tar", of: done) == nil)
            #expect(jobs.bytes == 0)
        }
        let left = [done, failed, running, waiting].flatMap { Self.cleared($0) }
        #expect(site.folder.files.sorted() == left.sorted())
        #expect(try !site.turn(jobs))
        try jobs.expire(Self.later(3601))
        #expect(jobs.all.isEmpty)
    }

    @Test(arguments: ["csv", "pack"])
    func `that take more of the disk than they may end, and say so`(form: String) throws {
        let site = try Site(2600)
        let jobs = try site.jobs(bytes: 100_000)
        let id = try #require(try jobs.add(try site.ticket("*", form, 1))).id
        #expect(try site.turn(jobs))
        #expect(jobs.job(id)?.standing == .failed(EvidenceFailure.noRoom.message))
        #expect(site.folder.files.sorted() == Self.cleared(id))
        #expect(jobs.bytes == 0)
        let others = try site.jobs()
        site.hasRoom = false
        let other = try #require(try others.add(try site.ticket("*", form, 2))).id
        #expect(try site.turn(others))
        #expect(others.job(other)?.standing == .failed(EvidenceFailure.noRoom.message))
        site.hasRoom = true
        let third = try #require(try others.add(try site.ticket("*", form, 3))).id
        #expect(try site.turn(others))
        #expect(others.job(third)?.standing == .done)
        let full = try site.jobs(bytes: 1000)
        #expect(full.refusal(of: "a1") == .noRoom)
        // A pack is there once, when it can be fetched.
        #expect(site.folder.files.count { $0.contains(third.text) } == 3)
    }

    @Test func `go with an erasure if they hold values, and say by which record`() throws {
        let site = try Site()
        let size = try site.source().checkpoint.claim.size.count
        let jobs = try site.jobs(most: 9, ofOne: 9)
        let plain = try #require(try jobs.add(try site.ticket("service:*", "csv", 1))).id
        let shown = try #require(
            try jobs.add(try site.ticket("*", "pack", 2, groups: [.who]))
        ).id
        let found = try #require(try jobs.add(try site.ticket("path:/v1/*", "csv", 3))).id
        while try site.turn(jobs) {}
        let waiting = try #require(try jobs.add(try site.ticket("path:/v1/*", "csv", 4))).id
        func erasure(_ index: UInt64) -> PrivacyStanding.Erasure {
            PrivacyStanding.Erasure(index: index, time: Packs.time, settled: index)
        }
        // Whatever was erased before they were ordered was not opened for them.
        #expect(try jobs.end(by: erasure(size - 1)) == 0)
        #expect(try jobs.end(by: erasure(size + 7)) == 3)
        #expect(try jobs.end(by: erasure(size + 7)) == 0)
        func isAsItShouldBe(_ jobs: ExportJobs) throws {
            #expect(jobs.job(plain)?.standing == .done)
            for id in [shown, found, waiting] {
                let job = try #require(jobs.job(id))
                #expect(job.standing == .erased(erasure(size + 7)))
                #expect(job.ticket.order.query.text == "*")
                #expect(job.ticket.order.request.purpose == nil)
                #expect(job.maker == "a1")
                let left = site.folder.files.filter { $0.contains(id.text) }
                #expect(left.sorted() == Self.cleared(id))
                for name in left {
                    let text = String(decoding: try site.folder.read(name), as: UTF8.self)
                    for word in ["/v1/", "Alice", "a test"] { #expect(!text.contains(word)) }
                }
            }
            #expect(jobs.path(of: "pack.tar", of: shown) == nil)
        }
        try isAsItShouldBe(jobs)
        // Also where the process ended before all of it was removed.
        try site.folder.write([1], to: shown.text + "/pack.tar")
        let again = try site.jobs(most: 9, ofOne: 9)
        try isAsItShouldBe(again)
        #expect(try !site.turn(again))
    }

    @Test func `that are being made when somebody is erased are not handed out`() throws {
        let site = try Site()
        let jobs = try site.jobs()
        let id = try #require(try jobs.add(try site.ticket("*", "pack", 1, groups: [.who]))).id
        let erasure = PrivacyStanding.Erasure(index: 5000, time: Packs.time, settled: 5001)
        site.beforeRecord = {
            #expect(throws: Never.self) { try jobs.end(by: erasure) }
        }
        #expect(try site.turn(jobs))
        #expect(jobs.job(id)?.standing == .erased(erasure))
        #expect(site.folder.files.sorted() == Self.cleared(id))
        #expect(try site.jobs().job(id)?.standing == .erased(erasure))
    }

    @Test func `whose order was cut off at a crash are gone at the next start`() throws {
        let site = try Site(3)
        let id = try #require(try site.jobs().add(try site.ticket("*", "csv", 1))).id
        try site.folder.write(Array("{".utf8), to: id.text + "/order.json")
        try site.folder.write([1], to: "something/else")
        #expect(try site.jobs().all.isEmpty)
        #expect(site.folder.files == ["something/else"])
        // One whose end is damaged is there, and says that it has to be asked for again.
        let jobs = try site.jobs()
        let other = try #require(try jobs.add(try site.ticket("*", "csv", 2))).id
        #expect(try site.turn(jobs))
        try site.folder.tamper(other.text + "/job.json") { $0.removeLast() }
        guard case .failed(let why)? = try site.jobs().job(other)?.standing else {
            Issue.record("a damaged job did not fail")
            return
        }
        #expect(why.contains("ask for it again"))
    }
}
