// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import Evidence
import LogReading
import SignedNotes
import SystemPackage
import TestSupport
import Testing
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

        init(_ count: Int = 1200) throws {
            log = try LedgerLog(count, publishedAlways: false)
            folder = try TestDirectory()
        }

        func jobs(most: Int = 5) throws -> ExportJobs {
            try ExportJobs(folder.path, ExportJobs.Limits(jobs: most, kept: .seconds(3600)))
        }

        func ticket(
            _ query: String, _ form: String, _ number: UInt64, groups: Set<CommitGroup> = []
        ) throws -> ExportTicket {
            var order = try Packs.order(query, groups: groups)
            order.request.uid = UniqueID(at: Packs.time, random: (number, number))
            return ExportTicket(
                order, form: form, try source().checkpoint, asked: .object([]))
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
                    pauses: {
                        self.windows -= 1
                        return self.windows < 0
                    }, now: { Packs.time }))
        }
    }

    @Test func `are recorded with what they hold before anything can be fetched`() throws {
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

    @Test func `expire, are limited in number, and go with an erasure if they hold values`()
        throws
    {
        let site = try Site(3)
        let jobs = try site.jobs(most: 3)
        let plain = try #require(try jobs.add(try site.ticket("*", "csv", 1))).id
        let shown = try #require(
            try jobs.add(try site.ticket("*", "csv", 2, groups: [.who]))
        ).id
        let asked = try #require(try jobs.add(try site.ticket("path:/v1/*", "csv", 3))).id
        #expect(try jobs.add(try site.ticket("*", "csv", 4)) == nil)
        while try site.turn(jobs) {}
        #expect(jobs.all.map(\.standing) == [.done, .done, .done])
        #expect(jobs.all.map(\.isPersonal) == [false, true, true])
        #expect(try jobs.removePersonal() == 2)
        #expect(jobs.all.map(\.id) == [plain])
        #expect(!site.folder.files.contains { $0.contains(shown.text) || $0.contains(asked.text) })
        try jobs.expire(UTCInstant(microseconds: Packs.time.microseconds + 3_599_000_000))
        #expect(jobs.all.count == 1)
        try jobs.expire(UTCInstant(microseconds: Packs.time.microseconds + 3_600_000_000))
        #expect(jobs.all.isEmpty)
        #expect(site.folder.files.isEmpty)
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
