// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Writes text of known length straight into an array, and nothing beyond its end.
@safe struct ExactWriter: ~Copyable {
    private let start: UnsafeMutableRawPointer
    private let capacity: Int
    private var count = 0

    private init(start: UnsafeMutableRawPointer, capacity: Int) {
        unsafe self.start = start
        self.capacity = capacity
    }

    /// The bytes that `body` writes.
    ///
    /// - Parameters:
    ///   - capacity: how many they are.
    ///   - body: writes exactly as many.
    @inline(__always)
    static func bytes(
        exactly capacity: Int, _ body: (inout ExactWriter) -> Void
    ) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: capacity) { memory, written in
            written = unsafe write(exactly: capacity, to: memory.baseAddress, body)
        }
    }

    /// Appends the bytes that `body` writes.
    @inline(__always)
    static func append(
        exactly length: Int, to bytes: inout [UInt8], _ body: (inout ExactWriter) -> Void
    ) {
        bytes.append(addingCapacity: length) { span in
            unsafe span.withUnsafeMutableBufferPointer { memory, initialized in
                // Safe: the span has room for `length` bytes after those that are initialised.
                let start = unsafe memory.baseAddress.map { unsafe $0 + initialized }
                initialized += unsafe write(exactly: length, to: start, body)
            }
        }
    }

    /// - Parameter start: of memory with room for that many bytes.
    @inline(__always)
    private static func write(
        exactly length: Int, to start: UnsafeMutablePointer<UInt8>?,
        _ body: (inout ExactWriter) -> Void
    ) -> Int {
        guard let start = unsafe start else { return 0 }
        // Safe: there is room for that many bytes, and the writer goes no further.
        var writer = unsafe ExactWriter(start: UnsafeMutableRawPointer(start), capacity: length)
        body(&writer)
        precondition(
            writer.count == length, "WritersKeepCount: a text is shorter than was reckoned")
        return length
    }

    /// Where the next bytes go.
    @inline(__always)
    private mutating func place(of length: Int) -> UnsafeMutableRawPointer {
        precondition(
            length <= capacity - count, "WritersKeepCount: a text is longer than was reckoned")
        defer { count += length }
        return unsafe start + count
    }

    @inline(__always)
    mutating func put(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { memory in
            // Safe: there is room for all of them, in separate memory.
            guard let from = memory.baseAddress else { return }
            unsafe place(of: memory.count).copyMemory(from: from, byteCount: memory.count)
        }
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        // Safe: a static string that is not a single scalar owns `utf8CodeUnitCount` bytes for ever.
        unsafe place(of: length).copyMemory(from: text.utf8Start, byteCount: length)
    }

    /// Puts a number with this many digits.
    mutating func put(_ number: UInt64, digits: Int) {
        // Safe: there is room for this many bytes.
        unsafe DecimalDigits.store(number, digits, to: place(of: digits))
    }

    /// Overwrites bytes with what `body` stores.
    ///
    /// - Parameter body: stores `length` bytes at the address that it is given.
    @inline(__always)
    func store(at offset: Int, _ length: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        precondition(
            offset >= 0 && length <= count - offset,
            "WritersKeepCount: there is no such place in the text")
        unsafe body(start + offset)
    }
}
