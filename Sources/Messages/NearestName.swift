// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Finds the name that was probably meant.
package enum NearestName {
    /// The closest of `names`, if it is close: at most a third of the letters may differ, but one always may.
    package static func of(_ word: String, among names: [String]) -> String? {
        let word = Array(word.lowercased())
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = editDistance(word, Array(name.lowercased()))
            let most = max(1, max(word.count, name.count) / 3)
            if distance <= most, distance < best?.distance ?? Int.max { best = (name, distance) }
        }
        return best?.name
    }

    /// ``of(_:among:)`` as the end of a message.
    package static func hint(_ word: String, among names: [String]) -> String {
        of(word, among: names).map { "; did you mean `\($0)`?" } ?? ""
    }

    /// How many letters to insert, remove, replace or swap with their neighbour (optimal string
    /// alignment).
    private static func editDistance(_ one: [Character], _ other: [Character]) -> Int {
        guard one.count <= 64, other.count <= 64 else { return Int.max }
        var beforePrevious: [Int] = []
        var previous = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var current = [row + 1]
            for (column, otherLetter) in other.enumerated() {
                var cost = min(
                    previous[column + 1] + 1, current[column] + 1,
                    previous[column] + (letter == otherLetter ? 0 : 1))
                if row > 0, column > 0, letter == other[column - 1], one[row - 1] == otherLetter {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[other.count]
    }
}
