// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct `A path` {
    private func canonical(_ path: String) -> CanonicalPath? {
        do {
            return try CanonicalPath(latin1(path))
        } catch {
            return nil
        }
    }

    private func text(_ path: String) -> String? {
        canonical(path).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/b.c", "/a/b.c"), ("/Admin", "/Admin"),
        ("/admin.json", "/admin.json"), ("/.well-known/x", "/.well-known/x"),
        ("/..a", "/..a"), ("/a..b", "/a..b"), ("/%61dmin", "/admin"), ("/%41", "/A"),
        ("/%7e%2d%5F%30", "/~-_0"), ("/a%20b", "/a%20b"), ("/a%3ab", "/a%3Ab"),
        ("/%e2%82%ac", "/%E2%82%AC"), ("/%C3%A9", "/%C3%A9"), ("/%40a", "/%40a"),
        ("/%f0%9f%98%80/x", "/%F0%9F%98%80/x"), ("/!$&'()*+,=:@~-_", "/!$&'()*+,=:@~-_"),
        ("/%ED%9F%BF", "/%ED%9F%BF"), ("/%F4%8F%BF%BF", "/%F4%8F%BF%BF"),
        // What is encoded and need not be, and what need be and is not
        ("/a%2eb", "/a.b"), ("/file%2Ehtml", "/file.html"),
        ("/[slug]-{1}|^`\"<>", "/%5Bslug%5D-%7B1%7D%7C%5E%60%22%3C%3E"),
        ("/caf\u{C3}\u{A9}", "/caf%C3%A9"), ("/caf\u{E9}", "/caf%E9"), ("/%61[%62/c", "/a%5Bb/c"),
        ("/%5b%5d%7b%7d%7c%22%3c%3e%5e%60", "/%5B%5D%7B%7D%7C%22%3C%3E%5E%60"),
        // Dots that say nothing
        ("/./a", "/a"), ("/a/.", "/a/"), ("/a/./", "/a/"), ("/.", "/"), ("/%2e/a/%2E/b", "/a/b"),
        ("/a/././b", "/a/b"),
        // Bytes that are text in another encoding
        ("/caf%e9", "/caf%E9"), ("/%80", "/%80"), ("/%bf", "/%BF"), ("/%ff", "/%FF"),
        ("/%f5%80%80%80", "/%F5%80%80%80"), ("/%ed%a0%80", "/%ED%A0%80"), ("/%c3", "/%C3"),
        ("/%c3a", "/%C3a"), ("/%e2%82x", "/%E2%82x"), ("/%C0", "/%C0"),
        ("/%C0propos", "/%C0propos"),
    ])
    func `has one canonical form`(_ path: String, _ expected: String) {
        #expect(text(path) == expected)
        #expect(text(expected) == expected, "the canonical form is its own")
        #expect(canonical(path)?.traits == [], "nobody reads another path in it")
    }

    @Test(
        arguments: [
            // Segments
            ("//", "//", .emptySegment), ("//admin", "//admin", .emptySegment),
            ("/a//b", "/a//b", .emptySegment), ("/a//", "/a//", .emptySegment),
            ("/.//a", "//a", .emptySegment), ("/a/https://b/", "/a/https://b/", .emptySegment),
            // Parameters
            ("/admin;x", "/admin;x", []), ("/;", "/;", []), ("/a;b=c/d", "/a;b=c/d", []),
            ("/a%3b", "/a%3B", []), ("/x/..;/admin", "/x/..;/admin", []),
            // Encoded delimiters
            ("/admin%2f", "/admin%2F", .encodedSlash), ("/%2fadmin", "/%2Fadmin", .encodedSlash),
            ("/x/..%2fadmin", "/x/..%2Fadmin", .encodedSlash), ("/a%5cb", "/a%5Cb", []),
            ("/Who%3f", "/Who%3F", []), ("/c%23", "/c%23", []),
            // Double encoding
            ("/%252f", "/%252F", []), ("/%2561dmin", "/%2561dmin", []),
            ("/%25252f", "/%25252f", []),
            ("/%25%32%65", "/%252e", []), ("/%25", "/%25", []), ("/100%25/x", "/100%25/x", []),
            // Ends that some do not see
            ("/a.", "/a.", []), ("/.../b", "/.../b", []), ("/my%20", "/my%20", []),
            ("/%20a/b", "/%20a/b", []),
            // What is a delimiter, a dot or a space to those who normalise
            ("/a%EF%BC%8Fb", "/a%EF%BC%8Fb", []), ("/a%ef%bc%bcb", "/a%EF%BC%BCb", []),
            ("/%EF%BC%8E%EF%BC%8E/b", "/%EF%BC%8E%EF%BC%8E/b", []),
            ("/a%E2%88%95b", "/a%E2%88%95b", []),
            ("/%E2%80%A4", "/%E2%80%A4", []), ("/a%C2%A0", "/a%C2%A0", []),
            ("/%C2%A5a", "/%C2%A5a", []),
            ("/a\u{E3}\u{80}\u{80}", "/a%E3%80%80", []), ("/a%EF%BC%9Bb", "/a%EF%BC%9Bb", []),
            ("/a%CD%BEb", "/a%CD%BEb", []), ("/%E2%84%80", "/%E2%84%80", []),
        ] as [(String, String, CanonicalPath.Traits)])
    func `that some read otherwise says so`(
        _ path: String, _ expected: String, _ more: CanonicalPath.Traits
    ) {
        let found = canonical(path)
        #expect(
            found.map { String(decoding: $0.bytes, as: UTF8.self) }?.uppercased()
                == expected.uppercased())
        #expect(found?.traits == more.union(.otherReadings))
        #expect(found.flatMap { canonical(String(decoding: $0.bytes, as: UTF8.self)) } == found)
    }

    @Test(arguments: [
        // Not a path
        "", "a", "*", "admin/",
        // Segments that lead elsewhere
        "/..", "/x/../admin", "/x/..", "/../", "/%2E%2e/admin", "/x/%2e%2e/admin", "/x/.%2e/admin",
        "/a//..", "/./../a", "/[/../a", "/../[",
        // Control bytes and delimiters
        "/admin%00", "/admin%09", "/%0d%0aX:%201", "/%1f", "/%7f", "/%C2%80", "/%c2%85", "/%C2%9f",
        "/\u{C2}\u{85}", "/admin#", "/a?b", "/a\u{0}", "/a\u{7F}", "/a b", "/a\tb", "/\\admin",
        "/[\\admin",
        // Broken encodings
        "/%", "/%2", "/%g1", "/%1g", "/%%", "/%u002f", "/% 2", "/a%", "/a%4", "/%-1", "/%0x41",
        // Overlong forms, and what careless decoders make of others
        "/%c0%ae%c0%ae/admin", "/%c0%af", "/%c1%81", "/%c1%9c", "/%e0%80%af", "/%e0%80%bf",
        "/%f0%80%80%af", "/%f8%80%80%80%af", "/%fc%80%80%80%80%af", "/%c0/", "/%c0%2f",
        "/%c0o", "/\u{C0}\u{AF}", "/%c0\u{AF}", "/%e0%80o",
    ])
    func `without a canonical form is refused`(_ path: String) throws {
        #expect(canonical(path) == nil)
        #expect(throws: PathFault.self) { try CanonicalPath(latin1(path)) }
    }

    @Test(arguments: [("/%61b/%00", 6), ("/[]/%00", 4), ("/a[/\u{7F}", 4), ("/%61[/\\", 6)])
    func `fault says where it is`(_ path: String, _ offset: Int) {
        do throws(PathFault) {
            _ = try CanonicalPath(latin1(path))
            Issue.record("accepted")
        } catch {
            #expect(error.offset == offset)
        }
    }

    @Test(arguments: 0...255) func `with any byte is its own canonical form or refused`(
        _ byte: Int
    ) throws {
        let scalar = try #require(Unicode.Scalar(byte).map(Character.init))
        let text = String(byte, radix: 16)
        let encoding = (byte < 16 ? "%0" : "%") + text
        for path in ["/a\(encoding)b", "/%25\(encoding)1", "/a\(scalar)b", "/\(encoding)"] {
            guard let once = canonical(path) else { continue }
            #expect(try CanonicalPath(once.bytes) == once)
        }
    }

    @Test func `in a head is the same as on its own`() throws {
        for (target, expected) in [
            ("/%61%7e/x?%61", "/a~/x?%61"), ("/%61", "/a"), ("/%61?", "/a?"), ("/?", "/?"),
            ("/", "/"), ("/a%c3%a9?q", "/a%C3%A9?q"), ("/[a]?[b]", "/%5Ba%5D?[b]"), ("/[", "/%5B"),
            ("/%61[?", "/a%5B?"), ("http://a.example/[?x", "/%5B?x"),
        ] {
            let head = try parse(request(target: target))
            #expect(head.string(of: head.target) == expected)
            #expect(head.string(of: head.path) == String(expected.prefix { $0 != "?" }))
            #expect(head.string(of: head.host) == "a.example")
        }
        #expect(try faultKind(request(target: "/x/../admin")) == .malformedPath)
        let kept = try parse(request(target: "/a%2fb?c"))
        #expect(kept.pathTraits == [.encodedSlash, .otherReadings])
        #expect(kept.string(of: kept.target) == "/a%2Fb?c")
    }
}
