// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Query
import Testing

@Suite struct `A query of accesses` {
    @Test func `leaves out what the proxy writes of itself, unless it speaks of that`() throws {
        for text in [
            "category:audit", "category:*", "action:log.query", "index:5", "-category:admin",
            "is:admin", "uid:*",
        ] {
            let query = try QueryFixture.query(text)
            #expect(query.ofAccesses == query, "\(text)")
            #expect(query.leftOutOfAccesses.isEmpty, "\(text)")
        }
        let query = try QueryFixture.query("status:404 OR shop")
        #expect(query.ofAccesses.text == "-category:audit (shop OR status:404)")
        #expect(query.leftOutOfAccesses == ["category:audit"])
        #expect(query.ofAccesses.ofAccesses == query.ofAccesses)
        #expect(try QueryFixture.query("").ofAccesses.text == "-category:audit")
    }
}
