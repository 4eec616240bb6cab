// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `A path` {
    private func canonical(
        _ path: String, encodedSlashes: CanonicalPath.EncodedSlashes = .refuse
    ) -> String? {
        do {
            let path = try CanonicalPath(latin1(path), encodedSlashes: encodedSlashes)
            return String(decoding: path.bytes, as: UTF8.self)
        } catch {
            return nil
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/b.c", "/a/b.c"), ("/Admin", "/Admin"),
        ("/admin.json", "/admin.json"), ("/.well-known/x", "/.well-known/x"), ("/a.", "/a."),
        ("/..a", "/..a"), ("/a..", "/a.."), ("/a..b", "/a..b"), ("/.a.", "/.a."),
        ("/%61dmin", "/admin"), ("/%41", "/A"), ("/%7e%2d%5F%30", "/~-_0"),
        ("/a%20b", "/a%20b"), ("/a%3ab", "/a%3Ab"), ("/%e2%82%ac", "/%E2%82%AC"),
        ("/%C3%A9", "/%C3%A9"), ("/%f0%9f%98%80/x", "/%F0%9F%98%80/x"), ("/%40a", "/%40a"),
        ("/!$&'()*+,=:@~-_", "/!$&'()*+,=:@~-_"), ("/%25", "/%25"), ("/%25a", "/%25a"),
        ("/100%25/x", "/100%25/x"), ("/%25%20x", "/%25%20x"), ("/%25g1", "/%25g1"),
        ("/%5b%5d%7b%7d%7c%22%3c%3e%5e%60", "/%5B%5D%7B%7D%7C%22%3C%3E%5E%60"),
        ("/%C2%A0", "/%C2%A0"), ("/%ED%9F%BF", "/%ED%9F%BF"), ("/%EF%BF%BD", "/%EF%BF%BD"),
        ("/%F4%8F%BF%BF", "/%F4%8F%BF%BF"), ("/%E0%A0%80", "/%E0%A0%80"),
    ])
    func `has one canonical form`(_ path: String, _ expected: String) {
        #expect(canonical(path) == expected)
        #expect(canonical(expected) == expected, "the canonical form is its own")
    }

    @Test(arguments: [
        // Not a path
        "", "a", "*", "admin/",
        // Segments
        "//", "//admin", "/a//b", "/a//", "/.", "/..", "/./admin", "/admin/.", "/admin/./",
        "/x/../admin", "/x/..", "/../", "/...", "/x/.../y",
        // Parameters
        "/admin;x", "/x/..;/admin", "/;", "/a;b=c/d", "/a%3b", "/x/..%3B/admin",
        // Encoded dots, slashes, backslashes
        "/%2e", "/%2E%2e/admin", "/x/%2e%2e/admin", "/x/.%2e/admin", "/a%2eb", "/admin%2f",
        "/x%2fadmin", "/x/..%2fadmin", "/x/..%5cadmin", "/%5Cadmin", "/\\admin",
        // Control bytes and delimiters
        "/admin%00", "/admin%09", "/%0d%0aX:%201", "/%1f", "/%7f", "/%C2%80", "/%c2%85", "/%C2%9f",
        "/admin%3f", "/admin%23", "/admin#", "/a?b", "/a\u{0}", "/a\u{7F}", "/a b", "/a\tb",
        // Spaces that services trim
        "/admin%20", "/admin%20/x", "/%20admin", "/x/%20", "/%20",
        // Double encoding
        "/%2561dmin", "/%252e%252e/admin", "/x/%252e%252e/admin", "/%25%32%65", "/%252f",
        "/%25252f",
        "/%25%41%42", "/%25%34%31", "/%25ff", "/a%2500",
        // Broken encodings
        "/%", "/%2", "/%g1", "/%1g", "/%%", "/%u002f", "/% 2", "/a%", "/a%4", "/%-1", "/%0x41",
        // Not UTF-8
        "/%c0%ae%c0%ae/admin", "/%c0%af", "/%c1%81", "/%80", "/%bf", "/%ff", "/%fe",
        "/%f5%80%80%80",
        "/%e0%80%af", "/%e0%9f%bf", "/%ed%a0%80", "/%ed%bf%bf", "/%f0%80%80%af", "/%f0%8f%bf%bf",
        "/%f4%90%80%80", "/%c3", "/%c3a", "/%c3%", "/%c3%28", "/%e2%82", "/%e2%82x", "/%e2%28%a1",
        "/%e2%82%28", "/%f0%9f%98", "/%c3/%a9",
        // Raw bytes that are no part of a URI
        "/\u{E9}", "/\u{80}", "/\"", "/<", "/>", "/[", "/]", "/^", "/`", "/{", "/|", "/}",
    ])
    func `without a canonical form is refused`(_ path: String) throws {
        #expect(canonical(path) == nil)
        #expect(throws: PathFault.self) {
            try CanonicalPath(latin1(path), encodedSlashes: .refuse)
        }
    }

    @Test(arguments: [
        ("/@scope%2fname", "/@scope%2Fname"), ("/a%2F", "/a%2F"), ("/a%2fb/c", "/a%2Fb/c"),
    ])
    func `keeps an encoded slash where a route says so`(_ path: String, _ expected: String) throws {
        #expect(canonical(path) == nil)
        #expect(canonical(path, encodedSlashes: .keep) == expected)
        let kept = try CanonicalPath(latin1(path), encodedSlashes: .keep)
        #expect(kept.traits.contains(.encodedSlash))
    }

    @Test(arguments: [
        "/x/..%2fadmin", "/..%2f", "/a%2f..", "/a%2f.%2fb", "/%2fadmin", "/a/%2fb", "/a%2f%2fb",
        "/a%2f/b", "/a%20%2fb", "/a%2f%20b", "/a%5cb", "/a%252fb",
    ])
    func `with kept slashes still has no segments that move`(_ path: String) {
        #expect(canonical(path, encodedSlashes: .keep) == nil)
    }

    @Test func `tells what its bytes do not show`() throws {
        #expect(try CanonicalPath("/a:b".utf8, encodedSlashes: .keep).traits == [])
        #expect(try CanonicalPath("/a%3Ab".utf8, encodedSlashes: .keep).traits == .encodedReserved)
        #expect(try CanonicalPath("/%61%20".utf8.dropLast(3), encodedSlashes: .keep).traits == [])
    }

    @Test func `fault says where it is`() {
        #expect(throws: PathFault.self) { try CanonicalPath("/ab/%2e".utf8, encodedSlashes: .keep) }
        do {
            _ = try CanonicalPath("/%61b/%2e".utf8, encodedSlashes: .keep)
        } catch {
            #expect(error.offset == 6)
        }
    }

    @Test(arguments: 0...255) func `with any encoded byte is its own canonical form or refused`(
        _ byte: Int
    ) {
        let text = String(byte, radix: 16)
        for path in ["/a%\(byte < 16 ? "0" : "")\(text)b", "/%25%\(byte < 16 ? "0" : "")\(text)1"] {
            for slashes in [CanonicalPath.EncodedSlashes.keep, .refuse] {
                guard let once = canonical(path, encodedSlashes: slashes) else { continue }
                #expect(canonical(once, encodedSlashes: slashes) == once)
                #expect(once.utf8.count <= path.utf8.count)
            }
        }
    }

    @Test func `in a head is the same as on its own`() throws {
        for (target, expected) in [
            ("/%61%7e/x?%61", "/a~/x?%61"), ("/%61", "/a"), ("/%61?", "/a?"), ("/?", "/?"),
            ("/", "/"),
            ("/a%c3%a9?q", "/a%C3%A9?q"),
        ] {
            let head = try parse(request(target: target))
            #expect(head.string(of: head.target) == expected)
        }
        #expect(try faultKind(request(target: "/x/../admin")) == .malformedPath)
        #expect(try faultKind(request(target: "/a%2fb?c")) == .malformedPath)
        let kept = try parse(request(target: "/a%2fb?c"), encodedSlashes: .keep)
        #expect(kept.pathTraits == .encodedSlash)
        #expect(kept.string(of: kept.target) == "/a%2Fb?c")
    }
}
