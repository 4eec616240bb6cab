// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditorAPI
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Evidence
import HTTPTypes
import LogReading
import Merkle
import Query
import SignedNotes
import SystemPackage
import Testing
import TestSupport
import Verification

@Suite struct `Exports that are ordered over HTTP` {
    private static let path = "/api/v1/exports"

    private func id(_ answer: AskedConsole.Answer) throws -> String {
        let text = String(decoding: answer.body, as: UTF8.self)
        return try #require(try answer.json["id"]?.string, "\(text)")
    }

    @Test func `are recorded, made, and fetched by whoever ordered them`() async throws {
        let console = try AskedConsole(30)
        let ordered = try await console.post(
            Self.path, "{\"q\":\"actor:Alice\",\"disclose\":\"what\",\"purpose\":\"a review\"}")
        try #require(ordered.status == 202, "\(ordered)")
        let id = try id(ordered)
        let place = Self.path + "/" + id
        #expect(ordered.field("Location") == place)
        #expect(console.exports.wakes == 1)
        #expect(try ordered.json["state"] == .string("waiting"))
        #expect(try ordered.json["query"]?.string?.lowercased() == "actor:alice")
        // The order is a record before anything is made, under whose id the job goes, with its text sealed.
        #expect(console.desk.kinds == [.export])
        #expect(console.desk.readings[0].rows == nil)
        #expect(console.desk.uids.map(\.text) == [id])
        #expect(console.desk.sealed[0]?.subject == console.people["Alice"])
        // How it stands is no record.
        let waiting = try await console.get(place + "/content")
        #expect(waiting.status == 409)
        #expect(try waiting.code == "not_ready")
        #expect(waiting.field("Retry-After") == "1")
        try console.exports.make()
        let done = try await console.get(place)
        let job = try done.json
        #expect(job["state"] == .string("done"))
        #expect(job["matches"] == .integer(20))
        let file = try #require(job["files"]?.array?.first)
        #expect(console.desk.readings.count == 1)
        #expect(console.exports.recorded.map(\.text) == [id])

        let fetched = try await console.get(place + "/content")
        try #require(fetched.status == 200)
        let digest = Hex.encode(SHA256.hash(data: fetched.body))
        #expect(file["sha256"] == .string(digest))
        #expect(file["bytes"] == .integer(Int64(fetched.body.count)))
        #expect(fetched.field("ETag") == "\"\(digest)\"")
        #expect(fetched.field("Content-Type") == "application/x-tar")
        #expect(fetched.field("Cache-Control") == "no-store")
        #expect(
            fetched.field("Content-Disposition") == "attachment; filename=\"export-\(id).tar\"")
        #expect(console.desk.kinds == [.export, .export])
        #expect(console.desk.readings[1].began?.text == id)
        #expect(console.desk.readings[1].rows == 20)
        #expect(console.desk.readings[1].purpose == "a review")
        // What it is fetched for goes with her, as what it was ordered for does.
        #expect(console.desk.readings[1].about == console.people["Alice"])

        let kept = try TestDirectory()
        try kept.write(fetched.body, to: "pack.tar")
        let report = try PackRequest(
            path: kept.path.appending("pack.tar"), keys: console.keys.map(\.text),
            policyFile: nil, stateFile: nil, requiredWitnesses: 0
        ).run { _ in }
        #expect(report.verdict == .verified)

        let part = try await console.get(
            place + "/content", fields: [.range: "bytes=512-1023"])
        #expect(part.status == 206)
        #expect(part.body == Array(fetched.body[512..<1024]))
        #expect(part.field("Content-Range") == "bytes 512-1023/\(fetched.body.count)")
        #expect(console.desk.readings.count == 3)
        let same = try await console.get(
            place + "/content", fields: [.ifNoneMatch: "\"\(digest)\""])
        #expect(same.status == 304)
        let beyond = try await console.get(
            place + "/content", fields: [.range: "bytes=99999999-"])
        #expect(beyond.status == 416)
        #expect(try beyond.code == "range_not_satisfiable")
        #expect(try await console.get(place + "/content?part=2").status == 404)
        // Nothing left with any of these.
        #expect(console.desk.readings.count == 3)

