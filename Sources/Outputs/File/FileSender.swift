// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Glibc
internal import Merkle
package import RecordForms
package import SystemPackage

/// Lines in a file, which is renamed and begun anew by its size or age.
///
/// A record is delivered once its line is written and, if that is asked for, synced.
package final class FileSender: OutputSender {
    package struct Options: Hashable, Sendable {
        package var path: FilePath
        package var form: DerivedForm
        package var mostBytes: Int64
        package var mostAge: Duration?
        /// How many earlier files stay.
        package var kept: Int
        package var isSynced: Bool

        package init(
            path: FilePath, form: DerivedForm, mostBytes: Int64, mostAge: Duration?, kept: Int,
            isSynced: Bool
        ) {
            self.path = path
            self.form = form
            self.mostBytes = mostBytes
            self.mostAge = mostAge
            self.kept = kept
            self.isSynced = isSynced
        }
    }

    private let options: Options
    private let now: @Sendable () -> UTCInstant
    private var file: OutputFile?
    private var beginning: OutputBeginning?

    package init(_ options: Options, now: @escaping @Sendable () -> UTCInstant) {
        self.options = options
        self.now = now
    }

    package func preview(_ record: OutputRecord) -> [UInt8] { record.line(options.form) }

    package func open(_ beginning: OutputBeginning) throws(OutputFailure) {
        self.beginning = beginning
        if let file, !file.isInPlace { close() }
        guard file == nil else { return }
        do throws(Errno) {
            file = try OutputFile(options.path, head(beginning.first))
        } catch {
            throw failure(error)
        }
    }

    package func check() throws(OutputFailure) {
        let folder = options.path.removingLastComponent()
        let place = folder.isEmpty ? "." : folder.string
        // Safe: the calls read the texts while they run, and keep nothing.
        guard unsafe access(place, W_OK | X_OK) == 0 else {
            throw failure(Errno(rawValue: errno))
        }
        guard unsafe access(options.path.string, W_OK) == 0 || errno == ENOENT else {
            throw failure(Errno(rawValue: errno))
        }
    }

    package func reopen() { close() }

    package func close() {
        file?.close()
        file = nil
    }

    package func send(
        _ records: ArraySlice<OutputRecord>, at uptime: Duration
    ) -> OutputAnswer {
        var settled = 0
        var bytes: UInt64 = 0
        do throws(Errno) {
            while settled < records.count {
                let written = try append(records.dropFirst(settled))
                bytes += UInt64(written.bytes)
                settled += written.records
            }
            return OutputAnswer(settled: settled, .done, bytes: bytes)
        } catch {
            return OutputAnswer(settled: settled, .failed(failure(error)), bytes: bytes)
        }
    }

    /// Appends as many lines as the file has room for, one at least, and waits for the disk.
    private func append(
        _ records: ArraySlice<OutputRecord>
    ) throws(Errno) -> (records: Int, bytes: Int) {
        guard var file, let first = records.first else { throw .badFileDescriptor }
        var lines = first.line(options.form)
        if isFull(file, beside: lines.count) { file = try turnOver(file, before: first.index) }
        var count = 1
        for record in records.dropFirst() {
            let line = record.line(options.form)
            guard file.size + Int64(lines.count + line.count) <= options.mostBytes else { break }
            lines += line
            count += 1
        }
        try file.append(lines)
        self.file = file
        if options.isSynced { try file.sync() }
        return (count, lines.count)
    }

    // MARK: Files

    private func head(_ first: LeafIndex) -> OutputFileHead {
        let unknown = OutputBeginning(output: "", origin: "", first: first)
        return OutputFileHead(beginning ?? unknown, at: first, options.form, now())
    }

    /// Whether the next line belongs into a new file; a file has one record at least.
    private func isFull(_ file: OutputFile, beside count: Int) -> Bool {
        guard file.hasRecords else { return false }
        if let begun = file.head.begun, let most = options.mostAge, now() - begun >= most {
            return true
        }
        return file.size + Int64(count) > options.mostBytes
    }

    /// Renames the file and begins another.
    private func turnOver(
        _ full: OutputFile, before next: LeafIndex
    ) throws(Errno) -> OutputFile {
        try full.sync()
        let earlier = EarlierFiles(options.path)
        try earlier.take(first: full.head.first ?? next.value)
        close()
        let fresh = try OutputFile(options.path, head(next))
        file = fresh
        earlier.removeAllBut(options.kept)
        return fresh
    }

    private func failure(_ error: Errno) -> OutputFailure {
        let remedy =
            switch error {
            case .noSpace, .diskQuotaExceeded:
                "make room; it goes on by itself"
            case .permissionDenied, .notPermitted, .readOnlyFileSystem:
                "let the user of the proxy write there"
            case .noSuchFileOrDirectory: "make the folder"
            case .invalidArgument, .tooManySymbolicLinkLevels:
                "it has to be an ordinary file and no link"
            default: "it is tried again"
            }
        return OutputFailure(.file, "\(options.path) cannot be written: \(error); \(remedy).")
    }
}
