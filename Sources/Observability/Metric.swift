// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A family of numbers that the proxy shows, as Prometheus understands them.
///
/// Labels come from the configuration or an enumeration, never from a request: no client can make the page longer.
package struct Metric: Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// Only grows while the process runs; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// How values are distributed over buckets.
        case histogram
    }

    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One value, distinguished from others of its name by its labels.
    package struct Sample: Hashable, Sendable {
        enum Value: Hashable, Sendable {
            case count(UInt64)
            /// Written as seconds.
            case nanoseconds(UInt64)
            case histogram(HistogramSnapshot)
        }

        package var labels: [Label]
        var value: Value

        package init(_ value: UInt64, labels: [Label] = []) {
            self.labels = labels
            self.value = .count(value)
        }

        package init(nanoseconds: UInt64, labels: [Label] = []) {
            self.labels = labels
            value = .nanoseconds(nanoseconds)
        }

        package init(_ histogram: HistogramSnapshot, labels: [Label] = []) {
            self.labels = labels
            value = .histogram(histogram)
        }
    }

    package var name: String
    /// One sentence for people.
    package var help: String
    package var kind: Kind
    package var samples: [Sample]

    package init(_ name: String, help: String, kind: Kind, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }
}
