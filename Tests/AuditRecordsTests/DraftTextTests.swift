// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Merkle
import Testing

struct DraftTextTests {
    private func salt(_ fill: Int) throws -> Salt {
        try #require(Salt([UInt8](repeating: UInt8(fill & 255), count: 32)))
    }

    private func what(_ path: String, _ query: String, _ number: Int) throws -> Disclosure {
        .what(
            path: Array(path.utf8).span, query: Array(query.utf8).span, subject: Sample.subject(),
            salt: try salt(number))
    }

    @Test(arguments: [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 64])
    func `records that share a text are those written alone`(count: Int) throws {
        let host = Array("api.example.com".utf8)
        let producer = try Sample.producer()
        var record = try Sample.access()
        record.commitments = Commitments(what: try what("/", "", 0))
        let found = record.draftAndTemplate(host: host.span, producer: producer).1
        let template = try #require(found)
        var text = DraftText()
        // The second time the memory is used again.
        for round in 0..<2 {
            var drafts: [RecordDraft] = []
            for number in 0..<count {
                // Every third has its commitment already, as the second record of an access has.
                record.commitments = Commitments(
                    what: try what(
                        String(repeating: "/p", count: number), "q=\(round)", number))
                if number % 3 == 2 {
                    _ = record.draft(host: host.span, producer: producer)
                }
                let drafted = text.draft(
                    by: template, TemplateValues(record), actor: record.actor, host: host.span)
                drafts.append(try #require(drafted))
                // What does not fit leaves nothing behind.
                let misfit = text.draft(
                    by: template, TemplateValues(record), actor: record.actor,
                    host: [UInt8]().span)
                #expect(misfit == nil)
            }
            let finished = text.finish()
            for (number, drafted) in drafts.enumerated() {
                var draft = drafted
                draft.take(finished)
                record.commitments = Commitments(
                    what: try what(
                        String(repeating: "/p", count: number), "q=\(round)", number))
                #expect(draft.commitments.what?.commitment == record.commitments.what?.commitment)
                #expect(
                    Sample.complete(draft)
                        == Sample.complete(record.draft(host: host.span, producer: producer)))
            }
            #expect(text.isEmpty)
        }
    }

    @Test(arguments: [
        ("", ""), ("/", ""), ("", "a=b"), ("/v1/invoices/1", "page=2&size=10"), ("/ü", "q=ü"),
        (#"/"\"#, ""), ("/a", "token=secret"), ("/a", "x=1;apikey=2"), ("/\u{1}", "\n"),
    ])
    func `what a request asked for is committed to as its JSON is`(
        path: String, query: String
    ) throws {
        var members: [JSONMember] = []
        if !path.isEmpty { members.append(JSONMember("http.path", .string(path))) }
        let kept = query.replacing("=secret", with: "=[redacted]")
            .replacing("apikey=2", with: "apikey=[redacted]")
        if !query.isEmpty { members.append(JSONMember("http.query", .string(kept))) }
        let written = Disclosure(
            .what, value: .object(members), subject: Sample.subject(), salt: try salt(5))
        let what = try what(path, query, 5)
        #expect(what.value.elementsEqual(written.value))
        #expect(what.salt.elementsEqual(written.salt))
        #expect(what.commitment == written.commitment)
    }

    @Test func `the text of a hash is its base 64`() throws {
        var random = SystemRandomNumberGenerator()
        var hashes = [Hash256.zero, try #require(Hash256([UInt8](repeating: 255, count: 32)))]
        for value in UInt8.min...UInt8.max {
            hashes.append(try #require(Hash256((0..<32).map { value &+ $0 &* 7 })))
            hashes.append(
                try #require(
                    Hash256((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })))
        }
        for hash in hashes {
            var text = [UInt8](repeating: 0, count: 46)
            hash.storeBase64(at: 1, of: &text)
            #expect(text[1...44].elementsEqual(Base64.encode(hash.bytes).utf8))
            #expect(text[0] == 0 && text[45] == 0)
        }
    }
}
