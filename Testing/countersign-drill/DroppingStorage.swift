// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import LedgerFiles

/// Log files without room for some records: those that contain one of a few texts.
final class DroppingStorage: LedgerStorage {
    private let files: FileStorage
    private let dropped: [[UInt8]]

    init(_ files: FileStorage, dropping texts: [String]) {
        self.files = files
        dropped = texts.map { Array($0.utf8) }
    }

    func write(
        _ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int
    ) throws(StorageFault) {
        if case .commits = file, dropped.contains(where: { bytes.firstRange(of: $0) != nil }) {
            throw StorageFault(.write, file, .noSpace)
        }
        try files.write(bytes, to: file, at: offset)
    }

    func length(of file: LogFile) throws(StorageFault) -> Int? { try files.length(of: file) }

    func read(_ file: LogFile, from offset: Int, count: Int) throws(StorageFault) -> [UInt8] {
        try files.read(file, from: offset, count: count)
    }

    func reserve(_ file: LogFile, through length: Int) throws(StorageFault) {
        try files.reserve(file, through: length)
    }

    func sync(_ file: LogFile) throws(StorageFault) { try files.sync(file) }

    func truncate(_ file: LogFile, to length: Int) throws(StorageFault) {
        try files.truncate(file, to: length)
    }

    func replace(_ file: LogFile, with bytes: [UInt8]) throws(StorageFault) {
        try files.replace(file, with: bytes)
    }

    func release(_ file: LogFile) { files.release(file) }

    func close() { files.close() }

    func confirm() throws(StorageFault) { try files.confirm() }
}
