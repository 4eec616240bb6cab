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

    @Test("No source imports what its target's row does not name")
    func importsFollowTable() throws {
        let table = try LayerTable()
        let pattern =
            /^\s*(?:package |internal |private |fileprivate |public )?import (?:\w+ )?(\w+)/
        for (target, row) in table.rows {
            let files = Repository.sources(of: target)
            #expect(!files.isEmpty || target.hasPrefix("C"), "\(target) has no files")
            for file in files {
                for line in SourceText(try Repository.text(file)).code
                where line.contains("import ") {
                    guard let match = try pattern.firstMatch(in: line) else { continue }
                    let module = String(match.1)
                    #expect(
                        row.imports.contains(module) || LayerTable.everywhere.contains(module),
                        "\(file) imports \(module): not in ARCHITECTURE.md")
                }
            }
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
