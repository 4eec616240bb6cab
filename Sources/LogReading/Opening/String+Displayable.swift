// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text with everything escaped that could move a terminal's cursor or reverse a line: names in a log
    /// come from strangers.
    package var displayable: String {
        var shown = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
