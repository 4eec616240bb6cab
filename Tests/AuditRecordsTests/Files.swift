// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file could not be read.
struct FileFault: Error {
    var path: String
    var code: Int32
}

/// The bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw FileFault(path: path, code: errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&part, 1, part.count, file)
        guard count > 0 else { break }
        bytes.append(contentsOf: part[..<count])
    }
    guard ferror(file) == 0 else { throw FileFault(path: path, code: errno) }
    return bytes
}
