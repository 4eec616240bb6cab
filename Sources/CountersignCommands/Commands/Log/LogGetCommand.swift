// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Merkle
import SignedNotes
import Verification

/// `countersign log get`.
struct LogGetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print one record, or the proof that it is in the log.",
        discussion: """
            EXAMPLES:
              countersign log get 42
              countersign log get 019dab3c-5f59-7c3e-9d0a-6f3b2c1d4e5f
              countersign log get 42 --proof > 42.tlog-proof
              countersign log get 42 --leaf > 42.leaf

            A uid is what the field Countersign-Record of an answer says; the proof is that of its last \
            record and holds its bytes. Check it with `countersign verify record`.
            """)

    @Argument(help: "Index or uid.")
    var record: String

    @Flag(help: "Print a .tlog-proof file (C2SP tlog-proof).")
    var proof = false

    @Flag(help: "Print the leaf as it was hashed, without a line end.")
    var leaf = false

    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let selector = try RecordSelector(record)
        let log = try log.staticLog()
        let records = try selector.find(in: log.snapshot)
        guard let last = records.last else { return }
        try log.requireAuthentic(records)
        if leaf { return try output.screen.bytes(last.1) }
        if proof {
            return try output.screen.bytes(try ProofMaker(log).proof(of: last.0, last.1).encode())
        }
        let isJSON = try output.isJSON
        for (index, leaf) in records {
            if isJSON {
                try output.screen.json(try envelope(index, leaf, in: log))
            } else {
                try output.screen.table(RecordView.facts(index, leaf))
                if index != last.0 { try output.screen.line() }
            }
        }
    }

    private func envelope(
        _ index: LeafIndex, _ leaf: [UInt8], in log: StaticLog
    ) throws -> JSONValue {
        let proof = try ProofMaker(log).proof(of: index, leaf).encode()
        return .object([
            JSONMember("index", .integer(Int64(clamping: index.value))),
            JSONMember("leaf", .string(String(decoding: leaf, as: UTF8.self))),
            JSONMember("leaf_hash", .string(LeafHash(of: leaf).hash.base64)),
            JSONMember("proof", .string(String(decoding: proof, as: UTF8.self))),
        ])
    }
}
