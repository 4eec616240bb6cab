// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// `log.catalog`: where the catalog of the log is kept, if one is.
package enum CatalogPlace: Hashable, Sendable {
    case folder(ResolvedPath)
    case off

    /// Stands for the default until the log's folder is read.
    static let unset = CatalogPlace.folder(.placeholder)

    /// Nil if no catalog is kept.
    package var folder: ResolvedPath? {
        if case .folder(let path) = self { path } else { nil }
    }

    /// Where the catalog is of a log that no configuration names.
    package static func beside(_ directory: String) -> String {
        var path = directory[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return path + "-catalog"
    }
}

extension Form where Value == CatalogPlace {
    static let catalogPlace: Form = {
        let path = Form<ResolvedPath>.path
        let text = Form<String>.text("a path, or `off`", most: 4096)
        return Form(
            read: { place, reading in
                guard let written = text.read(place, reading) else { return nil }
                return written == "off" ? .off : .folder(reading.resolved(written))
            },
            write: { $0.folder.flatMap(path.write) ?? .string("off") }, schema: text.schema)
    }()
}
