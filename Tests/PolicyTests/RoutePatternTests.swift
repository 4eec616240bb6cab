// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Policy
import Testing

struct RoutePatternTests {
    @Test(
        "A faulty route is refused at the byte",
        arguments: [
            ("", RouteFault.Kind.missingSlash, 0), ("v1", .missingSlash, 0),
            ("GET v1", .missingSlash, 4), ("get /v1", .unknownMethod, 0),
            ("TRACE /v1", .unknownMethod, 0), ("/a//b", .emptySegment, 3),
            ("GET /a/../b", .notCanonical, 7), ("/a/./b", .notCanonical, 3),
            ("/a%20b", .notCanonical, 1), ("/a;b", .notCanonical, 1), ("/é", .notCanonical, 1),
            ("/a/{id", .partialParameter, 3), ("/a/x{id}", .partialParameter, 3),
            ("/a/{}", .badName, 3), ("/a/{...}", .badName, 3), ("/a/{i-d}", .badName, 3),
            ("/{a}/{a}", .repeatedName, 5), ("/{a...}/b", .restNotLast, 1),
            ("/a /b", .unknownMethod, 0), ("GET /invoices/*", .foreignPattern, 14),
            ("/**", .foreignPattern, 1), ("/a/:id", .foreignPattern, 3),
            ("/a/<int:id>", .foreignPattern, 3), ("/a/.*", .foreignPattern, 3),
            ("/^a$", .foreignPattern, 1), ("/a/b$", .foreignPattern, 3),
            ("/" + String(repeating: "a", count: 1024), .tooLong, 1024),
        ])
    func faults(text: String, kind: RouteFault.Kind, offset: Int) {
        #expect(throws: RouteFault(kind: kind, offset: offset)) { try RoutePattern(text) }
    }

    @Test(
        "A route is written as it was read",
        arguments: ["/", "GET /v1/invoices/{id}", "/a/", "PROPFIND /{rest...}", "/a:b/@c,d"])
    func roundTrip(text: String) throws {
        #expect(try RoutePattern(text).text == text)
    }

    @Test(
        "Hosts are names, suffixes and address literals in lower case",
        arguments: [
            ("a", true), ("a.b-c.d_e", true), ("*.a", true), ("[::1]", true), ("127.0.0.1", true),
            ("*", false), ("A", false), ("", false), (".a", false), ("a.", false), ("a..b", false),
            ("*a", false), ("a:80", false), ("[::1", false), ("[::01]", false), ("a/b", false),
            ("ä", false), (String(repeating: "a", count: 63), true),
            (String(repeating: "a", count: 64), false),
        ])
    func hosts(text: String, isGood: Bool) {
        #expect((HostPattern(text)?.text == text) == isGood)
    }

    @Test(
        "Prefixes are canonical paths",
        arguments: [
            ("/", true), ("/v1", true), ("/v1/", true), ("/a/b:c", true), ("", false),
            ("v1", false), ("//", false), ("/a//b", false), ("/..", false), ("/a/...", false),
            ("/%41", false), ("/a b", false), ("/{id}", false), ("/a/*", false), ("/*", false),
            ("/a/:id", false), ("/a$", false), ("/a/.*", false), ("/<x>/", false),
        ])
    func prefixes(text: String, isGood: Bool) {
        #expect((PathPrefix(text)?.text == text) == isGood)
    }
}
