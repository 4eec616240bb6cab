// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Ledger

/// A disk whose syncs take longer, like those of network disks.
final class SlowStorage: LedgerStorage {
    private let below: any LedgerStorage
    private let seconds: Double

    init(_ below: any LedgerStorage, syncDelayMilliseconds delay: Double) {
        self.below = below
        seconds = delay / 1000
    }

    func length(of file: LogFile) throws(StorageFault) -> Int? { try below.length(of: file) }

    func read(
        _ file: LogFile, from offset: Int, count: Int
    ) throws(StorageFault) -> [UInt8] { try below.read(file, from: offset, count: count) }

    func write(
        _ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int
    ) throws(StorageFault) { try below.write(bytes, to: file, at: offset) }

    func reserve(_ file: LogFile, through length: Int) throws(StorageFault) {
        try below.reserve(file, through: length)
    }

    func sync(_ file: LogFile) throws(StorageFault) {
        try below.sync(file)
        Thread.sleep(forTimeInterval: seconds)
    }

    func truncate(_ file: LogFile, to length: Int) throws(StorageFault) {
        try below.truncate(file, to: length)
    }

    func replace(_ file: LogFile, with bytes: [UInt8]) throws(StorageFault) {
        try below.replace(file, with: bytes)
        Thread.sleep(forTimeInterval: seconds)
    }

    func release(_ file: LogFile) { below.release(file) }

    func close() { below.close() }

    func confirm() throws(StorageFault) { try below.confirm() }
}
