// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// A path as the process opens it: absolute, or relative to the process's folder where the
/// configuration's folder was.
package struct ResolvedPath: Hashable, Sendable {
    package let text: String

    /// - Parameters:
    ///   - path: as written; a relative one starts from `folder`.
    ///   - folder: the configuration file's folder.
    package init(_ path: String, in folder: String) {
        var path = path[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        if path.hasPrefix("/") || folder.isEmpty {
            text = String(path)
        } else {
            text = folder.hasSuffix("/") ? folder + path : folder + "/" + path
        }
    }

    /// Stands for a required path until it is read.
    static let placeholder = ResolvedPath("", in: "")

    /// The same path with more at its end.
    func appending(_ suffix: String) -> ResolvedPath { ResolvedPath(text + suffix, in: "") }
}

extension Form where Value == ResolvedPath {
    static let path: Form = {
        let text = Form<String>.text("a path", most: 4096)
        return Form(
            read: { place, reading in
                text.read(place, reading).map { reading.resolved($0) }
            },
            write: { .string($0.text) }, schema: text.schema)
    }()
}
