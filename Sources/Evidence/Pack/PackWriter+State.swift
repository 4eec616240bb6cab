// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Merkle
internal import RecordForms
internal import SystemPackage
internal import Verification

/// The files of a pack that grow with its records.
struct PackFiles {
    let records: NewFile
    let disclosures: NewFile
    let sheet: DerivedFiles
    let events: DerivedFiles

    /// What was written so far.
    var bytes: Int64 { records.count + disclosures.count + sheet.bytes + events.bytes }
}

/// A pack between two of its records.
struct PackWork {
    var scan: EvidenceScan
    var proof: SharedProofBuilder
    var hashes: PackHashes
    var tally: ProducerTally
    let files: PackFiles
}

extension PackWriter {
    /// What ``resumed(_:)`` needs, once everything is durable that it speaks of.
    func state(_ work: PackWork) throws(EvidenceFailure) -> JSONValue {
        var hashes = [
            JSONMember("count", .count(work.hashes.count)),
            JSONMember("list", .array(work.hashes.list.map { .string($0.hash.base64) })),
        ]
        if let file = work.hashes.file {
            hashes.append(JSONMember("file", try file.mark().value))
        }
        return .object([
            JSONMember("counts", counts.state),
            JSONMember("disclosures", try work.files.disclosures.mark().value),
            JSONMember("events", try work.files.events.state()),
            JSONMember("explaining", .array(explaining.sorted().map { .count($0) })),
            JSONMember("hashes", .object(hashes)),
            JSONMember(
                "proof",
                .object([
                    JSONMember(
                        "edge",
                        .array(
                            work.proof.edge.map { node in
                                .object([
                                    JSONMember("covered", .bool(node.isCovered)),
                                    JSONMember("hash", .string(node.hash.hash.base64)),
                                    JSONMember("height", .integer(Int64(node.height))),
                                ])
                            })),
                    JSONMember("taken", .bool(work.proof.hasLeaf)),
                ])),
            JSONMember("records", try work.files.records.mark().value),
            JSONMember("scan", work.scan.state),
            JSONMember("sheet", try work.files.sheet.state()),
            JSONMember("tally", work.tally.value),
        ])
    }

    /// Goes on with what an interrupted export left.
    mutating func resumed(_ state: SavedState) throws(EvidenceFailure) -> PackWork {
        isResumed = true
        counts = try PackTotals(try state.part("counts"))
        explaining = Set(try state.numbers("explaining"))
        var edge: [SharedProofBuilder.Node] = []
        let kept = try state.part("proof")
        for node in try kept.parts("edge") {
            edge.append(
                SharedProofBuilder.Node(
                    hash: try node.hash("hash"), height: Int(clamping: try node.integer("height")),
                    isCovered: try node.flag("covered")))
        }
        guard let proof = SharedProofBuilder(edge: edge, hasLeaf: try kept.flag("taken")),
            let tally = ProducerTally(try state.any("tally"))
        else { throw state.unusable }
        let hashes = try state.part("hashes")
        let shared = try hashes.partIfAny("file").map { mark throws(EvidenceFailure) in
            try NewFile(folder.appending(PackFile.shared.name), resuming: try FileMark(mark))
        }
        guard (shared == nil) == order.takesAll else { throw state.unusable }
        return PackWork(
            scan: try EvidenceScan(order, source, try state.part("scan")), proof: proof,
            hashes: PackHashes(
                all: shared, list: try hashes.hashes("list"), count: try hashes.number("count")),
            tally: tally,
            files: PackFiles(
                records: try NewFile(
                    folder.appending(PackFile.records.name),
                    resuming: try FileMark(try state.part("records"))),
                disclosures: try NewFile(
                    folder.appending(PackFile.disclosures.name),
                    resuming: try FileMark(try state.part("disclosures"))),
                sheet: try derived(.sheet, try state.part("sheet")),
                events: try derived(.ocsf, try state.part("events"))))
    }
}
