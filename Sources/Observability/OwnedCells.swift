// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A row of numbers that one owner writes and anybody may read, without locks or locked instructions.
///
/// The owner is one thread at a time: an event loop, or the ledger's writer. It adds with a load and a store, so a
/// second writer would lose counts, never corrupt them. A reader sees each number as it was a moment ago; related
/// numbers may date from slightly different moments.
// Safe: the memory is only reached through atomics, and lives exactly as long as this object.
@safe final class OwnedCells: @unchecked Sendable {
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    /// All zero.
    init(count: Int) {
        self.count = count
        // Whole cache lines, so that owners on other cores are not slowed down by writes here.
        let bytes = (count * MemoryLayout<Atomic<UInt64>>.stride + 63) / 64 * 64
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        // Safe: the memory is large and aligned enough for `count` cells, and each is initialised here.
        unsafe cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for cell in 0..<count { unsafe (cells + cell).initialize(to: Atomic(0)) }
    }

    deinit {
        // Safe: `count` cells were initialised, and nobody else holds the memory.
        unsafe cells.deinitialize(count: count)
        unsafe cells.deallocate()
    }

    /// The number in a cell; for anybody.
    func value(of cell: Int) -> UInt64 {
        precondition(0 <= cell && cell < count, "CellsStayInside: a number outside of the row")
        // Safe: the cell is inside, checked above.
        return unsafe cells[cell].load(ordering: .relaxed)
    }

    /// Adds to a cell; for the owner only. Wraps around, so that adding `0 &- n` takes `n` away.
    func add(_ number: UInt64, to cell: Int) {
        precondition(0 <= cell && cell < count, "CellsStayInside: a number outside of the row")
        // Safe: the cell is inside, checked above.
        let sum = unsafe cells[cell].load(ordering: .relaxed) &+ number
        unsafe cells[cell].store(sum, ordering: .relaxed)
    }
}
