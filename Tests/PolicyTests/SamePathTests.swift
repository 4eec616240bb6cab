// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@Suite struct `Paths that are the same` {
    @Test(arguments: [
        ("/invoices/4711", "/invoices/4711"), ("/", "/"), ("//", "/"), ("", ""), ("*", "*"),
        ("/invoices//4711", "/invoices/4711"), ("/invoices%2F4711", "/invoices/4711"),
        ("/invoices%2f4711", "/invoices/4711"), ("/%69nvoices/4711", "/invoices/4711"),
        ("/invoices/4711/", "/invoices/4711"), ("/invoices/4711;v=1", "/invoices/4711"),
        ("/invoices%5C4711", "/invoices/4711"), ("/invoices%252F4711", "/invoices/4711"),
        ("/%2569nvoices/4711", "/invoices/4711"), ("/invoices/4711%3Fx=1", "/invoices/4711"),
        ("/invoices/4711%20", "/invoices/4711"), ("/invoices/./4711.", "/invoices/4711"),
        ("/invoices%EF%BC%8F4711", "/invoices/4711"),
        // Signs that may stand in a path as they are, or encoded, or encoded twice.
        ("/files/a%2Ab", "/files/a*b"), ("/files/a%2ab", "/files/a*b"),
        ("/files/a*b", "/files/a*b"), ("/files/a%252Ab", "/files/a*b"),
        ("/invoices/47%3A11", "/invoices/47:11"), ("/a%40b%2Bc%3Dd%26e", "/a@b+c=d&e"),
        ("/%28%29%21%24%27%2C", "/()!$',"), ("/invoices/4711%3Bv=1", "/invoices/4711"),
        // Other paths.
        ("/Invoices/4711", "/Invoices/4711"), ("/invoices/4711.json", "/invoices/4711.json"),
        ("/a%22b", "/a%22b"), ("/a/%%361", "/a/a"), ("/z\u{FC}rich", "/z%C3%BCrich"),
        ("/a b", "/a%20b"), ("/a/%zz", "/a/%zz"), ("/a/%", "/a/%"), ("a//b", "a//b"),
    ]) func `have one form`(path: String, form: String) {
        #expect(SamePath.form(of: path) == form)
        #expect(SamePath.form(of: form) == form)
    }

    @Test(arguments: [
        ("/invoices/", "/invoices/"), ("/invoices//", "/invoices/"), ("/inv", "/inv"),
        ("/invoices%2F47", "/invoices/47"), ("/a/b.", "/a/b."), ("/a/.", "/a/."), ("/", "/"),
        ("/a./b.", "/a/b."), ("/a/%2", "/a/%2"), ("/a%2Ab%3A", "/a*b:"), ("/a%3Ab/c", "/a:b/c"),
        ("/a;v=1/b", "/a/b"), ("", ""),
    ]) func `have beginnings of one form, whose last segment goes on`(path: String, form: String) {
        #expect(SamePath.form(ofBeginning: path) == form)
        #expect(SamePath.form(ofBeginning: form) == form)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `begin with the form of each of their beginnings that ends in a slash`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let path = Self.made(&random)
            let form = SamePath.form(of: path)
            #expect(SamePath.form(of: form) == form, "\(path)")
            for (place, byte) in zip(path.indices, path)
            where byte == "/" && place != path.startIndex {
                let beginning = SamePath.form(ofBeginning: String(path[...place]))
                #expect((form + "/").hasPrefix(beginning), "\(path) \(beginning)")
            }
        }
    }

    /// A path that no two readings lead to different places of.
    private static func made(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "/", "/", "a", "b", "1", "%2F", "%5C", "%252F", "%2561", "%20", ".x", "%61", "*",
            "%2A", "%253a", "%",
        ]
        return "/"
            + (0..<Int.random(in: 0...8, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? "a"
            }.joined()
    }
}
