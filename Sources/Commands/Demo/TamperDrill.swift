// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LedgerFiles
import LogFormat
import LogReading
import Merkle
import Messages
import NIOCore
import NIOPosix
import Server
import SignedNotes
import SystemPackage
import Verification

/// Changes one byte in a copy of a log, as anybody with access to the disk could, and verifies the copy.
struct TamperDrill {
    /// The log, which stays as it is.
    let log: FilePath
    /// Where the copy goes; it must not exist.
    let copy: FilePath

    /// How many copies are tried until one is complete, each as long after the last as a checkpoint takes.
    private static let mostCopies = 100
    private static let pause = TimeAmount.milliseconds(100)

    /// - Parameter index: the record that is changed.
    func run(
        changing index: LeafIndex, options: VerificationOptions
    ) async throws(CommandFailure) -> VerificationReport {
        try await copyWhole(with: index, options)
        try forge(index)
        return try await verify(options)
    }

    /// Copies the log when everything is published and the record in its place, so that whatever is found later is the
    /// result of the tampering and of nothing else. A copy of a log that is being written may have the record in its
    /// commit journal only: the file of entries was copied before the record was in it, the checkpoint after.
    private func copyWhole(
        with index: LeafIndex, _ options: VerificationOptions
    ) async throws(CommandFailure) {
        for _ in 0..<Self.mostCopies {
            try LocalFolder.removeIfAny(copy.string)
            try LocalFolder.copy(log.string, to: copy.string)
            if isPublished, try await verify(options).verdict == .verified,
                Self.offset(of: index, try entries(of: index)) != nil
            {
                return
            }
            do {
                let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
                try await eventLoop.scheduleTask(in: Self.pause) {}.futureResult.get()
            } catch {
                throw CommandFailure(.failure, "the drill cannot wait: \(describing: error).")
            }
        }
        throw CommandFailure(.failure, "the log would not stand still for a copy; run it again.")
    }

    /// Whether the published checkpoint of the copy covers all of its records.
    private var isPublished: Bool {
        switch Result(catching: { () throws(LogReadFailure) in try LogSnapshot(directory: copy) }) {
        case .success(let snapshot): snapshot.published?.claim.size == snapshot.size
        case .failure: false
        }
    }

    private func verify(
        _ options: VerificationOptions
    ) async throws(CommandFailure) -> VerificationReport {
        do {
            return try await LogVerifier(options, progress: { _ in }).verify(directory: copy)
        } catch {
            throw CommandFailure(.failure, "\(error.message)")
        }
    }

    /// The copy's file that a record is in.
    private func path(of index: LeafIndex) -> String {
        copy.pushing(FilePath(LogLayout.entries(SegmentNumber(of: index)))).string
    }

    private func entries(of index: LeafIndex) throws(CommandFailure) -> [UInt8] {
        try LocalFile.required(path(of: index), most: 1 << 30)
    }

    private func forge(_ index: LeafIndex) throws(CommandFailure) {
        let path = path(of: index)
        var bytes = try entries(of: index)
        guard let place = Self.offset(of: index, bytes) else {
            throw CommandFailure(.failure, "the copy has no record \(index.value) to change.")
        }
        // A digit of its time: the record still parses, and says something else.
        bytes[place] = bytes[place] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
        try LocalFile.replace(path, bytes, isSecret: true)
    }

    /// The last digit before the record's `uid`: of the seconds at which it was accepted.
    private static func offset(of index: LeafIndex, _ bytes: [UInt8]) -> Int? {
        var at = 0
        for _ in SegmentNumber(of: index).firstIndex.value..<index.value {
            guard at + 2 <= bytes.count else { return nil }
            at += 2 + (Int(bytes[at]) << 8 | Int(bytes[at + 1]))
        }
        guard at + 2 <= bytes.count else { return nil }
        let end = at + 2 + (Int(bytes[at]) << 8 | Int(bytes[at + 1]))
        // `…,"uid":"<36>"}` ends every leaf: 46 bytes from its comma on.
        let place = end - 46 - 20
        return end <= bytes.count && place > at ? place : nil
    }
}
