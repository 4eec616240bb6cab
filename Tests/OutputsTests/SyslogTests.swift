// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import RecordForms
import TestSupport
import Testing

@testable import Outputs

@Suite struct `Syslog messages and RELP frames` {
    private func records(_ log: LedgerLog) throws -> [OutputRecord] {
        let leaves = try log.leaves
        return try leaves.enumerated().map { index, leaf in
            OutputRecord(
                index: LeafIndex(UInt64(index)), record: try Record(leaf: leaf), groups: [:],
                signedSize: TreeSize(UInt64(leaves.count)))
        }
    }

    private func form(
        _ form: DerivedForm = .native, mostBytes: Int = 8192, hasMark: Bool = false
    ) -> SyslogForm {
        SyslogForm(
            form: form, facility: 13, enterprise: 32473, mostBytes: mostBytes, hasMark: hasMark)
    }

    @Test func `a message has the head of RFC 5424 and the record as it is in the log`() throws {
        let log = try LedgerLog(3)
        let records = try records(log)
        let access = try #require(records.first { $0.record.action == "http.request" })
        let text = String(decoding: form().message(access), as: UTF8.self)
        let uid = try #require(access.record.uid?.text)
        let time = try #require(access.record.time?.rfc3339)
        let head =
            "<110>1 \(time) proxy-test countersign - http.request [countersign@32473 "
            + "index=\"\(access.index.value)\" size=\"\(records.count)\" uid=\"\(uid)\" "
            + "log=\"audit.example.com/test\"] "
        #expect(text.hasPrefix(head))
        let body = try JSONParser.parse(
            Array(text.dropFirst(head.count).utf8), as: .strict, deepest: 32)
        #expect(body["record"] == access.record.value)
        #expect(body["index"]?.integer == Int64(access.index.value))
        let marked = form(hasMark: true).message(access)
        #expect(marked.dropFirst(head.utf8.count).starts(with: [0xEF, 0xBB, 0xBF, 0x7B]))
    }

    @Test(arguments: [DerivedForm.native, .ocsf, .cef], [512, 800, 1400, 2048])
    func `a message that would be too long loses whole members and says so`(
        derived: DerivedForm, most: Int
    ) throws {
        let log = try LedgerLog(3)
        for record in try records(log) {
            let whole = form(derived, mostBytes: 1 << 20).message(record)
            let message = form(derived, mostBytes: most).message(record)
            let text = String(decoding: message, as: UTF8.self)
            guard whole.count > most else {
                #expect(message == whole)
                continue
            }
            #expect(text.contains(" truncated=\"true\"]"))
            let uid = try #require(record.record.uid?.text)
            let body = try #require(text.firstRange(of: "] ")).upperBound
            #expect(text[body...].contains(uid))
            guard derived != .cef else { continue }
            let value = try JSONParser.parse(
                Array(text[body...].utf8), as: .strict, deepest: 32)
            // What has to stay can be longer than the smallest of these limits.
            let left = value["truncated"] ?? value[path: "unmapped", "countersign", "truncated"]
            if most >= 1400 {
                #expect(message.count <= most)
                #expect(try #require(left?.array).isEmpty == false)
            }
        }
    }

    @Test func `a frame says how long its message is`() throws {
        let record = try #require(try records(LedgerLog(1)).first)
        let frame = form().frame(record)
        let digits = frame.prefix { $0 != 0x20 }
        #expect(
            Int(String(decoding: digits, as: UTF8.self)) == frame.count - digits.count - 1)
    }

    @Test func `what was sent counts once the other host has had it for five seconds`() {
        var marks = SentMarks()
        marks.sent(before: LeafIndex(10), offset: 1000)
        marks.sent(before: LeafIndex(20), offset: 2000)
        #expect(marks.acknowledged(999, at: .seconds(1)) == nil)
        #expect(marks.acknowledged(1000, at: .seconds(2)) == nil)
        #expect(marks.acknowledged(1999, at: .milliseconds(6999)) == nil)
        #expect(marks.acknowledged(2000, at: .seconds(7)) == LeafIndex(10))
        #expect(marks.acknowledged(2000, at: .milliseconds(11_999)) == nil)
        #expect(marks.acknowledged(2000, at: .seconds(12)) == LeafIndex(20))
        #expect(marks.acknowledged(2000, at: .seconds(100)) == nil)
    }

    @Test func `marks do not grow without an end`() {
        var marks = SentMarks()
        for number in 1...100_000 as ClosedRange<UInt64> {
            marks.sent(before: LeafIndex(number), offset: number)
        }
        #expect(marks.acknowledged(100_000, at: .zero) == nil)
        #expect(marks.acknowledged(100_000, at: .seconds(5)) == LeafIndex(100_000))
    }

    private static let answers =
        "1 rsp 93 200 OK\nrelp_version=0\nrelp_software=librelp,1.11.0,http://librelp.adiscon.com\ncommands=syslog\n"
        + "2 rsp 6 200 OK\n3 rsp 9 500 error\n0 serverclose 0\n"

    @Test(arguments: [1, 2, 7, 1000])
    func `frames are read whatever pieces they come in`(piece: Int) throws {
        var reader = RELPReader()
        var found: [RELPFrame] = []
        var rest = Array(Self.answers.utf8)[...]
        while !rest.isEmpty {
            reader.append(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
            while let frame = try reader.next() { found.append(frame) }
        }
        #expect(found.map(\.transaction) == [1, 2, 3, 0])
        #expect(found.map(\.command) == ["rsp", "rsp", "rsp", "serverclose"])
        #expect(found[2].data == Array("500 error".utf8))
        #expect(found[3].data == [])
        #expect(String(decoding: found[0].bytes, as: UTF8.self).hasPrefix("1 rsp 93 200 OK\n"))
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n", "1 rsp 99999999999 x\n", "x rsp 2 ok\n", " rsp 2 ok\n",
        "1 rsp 2 okay\n", "1\nrsp 2 ok\n", "1 rsp 70000 ",
    ])
    func `bytes that are no frame are refused`(text: String) {
        var reader = RELPReader()
        reader.append(Array(text.utf8))
        #expect(throws: RELPFault.self) { try reader.next() }
    }
}
