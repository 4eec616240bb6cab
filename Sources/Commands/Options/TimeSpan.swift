// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Query

/// A length of time as people write it: `90s`, `15m`, `24h`, `7d`, `1w`.
struct TimeSpan: ExpressibleByArgument, Equatable {
    let duration: Duration

    static let day = TimeSpan(duration: .seconds(86_400))

    var defaultValueDescription: String { "\(duration.components.seconds / 3600)h" }

    private init(duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = QuerySpans.length(of: argument) else { return nil }
        self.duration = duration
    }
}
