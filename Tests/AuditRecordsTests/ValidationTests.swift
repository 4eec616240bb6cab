// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Testing

@Suite struct ValidationTests {
    static let mandatory = [
        "schema", "uid", "written.origin", "written.index", "written.prev", "written.time",
        "producer.uid",
        "producer.boot", "written.seq", "time", "stage", "event.category", "event.class",
        "event.activity", "event.action", "event.outcome", "event.severity", "actor.uid",
        "actor.type", "actor.auth.method", "dst.service", "decision.effect", "decision.policy",
        "decision.policy_version", "decision.rule", "decision.reason", "commit",
    ]

    /// The vector's record with the value at a path replaced, or taken out.
    private func changed(_ path: String, to new: JSONValue?) throws -> [UInt8] {
        let record = try Record(leaf: try Vector().leaf)
        let names = path.split(separator: ".").map(String.init)
        return CanonicalJSON.encode(replace(names[...], in: record.value, with: new))
    }

    private func replace(
        _ path: ArraySlice<String>, in value: JSONValue, with new: JSONValue?
    ) -> JSONValue {
        guard let name = path.first else { return value }
        var members = value.members ?? []
        let position = members.firstIndex { $0.name == name }
        let old = position.map { members[$0].value } ?? .object([])
        if let position { members.remove(at: position) }
        if path.count > 1 {
            members.append(JSONMember(name, replace(path.dropFirst(), in: old, with: new)))
        } else if let new {
            members.append(JSONMember(name, new))
        }
        return .object(members)
    }

    @Test("Every mandatory member is missed", arguments: mandatory)
    func missing(path: String) throws {
        let faults = Record.faults(inLeaf: try changed(path, to: nil))
        #expect(faults.contains(RecordFault(.missing, at: path)))
        #expect(faults.allSatisfy { $0.path == path || $0.path.hasPrefix(path + ".") })
    }

    @Test("A record of an error needs no policy")
    func errorNeedsNoPolicy() throws {
        let leaf = try changed(
            "decision", to: .object([JSONMember("effect", .string("error"))]))
        #expect(Record.faults(inLeaf: leaf).isEmpty)
    }

    @Test(
        "A value of the wrong form is named",
        arguments: [
            ("schema", .string("countersign.record/2"), .badValue),
            ("uid", .string("019DAB3C-5F59-7C3E-9D0A-6F3B2C1D4E5F"), .badValue),
            ("written.index", .integer(-1), .badValue),
            ("written.index", .string("1"), .wrongType),
            ("written.prev", .string("AAAA"), .badValue),
            ("written.time", .string("2026-11-21T08:47:12Z"), .badValue),
            ("written.seq", .integer(0), .badValue),
            ("time", .string("2026-02-30T08:47:12.345678Z"), .badValue),
            ("event.action", .string("request"), .badValue),
            ("event.action", .string("http..x"), .badValue),
            ("event.severity", .integer(7), .badValue),
            ("event.message", .string(String(repeating: "m", count: 257)), .stringTooLong),
            ("actor.auth.mfa", .string("true"), .wrongType),
            ("http.status", .integer(99), .badValue),
            ("dst.port", .integer(65_536), .badValue),
            ("trace.trace_id", .string(String(repeating: "G", count: 32)), .badValue),
            ("trace.span_id", .string("00"), .badValue),
            ("commit.who", .string("x"), .badValue),
            ("data_tags", .array([.integer(1)]), .badValue),
            ("labels", .object([JSONMember("a", .integer(1))]), nil),
            ("actor.session", .string(""), .emptyString),
            ("actor.session", .string(String(repeating: "s", count: 2049)), .stringTooLong),
            ("actor.roles", .array(Array(repeating: .string("r"), count: 65)), .arrayTooLong),
            ("actor.agent", .object([JSONMember("Name", .string("x"))]), nil),
        ] as [(String, JSONValue, RecordFault.Kind?)])
    func wrongValue(path: String, value: JSONValue, kind: RecordFault.Kind?) throws {
        let faults = Record.faults(inLeaf: try changed(path, to: value))
        #expect(!faults.isEmpty)
        if let kind { #expect(faults.contains(RecordFault(kind, at: path))) }
    }

    @Test(
        "Words of a later version are no fault",
        arguments: [
            "stage", "event.category", "event.outcome", "actor.type", "actor.auth.method",
            "actor.auth.bound", "decision.effect",
        ])
    func laterWords(path: String) throws {
        #expect(Record.faults(inLeaf: try changed(path, to: .string("unheard of"))).isEmpty)
        #expect(!Record.faults(inLeaf: try changed(path, to: .integer(1))).isEmpty)
    }

    @Test("An action is any two dotted words or more, digits allowed")
    func actions() throws {
        for action in ["k8s.exec", "privacy.erase.done", "mcp.tool_call2"] {
            #expect(Record.faults(inLeaf: try changed("event.action", to: .string(action))) == [])
        }
    }

    @Test("Unknown members are left to later versions, within the limits")
    func unknownMembers() throws {
        #expect(
            try Record.faults(inLeaf: changed("later", to: .object([JSONMember("x", .integer(1))])))
                .isEmpty)
        #expect(
            try Record.faults(inLeaf: changed("bad-name", to: .integer(1)))
                == [RecordFault(.badName, at: "bad-name")])
    }

    @Test("Depth six is accepted, depth seven is not")
    func depth() throws {
        func nested(_ depth: Int) -> JSONValue {
            (1..<depth).reduce(.object([])) { value, _ in .object([JSONMember("a", value)]) }
        }
        #expect(try Record.faults(inLeaf: changed("later", to: nested(5))).isEmpty)
        let faults = Record.faults(inLeaf: try changed("later", to: nested(6)))
        guard case .notCanonical(let fault)? = faults.first?.kind else {
            Issue.record("depth seven was accepted")
            return
        }
        #expect(fault.kind == .tooDeep)
    }

    @Test("Labels are at most sixteen strings")
    func labels() throws {
        func labels(_ count: Int) -> JSONValue {
            .object((0..<count).map { JSONMember("l\($0)", .string("v")) })
        }
        #expect(try Record.faults(inLeaf: changed("labels", to: labels(16))).isEmpty)
        #expect(
            try Record.faults(inLeaf: changed("labels", to: labels(17)))
                == [RecordFault(.tooManyMembers, at: "labels")])
    }

    @Test(
        "Text that is not canonical JSON is no record",
        arguments: [
            "", "{", "[]", "1", "{} ", "{\"a\":null}", "{\"a\":1.5}", "{\"b\":1,\"a\":1}", "second",
        ])
    func notCanonical(text: String) {
        let faults = Record.faults(inLeaf: Array(text.utf8))
        #expect(faults.count == 1)
        #expect(faults.first?.path == "")
    }
}
