// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A length of time as people write it: `90s`, `15m`, `24h`, `7d`, `1w`.
struct TimeSpan: ExpressibleByArgument, Equatable {
    let duration: Duration

    static let day = TimeSpan(duration: .seconds(86_400))

    var defaultValueDescription: String { "\(duration.components.seconds / 3600)h" }

    private init(duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Int64(argument.dropLast()), (1...1_000_000).contains(count)
        else { return nil }
        duration = .seconds(count * unit)
    }
}
