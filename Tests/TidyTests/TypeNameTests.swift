// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

/// A name that two rooms use for two things has to be looked up each time it is read.
@Suite("Names of types")
struct TypeNameTests {
    /// Names that stand for more than one type, and why they may.
    private static let shared: [String: String] = [:]

    @Test("One name for one thing: no two types of the outermost level have the same name")
    func oneName() throws {
        let files = Repository.sources + Repository.files(below: "Benchmarks/", ending: ".swift")
        let tests = Repository.files(below: "Tests/", ending: ".swift")
        var places: [String: [String]] = [:]
        for file in files + tests {
            for name in SourceText(try Repository.text(file)).outermostTypes {
                places[name, default: []].append(file)
            }
        }
        #expect(places.count > 800)
        for (name, files) in places.sorted(by: { $0.key < $1.key })
        where Self.shared[name] == nil {
            #expect(files.count == 1, "\(name) is declared in \(files.joined(separator: ", "))")
        }
        for name in Self.shared.keys.sorted() {
            #expect(places[name, default: []].count > 1, "\(name) names one thing by now")
        }
    }
}

extension SourceText {
    /// Names of the types that are declared outside of every other, private ones too; not of test suites, whose names
    /// are sentences.
    fileprivate var outermostTypes: [String] {
        let declaration =
            /^(?:@\S+ )*(?:package |internal |private |fileprivate )?(?:final |indirect )*(?:struct|class|enum|actor|protocol|typealias) (\w+)/
        return code.compactMap { line in
            // What stands at the margin is nested in nothing: the format sees to that.
            guard let first = line.utf8.first, first != UInt8(ascii: " ") else { return nil }
            return line.firstMatch(of: declaration).map { String($0.1) }
        }
    }
}
