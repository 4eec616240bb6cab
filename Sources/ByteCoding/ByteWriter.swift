// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A growing buffer of bytes, for text that is written in many small pieces for every request.
///
/// An array checks at each append whether it is the only owner of its memory; here that is known. Grows if
/// the capacity was guessed too small.
@safe package struct ByteWriter: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    /// How many bytes were written.
    package private(set) var count: Int

    package init(capacity: Int) {
        self.capacity = max(16, capacity)
        unsafe start = .allocate(byteCount: self.capacity, alignment: 8)
        count = 0
    }

    deinit { unsafe start.deallocate() }

    /// The bytes written, in an array of exactly that size.
    package var bytes: [UInt8] {
        // Safe: the first `count` bytes are initialised.
        unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The last byte written.
    package var last: UInt8? {
        // Safe: the bytes before `count` are initialised.
        count == 0 ? nil : unsafe start.load(fromByteOffset: count - 1, as: UInt8.self)
    }

    /// Removes the last bytes; there are at least that many.
    package mutating func removeLast(_ length: Int) {
        precondition(length <= count, "WritersKeepCount: more taken back than was written")
        count -= length
    }

    /// Replaces the last byte.
    package mutating func replaceLast(with byte: UInt8) {
        removeLast(1)
        append(byte)
    }

    package mutating func append(_ byte: UInt8) {
        reserve(1)
        // Safe: there is room for one byte at `count`.
        unsafe start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    package mutating func append(_ text: StaticString) {
        // Safe: a static string that is not a single scalar owns `utf8CodeUnitCount` bytes for ever.
        unsafe append(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { memory in
            // Safe: the pointer is used only inside the closure, while the array is alive.
            unsafe append(memory)
        }
    }

    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { memory in
            // Safe: the pointer is used only inside the closure, while the span is alive.
            unsafe append(memory)
        }
    }

    /// Appends what a buffer holds, which is read during the call only.
    @inline(__always)
    package mutating func append(_ memory: UnsafeRawBufferPointer) {
        guard let from = memory.baseAddress else { return }
        reserve(memory.count)
        // Safe: there is room for all of them, in memory that nothing else refers to.
        unsafe (start + count).copyMemory(from: from, byteCount: memory.count)
        count &+= memory.count
    }

    /// Makes room for that many bytes beyond ``count``.
    @inline(__always)
    package mutating func reserve(_ length: Int) {
        if capacity &- count < length { grow(by: length) }
    }

    @inline(never)
    private mutating func grow(by length: Int) {
        let larger = max(capacity * 2, count + length)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
        // Safe: the new memory is larger than what is initialised of the old, and apart from it.
        unsafe memory.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = memory
        capacity = larger
    }

    /// Appends `length` bytes that `fill` stores.
    ///
    /// - Parameter fill: stores exactly `length` bytes from the address that it is given.
    package mutating func append(exactly length: Int, _ fill: (UnsafeMutableRawPointer) -> Void) {
        reserve(length)
        // Safe: there is room for `length` bytes at `count`.
        unsafe fill(start + count)
        count += length
    }
}

extension [UInt8] {
    /// Appends `length` bytes that `fill` stores.
    ///
    /// - Parameter fill: stores exactly `length` bytes from the address that it is given.
    package mutating func append(exactly length: Int, _ fill: (UnsafeMutableRawPointer) -> Void) {
        append(addingCapacity: length) { unsafe $0.append(exactly: length, fill) }
    }
}
