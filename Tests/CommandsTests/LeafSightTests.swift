// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Merkle
import Testing

@testable import Commands

@Suite struct `Leaves that a report on somebody has to read` {
    @Test func `name them, are sealed under their key, or tell of a reading`() throws {
        let id = try #require(SubjectID("sub_7q4m2xk9h0v3t8wz"))
        let (theirs, other) = (
            String(repeating: "B", count: 42) + "A=", String(repeating: "C", count: 42) + "A="
        )
        let sight = LeafSight(of: id, [try #require(Hash256(base64: theirs))])
        for (leaf, mayConcern) in [
            (#"{"actor":{"uid":"sub_7q4m2xk9h0v3t8wz"}}"#, true),
            (#"{"scope":{"subjects":["sub_0000000000000000","sub_7q4m2xk9h0v3t8wz"]}}"#, true),
            (#"{"actor":{"uid":"sub_7q4m2xk9h0v3t8w0"},"q":"query"}"#, false),
            (#"{"commit":{"what":"\#(other)","who":"\#(theirs)"}}"#, true),
            (#"{"commit":{"what":"\#(other)"}}"#, false),
            (#"{"query":{"rows":1}}"#, true), ("{}", false), ("", false), ("\"", false),
            (#"{"a":"\#(theirs.dropLast(2))"#, false),
        ] {
            #expect(sight.mayConcern(Array(leaf.utf8)) == mayConcern, "\(leaf)")
        }
    }
}
