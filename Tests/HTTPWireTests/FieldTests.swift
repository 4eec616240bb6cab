// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `A field line` {
    @Test func `is read into name and trimmed value`() throws {
        let head = try parse(
            request("X-One: 1", "X-Two:2", "X-Three: \t 3 3 \t", "X-Four:", "X-Five:  "))
        #expect(
            RequestSummary(head).fields == [
                "Host=a.example", "X-One=1", "X-Two=2", "X-Three=3 3", "X-Four=", "X-Five=",
            ])
    }

    @Test(arguments: [
        "X-A : 1", "X-A\t: 1", " X-A: 1", "\tX-A: 1", ": 1", ":", "X-A", "X A: 1", "X(A): 1",
        "X-\u{0}: 1", "X-\u{E9}: 1", "X-\u{7F}: 1", "X\rA: 1", "X-A: 1\r", "X-A: 1\r2",
        "X-A: \u{0}", "X-A: a\u{0}b", "X-A: \u{1}", "X-A: \u{B}", "X-A: \u{C}", "X-A: \u{1F}",
        "X-A: \u{7F}", "X-A: 0123456\u{7F}89", "X-A: \u{1B}[31m", "X_\u{E9}: 1", "X_A : 1",
        "X-A: 1\r\n folded", "X-A: 1\r\n\tfolded", "X-A: 1\r\n ", "X-A: 1\nX-B: 2", "X-A: 1\n",
        "X-A: 1\n\r", "\"X\": 1", "X@A: 1", "X,A: 1", "X/A: 1", "{X}: 1",
    ])
    func `is refused in every other form`(_ line: String) throws {
        #expect(try faultKind(request("X-Before: 0", line, "X-After: 9")) == .malformedHeader)
        #expect(try faultKind(request(line)) == .malformedHeader)
    }

    @Test func `must not be folded before the first one`() throws {
        #expect(try faultKind("GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n") == .malformedHeader)
        #expect(try faultKind("GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n") == .malformedHeader)
    }

    @Test(arguments: 0...255) func `accepts exactly the bytes of a token in its name`(_ byte: Int)
        throws
    {
        let scalar = try #require(Unicode.Scalar(byte).map(Character.init))
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        let isAllowed = (letters + "!#$%&'*+-.^_`|~").contains(scalar) || byte == 0x3A
        let kind = try faultKind(request("X\(scalar)Y: 1"))
        #expect(kind == (isAllowed ? nil : .malformedHeader))
    }

    @Test(arguments: 0...255) func `accepts everything but control bytes in its value, and tab`(
        _ byte: Int
    ) throws {
        let scalar = try #require(Unicode.Scalar(byte).map(Character.init))
        let isAllowed = (0x20...0x7E).contains(byte) || byte == 0x09 || byte >= 0x80
        for prefix in ["", "a", "abcdefg", "abcdefgh", "abcdefghijklmnop"] {
            let kind = try faultKind(request("X-Y: \(prefix)\(scalar)zyxwvutsr"))
            #expect(kind == (isAllowed ? nil : .malformedHeader))
        }
    }

    @Test func `fault says where it is`() {
        #expect(throws: RequestFault.self) { try parse(request("X-A: a\u{0}b")) }
        do {
            try parse(request("X-A: a\u{0}b"))
        } catch let fault as RequestFault {
            #expect(fault.offset == latin1("GET / HTTP/1.1\r\nHost: a.example\r\nX-A: a").count)
        } catch {
            Issue.record(error)
        }
    }

    @Test func `empty one ends the head and the rest is left`() throws {
        var parser = RequestHeadParser(limits: .standard, scheme: .http)
        let head = latin1(request("X: 1"))
        let bytes = head + latin1("body\r\n\r\n")
        guard case .complete(_, let consumed) = try parser.consume(bytes.span) else {
            Issue.record("incomplete")
            return
        }
        #expect(consumed == head.count)
    }

    @Test func `is known whatever the case of its name`() throws {
        for field in KnownField.allCases where field.rawValue > KnownField.host.rawValue {
            let start = field.name.description
            let name = field.isFamily ? start + "q" : start
            for spelling in [name, name.uppercased(), name.capitalized] {
                let line = FieldName(spelling)
                #expect(line?.known == field, "\(spelling)")
            }
            #expect(FieldName("z" + name)?.known == .other)
            if !field.isFamily { #expect(FieldName(name + "z")?.known != field) }
        }
        #expect(FieldName("x-forwarded-")?.known == .xForwardedFamily)
        #expect(FieldName("x-ssl-client-s-dn")?.known == .xSSLFamily)
        #expect(FieldName("countersign-user")?.known == .countersignFamily)
        #expect(FieldName("countersign")?.known == .other)
        #expect(FieldName("a")?.known == .other)
        #expect(FieldName("") == nil)
        #expect(FieldName("a_b") == nil)
        #expect(FieldName("a b") == nil)
    }

    @Test(arguments: ["name=Zo\u{C3}\u{AB}", "\u{80}\u{FF}", "Zo\u{EB}", "a\u{A0}"])
    func `keeps opaque bytes in its value`(_ value: String) throws {
        let head = try parse(request("Cookie: \(value)", "X-B: 2"))
        let cookie = try #require(head.value(of: .cookie))
        #expect(Array(head.bytes(of: cookie)) == latin1(value))
        var output: [UInt8] = []
        head.append(
            toUpstream: &output, framing: .none, forwarded: .stripAll, adding: AddedFields(),
            dropping: [])
        #expect(output.firstRange(of: latin1("Cookie: \(value)\r\n")) != nil)
    }

    @Test(arguments: [
        "Transfer_Encoding: chunked", "Content_Length: 5", "X_Forwarded_For: ::1", "TE_: x",
        "Countersign_Subject: admin", "X-Forwarded_For: ::1", "x_real_ip: ::1", "REMOTE_USER: root",
        "X_Api_Key: x", "Proxy_: x", "Keep_Alive: x", "http2_settings: x", "OIDC_CLAIM_sub: x",
        "X_HTTP_Method_Override: PUT", "X-Http.Method-Override: PUT", "Remote.User: root",
        "Countersign!Roles: admin", "X~Forwarded-For: ::1", "Transfer.Encoding: chunked",
    ])
    func `with another separator is no other field, and does not pass where that one would not`(
        _ line: String
    ) throws {
        let head = try parse(request(line, "X-B: 2"))
        #expect(head.framing == .none && head.keepsAlive)
        let isKept = line == "TE_: x"
        #expect(try forwarded(request(line)).contains(line) == isKept)
    }

    @Test(arguments: [
        "api_key: k", "api_access_token: t", "_: 1", "Ho_st: b", "Cookie_: a", "X.Own: 1", "a!b: 2",
    ])
    func `with another separator passes where nothing is meant by it here`(_ line: String) throws {
        #expect(try forwarded(request(line, "X-B: 2")).contains("\r\n\(line)\r\nX-B: 2\r\n"))
        #expect(try parse(request(line)).string(of: parse(request(line)).host) == "a.example")
    }

    @Test func `can be found by kind and by name`() throws {
        let head = try parse(request("Cookie: a", "cookie: b", "X-Own: 1", "x-own: 2"))
        #expect(head.has(.cookie))
        #expect(head.isRepeated(.cookie))
        #expect(!head.has(.authorization))
        #expect(!head.isRepeated(.host))
        #expect(head.value(of: .cookie).map(head.string) == "a")
        #expect(head.value(of: .dpop) == nil)
        let name = try #require(FieldName("X-OWN"))
        #expect(head.values(named: name).map(head.string) == ["1", "2"])
        #expect(Array(head.bytes(of: head.host)) == latin1("a.example"))
    }
}

extension String {
    fileprivate var capitalized: String {
        split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined(separator: "-")
    }
}
