// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages

/// Columns of a list of records, as wide as the terminal allows; the same for every line of one command, so that a
/// growing list stays aligned.
struct RecordColumns: Sendable {
    enum Column: CaseIterable, Sendable {
        case index
        case time
        case who
        case what
        case service
        case from
        case decision

        var heading: SafeText {
            switch self {
            case .index: "#"
            case .time: "TIME"
            case .who: "WHO"
            case .what: "WHAT"
            case .service: "SERVICE"
            case .from: "FROM"
            case .decision: "DECISION"
            }
        }
    }

    /// Each column with its width.
    let columns: [(column: Column, width: Int)]
    /// Whether what does not fit is cut: on terminals.
    let isCut: Bool
    /// Whether a name is cut in any case, in its middle: names may be of any length, and those behind them are looked for
    /// in their columns.
    private let isNameCut: Bool

    /// - Parameters:
    ///   - width: of the terminal; nil where lines may be of any length.
    ///   - digits: of the largest index.
    ///   - isWide: whether nothing is cut, on a terminal either.
    init(width: Int?, digits: Int, isWide: Bool) {
        let width = isWide ? nil : width
        isCut = width != nil
        isNameCut = !isWide
        // One spare digit, because a followed list grows.
        let index = max(4, digits + 1)
        guard let width else {
            columns = [
                (.index, index), (.time, 24), (.who, 44), (.what, 32), (.service, 12), (.from, 15),
                (.decision, 28),
            ]
            return
        }
        let isWide = width >= 110
        var fixed: [(column: Column, width: Int)] = [(.index, index)]
        if width >= 60 { fixed.append((.time, 8)) }
        let last: [(column: Column, width: Int)] =
            (isWide ? [(.from, 15)] : []) + [
                (.decision, width >= 60 ? 26 : 9)
            ]
        let taken = (fixed + last).reduce(0) { $0 + $1.width + 1 }
        // The rest is shared by the two columns that say most.
        let room = max(8, width - taken - 1)
        columns = fixed + [(.who, room * 2 / 5), (.what, room - room * 2 / 5)] + last
    }

    var headings: SafeText { line(of: columns.map { $0.column.heading.toned(.faint) }) }

    /// Cells in the order of ``columns``, in their places; where one is too long and not cut, those behind it move on
    /// only as far as they must.
    func line(of cells: [SafeText]) -> SafeText {
        var line: SafeText = ""
        var end = 0
        for (position, cell) in cells.enumerated() {
            let (column, width) = columns[position]
            if column == .who, isNameCut {
                line = line + cell.cutInside(to: width)
            } else {
                line = line + (isCut ? cell.cut(to: width) : cell)
            }
            guard position < cells.count - 1 else { break }
            end += width
            line = line.padded(to: end) + " "
            end += 1
        }
        return line
    }
}
