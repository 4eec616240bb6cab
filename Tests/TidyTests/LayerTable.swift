// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The table of ARCHITECTURE.md: which target may import what.
struct LayerTable {
    struct Row {
        var layer: Int
        var imports: Set<String>
    }

    /// By target.
    let rows: [String: Row]

    /// Modules of the standard library that any target may import.
    static let everywhere: Set = ["Synchronization"]

    init() throws {
        let table = Markdown(try Repository.text("ARCHITECTURE.md")).rows(below: "## Layers")
        var rows: [String: Row] = [:]
        for cells in table {
            guard cells.count == 4, let layer = Int(cells[0]) else { continue }
            let imports = cells[3].split(separator: ",").map { $0.trimmed }.filter { $0 != "–" }
            rows[cells[1]] = Row(layer: layer, imports: Set(imports))
        }
        self.rows = rows
    }
}

/// What the package manifest says, as far as the layer table is concerned.
struct Manifest {
    /// Names of rooms and products that each target depends on.
    let dependencies: [String: Set<String>]
    /// Names of the packages depended on, as in their addresses.
    let packages: [String]

    init() throws {
        let text = try Repository.text("Package.swift")
        packages = text.matches(of: /package\(url: "[^"]*\/([^"\/]+)"/).map { String($0.1) }

        var products: [String: String] = [:]
        for match in text.matches(of: /static let (\w+): Self = \.product\(\s*name: "(\w+)"/) {
            products[String(match.1)] = String(match.2)
        }
        var dependencies: [String: Set<String>] = [:]
        let rooms = /(?:room|testing)\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?(?:,\s*besides: \w+)?\s*\)/
        let mains = /executableTarget\(\s*name: "([\w-]+)",\s*dependencies: \[([^\]]*)\]/
        let found =
            text.matches(of: rooms).map { ($0.1, $0.2 ?? "") }
            + text.matches(of: mains).map { ($0.1, $0.2) }
        for (name, list) in found {
            var names = Set(list.matches(of: /"(\w+)"/).map { String($0.1) })
            for match in list.matches(of: /\.(\w+)/) {
                names.insert(products[String(match.1)] ?? "unknown product .\(match.1)")
            }
            dependencies[String(name)] = names
        }
        // Targets of C have no settings in common with ours, and no dependencies.
        for match in text.matches(of: /\.(?:target|systemLibrary)\(\s*name: "(\w+)"[,)]/) {
            dependencies[String(match.1)] = []
        }
        self.dependencies = dependencies
    }
}
