// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Layers")
struct LayerTests {
    @Test("Every target of the manifest has its row in the layer table, and every row its target")
    func tableIsComplete() throws {
        let (table, manifest) = (try LayerTable(), try Manifest())
        #expect(Set(table.rows.keys) == Set(manifest.dependencies.keys))
        #expect(table.rows.count >= 15)
    }

    @Test("The manifest gives no target a dependency that its row does not name")
    func manifestFollowsTable() throws {
        let table = try LayerTable()
        for (target, dependencies) in try Manifest().dependencies {
            let allowed = table.rows[target]?.imports ?? []
            let extra = dependencies.subtracting(allowed).sorted()
            #expect(extra.isEmpty, "\(target) depends on \(extra): not in ARCHITECTURE.md")
        }
    }

    @Test("A target depends on every room that its row names")
    func manifestIsComplete() throws {
        let (table, manifest) = (try LayerTable(), try Manifest())
        for (target, row) in table.rows {
            let rooms = row.imports.filter { table.rows[$0] != nil }
            let missing = rooms.subtracting(manifest.dependencies[target] ?? []).sorted()
            #expect(missing.isEmpty, "\(target) does not depend on \(missing) in Package.swift")
        }
    }

    @Test("A row names rooms of lower layers only")
    func layersPointDown() throws {
        let table = try LayerTable()
        for (target, row) in table.rows {
            for name in row.imports {
                guard let below = table.rows[name] else { continue }
                #expect(below.layer < row.layer, "\(target) may not import \(name)")
            }
        }
    }

    @Test("Nothing of the product imports what is there for tests")
    func productNeedsNoTesting() throws {
        let testing = Set(
            Repository.files(below: Repository.testing, ending: ".swift")
                .map { String($0.split(separator: "/")[1]) })
        #expect(testing.count > 3)
        for (target, row) in try LayerTable().rows {
            let product = Repository.files(below: "Sources/\(target)/", ending: "")
            guard !product.isEmpty else { continue }
            #expect(row.imports.isDisjoint(with: testing), "\(target)")
        }
    }

    /// The modules that a file imports.
    private func imports(of file: String) throws -> Set<String> {
        let pattern =
            /^\s*(?:package |internal |private |fileprivate |public )?import (?:\w+ )?(\w+)/
        var modules: Set<String> = []
        for line in SourceText(try Repository.text(file)).code where line.contains("import ") {
            if let match = try pattern.firstMatch(in: line) { modules.insert(String(match.1)) }
        }
        return modules
    }

    @Test("A target's files import what its row names and nothing else, and leave nothing out")
    func importsFollowTable() throws {
        for (target, row) in try LayerTable().rows {
            let files = Repository.sources(of: target)
            #expect(!files.isEmpty || target.hasPrefix("C"), "\(target) has no files")
            var unused = row.imports
            for file in files {
                let modules = try imports(of: file).subtracting(LayerTable.everywhere)
                let extra = modules.subtracting(row.imports).sorted()
                #expect(extra.isEmpty, "\(file) imports \(extra): not in ARCHITECTURE.md")
                unused.subtract(modules)
            }
            #expect(unused.isEmpty, "no file of \(target) imports \(unused.sorted())")
        }
    }

    @Test("VerifierSharesNoWriter: nothing that verifies can reach the ledger")
    func verifierSharesNoWriter() throws {
        let table = try LayerTable()
        for start in [
            "LogFormat", "Disclosures", "LogReading", "Verification", "countersign-verify",
        ] {
            var (seen, open): (Set<String>, [String]) = ([], [start])
            while let target = open.popLast() {
                guard seen.insert(target).inserted else { continue }
                open += table.rows[target]?.imports ?? []
            }
            #expect(seen.count > 3)
            #expect(seen.isDisjoint(with: ["Ledger", "LedgerFiles", "Access", "Transport"]))
        }
    }
}