        #expect(try await console.get(place, .delete).status == 204)
        #expect(try await console.get(place).status == 404)
        #expect(console.desk.readings.count == 3)
    }

    @Test(arguments: ["ndjson", "csv", "ocsf", "cef"])
    func `come in the forms that others read, as bytes that are not packed again`(
        form: String
    ) async throws {
        let console = try AskedConsole(30)
        let ordered = try await console.post(
            Self.path, "{\"q\":\"category:access\",\"format\":\"\(form)\",\"first\":3,\"last\":20}")
        let place = Self.path + "/" + (try id(ordered))
        try console.exports.make()
        let job = try await console.get(place).json
        #expect(job["state"] == .string("done"), "\(job)")
        let fetched = try await console.get(
            place + "/content", fields: [.acceptEncoding: "gzip"])
        #expect(fetched.field("Content-Encoding") == nil)
        #expect(fetched.field("ETag") == "\"\(Hex.encode(SHA256.hash(data: fetched.body)))\"")
        let rows = try #require(job["records"]?.integer)
        #expect(rows > 0 && rows <= 18)
        let lines = fetched.body.split(separator: UInt8(ascii: "\n")).count
        #expect(lines >= rows)
    }

    @Test func `have each record, or each access once`() async throws {
        let console = try AskedConsole(30)
        for (unit, count) in [("record", 35), ("access", 30)] as [(String, Int64)] {
            let body = "{\"q\":\"category:access\",\"format\":\"ndjson\",\"unit\":\"\(unit)\"}"
            let place = Self.path + "/" + (try id(try await console.post(Self.path, body)))
            try console.exports.make()
            let job = try await console.get(place).json
            #expect(job["records"] == .integer(count))
            #expect(job["unit"] == .string(unit))
        }
    }

    @Test func `are nobody else's to see or to fetch`() async throws {
        let console = try AskedConsole(6)
        let place = Self.path + "/" + (try id(try await console.post(Self.path, "{}")))
        try console.exports.make()
        for role in Role.allCases where role != .auditor {
            for target in [Self.path, place, place + "/content"] {
                let answer = try await console.get(target, as: role)
                #expect(answer.status == 403, "\(role) \(target)")
            }
            #expect(try await console.post(Self.path, "{}", as: role).status == 403)
        }
        let other = try await console.get(place, as: nil)
        #expect(other.status == 401)
        let token = try console.desk.token(of: [.logExport, .personalRead], named: "second")
        for target in [place, place + "/content"] {
            let answer = try await console.get(target, bearing: token)
            #expect(answer.status == 404)
            #expect(try answer.code == "not_found")
        }
        #expect(try await console.get(place, .delete, bearing: token).status == 404)
        #expect(try await console.get(Self.path, bearing: token).rows.isEmpty)
        let all = try await console.get(Self.path + "?whose=all", bearing: token)
        #expect(try all.code == "right_missing")
        #expect(console.desk.refused.last == .auditRead)
        let seeing = try console.desk.token(of: [.logExport, .auditRead], named: "third")
        let rows = try await console.get(Self.path + "?whose=all", bearing: seeing).rows
        #expect(rows.count == 1)
        #expect(console.desk.kinds.last == .query)
        #expect(console.desk.readings.last?.rows == 1)
        #expect(rows[0]["query"] == .null)
        #expect(rows[0]["hash"] != nil)
    }

    @Test func `open values for whoever may, each time with a purpose`() async throws {
        let console = try AskedConsole(6)
        let missing = try await console.post(Self.path, "{\"disclose\":\"who\"}")
        #expect(try missing.code == "purpose_missing")
        let token = try console.desk.token(of: [.logExport], named: "second")
        let refused = try await console.post(
            Self.path, "{\"disclose\":\"who\",\"purpose\":\"x\"}", bearing: token)
        #expect(try refused.code == "right_missing")
        // What depends on what they may not see is undecided, as everywhere.
        let sealed = try await console.post(Self.path, "{\"q\":\"actor:Alice\"}", bearing: token)
        let place = Self.path + "/" + (try id(sealed))
        try console.exports.make()
        let job = try await console.get(place, bearing: token).json
        #expect(job["matches"] == .integer(0))
        #expect(job["undecided"] == .integer(7))
    }

    @Test func `lead from what their receiver saw, and are of any size that was signed`()
        async throws
    {
        let console = try AskedConsole(30)
        let snapshot = try LogSnapshot(directory: console.log.path)
        let first = try #require(
            try snapshot.checkpointFiles().all.compactMap(\.checkpoint).first {
                $0.claim.size < snapshot.size
            })
        let text = String(decoding: first.note.encode(), as: UTF8.self)
        func body(_ members: [String: String]) -> String {
            let all = members.sorted { $0.key < $1.key }
            return String(
                decoding: CanonicalJSON.encode(
                    .object(all.map { JSONMember($0.key, .string($0.value)) })), as: UTF8.self)
        }
        let key: HTTPFields = [try #require(.init("Idempotency-Key")): "one"]
        let place =
            Self.path + "/"
            + (try id(try await console.post(Self.path, body(["remembered": text]), fields: key)))
        // The same call is the same job, and one that remembers something else is another.
        let same = try await console.post(Self.path, body(["remembered": text]), fields: key)
        #expect(try Self.path + "/" + id(same) == place)
        #expect(try await console.post(Self.path, "{}", fields: key).code == "key_used")
        try console.exports.make()
        let kept = try TestDirectory()
        try kept.write(try await console.get(place + "/content").body, to: "pack.tar")
        try kept.write(first.note.encode(), to: "seen")
        let report = try PackRequest(
            path: kept.path.appending("pack.tar"), keys: console.keys.map(\.text),
            policyFile: nil, stateFile: kept.path.appending("seen"), requiredWitnesses: 0
        ).run { _ in }
        #expect(report.verdict == .verified)
        #expect(!report.limits.contains { $0.code == "not_continued" })
        #expect(
            String(decoding: report.json, as: UTF8.self)
                .contains("--remembered consistency.txt"))
        #expect(try kept.read("seen") != first.note.encode())

        let earlier = try await console.post(Self.path, body(["checkpoint": text]))
        #expect(try earlier.json["size"]?.integer == Int64(first.claim.size.count))
        let other = text.replacing("audit.example.com/test", with: "other.example.com/test")
        let readings = console.desk.readings.count
        for (members, named) in [
            (["remembered": "audit.example.com/test"], "remembered"),
            (["remembered": other], "remembered"), (["checkpoint": other], "checkpoint"),
            (["remembered": text, "format": "csv"], "remembered"),
            (["checkpoint": text, "size": "3"], "size"),
            (["remembered": String(repeating: "a", count: 5000)], "remembered"),
        ] {
            let answer = try await console.post(Self.path, body(members))
            #expect(try answer.code == "bad_parameter", "\(members)")
            #expect(try answer.json["parameter"]?.string == named, "\(members)")
        }
        #expect(console.desk.readings.count == readings)
    }

    @Test func `say which member of an order cannot be used`() async throws {
        let console = try AskedConsole(6)
        for value in ["true", "null", "[\"yes\"]", "{\"yes\":1}", "1"] {
            let answer = try await console.post(
                Self.path, "{\"format\":\"csv\",\"full_range\":\(value)}")
            #expect(try answer.code == "bad_parameter", "\(value)")
            #expect(try answer.json["parameter"]?.string == "full_range", "\(value)")
            #expect(try answer.json["remedy"]?.string == "Write one of yes, no.", "\(value)")
        }
        let unknown = try await console.post(Self.path, "{\"full_rnage\":true}")
        #expect(try unknown.code == "unknown_parameter")
        #expect(try unknown.json["remedy"]?.string == "Did you mean full_range?")
    }

    @Test func `of a full range as a list say how many of its rows match`() async throws {
        let console = try AskedConsole(30)
        for (full, records) in [("yes", 18), ("no", 2)] as [(String, Int64)] {
            let ordered = try await console.post(
                Self.path,
                "{\"q\":\"index:5..6\",\"format\":\"ndjson\",\"first\":3,\"last\":20,\"full_range\":\"\(full)\"}"
            )
            let place = Self.path + "/" + (try id(ordered))
            try console.exports.make()
            let job = try await console.get(place).json
            #expect(job["records"] == .integer(records), "\(full)")
            #expect(job["matches"] == .integer(2), "\(full)")
            // The last line says that the list ends here.
            let content = try await console.get(place + "/content").body
            #expect(content.split(separator: UInt8(ascii: "\n")).count == Int(records) + 1)
        }
    }

    @Test
    func
        `have one hash in the record of the order, the job, the manifest, and whenever they are fetched`()
        async throws
    {
        let console = try AskedConsole(6)
        // Neither may see who looked at the log, one may open values.
        for (query, rights, name) in [
            ("category:audit", [Right.logExport], "second"),
            ("actor:Alice category:audit", [.logExport, .personalRead], "third"),
            ("*", [.logExport], "fourth"),
        ] as [(String, Set<Right>, String)] {
            let token = try console.desk.token(of: rights, named: name)
            let place = try id(
                try await console.post(
                    Self.path, "{\"q\":\"\(query)\",\"purpose\":\"a review\"}", bearing: token))
            try console.exports.make()
            let hash = try #require(console.desk.readings.last?.hash)
            let plain = try RecordQuery(query, at: QueryClock(now: console.desk.now)).hash
            #expect((hash == plain) == !query.contains("Alice"))
            let job = try await console.get("\(Self.path)/\(place)", bearing: token).json
            #expect(job["hash"]?.string == hash, "\(query)")
            let pack = try await console.get("\(Self.path)/\(place)/content", bearing: token)
            #expect(console.desk.readings.last?.hash == hash)
            let text = String(decoding: pack.body, as: UTF8.self)
            #expect(text.contains("\"hash\":\"\(hash)\""), "\(query)")
            #expect(text.contains("\"besides\":\"-action:(log.export OR log.query OR log.tail)\""))
            let kept = try TestDirectory()
            try kept.write(pack.body, to: "pack.tar")
            let report = try PackRequest(
                path: kept.path.appending("pack.tar"), keys: console.keys.map(\.text),
                policyFile: nil, stateFile: nil, requiredWitnesses: 0
            ).run { _ in }
            #expect(report.verdict == .verified, "\(report.findings.map(\.text))")
        }
    }

    @Test func `are refused as what is wrong with them`() async throws {
        let console = try AskedConsole(6)
        for (body, code) in [
            ("{\"q\":\"status:\"}", "bad_query"), ("{\"format\":\"pdf\"}", "bad_parameter"),
            ("{\"first\":9999}", "bad_range"), ("{\"first\":3,\"last\":1}", "bad_range"),
            ("{\"size\":4000}", "bad_parameter"), ("{\"limit\":3}", "unknown_parameter"),
            ("{\"since\":\"2026-12-02\",\"until\":\"2026-12-01\"}", "bad_range"),
        ] {
            let answer = try await console.post(Self.path, body)
            #expect(try answer.code == code, "\(body)")
        }
        #expect(console.desk.readings.isEmpty)
        console.desk.stopLog()
        #expect(try await console.post(Self.path, "{}").code == "unrecorded")
        #expect(try await console.get(Self.path).rows.isEmpty)
        console.exports.switchOff()
        let off = try await console.get(Self.path)
        #expect(off.status == 503)
        #expect(try off.code == "exports_unavailable")
    }

    @Test func `are few at a time, and one order sent twice is one`() async throws {
        let console = try AskedConsole(6)
        func order(_ body: String, _ key: String) async throws -> AskedConsole.Answer {
            try await console.post(
                Self.path, body, fields: [try #require(.init("Idempotency-Key")): key])
        }
        let first = try await order("{\"format\":\"csv\"}", "one")
        #expect(try id(try await order("{\"format\":\"csv\"}", "one")) == id(first))
        #expect(console.desk.readings.count == 1)
        let other = try await order("{\"format\":\"pack\"}", "one")
        #expect(other.status == 422)
        #expect(try other.code == "key_used")
        #expect(try await order("{}", "no key").code == "bad_parameter")
        for _ in 0..<3 { #expect(try await console.post(Self.path, "{}").status == 202) }
        let more = try await console.post(Self.path, "{}")
        #expect(more.status == 429)
        #expect(try more.code == "too_many_exports")
        #expect(console.desk.readings.count == 4)
        // One that is ended before it is made is said to have ended.
        #expect(try await console.get(Self.path + "/" + (try id(first)), .delete).status == 204)
        #expect(console.desk.readings.last?.ended == .reader)
        #expect(try await console.get(Self.path).rows.count == 3)
        #expect(try await console.post(Self.path, "{}").status == 202)
    }

    @Test func `end with an erasure that came after them, and say by which record`()
        async throws
    {
        let console = try AskedConsole(12)
        let plain = try id(try await console.post(Self.path, "{\"q\":\"status:200\"}"))
        let shown = try id(
            try await console.post(Self.path, "{\"disclose\":\"who\",\"purpose\":\"a review\"}"))
        try console.exports.make()
        #expect(try await console.get("\(Self.path)/\(shown)/content").status == 200)
        console.exports.erase()
        let gone = try await console.get("\(Self.path)/\(shown)/content")
        #expect(gone.status == 410)
        #expect(try gone.code == "erased")
        #expect(try gone.json["erased"] == .integer(5000))
        let job = try await console.get("\(Self.path)/\(shown)").json
        #expect(job["state"] == .string("erased"))
        #expect(job["erased"]?["erased"] == .integer(5000))
        #expect(job["query"] == .null && job["purpose"] == .null)
        #expect(job["files"] == .array([]))
        #expect(try await console.get("\(Self.path)/\(plain)/content").status == 200)
    }
}
