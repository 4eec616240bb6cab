// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The programs under test, as they were built with the tests.
enum Program: String {
    case countersign
    case verifier = "countersign-verify"
    case drill = "countersign-drill"

    /// The folder of build products: the test bundle's own.
    static func folder() throws -> String {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: bundle).deletingLastPathComponent().path
    }

    func path() throws -> String {
        let path = try Self.folder() + "/" + rawValue
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ScenarioFault("\(path) is missing; `swift build --build-tests` builds it.")
        }
        return path
    }
}
