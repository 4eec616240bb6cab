// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogFormat
import Merkle

extension SegmentState {
    /// Why the segment cannot be read here; nil if it can.
    package var absence: LogReadFailure.Absence? {
        switch self {
        case .present: nil
        case .archived(_, let places): .archived(places: places)
        case .expired(_, let record): .expired(record: record)
        }
    }
}

extension LogSnapshot {
    /// Where a segment's entries and disclosures are, as the log directory says now.
    package func state(of segment: SegmentNumber) throws(LogReadFailure) -> SegmentState {
        let path = path(LogLayout.away(segment))
        let bytes: [UInt8]
        do throws(LogReadFailure) {
            let file = try ReadableFile(path)
            // Whoever can write there could fill the reader's memory.
            bytes = try file.bytes(0..<min(try file.length(), SegmentState.mostBytes + 1))
        } catch {
            if error.code == .missing { return .present }
            throw error
        }
        guard let state = SegmentState(file: bytes, of: segment) else {
            throw LogReadFailure(.badState, path)
        }
        return state
    }

    /// Whether a segment's own files should be here. Why not, or that this is unknown, is reported
    /// by whoever judges the segment.
    package func isPresent(_ segment: SegmentNumber) throws(LogReadFailure) -> Bool {
        do throws(LogReadFailure) {
            return try state(of: segment) == .present
        } catch {
            guard error.code == .badState else { throw error }
            return false
        }
    }

    /// The segments that are not in the log directory, in order; looks for one file a segment.
    package func segmentsAway() throws(LogReadFailure) -> [(SegmentNumber, LogReadFailure.Absence)]
    {
        var away: [(SegmentNumber, LogReadFailure.Absence)] = []
        guard size.count > 0 else { return away }
        for number in 0...SegmentNumber(of: LeafIndex(size.count - 1)).value {
            let segment = SegmentNumber(number)
            if let absence = try state(of: segment).absence { away.append((segment, absence)) }
        }
        return away
    }
}
