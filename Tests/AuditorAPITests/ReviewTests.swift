// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing

@Suite struct `A review that is signed off` {
    @Test func `names the query, the times, how many it was, and the signed size`() async throws {
        let console = try AskedConsole(30)
        let snapshot = try LogSnapshot(directory: console.log.path)
        let answer = try await console.post(
            "/api/v1/reviews",
            #"{"q":"category:access decision:allow","since":"2026-11-18","result":"findings","note":"AUD-2026-11"}"#
        )
        #expect(answer.status == 201, "\(answer)")
        let json = try answer.json
        #expect(json["accesses"]?.integer == 30)
        #expect(json["relation"]?.string == "exact")
        #expect(json["complete_to"]?.integer == Int64(snapshot.size.count))
        let newest = try #require(snapshot.newest?.claim)
        #expect(json["root"]?.string == newest.root.hash.base64)
        let facts = try #require(console.desk.readings.last)
        #expect(facts.rows == 30)
        #expect(facts.range == "0..<\(snapshot.size.count)")
        #expect(facts.purpose == "AUD-2026-11")
        let review = try #require(facts.review)
        #expect(review.result == .findings)
        #expect(review.root == newest.root.hash.base64)
        #expect(review.from?.rfc3339 == "2026-11-18T00:00:00.000000Z")
        #expect(review.to == nil)
        #expect(review.query == json["query"]?.string)
        #expect(ReviewFacts(review.json) == review)
    }

    @Test func `says nothing of whom it is about, where the query names somebody`() async throws {
        let console = try AskedConsole(30)
        let bare = try await console.post(
            "/api/v1/reviews", #"{"q":"actor:Alice","result":"clean"}"#)
        #expect(try bare.code == "purpose_missing")
        let answer = try await console.post(
            "/api/v1/reviews", #"{"q":"actor:Alice","result":"clean","note":"a look at one"}"#)
        #expect(try answer.json["accesses"]?.integer == 15)
        let facts = try #require(console.desk.readings.last)
        #expect(facts.review?.query == nil)
        #expect(facts.text?.contains("alice") == true)
        #expect(facts.about == console.people["Alice"])
        // A bare word may be a name as well; and values may be opened for a purpose by that name.
        for body in [
            #"{"q":"alice","result":"clean"}"#,
            #"{"q":"actor:Alice","result":"clean","purpose":"a look"}"#,
        ] {
            #expect(try await console.post("/api/v1/reviews", body).status == 201, "\(body)")
            #expect(console.desk.readings.last?.review?.query == nil, "\(body)")
        }
    }

    @Test func `takes a result and the right for it, and is never in an address`() async throws {
        let console = try AskedConsole(4)
        for body in ["{}", #"{"result":"fine"}"#, #"{"result":"clean","notes":"x"}"#] {
            #expect(try await console.post("/api/v1/reviews", body).status == 400, "\(body)")
        }
        for role in [Role.operator, .privacy, .admin] {
            let answer = try await console.post(
                "/api/v1/reviews", #"{"result":"clean"}"#, as: role)
            #expect(answer.status == 403, "\(role)")
        }
        #expect(try await console.get("/api/v1/reviews?result=clean").status == 405)
        #expect(console.desk.readings.isEmpty)
    }
}
