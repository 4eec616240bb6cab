// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle
import Testing
import Transport

@testable import Outputs

@Suite struct `What outputs over HTTP are made of` {
    @Test func `signs as the published example of Standard Webhooks has it`() throws {
        let secret = try #require(
            WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", from: "env:HOOK"))
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect("\(secret)" == "env:HOOK")
        #expect(Mirror(reflecting: secret).children.isEmpty)
        for text in [
            "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_!",
            "whsec_" + Base64.encode([UInt8](repeating: 1, count: 23)),
            "whsec_" + Base64.encode([UInt8](repeating: 1, count: 65)),
        ] { #expect(WebhookSecret(text, from: "env:HOOK") == nil, "\(text)") }
    }

    @Test func `holds no secret that could end a line of a request`() {
        for text in ["", "a b", "a\r\nX: y", "ä"] {
            #expect(HTTPSecret(text, from: "env:TOKEN") == nil, "\(text)")
        }
        let secret = HTTPSecret("abc-123", from: "env:TOKEN")
        #expect(secret.map { "\($0)" } == "env:TOKEN")
        #expect(secret.map { Mirror(reflecting: $0).children.isEmpty } == true)
    }

    @Test func `waits as long as it is asked to, in seconds or until a date`() throws {
        let now = try #require(UTCInstant(rfc3339: "1994-11-06T08:49:00.000000Z"))
        #expect(RetryAfter.duration("120", now: now) == .seconds(120))
        #expect(
            RetryAfter.duration("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(37))
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:48:37 GMT", now: now) == .zero)
        for text in ["", "-1", "1.5", "soon", "Sun, 06 Foo 1994 08:49:37 GMT"] {
            #expect(RetryAfter.duration(text, now: now) == nil, "\(text)")
        }
    }

    @Test func `shows where it leads without what may be a secret in the query`() {
        let tls = UpstreamTLS(verification: .full(authorities: nil), serverName: nil)
        let receiver = HTTPReceiver(
            "siem", host: "siem.example.com", port: 8443, path: "/in?key=secret", tls: tls)
        #expect(receiver.target == "https://siem.example.com:8443/in")
        #expect(receiver.path(appending: "/ack") == "/in/ack")
        #expect(receiver.cautions == [])
        func plain(_ host: String) -> [String] {
            HTTPReceiver("siem", host: host, port: 80, path: "", tls: nil).cautions
        }
        #expect(plain("127.0.0.1") == [] && plain("localhost") == [])
        #expect(plain("siem.example.com") == ["is not encrypted (http)"])
    }

    private enum Outcome: Hashable {
        case done
        case refused
        case failed(OutputFailure.Code)

        init(_ end: OutputAnswer.End) {
            self =
                switch end {
                case .done: .done
                case .refused: .refused
                case .failed(let failure): .failed(failure.code)
                }
        }
    }

    @Test func `finds a record at fault in few answers only`() {
        func outcome(_ status: UInt16) -> Outcome {
            Outcome(HTTPExchange.Answer(status: status, body: []).end(from: "there"))
        }
        for status: UInt16 in [200, 201, 202, 204] { #expect(outcome(status) == .done) }
        for status: UInt16 in [400, 409, 413, 415, 422, 451] {
            #expect(outcome(status) == .refused, "\(status)")
        }
        for status: UInt16 in [408, 425, 429, 500, 502, 503, 504, 599] {
            #expect(outcome(status) == .failed(.busy), "\(status)")
        }
        for status: UInt16 in [401, 402, 403, 407] {
            #expect(outcome(status) == .failed(.notPermitted), "\(status)")
        }
        for status: UInt16 in [301, 302, 307, 308, 404, 405, 410, 421] {
            #expect(outcome(status) == .failed(.badAnswer), "\(status)")
        }
    }

    @Test func `tells Splunk's codes apart, which all come with 400`() {
        func outcome(_ body: String, _ status: UInt16 = 400) -> Outcome {
            Outcome(
                HECEvent.end(
                    HTTPExchange.Answer(status: status, body: Array(body.utf8)), from: "there"))
        }
        #expect(outcome(#"{"text":"Success","code":0}"#, 200) == .done)
        #expect(outcome(#"{"text":"Invalid data format","code":6}"#) == .refused)
        #expect(outcome(#"{"text":"ACK is disabled","code":14}"#) == .failed(.badAnswer))
        #expect(outcome(#"{"text":"Incorrect index","code":7}"#) == .failed(.badAnswer))
        #expect(outcome(#"{"text":"Invalid token","code":4}"#, 403) == .failed(.notPermitted))
        #expect(outcome(#"{"text":"Server is busy","code":9}"#, 503) == .failed(.busy))
        #expect(outcome("<html>", 502) == .failed(.busy))
    }

    @Test func `counts as stored what is acknowledged, in the order of the log`() {
        var marks = HECMarks()
        #expect(marks.delivered == nil && !marks.isAskingDue(.zero))
        for (id, end) in [(1, 10), (2, 20), (3, 30)] as [(Int64, UInt64)] {
            marks.sent(
                before: LeafIndex(end), from: LeafIndex(end - 10), id: id, at: .seconds(id))
        }
        #expect(marks.delivered == LeafIndex(0))
        #expect(marks.isAskingDue(.seconds(3)) && !marks.isAskingDue(.seconds(3)))
        // A later one does not count before the earlier ones.
        marks.acknowledged([3])
        #expect(marks.delivered == LeafIndex(0) && marks.ids == [1, 2])
        marks.acknowledged([1])
        #expect(marks.delivered == LeafIndex(10) && marks.age(at: .seconds(10)) == .seconds(8))
        marks.acknowledged([2])
        #expect(marks.delivered == LeafIndex(30) && marks.age(at: .seconds(10)) == nil)
        for id in 0..<Int64(HECMarks.most) {
            #expect(marks.hasRoom)
            marks.sent(before: LeafIndex(31), from: LeafIndex(30), id: id, at: .zero)
        }
        #expect(!marks.hasRoom)
    }
}
