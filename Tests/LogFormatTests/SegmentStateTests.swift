// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import Merkle
import Testing

@Suite struct `The file of a segment that is not here` {
    private static let root = NodeHash(LeafHash(of: [1, 2, 3]))
    private static let segment = SegmentNumber(7)
    private static let away: [SegmentState] = [
        .archived(root: root, places: ["s3://vault/log/7", "/mnt/\"copy\""]),
        .expired(root: root, record: LeafIndex(700_000)),
    ]

    @Test func `has this form`() throws {
        let hash = Self.root.hash.base64
        #expect(
            try text(Self.away[0])
                == #"{"places":["s3://vault/log/7","/mnt/\"copy\""],"root":""# + hash
                + #"","schema":"countersign.segment/1","segment":7,"state":"archived"}"# + "\n")
        #expect(
            try text(Self.away[1])
                == #"{"record":700000,"root":""# + hash
                + #"","schema":"countersign.segment/1","segment":7,"state":"expired"}"# + "\n")
        #expect(SegmentState.present.file(of: Self.segment) == nil)
        #expect(LogLayout.away(Self.segment) == "segments/00000007/away")
    }

    @Test(arguments: away) func `says again what was written`(_ state: SegmentState) throws {
        let file = try #require(state.file(of: Self.segment))
        #expect(SegmentState(file: file, of: Self.segment) == state)
        #expect(SegmentState(file: file, of: SegmentNumber(8)) == nil)
        // Cut anywhere, it says nothing.
        for length in file.indices {
            #expect(SegmentState(file: Array(file[..<length]), of: Self.segment) == nil)
        }
        #expect(SegmentState(file: file + [0x0A], of: Self.segment) == nil)
    }

    @Test func `may have members of later versions, and no states of theirs`() throws {
        let file = try text(Self.away[1])
        #expect(try read(file.replacing(#"{"rec"#, with: #"{"by":["a"],"rec"#)) == Self.away[1])
        for other in [
            file.replacing("expired", with: "moved"),
            file.replacing("segment/1", with: "segment/2"),
            file.replacing(#""record":700000"#, with: #""record":-1"#),
            file.replacing(#""record":700000,"#, with: ""),
            file.replacing(Self.root.hash.base64, with: "AAAA"),
            file.replacing(",", with: ", "),
            String(repeating: " ", count: SegmentState.mostBytes) + file,
        ] {
            #expect(try read(other) == nil)
        }
        let archived = try text(Self.away[0])
        for places in ["[]", "[1]", #""vault""#] {
            let other = archived.replacing(
                #"["s3://vault/log/7","/mnt/\"copy\""]"#, with: places)
            #expect(try read(other) == nil)
        }
    }

    private func text(_ state: SegmentState) throws -> String {
        String(decoding: try #require(state.file(of: Self.segment)), as: UTF8.self)
    }

    private func read(_ text: String) throws -> SegmentState? {
        SegmentState(file: Array(text.utf8), of: Self.segment)
    }
}
