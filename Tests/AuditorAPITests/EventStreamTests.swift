// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AuditorAPI

@Suite struct `The events of a tail` {
    private func text(_ build: (inout EventStreamText) -> Void) -> String {
        var text = EventStreamText()
        build(&text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func `are blocks of lines, each ended by an empty one`() {
        #expect(text { $0.append(retryAfter: 2000) } == "retry: 2000\n\n")
        #expect(text { $0.append(comment: "7 records") } == ": 7 records\n\n")
        #expect(text { $0.append(id: 6) } == "id: 6\n\n")
        #expect(
            text { $0.append(event: nil, id: 6, data: Array("{\"a\":1}".utf8)) }
                == "id: 6\ndata: {\"a\":1}\n\n")
        #expect(
            text { $0.append(event: "bye", id: nil, data: Array("{}".utf8)) }
                == "event: bye\ndata: {}\n\n")
    }

    @Test(arguments: [
        ("", ["data: "]), ("a", ["data: a"]), ("a\nb", ["data: a", "data: b"]),
        ("a\r\nb", ["data: a", "data: b"]), ("a\rb", ["data: a", "data: b"]),
        ("\n", ["data: ", "data: "]), ("a\r\n", ["data: a", "data: "]),
        ("a\n\nb", ["data: a", "data: ", "data: b"]),
    ])
    func `cannot be forged by what they carry`(_ data: String, _ lines: [String]) {
        let written = text { $0.append(event: nil, id: nil, data: Array(data.utf8)) }
        #expect(written == lines.map { $0 + "\n" }.joined() + "\n")
    }
}

@Suite struct `The rate of a tail` {
    @Test func `lets everything through where none is asked for`() {
        var sampling = TailSampling(mostPerSecond: nil)
        for index: UInt64 in 0..<1000 {
            #expect(sampling.take(index, at: .zero) == .send(nil))
        }
        #expect(sampling.takeSkipped() == nil)
    }

    @Test func `tells what it left out before it goes on`() {
        var sampling = TailSampling(mostPerSecond: 2)
        #expect(sampling.take(10, at: .milliseconds(100)) == .send(nil))
        #expect(sampling.take(11, at: .milliseconds(200)) == .send(nil))
        for index: UInt64 in [14, 15, 19] {
            #expect(sampling.take(index, at: .milliseconds(300)) == .skip)
        }
        #expect(!sampling.isDue(at: .milliseconds(999)))
        #expect(sampling.isDue(at: .milliseconds(1000)))
        #expect(
            sampling.take(20, at: .milliseconds(1001))
                == .send(TailSampling.Skipped(count: 3, first: 14, last: 19)))
        #expect(sampling.takeSkipped() == nil)
        #expect(!sampling.isDue(at: .seconds(9)))
    }

    @Test func `adds up to what there was`() {
        var sampling = TailSampling(mostPerSecond: 3)
        var (sent, skipped) = (0, 0)
        for index in 0..<10_000 {
            switch sampling.take(UInt64(index), at: .milliseconds(index * 7)) {
            case .send(let before):
                sent += 1
                skipped += Int(before?.count ?? 0)
            case .skip: continue
            }
        }
        skipped += Int(sampling.takeSkipped()?.count ?? 0)
        #expect(sent + skipped == 10_000)
        #expect(sent >= 3 * 69 && sent <= 3 * 71)
    }
}

@Suite struct `The places of those who follow the log` {
    @Test func `are few for one account, and come back by themselves`() {
        let places = TailPlaces()
        var held = (0..<TailPlaces.mostOfOne).compactMap { _ in places.take(by: "alice") }
        #expect(held.count == TailPlaces.mostOfOne)
        #expect(places.take(by: "alice") == nil)
        #expect(places.take(by: "bob") != nil)
        held.removeLast()
        #expect(places.take(by: "alice") != nil)
        held = []
        #expect(places.count == 0)
    }

    @Test func `are bounded for all together`() {
        let places = TailPlaces()
        let held = (0..<TailPlaces.most + 10).compactMap { places.take(by: "\($0)") }
        #expect(held.count == TailPlaces.most)
        #expect(places.count == TailPlaces.most)
    }
}
