// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

extension ByteBuffer {
    /// Appends what is written to the buffer's own memory, made large enough.
    @inline(__always)
    mutating func write(atMost count: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        _ = unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            let bytes = unsafe memory.bindMemory(to: UInt8.self)
            // Safe: the memory is the buffer's for the duration of the call, and bytes need no
            // other initialisation.
            var output = unsafe OutputSpan(buffer: bytes, initializedCount: 0)
            write(&output)
            return unsafe output.finalize(for: bytes)
        }
    }
}
