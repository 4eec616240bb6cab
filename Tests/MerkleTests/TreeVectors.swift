// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation
import Testing

/// Reads the files beside these tests.
enum TreeVectors {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Resources/\(name)")))
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try bytes(name), as: .strict, deepest: 8)
    }

    /// One JSON value a line.
    static func lines(_ name: String) throws -> [JSONValue] {
        try bytes(name).split(separator: UInt8(ascii: "\n")).map {
            try JSONParser.parse(Array($0), as: .strict, deepest: 4)
        }
    }
}
