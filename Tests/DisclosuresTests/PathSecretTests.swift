// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Testing

@Suite struct `A password in a path` {
    @Test(
        arguments: [
            ("//user:pass@host/x", "//[redacted]@host/x"),
            ("/web/https://user:p@ss@host", "/web/https://[redacted]@host"),
            ("/a//token@b//c:d@e/@", "/a//[redacted]@b//[redacted]@e/@"),
            ("//@host/", "//[redacted]@host/"),
            ("/@scope//name", nil), ("/a@b/c", nil), ("//a/b@c", nil), ("/", nil), ("", nil),
        ] as [(String, String?)])
    func `of an address is left out`(_ path: String, _ expected: String?) {
        let bytes = Array(path.utf8)
        let found = PathSecrets.removed(from: bytes.span)
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == expected)
    }
}
