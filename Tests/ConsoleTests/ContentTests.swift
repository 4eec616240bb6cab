// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogFormat
import Merkle
import Testing

@Suite("Parts and validators of what the console serves")
struct ContentTests {
    /// Entries of 60,000 bytes: a bundle of them is sent in many parts.
    private static let large = (0..<8).map { String(repeating: "\($0)", count: 60_000) }

    @Test("A bundle that is longer than what is read at once arrives whole")
    func large() async throws {
        try await RunningConsole.with(entries: Self.large) { port, _ in
            let path = "/tlog/tile/entries/000.p/8"
            let (head, body) = await RunningConsole.get(port, path)
            #expect(head.contains("content-length: \(8 * 60_002)\r\n"))
            #expect(body.count >= 8 * 60_000)
            for entry in Self.large { #expect(body.contains(entry)) }
            let headOnly = await RunningConsole.get(port, path, method: "HEAD")
            #expect(headOnly.head.contains("content-length: \(8 * 60_002)\r\n"))
            #expect(headOnly.body.isEmpty)
            // From the middle of the second entry to the middle of the seventh.
            let part = await RunningConsole.get(
                port, path, fields: "Range: bytes=90000-390000\r\n")
            #expect(part.head.hasPrefix("http/1.1 206"))
            #expect(part.head.contains("content-range: bytes 90000-390000/480016\r\n"))
            #expect(part.head.contains("content-length: 300001\r\n"))
            #expect(part.body.hasPrefix("1111") && part.body.hasSuffix("6666"))
        }
    }

    @Test("Records of a segment that was put away are gone from here, and its hashes are not")
    func away() async throws {
        try await RunningConsole.with { port, log in
            let bundle = "/tlog/tile/entries/000.p/2"
            #expect(await RunningConsole.get(port, bundle).head.hasPrefix("http/1.1 200"))
            let first = SegmentNumber(0)
            let state = SegmentState.archived(
                root: NodeHash(LeafHash(of: [])), places: ["s3://vault/0"])
            try log.write(try #require(state.file(of: first)), to: LogLayout.away(first))
            let gone = await RunningConsole.get(port, bundle)
            #expect(gone.head.hasPrefix("http/1.1 410"))
            #expect(gone.head.contains("content-type: application/problem+json"))
            #expect(gone.body.contains("These records are not here (archived: s3://vault/0)."))
            let tile = await RunningConsole.get(port, "/tlog/tile/0/000.p/2")
            #expect(tile.head.hasPrefix("http/1.1 200"))
        }
    }

    @Test("What the asker has already is not sent again")
    func validators() async throws {
        try await RunningConsole.with { port, log in
            var tags: Set<String> = []
            for path in [
                "checkpoint", "tile/0/000.p/2", "tile/0/000.p/1", "tile/entries/000.p/2",
            ] {
                let first = await RunningConsole.get(port, "/tlog/" + path)
                let match = try #require(first.head.firstMatch(of: #/etag: ("[0-9a-f]{16}")/#))
                let tag = String(match.1)
                #expect(first.head.contains("accept-ranges: bytes"))
                tags.insert(tag)
                for field in [tag, "W/\(tag)", "\"x\", \(tag)", "*", " \"y\" ,\t\(tag) "] {
                    let again = await RunningConsole.get(
                        port, "/tlog/" + path, fields: "If-None-Match: \(field)\r\n")
                    #expect(again.head.hasPrefix("http/1.1 304"), "\(path) \(field)")
                    #expect(again.head.contains("etag: \(tag)"))
                    #expect(again.head.contains("cache-control: "))
                    #expect(again.body.isEmpty)
                }
                for field in ["\"0123456789abcdef\"", tag.replacing("\"", with: ""), "", ","] {
                    let again = await RunningConsole.get(
                        port, "/tlog/" + path, fields: "If-None-Match: \(field)\r\n")
                    #expect(again.head.hasPrefix("http/1.1 200"), "\(path) \(field)")
                }
            }
            // A bundle has its tag from the tile of its leaves; they are never asked for under one name.
            #expect(tags.count == 3)
        }
    }

    @Test("Ranges are served one at a time, and strange ones get everything or nothing")
    func ranges() async throws {
        try await RunningConsole.with { port, log in
            let text = log.checkpoint
            let count = text.utf8.count
            let path = "/tlog/checkpoint"
            for (range, part) in [
                ("bytes=0-3", text.prefix(4)), ("bytes=4-", text.dropFirst(4)),
                ("bytes=-5", text.suffix(5)), ("bytes=0-999999", text[...]),
                ("bytes=-999999", text[...]), ("Bytes=0-0", text.prefix(1)),
                ("bytes=0-99999999999999999999", text[...]),
            ] {
                let answer = await RunningConsole.get(port, path, fields: "Range: \(range)\r\n")
                #expect(answer.head.hasPrefix("http/1.1 206"), "\(range)")
                #expect(answer.body == part, "\(range)")
            }
            for range in [
                "bytes=\(count)-", "bytes=99999999999999999999-", "bytes=-0",
                "bytes=\(count)-\(count)",
            ] {
                let answer = await RunningConsole.get(port, path, fields: "Range: \(range)\r\n")
                #expect(answer.head.hasPrefix("http/1.1 416"), "\(range)")
                #expect(answer.head.contains("content-range: bytes */\(count)"), "\(range)")
            }
            for range in [
                "bytes=3-0", "bytes=0-1,3-4", "bytes=", "bytes=-", "bytes=--1", "bytes=a-b",
                "bytes=0-x", "bytes=x-3", "bytes = 0-1", "lines=0-1", "0-1", "bytes=+1-2",
                "bytes=0-1" + String(repeating: ",0-1", count: 500),
            ] {
                let answer = await RunningConsole.get(port, path, fields: "Range: \(range)\r\n")
                #expect(answer.head.hasPrefix("http/1.1 200"), "\(range)")
                #expect(answer.body == text, "\(range)")
            }
            let other = await RunningConsole.get(
                port, path, fields: "Range: bytes=0-1\r\nIf-Range: \"0123456789abcdef\"\r\n")
            #expect(other.head.hasPrefix("http/1.1 200"))
            // What is made anew for everybody has no parts.
            let health = await RunningConsole.get(
                port, "/healthz", fields: "Range: bytes=0-0\r\nIf-None-Match: *\r\n")
            #expect(health.body == "ok\n")
        }
    }
}
