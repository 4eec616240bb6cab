// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import LogFormat
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing

@Suite struct `What the server knows of its log` {
    private func checked() async throws -> AskedConsole {
        let console = try AskedConsole()
        try await console.still.check(console.log.path, console.keys, now: console.desk.now)
        return console
    }

    private func size(_ console: AskedConsole) throws -> UInt64 {
        try LogSnapshot(directory: console.log.path).size.count
    }

    @Test func `is two sentences about the records that they name`() async throws {
        let console = try await checked()
        let (size, answer) = (try size(console), try await console.get("/api/v1/integrity"))
        #expect(answer.status == 200)
        #expect(answer.field("Cache-Control") == "no-store")
        let json = try answer.json
        #expect(
            json["integrity"]?.string == "Of records 0 to \(size - 1), nothing was changed.")
        #expect(json["completeness"]?.string == "Of records 0 to \(size - 1), none is missing.")
        #expect(json["since"]?.string?.hasSuffix("every record that there is.") == true)
        #expect(json["verdict"]?.string == "verified")
        #expect(json[path: "check", "last", "size"]?.integer == Int64(size))
        #expect(json[path: "checkpoint", "size"]?.integer == Int64(size))
        #expect(json["holds"]?.integer == 2)
        #expect(json[path: "clock", "error_us"]?.integer == 900)
        #expect(json[path: "oldest", "index"]?.integer == 0)
        #expect(console.desk.readings.count == 1)
        #expect(console.desk.readings.first?.range == "0..<\(size)")
    }

    @Test func `is not known before it was looked at`() async throws {
        let console = try AskedConsole()
        let json = try await console.get("/api/v1/integrity").json
        #expect(json["integrity"]?.string?.hasPrefix("Not known") == true)
        #expect(json["completeness"]?.string?.hasPrefix("Not known") == true)
        #expect(json["verdict"] == .null)
        let producers = try await console.get("/api/v1/producers").json
        #expect(producers["checked_to"] == .null)
        #expect(producers["rows"] == .array([]))
    }

    @Test func `shows what was changed, and never as verified`() async throws {
        let console = try AskedConsole()
        let name = LogLayout.entries(SegmentNumber(0))
        var bytes = try ReadableFile.contents(of: console.log.path.appending(name))
        bytes[bytes.count / 3] ^= 1
        try console.log.write(bytes, to: name)
        try await console.still.check(console.log.path, console.keys, now: console.desk.now)
        let json = try await console.get("/api/v1/integrity").json
        #expect(json["verdict"]?.string != "verified")
        #expect(json["integrity"]?.string?.contains("something was changed") == true)
        #expect(json[path: "check", "last", "findings"]?.array?.isEmpty == false)
    }

    @Test func `is looked at anew when somebody wants it who may`() async throws {
        let console = try AskedConsole()
        #expect(try await console.post("/api/v1/integrity", "{}", as: .auditor).status == 202)
        #expect(console.still.hurries == 1)
        #expect(try await console.post("/api/v1/integrity", "{}", as: .privacy).status == 403)
        #expect(console.still.hurries == 1)
        #expect(console.desk.readings.count == 1)
    }

    @Test func `is who wrote it, boot by boot`() async throws {
        let console = try await checked()
        let json = try await console.get("/api/v1/producers?purpose=review").json
        let rows = try #require(json["rows"]?.array)
        #expect(rows.count == 1)
        let row = try #require(rows.first)
        #expect(row["boot"]?.string == console.still.boot.text)
        #expect(row["state"]?.string == "running")
        #expect(row["first_seq"]?.integer == 1)
        #expect(row["records"]?.integer == Int64(try size(console)))
        #expect(row["missing"]?.integer == 0)
        #expect(row["version"]?.string?.isEmpty == false)
        #expect(json["checked_to"]?.integer == json["complete_to"]?.integer)
        #expect(console.desk.readings.first?.purpose == "review")
    }

    @Test func `is for nobody whose reading cannot be recorded`() async throws {
        let console = try await checked()
        console.desk.stopLog()
        for path in ["integrity", "producers", "checkpoints", "checkpoints/consistency?from=1"] {
            let answer = try await console.get("/api/v1/\(path)")
            #expect(answer.status == 503, "\(path)")
            #expect(try answer.code == "unrecorded")
        }
    }

    @Test(arguments: ["integrity", "producers", "checkpoints", "checkpoints/consistency?from=1"])
    func `takes the right to read the log`(_ path: String) async throws {
        let console = try await checked()
        for role in Role.allCases {
            let answer = try await console.get("/api/v1/\(path)", as: role)
            #expect(answer.status == (role.rights.contains(.logRead) ? 200 : 403), "\(role)")
        }
        #expect(try await console.get("/api/v1/\(path)", as: nil).status == 401)
    }
}

@Suite struct `Checkpoints that were published` {
    @Test func `are listed page by page, each once`() async throws {
        let console = try AskedConsole()
        let all = try LogSnapshot(directory: console.log.path).checkpointFiles().journal
        var positions: [Int64] = []
        var target = "/api/v1/checkpoints?limit=1"
        for _ in 0...all.count {
            let json = try await console.get(target).json
            positions += (json["rows"]?.array ?? []).compactMap { $0["position"]?.integer }
            #expect(json["total"]?.integer == Int64(all.count))
            guard let next = json["next"]?.integer else { break }
            target = "/api/v1/checkpoints?limit=1&before=\(next)"
        }
        #expect(positions == (0..<Int64(all.count)).reversed())
        let newest = try await console.get("/api/v1/checkpoints").json["newest"]
        let note = try #require(newest?["note"]?.string)
        let checkpoint = try UnverifiedCheckpoint(Array(note.utf8))
        let policy = try #require(TrustPolicy(logKeys: console.keys))
        guard case .verified = checkpoint.verify(with: policy) else {
            Issue.record("\(checkpoint.verify(with: policy))")
            return
        }
    }

    @Test func `continue each other, which anybody can compute`() async throws {
        let console = try AskedConsole()
        let size = try LogSnapshot(directory: console.log.path).size.count
        for (from, to) in [(0, size), (1, 2), (3, size), (7, 8), (size, size)] {
            let json = try await console.get(
                "/api/v1/checkpoints/consistency?from=\(from)&to=\(to)"
            ).json
            func root(_ name: String) throws -> RootHash {
                RootHash(try #require(json[name]?.string.flatMap { Hash256(base64: $0) }))
            }
            let path = try #require(json["path"]?.array).map {
                NodeHash(try #require($0.string.flatMap { Hash256(base64: $0) }))
            }
            let proof = ConsistencyProof(old: TreeSize(from), new: TreeSize(to), path: path)
            let verdict = proof.check(old: try root("from_root"), new: try root("to_root"))
            #expect(verdict == (from == 0 ? .vacuous : .holds), "\(from) \(to)")
        }
        for wrong in ["from=3&to=2", "from=1&to=\(size + 1)", "to=2", "from=x"] {
            let answer = try await console.get("/api/v1/checkpoints/consistency?\(wrong)")
            #expect(answer.status == 400, "\(wrong)")
        }
    }
}
