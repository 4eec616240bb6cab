// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Merkle
import Testing

@Suite struct SystemRecordTests {
    private func read(_ record: SystemRecord) throws -> Record {
        let leaf = Sample.complete(record.draft(producer: try Sample.producer()))
        let read = try Record(leaf: leaf)
        #expect(read.faults.isEmpty)
        return read
    }

    @Test("log.start names the boot before and what recovery found")
    func start() throws {
        let boot = try #require(Sample.boot)
        let record = try read(
            .logStart(
                uid: try #require(Sample.uid), time: Sample.time,
                previous: PreviousBoot(boot: boot, lastSequence: 41),
                recovery: RecoveryFacts(
                    wasClean: false, replayedEntries: 3, discardedBytes: 17, unknownOutcomes: 2),
                version: "0.1.0", configuration: "sha256:ab"))
        #expect(record.action == "log.start")
        #expect(record.previousBoot == PreviousBoot(boot: boot, lastSequence: 41))
        #expect(record.value[path: "recovery", "clean"]?.bool == false)
        #expect(record.value[path: "recovery", "replayed_entries"]?.integer == 3)
        #expect(record.value[path: "recovery", "discarded_bytes"]?.integer == 17)
        #expect(record.value[path: "recovery", "unknown_outcomes"]?.integer == 2)
        #expect(record.value[path: "software", "version"]?.string == "0.1.0")
        #expect(record.value[path: "software", "config"]?.string == "sha256:ab")
        #expect(record.actorKind == .system)
        #expect(record.service == "countersign")
        #expect(record.sequence == 3)
    }

    @Test("The first log.start has no boot before it")
    func firstStart() throws {
        let record = try read(
            .logStart(
                uid: try #require(Sample.uid), time: Sample.time, previous: nil,
                recovery: RecoveryFacts(
                    wasClean: true, replayedEntries: 0, discardedBytes: 0, unknownOutcomes: 0),
                version: "0.1.0", configuration: nil))
        #expect(record.previousBoot == nil)
        #expect(record.value["previous"] == nil)
        #expect(record.severity == .informational)
    }

    @Test("Stop, configuration and readings are valid records")
    func others() throws {
        let uid = try #require(Sample.uid)
        let stop = try read(.logStop(uid: uid, time: Sample.time, cause: .shutdown))
        #expect(stop.action == "log.stop")
        let query = QueryFacts(hash: "sha256:00", rows: 12, range: "0..<12", purpose: "review")
        let readings: [(SystemRecord.Reading, String)] = [
            (.query, "log.query"), (.export, "log.export"), (.verify, "log.verify"),
        ]
        for (reading, action) in readings {
            let record = try read(
                .reading(
                    reading, uid: uid, time: Sample.time, outcome: .success, query: query,
                    actor: .system))
            #expect(record.action == action)
            #expect(record.value[path: "query", "rows"]?.integer == 12)
        }
        for isAccepted in [true, false] {
            let record = try read(
                .configuration(
                    uid: uid, time: Sample.time, object: "configuration", before: "sha256:a",
                    after: isAccepted ? "sha256:b" : nil, isAccepted: isAccepted, actor: .system))
            #expect(record.action == (isAccepted ? "config.loaded" : "config.rejected"))
            #expect(record.outcome == (isAccepted ? .success : .failure))
            #expect(record.value[path: "change", "before_sha256"]?.string == "sha256:a")
        }
    }

    @Test("A heartbeat carries counters and clock, negative offsets included")
    func heartbeat() throws {
        var counters = HeartbeatCounters()
        counters.accepted = 9
        counters.recorded = 8
        counters.dropped = 1
        counters.throughSequence = 8
        let record = try read(
            .heartbeat(
                uid: try #require(Sample.uid), time: Sample.time, counters: counters,
                clock: ClockFacts(
                    source: "ntp", offsetMicroseconds: -120, errorMicroseconds: 900,
                    isSynchronized: true)))
        #expect(record.value[path: "counters", "accepted"]?.integer == 9)
        #expect(record.value[path: "counters", "through_seq"]?.integer == 8)
        #expect(record.value["counters"]?.members?.count == 9)
        #expect(record.value[path: "clock", "offset_us"]?.integer == -120)
        #expect(record.value[path: "clock", "synced"]?.bool == true)
    }

    @Test("A gap names boot, sequence numbers and cause", arguments: GapFacts.Cause.allCases)
    func gap(cause: GapFacts.Cause) throws {
        let record = try read(
            .gap(
                uid: try #require(Sample.uid), time: Sample.time,
                GapFacts(
                    boot: try #require(Sample.boot), sequences: 4...6, count: 3, cause: cause)))
        #expect(record.value[path: "gap", "first_seq"]?.integer == 4)
        #expect(record.value[path: "gap", "last_seq"]?.integer == 6)
        #expect(record.value[path: "gap", "count"]?.integer == 3)
        #expect(record.value[path: "gap", "reason"]?.string == cause.rawValue)
        #expect(record.effect == .error)
    }

    @Test("A started record without outcome gets one of the same uid, actor, service and request")
    func unknown() throws {
        var access = try Sample.access()
        access.stage = .started
        access.end = .open
        access.actor = EncodedActor(
            Principal(
                uid: "sub_1", kind: .user, issuer: "https://id", roles: ["a"], session: nil,
                authentication: .none))
        let draft = access.draft(
            host: Array("api.example.com".utf8).span, producer: try Sample.producer())
        let started = try Record(leaf: Sample.complete(draft))
        let later = UTCInstant(microseconds: Sample.time.microseconds + 5)
        let record = try read(
            try #require(SystemRecord.unknownOutcome(of: started, time: later)))
        #expect(record.uid == started.uid)
        #expect(record.stage == .unknown)
        #expect(record.outcome == .unknown)
        #expect(record.reason == "interrupted")
        #expect(record.time == later)
        #expect(record.commitments.isEmpty)
        for name in ["actor", "dst", "http", "decision"] {
            #expect(record.value[name] == started.value[name])
        }
        #expect(record.action == started.action)
        #expect(SystemRecord.unknownOutcome(of: record, time: later) == nil)
    }

    @Test("A long version is cut and the record says so")
    func longText() throws {
        let record = try read(
            .logStart(
                uid: try #require(Sample.uid), time: Sample.time, previous: nil,
                recovery: RecoveryFacts(
                    wasClean: true, replayedEntries: 0, discardedBytes: 0, unknownOutcomes: 0),
                version: String(repeating: "é", count: 1025), configuration: nil))
        #expect(record.value["truncated"]?.array == [.string("software.version")])
    }
}
