// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// A duration as options state it: a whole number and `s`, `m`, `h` or `d`, such as `24h`; nil for any other
    /// text.
    package init?(age text: some StringProtocol) {
        let factors: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last, let factor = factors[unit], text.utf8.count <= 10,
            text.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(text.dropLast())
        else { return nil }
        self = .seconds(number * factor)
    }
}
