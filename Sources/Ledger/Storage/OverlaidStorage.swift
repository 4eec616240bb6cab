// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Storage that is read and never changed: what is written stays in memory, overlaid on what is
/// there.
///
/// So a log can be opened to see whether it opens. Nothing is durable, and nothing runs out of
/// room.
package final class OverlaidStorage: LedgerStorage {
    /// A file as it would be.
    private struct Layer {
        /// How much of the file below still shows.
        var below: Int
        var length: Int
        /// What was written, oldest first.
        var pieces: [(offset: Int, bytes: [UInt8])] = []
    }

    private let below: any LedgerStorage
    private let layers = Mutex<[LogFile: Layer]>([:])

    package init(_ below: any LedgerStorage) { self.below = below }

    package func length(of file: LogFile) throws(StorageFault) -> Int? {
        if let layer = layers.withLock({ $0[file] }) { return layer.length }
        return try below.length(of: file)
    }

    package func read(
        _ file: LogFile, from offset: Int, count: Int
    ) throws(StorageFault) -> [UInt8] {
        guard let layer = layers.withLock({ $0[file] }) else {
            return try below.read(file, from: offset, count: count)
        }
        let end = min(offset + count, layer.length)
        guard end > offset else { return [] }
        var bytes: [UInt8] = []
        if layer.below > offset {
            bytes = try below.read(file, from: offset, count: min(end, layer.below) - offset)
        }
        bytes += [UInt8](repeating: 0, count: end - offset - bytes.count)
        for piece in layer.pieces {
            let from = max(piece.offset, offset)
            let to = min(piece.offset + piece.bytes.count, end)
            guard from < to else { continue }
            bytes.replaceSubrange(
                from - offset..<to - offset,
                with: piece.bytes[from - piece.offset..<to - piece.offset])
        }
        return bytes
    }

    package func write(
        _ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int
    ) throws(StorageFault) {
        guard !bytes.isEmpty else { return }
        try change(file) { layer in
            layer.pieces.append((offset, Array(bytes)))
            layer.length = max(layer.length, offset + bytes.count)
        }
    }

    package func reserve(_ file: LogFile, through length: Int) throws(StorageFault) {}

    package func sync(_ file: LogFile) throws(StorageFault) {}

    package func truncate(_ file: LogFile, to length: Int) throws(StorageFault) {
        try change(file) { layer in
            layer.below = min(layer.below, length)
            layer.length = length
            layer.pieces = layer.pieces.compactMap { piece in
                guard piece.offset < length else { return nil }
                return (piece.offset, Array(piece.bytes.prefix(length - piece.offset)))
            }
        }
    }

    package func replace(_ file: LogFile, with bytes: [UInt8]) throws(StorageFault) {
        layers.withLock {
            $0[file] = Layer(below: 0, length: bytes.count, pieces: [(0, bytes)])
        }
    }

    package func release(_ file: LogFile) { below.release(file) }

    package func confirm() throws(StorageFault) { try below.confirm() }

    package func close() { below.close() }

    private func change(_ file: LogFile, _ body: (inout Layer) -> Void) throws(StorageFault) {
        let length = try below.length(of: file) ?? 0
        layers.withLock { layers in
            var layer = layers[file] ?? Layer(below: length, length: length)
            body(&layer)
            layers[file] = layer
        }
    }
}
