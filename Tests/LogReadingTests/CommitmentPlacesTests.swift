// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import LogReading
import Merkle
import SystemPackage
import TestSupport
import Testing

@Suite struct `Places of commitments` {
    private static let name = "segments/00000000/disclosures"

    private static func check(
        _ places: CommitmentPlaces, _ bytes: [UInt8], of all: [DisclosureBlock],
        _ comment: Comment
    ) {
        let blocks = DisclosureBlock.scan(bytes).blocks
        #expect(places.covered == blocks.last?.range.upperBound ?? 0, comment)
        for block in all {
            let isThere = block.range.upperBound <= places.covered
            for commitment in block.commitments {
                #expect(
                    places.blocks(of: commitment) == (isThere ? [block.range] : []), comment)
            }
        }
    }

    @Test func `are those that a look at every block finds, however the file grew`() throws {
        let log = try LedgerLog(900)
        let bytes = try log.directory.read(Self.name)
        let all = DisclosureBlock.scan(bytes).blocks
        #expect(all.flatMap(\.commitments).count > 600)
        let folder = try TestDirectory()
        var grown = CommitmentPlaces()
        var random = SeededGenerator(seed: 3)
        let cuts = (0..<12).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        for cut in cuts + [bytes.count] {
            let part = Array(bytes[..<cut])
            try folder.write(part, to: Self.name)
            let file = try OverlaidFile(folder.path.appending(Self.name), nil)
            try grown.extend(to: file)
            Self.check(grown, part, of: all, "grown to \(cut)")
            var fresh = CommitmentPlaces()
            try fresh.extend(to: file)
            Self.check(fresh, part, of: all, "\(cut) at once")
        }
        let other = try #require(Hash256([UInt8](repeating: 7, count: 32)))
        #expect(grown.blocks(of: other).isEmpty)
        #expect(grown.blocks(of: .zero).isEmpty)
    }

    @Test func `end where a block is none`() throws {
        let log = try LedgerLog(40)
        let bytes = try log.directory.read(Self.name)
        let all = DisclosureBlock.scan(bytes).blocks
        let second = try #require(all.dropFirst().first).range.lowerBound
        let folder = try TestDirectory()
        // Magic, length, number of commitments.
        for (offset, value) in [(0, 0), (4, 0xFF), (4, 0x7F), (7, 3)] as [(Int, UInt8)] {
            var damaged = bytes
            damaged[second + offset] = value
            try folder.write(damaged, to: Self.name)
            var places = CommitmentPlaces()
            try places.extend(to: try OverlaidFile(folder.path.appending(Self.name), nil))
            #expect(places.covered == second, "\(offset)")
            for commitment in all[0].commitments {
                #expect(places.blocks(of: commitment) == [all[0].range])
            }
        }
    }

    @Test func `are none of a file that is not there`() throws {
        let folder = try TestDirectory()
        var places = CommitmentPlaces()
        try places.extend(to: try OverlaidFile(folder.path.appending("none"), nil))
        #expect(places.covered == 0)
    }
}
