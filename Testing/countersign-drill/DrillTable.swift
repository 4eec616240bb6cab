// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// What the drill prints: one line for each kind of damage.
struct DrillTable {
    private static let widths = [46, 24, 11, 34, 5]

    private(set) var kinds = 0
    private(set) var missed = 0

    init() {
        Self.line(Self.row(["damage", "finding", "record", "file", "exit"]) + "  seconds")
    }

    /// Shows the result of one kind of damage.
    mutating func show(_ expected: Expectation, _ report: Auditor.Report) {
        kinds += 1
        let found = expected.found(in: report)
        if found == nil || report.exitCode != expected.exitCode { missed += 1 }
        let cells = [
            expected.kind, found?.code ?? "–", found?.index.map { "\($0)" } ?? "–",
            found?.file ?? "–", "\(report.exitCode)",
        ]
        Self.line(Self.row(cells) + "  " + Self.seconds(report.time))
        guard found == nil || report.exitCode != expected.exitCode else { return }
        Self.line("  MISSED: expected \(expected)")
        for finding in report.findings.prefix(8) { Self.line("    \(finding)") }
    }

    private static func row(_ cells: [String]) -> String {
        zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(2, width - cell.count))
        }.joined()
    }

    static func seconds(_ time: Duration) -> String {
        let milliseconds = Int64(time / .milliseconds(1))
        let rest = String(1000 + milliseconds % 1000).dropFirst()
        return "\(milliseconds / 1000).\(rest) s"
    }

    static func line(_ text: String) {
        do {
            _ = try FileDescriptor.standardOutput.writeAll((text + "\n").utf8)
        } catch {
            // Nobody is reading the table any more; the exit code still counts.
        }
    }
}

/// What verification must report for a kind of damage.
struct Expectation: CustomStringConvertible {
    /// Which record must be named first.
    enum Place {
        /// This one.
        case record(UInt64)
        /// Some record of the file; the drill does not know which.
        case someRecord
        /// None.
        case noRecord
    }

    let kind: String
    let code: String
    let file: String?
    let place: Place
    let exitCode: Int32

    var description: String { "\(code), \(file ?? "no file"), \(place), exit \(exitCode)" }

    /// The expected finding. Its record must be the first: no finding of the same concern may name an earlier
    /// one.
    func found(in report: Auditor.Report) -> Auditor.Report.Finding? {
        report.findings.first { finding in
            guard finding.code == code, finding.file == file else { return false }
            let earliest = report.findings.filter { $0.concern == finding.concern }
                .compactMap(\.index).min()
            return switch place {
            case .record(let index): finding.index == index && earliest == index
            case .someRecord: finding.index != nil
            case .noRecord: finding.index == nil
            }
        }
    }
}
