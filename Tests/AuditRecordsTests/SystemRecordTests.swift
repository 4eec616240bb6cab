// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
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
                version: "0.1.0", configuration: "sha256:ab", durability: .synced))
        #expect(record.action == "log.start")
        #expect(record.previousBoot == PreviousBoot(boot: boot, lastSequence: 41))
        #expect(record.value[path: "recovery", "clean"]?.bool == false)
        #expect(record.value[path: "recovery", "replayed_entries"]?.integer == 3)
        #expect(record.value[path: "recovery", "discarded_bytes"]?.integer == 17)
        #expect(record.value[path: "recovery", "unknown_outcomes"]?.integer == 2)
        #expect(record.value[path: "software", "version"]?.string == "0.1.0")
        #expect(record.value[path: "software", "config"]?.string == "sha256:ab")
        #expect(record.word(.durability) == "synced")
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
                version: "0.1.0", configuration: nil, durability: .synced))
        #expect(record.previousBoot == nil)
        #expect(record.value["previous"] == nil)
        #expect(record.severity == .informational)
    }

    @Test("Stop, configuration and readings are valid records")
    func others() throws {
        let uid = try #require(Sample.uid)
        let stop = try read(.logStop(uid: uid, time: Sample.time, cause: .shutdown))
        #expect(stop.action == "log.stop")
        // What says nothing of it is read as the first records were.
        #expect(stop.word(.durability) == nil)
        #expect(stop.durability == .synced)
        let query = QueryFacts(hash: "sha256:00", rows: 12, range: "0..<12", purpose: "review")
        var randomness = BufferedRandomness(source: .kernel)
        let reader = SubjectKey(id: .tenant, lookup: .zero, randomness: &randomness)
        let readings: [(SystemRecord.Reading, String)] = [
            (.query, "log.query"), (.export, "log.export"), (.tail, "log.tail"),
        ]
        for (reading, action) in readings {
            let record = try read(
                .reading(
                    reading, uid: uid, time: Sample.time, outcome: .success, query: query,
                    sealedBy: reader, salt: randomness.salt(), actor: .system))
            #expect(record.action == action)
            #expect(record.value[path: "query", "rows"]?.integer == 12)
            // In words of one's own, it may name a person.
            #expect(record.value[path: "query", "purpose"] == nil)
            #expect(record.commitments.keys.map(\.self) == [.payload])
        }
    }

    @Test("A reading's purpose stands in the leaf only if it is the number of a case")
    func purposes() throws {
        let uid = try #require(Sample.uid)
        var randomness = BufferedRandomness(source: .kernel)
        let reader = SubjectKey(id: .tenant, lookup: .zero, randomness: &randomness)
        for (purpose, isOpen) in [
            ("DSR-118", true), ("about Ada Lovelace", false), ("Ada", false),
            ("audit 2026-Q4", false), ("alice.miller1982", false),
            (String(repeating: "a1", count: 5000), false),
        ] {
            let reading = SystemRecord.reading(
                .query, uid: uid, time: Sample.time, outcome: .success,
                query: QueryFacts(hash: nil, rows: 1, range: "0..<1", purpose: purpose),
                sealedBy: reader, salt: randomness.salt(), actor: .system)
            let record = try read(reading)
            #expect(record.value[path: "query", "purpose"]?.string == (isOpen ? purpose : nil))
            let draft = reading.draft(producer: try Sample.producer())
            let sealed = draft.commitments.payload
            #expect((sealed == nil) == isOpen)
            #expect(record.commitments[.payload] == sealed?.commitment)
            guard let sealed else { continue }
            #expect(sealed.subject.id == reader.id)
            let value = try JSONParser.parse(Array(sealed.value), as: .canonical, deepest: 3)
            #expect(purpose.hasPrefix(try #require(value["query.purpose"]?.string)))
            #expect((record.value["truncated"] != nil) == (purpose.utf8.count > 2048))
        }
    }

    @Test("The end of a tail names its beginning, and why it ended")
    func endOfTail() throws {
        let uid = try #require(Sample.uid)
        var randomness = BufferedRandomness(source: .kernel)
        let reader = SubjectKey(id: .tenant, lookup: .zero, randomness: &randomness)
        let record = try read(
            .reading(
                .tail, uid: uid, time: Sample.time, outcome: .success,
                query: QueryFacts(
                    hash: nil, rows: 3, range: "7..<20", purpose: nil, began: uid,
                    ended: .stopping), sealedBy: reader, salt: randomness.salt(),
                actor: .system))
        #expect(record.action == "log.tail")
        #expect(record.value[path: "query", "about"]?.string == uid.text)
        #expect(record.value[path: "query", "ended"]?.string == "stopping")
    }

    private func changes(
        _ before: ConfigurationChange.State?, _ after: ConfigurationChange.State?,
        refusedFor cause: String? = nil
    ) throws -> [Record] {
        let uid = try #require(Sample.uid)
        return try SystemRecord.configuration(
            ConfigurationChange(object: .credentials, before: before, after: after),
            refusedFor: cause, actor: .system
        ) { (uid, Sample.time) }.map { try read($0) }
    }

    @Test(
        "A change of the configuration names the files that decide and the keys that came and went")
    func configuration() throws {
        func state(_ digest: String, _ keys: [String: String]) -> ConfigurationChange.State {
            ConfigurationChange.State(
                configuration: "sha256:c",
                files: [
                    DecidingFile(path: "keys.yaml", purpose: "api_keys", digest: digest),
                    DecidingFile(path: "ca.pem", purpose: "client_ca", digest: "sha256:d"),
                ], roll: CredentialRoll(keys: keys), isWhole: true)
        }
        let before = state("sha256:a", ["m/one": "1", "m/two": "1", "m/three": "1"])
        let after = state("sha256:b", ["m/one": "1", "m/two": "2", "m/four": "1"])
        let record = try #require(try changes(before, after).first)
        #expect(record.action == "config.loaded")
        #expect(record.outcome == .success)
        let change = try #require(record.value["change"])
        #expect(change["object"]?.string == "credentials")
        #expect(change["keys_added"] == .array([.string("m/four")]))
        #expect(change["keys_removed"] == .array([.string("m/three")]))
        #expect(change["keys_changed"] == .array([.string("m/two")]))
        // The configuration says the same, and yet another one decides.
        #expect(change["before_config"] == change["after_config"])
        #expect(change["before_sha256"] != change["after_sha256"])
        let files = try #require(change["files"]?.array)
        #expect(files.map { $0["path"]?.string } == ["ca.pem", "keys.yaml"])
        #expect(files.map { $0["sha256"]?.string } == ["sha256:d", "sha256:b"])
        #expect(files.map { $0["before_sha256"]?.string } == [nil, "sha256:a"])
        let start = try #require(try changes(nil, after).first?.value["change"])
        #expect(start["before_sha256"] == nil)
        #expect(start["keys_added"]?.array?.count == 3)
        let rejected = try #require(try changes(before, nil, refusedFor: "why").first)
        #expect(rejected.action == "config.rejected")
        #expect(rejected.outcome == .failure)
        #expect(rejected.detail == "why")
        #expect(rejected.value[path: "change", "before_sha256"]?.string == before.digest)
        #expect(rejected.value[path: "change", "after_config"] == nil)
        #expect(rejected.value[path: "change", "after_sha256"] == nil)
        // Of files that were not all read nothing is said as a whole.
        var part = after
        part.isWhole = false
        let half = try #require(try changes(before, part, refusedFor: "why").first?.value["change"])
        #expect(half["after_config"]?.string == "sha256:c")
        #expect(half["after_sha256"] == nil)
        #expect(half["files"]?.array?.count == 2)
    }

    @Test(
        "More keys than one record can list are listed by several", arguments: [0, 1, 64, 65, 200])
    func manyKeys(count: Int) throws {
        let keys = Dictionary(
            uniqueKeysWithValues: (0..<count).map { ("m/key\($0 + 100)", "1") })
        let records = try changes(
            nil,
            ConfigurationChange.State(
                configuration: "sha256:c", files: [], roll: CredentialRoll(keys: keys),
                isWhole: true))
        #expect(records.count == max(1, (count + 63) / 64))
        let listed = records.flatMap { $0.value[path: "change", "keys_added"]?.array ?? [] }
        #expect(listed.compactMap(\.string) == keys.keys.sorted())
        #expect(records.allSatisfy { $0.value["truncated"] == nil })
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
                    isSynchronized: true), durability: .synced))
        #expect(record.value[path: "counters", "accepted"]?.integer == 9)
        #expect(record.value[path: "counters", "through_seq"]?.integer == 8)
        #expect(record.value["counters"]?.members?.count == 9)
        #expect(record.word(.durability) == "synced")
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
                version: String(repeating: "é", count: 1025), configuration: nil,
                durability: .synced))
        #expect(record.value["truncated"]?.array == [.string("software.version")])
    }
}
