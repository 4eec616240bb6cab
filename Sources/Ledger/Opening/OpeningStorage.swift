// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat

/// Storage as opening sees it: every fault ends the opening.
struct OpeningStorage {
    let storage: any LedgerStorage

    func length(of file: LogFile) throws(OpenFault) -> Int? {
        do { return try storage.length(of: file) } catch { throw OpenFault(error) }
    }

    func contents(of file: LogFile) throws(OpenFault) -> [UInt8] {
        do { return try storage.contents(of: file) } catch { throw OpenFault(error) }
    }

    /// The part of a commit journal file that can hold frames.
    func journal(_ number: Int) throws(OpenFault) -> [UInt8] {
        let file = LogFile.commits(number)
        return try CommitFrame.used(ofFile: try length(of: file) ?? 0) {
            offset, count throws(OpenFault) in
            try read(file, from: offset, count: count)
        }
    }

    func read(_ file: LogFile, from offset: Int, count: Int) throws(OpenFault) -> [UInt8] {
        do { return try storage.read(file, from: offset, count: count) } catch {
            throw OpenFault(error)
        }
    }

    func write(_ bytes: [UInt8], to file: LogFile, at offset: Int) throws(OpenFault) {
        do { try storage.write(bytes[...], to: file, at: offset) } catch {
            throw OpenFault(error)
        }
    }

    func sync(_ file: LogFile) throws(OpenFault) {
        do { try storage.sync(file) } catch { throw OpenFault(error) }
    }

    func truncate(_ file: LogFile, to length: Int) throws(OpenFault) {
        do { try storage.truncate(file, to: length) } catch { throw OpenFault(error) }
    }

    func replace(_ file: LogFile, with bytes: [UInt8]) throws(OpenFault) {
        do { try storage.replace(file, with: bytes) } catch { throw OpenFault(error) }
    }

    func apply(_ frame: CommitFrame) throws(OpenFault) {
        do {
            try GroupApplier(storage: storage).applyEvidence(
                frame.header, frame: Array(frame.bytes))
        } catch {
            throw OpenFault(error)
        }
    }
}
