// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Disclosures
import Testing

@Suite struct `A call about personal values` {
    @Test(arguments: [
        ("requests", "{}", "wants"), ("requests", #"{"wants":"all"}"#, "wants"),
        ("requests", #"{"wants":"erase","subjects":"alice"}"#, "subjects"),
        ("requests", #"{"wants":"erase","subjects":"sub_7q4m2xk9h0v3t8wz,"}"#, "subjects"),
        ("requests", #"{"wants":"expire","months":"2026-13"}"#, "months"),
        ("requests", #"{"wants":"release","hold":"x"}"#, "hold"),
        ("requests", #"{"wants":"erase","basis":"whim"}"#, "basis"),
        ("requests", #"{"wants":"erase","reference":"ada@example.com"}"#, "reference"),
        ("holds", #"{"reference":"LIT-7"}"#, "everything"),
        ("holds", #"{"months":"2026-03","everything":"yes","reference":"LIT-7"}"#, "everything"),
        ("holds", #"{"everything":"yes"}"#, "reference"), ("find", "{}", "name"),
    ])
    func `names the value that cannot be used`(
        path: String, body: String, name: String
    ) async throws {
        let console = try AskedConsole(6)
        let answer = try await console.post("/api/v1/privacy/\(path)", body, as: .privacy)
        #expect(answer.status == 400, "\(body)")
        #expect(try answer.code == "bad_parameter")
        #expect(try answer.json["parameter"]?.string == name, "\(body)")
        #expect(try answer.json["remedy"]?.string?.isEmpty == false)
    }

    @Test(arguments: [Role.auditor, .operator, .admin])
    func `takes the role for it`(role: Role) async throws {
        let console = try AskedConsole(6)
        let list = try await console.get("/api/v1/privacy", as: role)
        #expect(list.status == 403)
        let hold = #"{"everything":"yes","reference":"LIT-7"}"#
        #expect(try await console.post("/api/v1/privacy/holds", hold, as: role).status == 403)
    }

    @Test func `finds whom a name is of, and is a record for what`() async throws {
        let console = try AskedConsole()
        let none = try await console.post(
            "/api/v1/privacy/find", #"{"name":"Alice"}"#, as: .privacy)
        #expect(try none.code == "purpose_missing")
        let found = try await console.post(
            "/api/v1/privacy/find", #"{"name":"alice","purpose":"DSR-7"}"#, as: .privacy)
        #expect(found.status == 200)
        let rows = try found.rows
        #expect(rows.map { $0["subject"]?.string } == [console.people["Alice"]?.text])
        // Twenty records of fifteen accesses: each third has two.
        #expect(rows.first?["records"]?.integer == 20)
        #expect(rows.first?["state"]?.string == "kept")
        let nobody = try await console.post(
            "/api/v1/privacy/find", #"{"name":"Mallory","purpose":"DSR-7"}"#, as: .privacy)
        #expect(try nobody.rows.isEmpty)
        let readings = console.desk.readings
        #expect(readings.count == 2)
        #expect(readings.allSatisfy { $0.purpose == "DSR-7" })
        #expect(console.desk.sealed.first??.subject == console.people["Alice"])
    }

    @Test func `is refused while the log takes no records, and of requests that are none`()
        async throws
    {
        let console = try AskedConsole(6)
        let hold = try await console.post(
            "/api/v1/privacy/holds", #"{"everything":"yes","reference":"LIT-7"}"#, as: .privacy)
        #expect(hold.status == 503)
        #expect(try hold.code == "unrecorded")
        for step in ["approve", "execute"] {
            let answer = try await console.post(
                "/api/v1/privacy/requests/01a2b3c4-0000-7000-8000-000000000000/\(step)", "{}",
                as: .privacy)
            #expect(answer.status == 404)
        }
        let list = try await console.get("/api/v1/privacy", as: .privacy)
        #expect(list.status == 200)
        #expect(try list.json["requests"]?.array?.isEmpty == true)
        #expect(console.desk.readings.count == 1)
    }
}
